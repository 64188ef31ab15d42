//! Rates: so many events in so much time.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sim_core::time::{SimDuration, SimTime};
use sim_core::units::Instructions;
use std::fmt;
use std::str::FromStr;

const BILLION: u128 = 1_000_000_000;

/// A number of events per unit of time, kept exactly.
///
/// Written as `"5/s"`, `"0.5/s"` or `"300/min"`; never zero.
#[derive(Clone, Debug, PartialEq, Eq, Copy)]
pub struct Rate {
    /// Events per `unit`, in billionths.
    billionths: u64,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unit {
    name: &'static str,
    length: SimDuration,
}

const UNITS: [Unit; 5] = [
    Unit { name: "ms", length: SimDuration::from_millis(1) },
    Unit { name: "s", length: SimDuration::from_secs(1) },
    Unit { name: "min", length: SimDuration::from_secs(60) },
    Unit { name: "h", length: SimDuration::from_secs(3_600) },
    Unit { name: "d", length: SimDuration::from_secs(86_400) },
];

impl Rate {
    /// The mean time from one event to the next, rounded down to a nanosecond.
    pub fn mean_gap(self) -> SimDuration {
        self.after(SimTime::ZERO, 1).since(SimTime::ZERO)
    }

    /// When the `count`-th event falls due after `start` if gaps are equal; no rounding error adds up.
    pub fn after(self, start: SimTime, count: u64) -> SimTime {
        let unit = u128::from(self.unit.length.as_nanos());
        let nanos = u128::from(count).saturating_mul(unit * BILLION) / u128::from(self.billionths);
        start + SimDuration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) =
            (u128::from(self.billionths) / BILLION, u128::from(self.billionths) % BILLION);
        write!(f, "{whole}")?;
        if rest != 0 {
            write!(f, ".{}", format!("{rest:09}").trim_end_matches('0'))?;
        }
        write!(f, "/{}", self.unit.name)
    }
}

/// A rate that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a rate; expected a number above zero and a unit of time such as \"5/s\", \"0.5/s\" or \"300/min\" (units: ms, s, min, h, d)"
)]
pub struct InvalidRate(String);

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let invalid = || InvalidRate(text.to_owned());
        let (number, unit) = text.split_once('/').ok_or_else(invalid)?;
        let unit = *UNITS.iter().find(|known| known.name == unit.trim()).ok_or_else(invalid)?;
        // The suffix for 10^9 makes a whole number of billionths of a decimal.
        let billionths: Instructions =
            format!("{}B", number.trim()).parse().map_err(|_| invalid())?;
        match billionths.get() {
            0 => Err(invalid()),
            billionths => Ok(Rate { billionths, unit }),
        }
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_exactly() {
        for (text, gap) in [
            ("5/s", 200_000_000),
            ("0.5/s", 2_000_000_000),
            ("300/min", 200_000_000),
            ("1_000 / s", 1_000_000),
            ("2/ms", 500_000),
        ] {
            let rate: Rate = text.parse().expect(text);
            assert_eq!(rate.mean_gap(), SimDuration::from_nanos(gap), "{text}");
        }
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for text in ["", "5", "5/", "/s", "0/s", "-1/s", "5/parsec", "5K/s", "5/s/s"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_printed_rate_reads_back_as_itself() {
        for text in ["5/s", "0.5/s", "0.000000001/d", "12.25/min"] {
            assert_eq!(text.parse::<Rate>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn rounding_does_not_add_up() {
        let rate: Rate = "3/s".parse().expect("a rate");
        assert_eq!(rate.after(SimTime::ZERO, 3_000), SimTime::from_nanos(1_000_000_000_000));
    }
}
