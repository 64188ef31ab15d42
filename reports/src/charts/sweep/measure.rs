//! An axis of a metric: its range, its unit, its ticks.

use crate::human;
use crate::ticks::{self, Tick};

/// How a metric is written along an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measure {
    /// So much of the metric's own unit makes one on the axis.
    divisor: f64,
    /// The unit of the axis; empty for counts.
    unit: String,
}

impl Measure {
    /// For values up to `greatest` in size.
    pub(super) fn of(unit: &str, greatest: f64) -> Measure {
        let scales: &[(f64, &str)] = match unit {
            "ns" => &[(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")],
            "bytes" => &[
                ((1u64 << 30) as f64, "GiB"),
                ((1u64 << 20) as f64, "MiB"),
                (1024.0, "KiB"),
                (1.0, "B"),
            ],
            _ => &[(1e15, "Q"), (1e12, "T"), (1e9, "B"), (1e6, "M"), (1.0, "")],
        };
        let fits = |(size, _): &&(f64, &str)| greatest >= *size;
        let (divisor, prefix) = *scales.iter().find(fits).unwrap_or(&(1.0, ""));
        let unit = match (unit, prefix) {
            ("ns" | "bytes", unit) => unit.to_owned(),
            (unit, "") => unit.to_owned(),
            (unit, prefix) => format!("{prefix} {unit}").trim_end().to_owned(),
        };
        Measure { divisor, unit }
    }

    /// What the axis says: the name and, in parentheses, the unit.
    pub(super) fn title(&self, name: &str) -> String {
        match self.unit.as_str() {
            "" => name.to_owned(),
            unit => format!("{name} ({unit})"),
        }
    }

    /// Ticks from `low` to `high`, at most `count` steps.
    pub(super) fn ticks(&self, low: f64, high: f64, count: u32) -> Vec<Tick> {
        let within = ticks::numbers_within(low / self.divisor, high / self.divisor, count);
        within.into_iter().map(|tick| Tick { at: tick.at * self.divisor, ..tick }).collect()
    }
}

/// The range of an axis that shows values from `low` to `high`: a little wider, and from zero where
/// zero is near.
pub(super) fn range(low: f64, high: f64) -> (f64, f64) {
    let width = match high - low {
        width if width > 0.0 => width,
        _ => libm::fmax(libm::fabs(high), 1.0) * 0.2,
    };
    let room = width * 0.06;
    let from = if low >= 0.0 && low < 0.5 * high { 0.0 } else { low - room };
    (from, high + room)
}

/// A difference as a share: `+12.3 %`.
pub(super) fn percent(share: f64) -> String {
    let percent = libm::fabs(share) * 100.0;
    let digits = match percent {
        percent if percent >= 99.95 => 0,
        percent if percent >= 9.995 => 1,
        _ => 2,
    };
    let text = human::trim(format!("{percent:.digits$}"));
    let sign = match share {
        share if share > 0.0 => "+",
        share if share < 0.0 => "−",
        _ => "±",
    };
    format!("{sign}{text} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_suit_the_values() {
        assert_eq!(Measure::of("ns", 2.5e9).title("latency.p50"), "latency.p50 (s)");
        assert_eq!(Measure::of("cycles", 3e10).title("burned"), "burned (B cycles)");
        assert_eq!(Measure::of("", 300.0).title("replied"), "replied");
        assert_eq!(Measure::of("", 3e7).title("replied"), "replied (M)");
    }

    #[test]
    fn an_axis_begins_at_zero_where_zero_is_near() {
        assert_eq!(range(1.0, 10.0).0, 0.0);
        assert!(range(9.0, 10.0).0 > 8.0);
        assert!(range(-1.0, 1.0).0 < -1.0);
        assert!(range(5.0, 5.0).0 < 5.0 && range(5.0, 5.0).1 > 5.0);
    }

    #[test]
    fn differences_have_a_sign() {
        assert_eq!([0.123_4, -0.05, 0.0].map(percent), ["+12.3 %", "−5 %", "±0 %"]);
    }
}
