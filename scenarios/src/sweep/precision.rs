//! How precise results have to be: `until = "ci of latency.p99 < 5%"`.

use reports::statistics::Estimate;
use std::fmt;
use std::str::FromStr;

/// A point has been run often enough once half the width of the 95 % confidence interval of a
/// metric's mean is below a share of that mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precision {
    /// The metric.
    pub metric: String,
    /// The share, in thousandths of a percent.
    millipercent: u64,
}

/// Runs of each point before it is first judged: fewer say little about how much runs differ.
pub const LEAST: usize = 5;

/// A precision that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no precision; expected text such as \"ci of latency.p99 < 5%\": half the width of \
     the 95 % confidence interval, as a share of the mean"
)]
pub struct InvalidPrecision(String);

impl Precision {
    /// Whether the values that a metric had so far are enough.
    pub fn is_met(&self, values: &[f64]) -> bool {
        let width = Estimate::of(values).and_then(|estimate| estimate.relative_half_width());
        let allowed = self.millipercent as f64 / 100_000.0;
        values.len() >= LEAST && width.is_some_and(|width| width < allowed)
    }
}

impl FromStr for Precision {
    type Err = InvalidPrecision;

    fn from_str(text: &str) -> Result<Precision, InvalidPrecision> {
        let invalid = || InvalidPrecision(text.to_owned());
        let rest = text.trim().strip_prefix("ci of ").ok_or_else(invalid)?;
        let (metric, share) = rest.split_once('<').ok_or_else(invalid)?;
        let share = share.trim().strip_suffix('%').ok_or_else(invalid)?.trim();
        let percent: f64 = share.parse().map_err(|_| invalid())?;
        let millipercent = libm::round(percent * 1_000.0);
        match !metric.trim().is_empty() && (1.0..=100_000.0).contains(&millipercent) {
            true => Ok(Precision {
                metric: metric.trim().to_owned(),
                millipercent: millipercent as u64,
            }),
            false => Err(invalid()),
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.millipercent / 1_000, self.millipercent % 1_000);
        write!(f, "ci of {} < {whole}", self.metric)?;
        if rest != 0 {
            write!(f, ".{}", format!("{rest:03}").trim_end_matches('0'))?;
        }
        f.write_str("%")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_precision_reads_back_as_itself() {
        for text in ["ci of latency.p99 < 5%", "ci of workload.a b.replied < 0.25%"] {
            assert_eq!(text.parse::<Precision>().map(|p| p.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "ci of x", "ci of x < 5", "ci of < 5%", "x < 5%", "ci of x < 0%"] {
            assert!(text.parse::<Precision>().is_err(), "{text}");
        }
    }

    #[test]
    fn it_is_met_once_the_interval_is_narrow() {
        let five: Precision = "ci of x < 5%".parse().expect("a precision");
        assert!(five.is_met(&[100.0, 101.0, 99.0, 100.0, 100.0]));
        assert!(!five.is_met(&[100.0, 150.0, 50.0, 100.0, 100.0]));
        assert!(!five.is_met(&[100.0, 100.0]), "too few runs to tell");
    }
}
