//! Quantities of the model: cycles, instructions and bytes.
//!
//! Each is a newtype, so that one can never stand where another is meant. Amounts are integers;
//! subtraction exists only in checked and saturating form.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};
use std::str::FromStr;

/// Writes `amount / scale` as a decimal without trailing zeros: exactly, if nine digits after the
/// point suffice, as they do for every `scale` that is a power of ten up to a billion.
pub(crate) fn write_decimal(f: &mut fmt::Formatter<'_>, amount: u128, scale: u128) -> fmt::Result {
    let (whole, mut rest) = (amount / scale, amount % scale);
    write!(f, "{whole}")?;
    if rest == 0 {
        return Ok(());
    }
    f.write_str(".")?;
    for _ in 0..9 {
        if rest == 0 {
            break;
        }
        rest *= 10;
        write!(f, "{}", rest / scale)?;
        rest %= scale;
    }
    Ok(())
}

/// Splits `"1.5 GiB"` into `("1.5", "GiB")`.
pub(crate) fn split_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

/// `number * scale` for a decimal `number` ("1.5", "1_000"), if the product is a whole number.
pub(crate) fn parse_scaled(number: &str, scale: u128) -> Option<u128> {
    let digits: String = number.chars().filter(|c| *c != '_').collect();
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    if whole.is_empty() || (digits.contains('.') && fraction.is_empty()) {
        return None;
    }
    let mut amount = whole.parse::<u128>().ok()?.checked_mul(scale)?;
    if !fraction.is_empty() {
        let divisor = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let part = fraction.parse::<u128>().ok()?.checked_mul(scale)?;
        if part % divisor != 0 {
            return None;
        }
        amount = amount.checked_add(part / divisor)?;
    }
    Some(amount)
}

/// A quantity that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not {what}; expected {expected}")]
pub struct InvalidQuantity {
    found: String,
    what: &'static str,
    expected: &'static str,
}

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident($repr:ty), $what:literal, $expected:literal, $units:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($repr);

        impl $name {
            /// None of it.
            pub const ZERO: $name = $name(0);
            /// The largest amount.
            pub const MAX: $name = $name(<$repr>::MAX);
            /// Unit suffixes that are understood when read, largest first, with their size.
            const UNITS: &'static [(&'static str, $repr)] = &$units;

            /// An amount of `amount`.
            pub const fn new(amount: $repr) -> Self {
                $name(amount)
            }

            /// The bare number.
            pub const fn get(self) -> $repr {
                self.0
            }

            /// True for zero.
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// The sum, or `None` if it does not fit.
            pub const fn checked_add(self, rhs: Self) -> Option<Self> {
                match self.0.checked_add(rhs.0) {
                    Some(sum) => Some($name(sum)),
                    None => None,
                }
            }

            /// The difference, or `None` if it would be negative.
            pub const fn checked_sub(self, rhs: Self) -> Option<Self> {
                match self.0.checked_sub(rhs.0) {
                    Some(difference) => Some($name(difference)),
                    None => None,
                }
            }

            /// The difference, zero if it would be negative.
            pub const fn saturating_sub(self, rhs: Self) -> Self {
                $name(self.0.saturating_sub(rhs.0))
            }

            /// The product, capped at the largest amount.
            pub const fn saturating_mul(self, factor: $repr) -> Self {
                $name(self.0.saturating_mul(factor))
            }
        }

        impl Add for $name {
            type Output = $name;
            /// The sum, capped at the largest amount.
            fn add(self, rhs: $name) -> $name {
                $name(self.0.saturating_add(rhs.0))
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, rhs: $name) {
                *self = *self + rhs;
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = $name>>(amounts: I) -> $name {
                amounts.fold($name::ZERO, Add::add)
            }
        }

        impl fmt::Display for $name {
            /// All digits, in groups of three: `40_000_000_000`.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let digits = self.0.to_string();
                let mut grouped = String::with_capacity(digits.len() * 4 / 3 + 1);
                for (i, digit) in digits.chars().enumerate() {
                    if i != 0 && (digits.len() - i) % 3 == 0 {
                        grouped.push('_');
                    }
                    grouped.push(digit);
                }
                f.pad(&grouped)
            }
        }

        impl FromStr for $name {
            type Err = InvalidQuantity;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let invalid =
                    || InvalidQuantity { found: text.to_owned(), what: $what, expected: $expected };
                let (number, unit) = split_unit(text);
                let scale = match unit {
                    "" => 1,
                    unit => Self::UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(invalid)?.1,
                };
                let amount = parse_scaled(number, scale as u128).ok_or_else(invalid)?;
                <$repr>::try_from(amount).map($name).map_err(|_| invalid())
            }
        }

        impl $name {
            /// With the largest unit that divides the amount: `40B`.
            pub fn in_units(self) -> String {
                let exact = |(_, size): &&(&str, $repr)| self.0 >= *size && self.0 % size == 0;
                match Self::UNITS.iter().find(exact) {
                    Some((unit, size)) => format!("{}{unit}", self.0 / size),
                    None => self.0.to_string(),
                }
            }
        }

        impl Serialize for $name {
            /// As text with the largest unit that divides the amount, `"40B"`; for machines as a
            /// number.
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if !serializer.is_human_readable() {
                    return self.0.serialize(serializer);
                }
                serializer.collect_str(&self.in_units())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            /// From text with an optional unit, or from a bare integer; for machines from a number.
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if !deserializer.is_human_readable() {
                    return <$repr>::deserialize(deserializer).map($name);
                }
                struct Visitor;
                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        write!(f, "{}: {}", $what, $expected)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<$name, E> {
                        Ok($name(<$repr>::from(number)))
                    }
                    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<$name, E> {
                        let number = u64::try_from(number)
                            .map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(number), &self))?;
                        self.visit_u64(number)
                    }
                }
                deserializer.deserialize_any(Visitor)
            }
        }
    };
}

quantity!(
    /// An amount of cycles. Balances on the network are 128-bit and saturate.
    Cycles(u128),
    "an amount of cycles",
    "a whole number such as 5_000_000, \"5M\", \"40B\" or \"1.2T\" (K, M, B, T)",
    [("T", 1_000_000_000_000), ("B", 1_000_000_000), ("M", 1_000_000), ("K", 1_000), ("k", 1_000)]
);

quantity!(
    /// A count of instructions, in the network's own unit (the weighted Wasm instruction).
    Instructions(u64),
    "a count of instructions",
    "a whole number such as 5_000_000, \"5M\" or \"40B\" (K, M, B, T)",
    [("T", 1_000_000_000_000), ("B", 1_000_000_000), ("M", 1_000_000), ("K", 1_000), ("k", 1_000)]
);

quantity!(
    /// A number of bytes.
    Bytes(u64),
    "a size in bytes",
    "a whole number such as 4096, \"2MiB\" or \"4GiB\" (B, KiB, MiB, GiB, TiB)",
    [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)]
);

impl Bytes {
    /// The length of a slice or string.
    pub const fn of_len(len: usize) -> Bytes {
        Bytes(len as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cycles_are_read_with_their_units() {
        assert_eq!("1.2T".parse(), Ok(Cycles::new(1_200_000_000_000)));
        assert_eq!("590_000".parse(), Ok(Cycles::new(590_000)));
        assert_eq!("2.5 K".parse(), Ok(Cycles::new(2_500)));
    }

    #[test]
    fn an_amount_that_is_not_whole_is_refused() {
        assert!("1.5".parse::<Cycles>().is_err());
        assert!("0.0001K".parse::<Cycles>().is_err());
        assert!("5X".parse::<Cycles>().is_err());
        assert!("-5".parse::<Cycles>().is_err());
        assert!("".parse::<Cycles>().is_err());
    }

    #[test]
    fn digits_are_grouped_for_the_reader() {
        assert_eq!(Cycles::new(40_005_000_000).to_string(), "40_005_000_000");
        assert_eq!(Cycles::new(12).to_string(), "12");
    }

    proptest! {
        #[test]
        fn a_printed_amount_reads_back_as_itself(amount: u128) {
            prop_assert_eq!(Cycles::new(amount).to_string().parse(), Ok(Cycles::new(amount)));
        }

        #[test]
        fn sums_saturate_and_differences_are_checked(a: u64, b: u64) {
            let (x, y) = (Bytes::new(a), Bytes::new(b));
            prop_assert_eq!((x + y).get(), a.saturating_add(b));
            prop_assert_eq!(x.checked_sub(y).map(Bytes::get), a.checked_sub(b));
        }
    }
}
