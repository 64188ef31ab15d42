//! Box plots whose every line is a value of the sample: quartiles by nearest rank, whiskers at the most
//! extreme values within one and a half times the box (J. W. Tukey, "Exploratory Data Analysis", 1977).

/// The five numbers of a sample, and what lies beyond.
#[derive(Clone, Debug, PartialEq)]
pub struct Box {
    /// The quartiles.
    pub quartiles: [f64; 3],
    /// The ends of the whiskers.
    pub whiskers: [f64; 2],
    /// Values beyond, ascending.
    pub outliers: Vec<f64>,
}

impl Box {
    /// Of a sample in any order; `None` without values.
    pub fn of(sample: &[f64]) -> Option<Box> {
        let mut sorted = sample.to_vec();
        sorted.sort_by(f64::total_cmp);
        let rank = |percent: usize| (sorted.len() * percent).div_ceil(100).max(1) - 1;
        sorted.first()?;
        let quartiles = [25, 50, 75].map(|percent| sorted[rank(percent)]);
        let reach = (quartiles[2] - quartiles[0]) * 1.5;
        let (low, high) = (quartiles[0] - reach, quartiles[2] + reach);
        let first = sorted.partition_point(|value| *value < low);
        let end = sorted.partition_point(|value| *value <= high);
        let outliers = sorted[..first].iter().chain(&sorted[end..]).copied().collect();
        Some(Box { quartiles, whiskers: [sorted[first], sorted[end - 1]], outliers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whiskers_end_at_values_that_were_observed() {
        let shape = Box::of(&[100.0, 1.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0]);
        let expected = Box {
            quartiles: [11.0, 13.0, 15.0],
            whiskers: [10.0, 16.0],
            outliers: vec![1.0, 100.0],
        };
        assert_eq!(shape, Some(expected));
    }

    #[test]
    fn one_value_is_a_line_and_none_is_nothing() {
        let line = Box { quartiles: [7.0; 3], whiskers: [7.0; 2], outliers: Vec::new() };
        assert_eq!(Box::of(&[7.0]), Some(line));
        assert_eq!(Box::of(&[]), None);
    }
}
