//! What cycles are worth.

use crate::units::{parse_scaled, write_decimal};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

const MILLION: u128 = 1_000_000;

/// What a trillion cycles is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Currency {
    /// Special drawing rights for a trillion cycles: the protocol mints them at one.
    pub sdr_per_trillion_cycles: Decimal,
    /// US dollars for a special drawing right.
    pub usd_per_sdr: Decimal,
}

/// A decimal number with up to six digits after the point, kept as an integer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal {
    millionths: u64,
}

/// A decimal number that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a decimal number; expected up to six digits after the point, such as \"1.3665\""
)]
pub struct InvalidDecimal(String);

impl Decimal {
    /// `millionths` / 1,000,000.
    pub const fn from_millionths(millionths: u64) -> Decimal {
        Decimal { millionths }
    }

    /// The number in millionths.
    pub const fn millionths(self) -> u64 {
        self.millionths
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.millionths.into(), MILLION)
    }
}

impl FromStr for Decimal {
    type Err = InvalidDecimal;

    fn from_str(text: &str) -> Result<Decimal, InvalidDecimal> {
        let plain = text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '_');
        let millionths = plain.then(|| parse_scaled(text, MILLION)).flatten();
        let fits = millionths.and_then(|millionths| u64::try_from(millionths).ok());
        fits.map(Decimal::from_millionths).ok_or_else(|| InvalidDecimal(text.to_owned()))
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Currency {
    /// What `cycles` are worth, in millionths of a special drawing right.
    pub fn micro_sdr(&self, cycles: crate::units::Cycles) -> u128 {
        let rate = u128::from(self.sdr_per_trillion_cycles.millionths);
        // The rate is in millionths of an SDR for 10^12 cycles.
        cycles.get() / MILLION * rate / MILLION
    }

    /// What `cycles` are worth, in millionths of a US dollar.
    pub fn micro_usd(&self, cycles: crate::units::Cycles) -> u128 {
        self.micro_sdr(cycles) * u128::from(self.usd_per_sdr.millionths) / MILLION
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Cycles;

    #[test]
    fn a_trillion_cycles_is_a_special_drawing_right() {
        let currency = crate::profile::Profile::default().currency;
        assert_eq!(currency.micro_sdr(Cycles::new(1_000_000_000_000)), 1_000_000);
        // The published table of prices: creating a canister on 34 nodes costs 1.787 US dollars.
        assert_eq!(currency.micro_usd(Cycles::new(1_307_692_307_692)) / 1_000, 1_786);
    }

    #[test]
    fn decimals_read_back_as_written() {
        for text in ["1", "1.3665", "0.000001", "250"] {
            assert_eq!(text.parse::<Decimal>().map(|decimal| decimal.to_string()), Ok(text.into()));
        }
        for text in ["", "1.", "-1", "1e3", "0.0000001", "1 USD"] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }
}
