//! Arrivals have the rate, the spread and the window they were given.

use scenarios::arrivals::{Window, arrivals};
use scenarios::document::{ArrivalKind, ArrivalsEntry};
use sim_core::random::Stream;
use sim_core::time::{SimDuration, SimTime};

fn times(kind: ArrivalKind, rate: &str, start: u64, stop: u64) -> Vec<SimTime> {
    let second = |seconds| SimTime::ZERO + SimDuration::from_secs(seconds);
    let rate = rate.parse().expect("a rate");
    let window = Window { start: second(start), stop: second(stop) };
    let mut process = arrivals(ArrivalsEntry { kind, rate }, window);
    let mut random = Stream::new(1, "test", "arrivals");
    let next = |previous: &SimTime| process.next(*previous, &mut random);
    let first = SimTime::ZERO;
    std::iter::successors(Some(first), next).skip(1).collect()
}

#[test]
fn constant_arrivals_have_equal_gaps() {
    let times = times(ArrivalKind::Constant, "3/s", 10, 12);
    let millis: Vec<u64> = times.iter().map(|time| time.as_nanos() / 1_000_000).collect();
    assert_eq!(millis, [10_333, 10_666, 11_000, 11_333, 11_666]);
}

#[test]
fn poisson_arrivals_have_their_rate_and_their_spread() {
    let times = times(ArrivalKind::Poisson, "5/s", 0, 20_000);
    let count = times.len() as f64;
    // 100 000 expected, with a standard deviation of 316.
    assert!((count - 100_000.0).abs() < 1_300.0, "{count}");
    let gaps = || times.windows(2).map(|pair| pair[1].since(pair[0]).as_secs_f64());
    let mean = gaps().sum::<f64>() / count;
    let variance = gaps().map(|gap| (gap - mean).powi(2)).sum::<f64>() / count;
    // Exponential gaps deviate from their mean by as much as the mean.
    assert!((variance.sqrt() / mean - 1.0).abs() < 0.02, "{}", variance.sqrt() / mean);
}

#[test]
fn counts_of_poisson_arrivals_vary_by_their_mean() {
    let times = times(ArrivalKind::Poisson, "5/s", 0, 20_000);
    let mut counts = vec![0u32; 20_000];
    times.iter().for_each(|time| counts[(time.as_nanos() / 1_000_000_000) as usize] += 1);
    let mean = times.len() as f64 / 20_000.0;
    let squares: f64 = counts.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum();
    let dispersion = squares / 20_000.0 / mean;
    assert!((dispersion - 1.0).abs() < 0.05, "{dispersion}");
}

#[test]
fn arrivals_stay_within_their_window() {
    let times = times(ArrivalKind::Poisson, "100/s", 10, 12);
    assert!(times.iter().all(|time| (10.0..12.0).contains(&time.as_secs_f64())));
    assert!((140..260).contains(&times.len()), "{}", times.len());
}
