//! Expectations: what has to hold at the end of a run, such as `latency.p99 < 2s`.
//!
//! An expectation compares two operands, or several pairs joined by `and`. An operand is the name of
//! a metric (see [`reports::metrics`]) or an amount in any unit of a scenario: `2s`, `5T`, `4MiB`, `3`.

use reports::metrics::Metric;
use sim_core::time::SimDuration;
use sim_core::units::{Bytes, Cycles};
use std::fmt;

/// Comparisons that all have to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    text: String,
    comparisons: Vec<Comparison>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Comparison {
    left: Operand,
    operator: Operator,
    right: Operand,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Operand {
    Metric(String),
    Amount(u128),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

/// Longer spellings come first, so that `<=` is not read as `<`.
const OPERATORS: [(&str, Operator); 6] = [
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

/// An expectation that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` compares nothing; expected, for example, \"latency.p99 < 2s\" or \
     \"canister.ping.balance > 1T and rejected == 0\" (<, <=, >, >=, ==, !=)"
)]
pub struct InvalidExpectation(String);

/// An expectation that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disappointment {
    expectation: String,
    /// What was compared, with the values found.
    found: String,
}

impl Disappointment {
    /// The expectation as written.
    pub fn expectation(&self) -> &str {
        &self.expectation
    }

    /// What was compared, with the values found.
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for Disappointment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expectation, self.found)
    }
}

impl Expectation {
    /// Reads an expectation.
    ///
    /// # Errors
    /// It compares nothing.
    pub fn parse(text: &str) -> Result<Expectation, InvalidExpectation> {
        let parts = text.split(" and ").map(Comparison::parse);
        let comparisons: Option<Vec<Comparison>> = parts.collect();
        let invalid = || InvalidExpectation(text.to_owned());
        Ok(Expectation { text: text.to_owned(), comparisons: comparisons.ok_or_else(invalid)? })
    }

    /// The names of the metrics it speaks of.
    pub fn metrics(&self) -> impl Iterator<Item = &str> {
        let operands = self.comparisons.iter().flat_map(|pair| [&pair.left, &pair.right]);
        operands.filter_map(|operand| match operand {
            Operand::Metric(name) => Some(name.as_str()),
            Operand::Amount(_) => None,
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first comparison that does not hold for the numbers of a run. A metric without a value
    /// fulfils nothing.
    ///
    /// # Errors
    /// One of them does not hold.
    pub fn check(&self, metrics: &[Metric]) -> Result<(), Disappointment> {
        match self.comparisons.iter().find(|comparison| !comparison.holds(metrics)) {
            None => Ok(()),
            Some(broken) => Err(Disappointment {
                expectation: self.text.clone(),
                found: broken.with_values(metrics),
            }),
        }
    }
}

impl Comparison {
    fn parse(text: &str) -> Option<Comparison> {
        let split = OPERATORS.iter().find_map(|(sign, operator)| {
            let (left, right) = text.split_once(sign)?;
            Some((left, *operator, right))
        });
        let (left, operator, right) = split?;
        let (left, right) = (Operand::parse(left)?, Operand::parse(right)?);
        let has_metric = [&left, &right].iter().any(|side| matches!(side, Operand::Metric(_)));
        has_metric.then_some(Comparison { left, operator, right })
    }

    fn holds(&self, metrics: &[Metric]) -> bool {
        let (Some(left), Some(right)) = (self.left.value(metrics), self.right.value(metrics))
        else {
            return false;
        };
        match self.operator {
            Operator::Less => left < right,
            Operator::LessOrEqual => left <= right,
            Operator::Greater => left > right,
            Operator::GreaterOrEqual => left >= right,
            Operator::Equal => left == right,
            Operator::NotEqual => left != right,
        }
    }

    fn with_values(&self, metrics: &[Metric]) -> String {
        let sides = [&self.left, &self.right].into_iter();
        let shown = sides.filter_map(|side| match side {
            Operand::Metric(name) => {
                let found = metrics.iter().find(|metric| metric.name == *name);
                let unit = found.map_or("", |metric| metric.unit);
                let value = side.value(metrics).map_or("none".to_owned(), |v| v.to_string());
                Some(format!("{name} = {value} {unit}").trim_end().to_owned())
            }
            Operand::Amount(_) => None,
        });
        shown.collect::<Vec<_>>().join(", ")
    }
}

impl Operand {
    fn parse(text: &str) -> Option<Operand> {
        let text = text.trim();
        if text.is_empty() || OPERATORS.iter().any(|(sign, _)| text.contains(sign)) {
            return None;
        }
        match text.starts_with(|c: char| c.is_ascii_digit()) {
            true => amount(text).map(Operand::Amount),
            false => Some(Operand::Metric(text.to_owned())),
        }
    }

    fn value(&self, metrics: &[Metric]) -> Option<u128> {
        match self {
            Operand::Amount(amount) => Some(*amount),
            Operand::Metric(name) => metrics.iter().find(|metric| metric.name == *name)?.value,
        }
    }
}

/// An amount in any unit: durations in nanoseconds.
fn amount(text: &str) -> Option<u128> {
    let duration = || text.parse::<SimDuration>().ok().map(|time| u128::from(time.as_nanos()));
    let cycles = || text.parse::<Cycles>().ok().map(Cycles::get);
    let bytes = || text.parse::<Bytes>().ok().map(|bytes| u128::from(bytes.get()));
    duration().or_else(cycles).or_else(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics() -> Vec<Metric> {
        let metric = |name: &str, unit, value| Metric { name: name.to_owned(), unit, value };
        vec![
            metric("latency.p99", "ns", Some(1_500_000_000)),
            metric("canister.a b.balance", "cycles", Some(5_000_000_000_000)),
            metric("latency.p50", "ns", None),
        ]
    }

    fn check(text: &str) -> Result<(), String> {
        let expectation = Expectation::parse(text).expect(text);
        expectation.check(&metrics()).map_err(|broken| broken.to_string())
    }

    #[test]
    fn what_holds_is_no_disappointment() {
        for text in [
            "latency.p99 < 2s",
            "2s >= latency.p99",
            "canister.a b.balance == 5T and latency.p99 != 3",
            "latency.p99 <= canister.a b.balance",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_does_not_hold_is_shown_with_what_was_found() {
        let found = "expected latency.p99 < 1s, found latency.p99 = 1500000000 ns";
        assert_eq!(check("latency.p99 < 1s"), Err(found.to_owned()));
        assert!(check("latency.p50 < 1s").is_err(), "without a value nothing is fulfilled");
    }

    #[test]
    fn what_compares_nothing_is_refused() {
        for text in ["", "latency.p99", "1 < 2", "latency.p99 <", "a < b < c", "x < 5 parsecs"] {
            assert!(Expectation::parse(text).is_err(), "{text}");
        }
    }
}
