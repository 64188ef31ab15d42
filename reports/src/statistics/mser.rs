//! Warm-up removal by MSER-5 (White, Simulation 69, 1997): the truncation for which the mean of what
//! is left is most certain, found over means of five observations.

use super::mean;

/// Observations in one mean.
pub const BATCH: usize = 5;

/// How many observations at the beginning belong to the warm-up. Truncations beyond the middle say
/// that the run is too short to tell; then `None`.
pub fn truncation(sequence: &[f64]) -> Option<usize> {
    let means: Vec<f64> = sequence.chunks_exact(BATCH).filter_map(mean).collect();
    let count = means.len();
    // Suffix sums, so that every truncation is judged in constant time.
    let (mut sum, mut squares) = (0.0, 0.0);
    let mut best: Option<(f64, usize)> = None;
    // The last five means are too few to be judged by.
    for (index, value) in means.iter().enumerate().rev() {
        sum += value;
        squares += value * value;
        let left = (count - index) as f64;
        let error = (squares - sum * sum / left).max(0.0) / (left * left);
        if count - index >= BATCH && best.is_none_or(|(least, _)| error <= least) {
            best = Some((error, index));
        }
    }
    let (_, index) = best?;
    (index <= count / 2).then_some(index * BATCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A level with small changes after `warm_up` observations that lie far off it.
    fn run(warm_up: usize, length: usize) -> Vec<f64> {
        let level = |index: usize| 10.0 + if index.is_multiple_of(2) { 0.5 } else { -0.5 };
        (0..length).map(|i| if i < warm_up { 100.0 - i as f64 } else { level(i) }).collect()
    }

    #[test]
    fn the_warm_up_is_found_to_within_one_mean() {
        assert_eq!(truncation(&run(40, 1_000)), Some(40));
        assert_eq!(truncation(&run(38, 1_000)), Some(40));
    }

    #[test]
    fn without_a_warm_up_nothing_is_cut_beyond_the_first_means() {
        let found = truncation(&run(0, 1_000)).expect("can be told");
        assert!(found <= BATCH, "{found}");
    }

    #[test]
    fn a_run_that_never_settles_says_so() {
        let climbing: Vec<f64> = (0..200).map(|index| f64::from(index * index)).collect();
        assert_eq!(truncation(&climbing), None);
        assert_eq!(truncation(&[1.0; 4]), None);
    }
}
