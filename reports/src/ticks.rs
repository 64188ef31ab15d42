//! Where an axis has ticks, and what they say. Steps are 1, 2 or 5 times a power of ten.

use crate::font;
use crate::human;
use crate::theme;

/// A tick of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Its value.
    pub at: f64,
    /// What is written at it; a tick without a label is short and has no grid line.
    pub label: Option<String>,
}

impl Tick {
    fn labelled(at: f64, label: String) -> Self {
        Tick { at, label: Some(label) }
    }
}

/// Ticks from 0 to `max`, at most `count` steps, labelled as amounts: `1.5B`.
pub fn amounts(max: f64, count: u32) -> Vec<Tick> {
    let step = step(max, count).max(1.0);
    multiples(step, max).map(|at| Tick::labelled(at, human::amount(at as u128))).collect()
}

/// Ticks from 0 to `max`, at most `count` steps, labelled as they are: `0.5`, `20`, `2,000`.
pub fn numbers(max: f64, count: u32) -> Vec<Tick> {
    let step = step(max, count);
    let label = |at: f64| match at {
        at if at >= 10_000.0 => human::amount(at as u128),
        at => human::trim(format!("{at:.6}")),
    };
    multiples(step, max).map(|at| Tick::labelled(at, label(at))).collect()
}

/// Ticks from `low` to `high`, either of which may be negative, at most `count` steps, labelled as they are.
pub fn numbers_within(low: f64, high: f64, count: u32) -> Vec<Tick> {
    let step = step(high - low, count);
    let first = libm::ceil(low / step - 1e-9);
    let digits = (0..9).find(|digits| step * libm::exp10(f64::from(*digits)) > 0.999).unwrap_or(9);
    let label = |at: f64| {
        let text = format!("{:.*}", digits as usize, libm::fabs(at));
        if at < -step / 2.0 { format!("−{text}") } else { text }
    };
    (0..=100u32)
        .map(|k| (first + f64::from(k)) * step)
        .take_while(|at| *at <= high + step * 1e-9)
        .map(|at| Tick::labelled(at, label(at)))
        .collect()
}

/// Ticks from `low` to `high`, at most `count` steps, labelled as amounts.
pub fn amounts_within(low: f64, high: f64, count: u32) -> Vec<Tick> {
    let step = step((high - low).max(1.0), count).max(1.0);
    let first = libm::ceil(low / step);
    let ticks = (0..=100u32).map(|k| (first + f64::from(k)) * step);
    let digits = digits(high, step);
    ticks
        .take_while(|at| *at <= high * 1.000_000_1)
        .map(|at| Tick::labelled(at, human::amount_to(at as u128, digits)))
        .collect()
}

/// Digits behind the point that tell multiples of `step` up to `high` apart, in the unit of `high`.
fn digits(high: f64, step: f64) -> usize {
    let unit = [1e15, 1e12, 1e9, 1e6, 1e3, 1.0].into_iter().find(|unit| high >= *unit);
    let per_unit = step / unit.unwrap_or(1.0);
    (0..=12).find(|digits| per_unit * libm::exp10(f64::from(*digits)) >= 0.999).unwrap_or(12)
        as usize
}

/// Where an axis of simulated time ends that has to show `nanos`; a minute if that is nothing.
pub fn time_bound(nanos: u64) -> f64 {
    if nanos == 0 { 60e9 } else { nanos as f64 }
}

/// Ticks of simulated time from 0 to `max` nanoseconds with the unit they are written in.
pub fn time(max: f64, count: u32) -> (Vec<Tick>, &'static str) {
    let units = [(86_400e9, "d"), (3_600e9, "h"), (60e9, "min"), (1e9, "s"), (1e6, "ms")];
    let fits = |(nanos, _): &&(f64, &str)| max > 3.0 * nanos;
    let (nanos, unit) = *units.iter().find(fits).unwrap_or(&(1.0, "ns"));
    let step = step(max / nanos, count);
    let label = |at: f64| human::trim(format!("{at:.3}"));
    let ticks = multiples(step, max / nanos).map(|at| Tick::labelled(at * nanos, label(at)));
    (ticks.collect(), unit)
}

/// Ticks of a logarithmic axis of amounts from `low` to `high`: powers of ten, every one, every
/// second, every third and so on, at most `count` of them. Nothing lies in the lowest decade but
/// zero, which is ticked at `low`.
pub fn log_amounts(low: f64, high: f64, count: usize) -> Vec<Tick> {
    let inside = |at: &f64| *at > low * 9.999 && *at <= high * 1.001;
    let every = |stride: usize| log_steps(&[1.0]).step_by(stride).filter(inside);
    let stride = (1..=20).find(|stride| every(*stride).count() <= count).unwrap_or(20);
    let powers = every(stride).map(|at| Tick::labelled(at, human::amount(at as u128)));
    std::iter::once(Tick::labelled(low, "0".to_owned())).chain(powers).collect()
}

/// Where a logarithmic axis starts whose least amount other than zero is `least`: a decade, which
/// is zero's, below the power of ten that does not exceed it.
pub fn log_zero(least: f64) -> f64 {
    log_steps(&[1.0]).take_while(|at| *at <= least).last().unwrap_or(1.0) / 10.0
}

/// The least range with 1-2-5 bounds that holds `min..=max`; both are positive.
pub fn log_bounds(min: f64, max: f64) -> (f64, f64) {
    let low = log_steps(&[1.0, 2.0, 5.0]).take_while(|at| *at <= min).last().unwrap_or(1.0);
    let high = log_steps(&[1.0, 2.0, 5.0]).find(|at| *at >= max && *at > low);
    (low, high.unwrap_or(max))
}

/// Ticks of a logarithmic axis of durations from `low` to `high` nanoseconds over `width` pixels:
/// labels at 1-2-5, or 1 and 3, or 1 of each decade, whichever fits; short ticks between.
pub fn log_durations(low: f64, high: f64, width: f64) -> Vec<Tick> {
    let choices: [&[f64]; 3] = [&[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
    let inside = |at: &f64| *at >= low * 0.999 && *at <= high * 1.001;
    let choose = |steps: &&[f64]| labels_fit(&within(steps, inside), low, high, width);
    let chosen = within(choices.into_iter().find(|steps| choose(steps)).unwrap_or(&[1.0]), inside);
    let minor = within(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], inside);
    let label = |at: f64| chosen.contains(&at).then(|| duration_label(at));
    minor.into_iter().map(|at| Tick { at, label: label(at) }).collect()
}

fn within(steps: &[f64], inside: impl Fn(&f64) -> bool) -> Vec<f64> {
    log_steps(steps).filter(inside).collect()
}

/// `steps` times every power of ten up to 10^20, ascending.
fn log_steps(steps: &[f64]) -> impl Iterator<Item = f64> {
    (0..=20).flat_map(move |power| {
        let decade = libm::exp10(f64::from(power));
        steps.iter().map(move |step| step * decade)
    })
}

fn labels_fit(ticks: &[f64], low: f64, high: f64, width: f64) -> bool {
    let place = |at: f64| libm::log(at / low) / libm::log(high / low) * width;
    let half = |at: f64| font::width(&duration_label(at), theme::SMALL, false) / 2.0;
    let gap = |pair: &[f64]| place(pair[1]) - place(pair[0]) - half(pair[0]) - half(pair[1]);
    ticks.windows(2).all(|pair| gap(pair) >= 6.0)
}

/// Whole numbers of ns, µs, ms or s.
fn duration_label(nanos: f64) -> String {
    let units = [(1e9, "s"), (1e6, "ms"), (1e3, "µs")];
    let (size, unit) = units.iter().find(|(size, _)| nanos >= *size).unwrap_or(&(1.0, "ns"));
    format!("{:.0} {unit}", nanos / size)
}

/// The least 1-2-5 step that takes at most `count` steps to `max`.
fn step(max: f64, count: u32) -> f64 {
    let least = max / f64::from(count);
    let fits = |step: &f64| *step >= least * 0.999_999;
    let powers = (-9..=36).map(|power| libm::exp10(f64::from(power)));
    powers.flat_map(|ten| [ten, 2.0 * ten, 5.0 * ten]).find(fits).unwrap_or(max)
}

fn multiples(step: f64, max: f64) -> impl Iterator<Item = f64> {
    (0..=100u32).map(move |k| f64::from(k) * step).take_while(move |at| *at <= max * 1.000_001)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().filter_map(|tick| tick.label.as_deref()).collect()
    }

    #[test]
    fn amounts_are_ticked_at_round_steps() {
        assert_eq!(labels(&amounts(1.7e9, 4)), ["0", "500M", "1B", "1.5B"]);
        assert_eq!(labels(&amounts(3.0, 4)), ["0", "1", "2", "3"]);
    }

    #[test]
    fn numbers_on_both_sides_of_zero_are_ticked() {
        assert_eq!(labels(&numbers_within(-1.2, 0.7, 4)), ["−1.0", "−0.5", "0.0", "0.5"]);
        assert_eq!(labels(&numbers_within(294.0, 306.0, 4)), ["295", "300", "305"]);
    }

    #[test]
    fn time_is_ticked_in_a_unit_that_suits_it() {
        let (ticks, unit) = time(60e9, 6);
        assert_eq!((labels(&ticks), unit), (vec!["0", "10", "20", "30", "40", "50", "60"], "s"));
        assert_eq!(time(7_200e9, 6).1, "min");
        assert_eq!(time(86_400e9, 6).1, "h");
    }

    #[test]
    fn logarithmic_amounts_are_ticked_at_powers_of_ten_above_zero() {
        assert_eq!((log_zero(9_999.0), log_zero(10_000.0), log_zero(1.0)), (1e2, 1e3, 0.1));
        assert_eq!(labels(&log_amounts(1e2, 4e9, 4)), ["0", "10K", "1M", "100M"]);
        assert_eq!(labels(&log_amounts(1e2, 4e10, 3)), ["0", "1K", "1M", "1B"]);
        assert_eq!(labels(&log_amounts(0.1, 1e2, 4)), ["0", "1", "10", "100"]);
    }

    #[test]
    fn log_axes_get_as_many_labels_as_fit() {
        assert_eq!(log_bounds(0.13e9, 1.4e9), (1e8, 2e9));
        let wide = log_durations(1e8, 2e9, 400.0);
        assert_eq!(labels(&wide), ["100 ms", "200 ms", "500 ms", "1 s", "2 s"]);
        let narrow = log_durations(1e6, 1e10, 200.0);
        assert_eq!(labels(&narrow), ["1 ms", "10 ms", "100 ms", "1 s", "10 s"]);
    }
}
