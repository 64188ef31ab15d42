//! Batch means: one long run cut into batches that are long enough to be nearly independent
//! (Law, Simulation Modeling and Analysis, 9.5.3).

use super::{Estimate, mean};

/// Batches a run is usually cut into.
pub const BATCHES: usize = 20;

/// The mean of a sequence with the interval that its batch means give. What does not fill the last
/// batch is left out at the end. `None` if there is not one value for each batch.
pub fn means(sequence: &[f64], batches: usize) -> Option<Estimate> {
    let length = sequence.len().checked_div(batches)?;
    if length == 0 {
        return None;
    }
    let means: Vec<f64> = sequence.chunks_exact(length).take(batches).filter_map(mean).collect();
    Estimate::of(&means)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_have_the_mean_of_what_is_in_them() {
        let sequence: Vec<f64> = (0..11).map(f64::from).collect();
        let estimate = means(&sequence, 5).expect("enough values");
        // Batches (0, 1), (2, 3), … (8, 9); 10 is left out.
        assert_eq!((estimate.n, estimate.mean), (5, 4.5));
        assert_eq!(means(&sequence, 12), None);
        assert_eq!(means(&sequence, 0), None);
    }

    #[test]
    fn dependent_values_have_a_wider_interval_than_they_seem() {
        let blocks: Vec<f64> = (0..200).map(|index| f64::from((index / 10) % 2)).collect();
        let half = |estimate: Option<Estimate>| estimate.and_then(|e| e.relative_half_width());
        assert!(half(means(&blocks, 20)) > half(Estimate::of(&blocks)));
    }
}
