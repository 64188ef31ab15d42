//! Arrivals have the rate, the spread and the window they were given.

use scenarios::arrivals::{Process, Window};
use scenarios::rate::Rate;
use scenarios::share::Share;
use sim_core::random::Stream;
use sim_core::time::{SimDuration, SimTime};

fn rate(text: &str) -> Rate {
    text.parse().expect("a rate")
}

fn seconds(seconds: u64) -> SimDuration {
    SimDuration::from_secs(seconds)
}

fn times(process: &Process, start: u64, stop: u64) -> Vec<SimTime> {
    let window =
        Window { start: SimTime::ZERO + seconds(start), stop: SimTime::ZERO + seconds(stop) };
    let mut process = process.within(window);
    let mut random = Stream::new(1, "test", "arrivals");
    let next = |previous: &SimTime| process.next(*previous, &mut random);
    std::iter::successors(Some(SimTime::ZERO), next).skip(1).collect()
}

fn poisson(text: &str, start: u64, stop: u64) -> Vec<SimTime> {
    times(&Process::Poisson { rate: rate(text) }, start, stop)
}

#[test]
fn constant_arrivals_have_equal_gaps() {
    let times = times(&Process::Constant { rate: rate("3/s") }, 10, 12);
    let millis: Vec<u64> = times.iter().map(|time| time.as_nanos() / 1_000_000).collect();
    assert_eq!(millis, [10_333, 10_666, 11_000, 11_333, 11_666]);
}

#[test]
fn poisson_arrivals_have_their_rate_and_their_spread() {
    let times = poisson("5/s", 0, 20_000);
    let count = times.len() as f64;
    // 100 000 expected, with a standard deviation of 316.
    assert!((count - 100_000.0).abs() < 1_300.0, "{count}");
    let gaps = || times.windows(2).map(|pair| pair[1].since(pair[0]).as_secs_f64());
    let mean = gaps().sum::<f64>() / count;
    let variance = gaps().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>() / count;
    // Exponential gaps deviate from their mean by as much as the mean.
    assert!((variance.sqrt() / mean - 1.0).abs() < 0.02, "{}", variance.sqrt() / mean);
}

#[test]
fn counts_of_poisson_arrivals_vary_by_their_mean() {
    let times = poisson("5/s", 0, 20_000);
    let mut counts = vec![0u32; 20_000];
    times.iter().for_each(|time| counts[(time.as_nanos() / 1_000_000_000) as usize] += 1);
    let mean = times.len() as f64 / 20_000.0;
    let squares: f64 = counts.iter().map(|count| f64::from(*count) - mean).map(|d| d * d).sum();
    let dispersion = squares / 20_000.0 / mean;
    assert!((dispersion - 1.0).abs() < 0.05, "{dispersion}");
}

#[test]
fn arrivals_stay_within_their_window() {
    let times = poisson("100/s", 10, 12);
    assert!(times.iter().all(|time| (10.0..12.0).contains(&time.as_secs_f64())));
    assert!((140..260).contains(&times.len()), "{}", times.len());
}

/// How many arrivals fall into each of the parts of a length.
fn counts(times: &[SimTime], length: SimDuration, parts: usize) -> Vec<usize> {
    let mut counts = vec![0; parts];
    times.iter().for_each(|time| {
        counts[((time.as_nanos() / length.as_nanos()) as usize).min(parts - 1)] += 1;
    });
    counts
}

#[test]
fn bursts_have_their_rate_and_their_share_of_the_time() {
    let bursty = |idle_rate: Option<&str>| Process::Bursty {
        rate: rate("100/s"),
        idle_rate: idle_rate.map(rate),
        on: seconds(1),
        off: seconds(4),
    };
    let silent = times(&bursty(None), 0, 20_000);
    // A fifth of the time at 100/s; the share on varies by some percent.
    assert!((360_000..440_000).contains(&silent.len()), "{}", silent.len());
    let counts = counts(&silent, seconds(1), 20_000);
    assert!(counts.iter().filter(|count| **count == 0).count() > 10_000, "most seconds are silent");
    let murmuring = times(&bursty(Some("10/s")), 0, 20_000);
    assert!((520_000..600_000).contains(&murmuring.len()), "{}", murmuring.len());
}

#[test]
fn days_have_their_mean_and_their_peak() {
    let day = seconds(1_000);
    let amplitude: Share = toml::Value::from(0.8).try_into().expect("a share");
    let process =
        Process::Diurnal { rate: rate("10/s"), amplitude, period: day, peak: seconds(250) };
    let times = times(&process, 0, 20_000);
    assert!((198_000..202_000).contains(&times.len()), "{}", times.len());
    // Within a day, the quarter around the peak against the one around the trough.
    let hour = |time: &SimTime| (time.as_nanos() % day.as_nanos()) as f64 / day.as_nanos() as f64;
    let within = |low: f64, high: f64| {
        times.iter().filter(|time| (low..high).contains(&hour(time))).count() as f64
    };
    let ratio = within(0.125, 0.375) / within(0.625, 0.875);
    // The mean of the cosine over the middle quarter is 0.9: (1 + 0.72) / (1 - 0.72).
    assert!((ratio - 6.14).abs() < 0.4, "{ratio}");
}

#[test]
fn traces_are_replayed_from_the_start_of_the_window() {
    let recorded = [seconds(1), seconds(3), seconds(30)];
    let times = times(&Process::Trace { times: recorded.to_vec().into() }, 10, 20);
    let times: Vec<u64> = times.iter().map(|time| time.as_nanos() / 1_000_000_000).collect();
    assert_eq!(times, [11, 13]);
}
