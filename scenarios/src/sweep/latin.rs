//! Latin hypercubes: `n` samples of which every field has one in each `n`-th of its range
//! (McKay, Beckman and Conover, Technometrics 21, 1979).

use sim_core::random::Stream;

/// For each of `samples` samples the share (0 to 1) of the way through the range of one field,
/// named so that a further field does not move the others.
pub fn shares(field: &str, samples: usize) -> Vec<f64> {
    let mut random = Stream::new(0, field, "latin hypercube");
    let mut strata: Vec<usize> = (0..samples).collect();
    for last in (1..samples).rev() {
        strata.swap(last, random.below(last as u64 + 1) as usize);
    }
    strata.into_iter().map(|stratum| (stratum as f64 + random.unit()) / samples as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stratum_of_every_field_has_one_sample() {
        for field in ["network.latency.median", "duration"] {
            let mut strata: Vec<usize> =
                shares(field, 20).into_iter().map(|share| (share * 20.0) as usize).collect();
            strata.sort_unstable();
            assert_eq!(strata, (0..20).collect::<Vec<_>>());
        }
        assert_ne!(shares("a", 20), shares("b", 20));
    }
}
