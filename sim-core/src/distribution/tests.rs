//! Samples have the quantiles and means they were given.

use super::*;

const MS: fn(u64) -> SimDuration = SimDuration::from_millis;

fn sorted_samples(distribution: &Distribution, count: usize) -> Vec<u64> {
    let mut random = Stream::new(1, "test", "samples");
    let mut samples: Vec<u64> =
        (0..count).map(|_| distribution.sample(&mut random).as_nanos()).collect();
    samples.sort_unstable();
    samples
}

fn assert_within_percent(found: u64, expected: SimDuration, percent: u64) {
    let expected = expected.as_nanos();
    assert!(found.abs_diff(expected) * 100 <= expected * percent, "{found} against {expected}");
}

#[test]
fn a_lognormal_has_the_quantiles_it_was_given() {
    let samples =
        sorted_samples(&Distribution::Lognormal { median: MS(40), p99: MS(120) }, 100_000);
    assert_within_percent(samples[50_000], MS(40), 2);
    assert_within_percent(samples[99_000], MS(120), 4);
}

#[test]
fn an_exponential_has_its_mean() {
    let samples = sorted_samples(&Distribution::Exponential { mean: MS(40) }, 100_000);
    assert_within_percent(samples.iter().sum::<u64>() / 100_000, MS(40), 2);
}

#[test]
fn a_normal_has_its_mean_and_is_never_negative() {
    let samples = sorted_samples(&Distribution::Normal { mean: MS(40), std_dev: MS(10) }, 100_000);
    assert_within_percent(samples[50_000], MS(40), 1);
    assert_within_percent(samples[84_134], MS(50), 2);
}

#[test]
fn a_uniform_stays_within_its_bounds() {
    let samples = sorted_samples(&Distribution::Uniform { min: MS(10), max: MS(20) }, 10_000);
    assert!(samples[0] >= MS(10).as_nanos() && samples[9_999] <= MS(20).as_nanos());
    assert_within_percent(samples[5_000], MS(15), 2);
}

#[test]
fn impossible_parameters_are_refused() {
    assert!(Distribution::Uniform { min: MS(2), max: MS(1) }.validate().is_err());
    assert!(Distribution::Lognormal { median: MS(2), p99: MS(1) }.validate().is_err());
    assert!(Distribution::Lognormal { median: MS(0), p99: MS(1) }.validate().is_err());
    assert!(Distribution::<SimDuration>::Fixed { value: MS(0) }.validate().is_ok());
}

#[test]
fn a_pareto_has_its_least_value_and_its_quantile() {
    let samples = sorted_samples(&Distribution::Pareto { min: MS(10), p99: MS(100) }, 100_000);
    assert!(samples[0] >= MS(10).as_nanos());
    assert_within_percent(samples[99_000], MS(100), 4);
    // With these two, one in ten lies beyond the square root of ten times the least value.
    assert_within_percent(samples[90_000], SimDuration::from_micros(31_623), 3);
}

#[test]
fn observed_values_come_as_often_as_their_weights_say() {
    let values = vec![Bytes::new(1), Bytes::new(2), Bytes::new(3)];
    let distribution = Distribution::Empirical { values, weights: vec![1, 0, 3] };
    let mut random = Stream::new(1, "test", "samples");
    let samples: Vec<u64> = (0..10_000).map(|_| distribution.sample(&mut random).get()).collect();
    let ones = samples.iter().filter(|value| **value == 1).count();
    assert!((2_400..2_600).contains(&ones), "{ones}");
    assert!(!samples.contains(&2));
    assert_eq!(distribution.least(), Bytes::new(1));
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    let empirical = |weights: &[u64]| {
        let values = vec![MS(1), MS(2)];
        Distribution::Empirical { values, weights: weights.to_vec() }.validate()
    };
    assert!(empirical(&[]).is_ok() && empirical(&[1, 0]).is_ok());
    assert!(empirical(&[1]).is_err() && empirical(&[0, 0]).is_err());
    let nothing = Distribution::<SimDuration>::Empirical { values: vec![], weights: vec![] };
    assert_eq!(nothing.validate(), Err(InvalidDistribution::NoValues));
}
