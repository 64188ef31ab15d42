//! What can be said of samples: means and quantiles with 95 % confidence intervals, warm-up removal,
//! batch means, paired comparisons.
//!
//! Sums are taken in the order of the sample, so the same sample gives the same digits everywhere.
//! Which method for which question:
//!
//! | question | method |
//! |---|---|
//! | the mean over independent replications | [`Estimate::of`]: Student's t |
//! | a quantile of independent observations | [`bootstrap::quantile`] |
//! | the mean of one long run, whose observations depend on each other | [`batch::means`] |
//! | where the warm-up of one long run ends | [`mser::truncation`] |
//! | the difference of two variants under common random numbers | [`paired::difference`] |
//! | the shape of a small sample | [`tukey::Box`] |
//! | which distribution a sample was drawn from | [`fit::fit`] |

pub mod batch;
pub mod bootstrap;
pub mod fit;
pub mod mser;
pub mod paired;
pub mod student;
pub mod tukey;

/// The confidence that all intervals have.
pub const CONFIDENCE: f64 = 0.95;

/// A closed interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Interval {
    /// Whether a value lies in it.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// The mean of a sample, and how certain it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Size of the sample.
    pub n: usize,
    /// The mean.
    pub mean: f64,
    /// The standard deviation of the sample, with `n - 1`; none for fewer than two values.
    pub std_dev: Option<f64>,
    /// The confidence interval of the mean; likewise.
    pub interval: Option<Interval>,
}

impl Estimate {
    /// Of independent values; `None` without any.
    pub fn of(values: &[f64]) -> Option<Estimate> {
        let n = values.len();
        let mean = mean(values)?;
        if n < 2 {
            return Some(Estimate { n, mean, std_dev: None, interval: None });
        }
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let std_dev = libm::sqrt(squares / (n - 1) as f64);
        let half = student::quantile(1.0 - (1.0 - CONFIDENCE) / 2.0, n - 1) * std_dev
            / libm::sqrt(n as f64);
        let interval = Interval { low: mean - half, high: mean + half };
        Some(Estimate { n, mean, std_dev: Some(std_dev), interval: Some(interval) })
    }

    /// Half the width of the interval as a share of the mean; none without an interval, or if the
    /// mean is zero and the interval is not.
    pub fn relative_half_width(&self) -> Option<f64> {
        let Interval { low, high } = self.interval?;
        let half = (high - low) / 2.0;
        match (half == 0.0, self.mean == 0.0) {
            (true, _) => Some(0.0),
            (false, true) => None,
            (false, false) => Some(half / libm::fabs(self.mean)),
        }
    }
}

/// The mean of values, summed in their order; `None` without any.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.2: the data set ZARR13.DAT has 195
    /// values of mean 9.261460 and standard deviation 0.022789; the interval is
    /// (9.258242, 9.264679). A sample with the same moments stands for it.
    #[test]
    fn the_interval_is_that_of_the_nist_handbook() {
        let (mean, std_dev) = (9.261_460, 0.022_789);
        let side = |index: usize| if index.is_multiple_of(2) { std_dev } else { -std_dev };
        let mut sample: Vec<f64> = (0..194).map(|index| mean + side(index)).collect();
        sample.push(mean);
        let interval = Estimate::of(&sample).and_then(|e| e.interval).expect("has one");
        assert!((interval.low - 9.258_242).abs() < 1e-6, "{interval:?}");
        assert!((interval.high - 9.264_679).abs() < 1e-6, "{interval:?}");
    }

    #[test]
    fn one_value_has_a_mean_and_no_interval() {
        let estimate = Estimate::of(&[3.0]).expect("a value");
        assert_eq!((estimate.mean, estimate.interval), (3.0, None));
        assert_eq!(Estimate::of(&[]), None);
    }

    #[test]
    fn equal_values_leave_no_doubt() {
        let estimate = Estimate::of(&[2.0, 2.0, 2.0]).expect("values");
        assert_eq!(estimate.relative_half_width(), Some(0.0));
    }
}
