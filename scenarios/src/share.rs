//! Shares of a whole: probabilities and amplitudes.

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use std::fmt;

const MILLION: u64 = 1_000_000;

/// A share from 0 to 1, kept in millionths.
///
/// Written as `0.25`, `"25%"` or `1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u64);

impl Share {
    /// How many millionths.
    pub const fn millionths(self) -> u64 {
        self.0
    }

    /// As a number from 0 to 1.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / MILLION as f64
    }

    fn of(number: f64) -> Option<Share> {
        let millionths = libm::round(number * MILLION as f64);
        (0.0..=MILLION as f64).contains(&millionths).then_some(Share(millionths as u64))
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.as_f64())
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShareVisitor)
    }
}

struct ShareVisitor;

impl Visitor<'_> for ShareVisitor {
    type Value = Share;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a share such as 0.25 or \"25%\", from 0 to 1")
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Share, E> {
        Share::of(number).ok_or_else(|| E::invalid_value(de::Unexpected::Float(number), &self))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Share, E> {
        self.visit_f64(number as f64)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Share, E> {
        let percent = text.trim().strip_suffix('%').and_then(|number| number.trim().parse().ok());
        percent
            .and_then(|percent: f64| Share::of(percent / 100.0))
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Share> {
        #[derive(serde::Deserialize)]
        struct Holder {
            share: Share,
        }
        toml::from_str::<Holder>(&format!("share = {text}")).ok().map(|holder| holder.share)
    }

    #[test]
    fn shares_are_read_as_numbers_and_percentages() {
        assert_eq!(read("0.25").map(Share::millionths), Some(250_000));
        assert_eq!(read("\"25%\""), read("0.25"));
        assert_eq!(read("1").map(Share::millionths), Some(1_000_000));
        for text in ["1.5", "-0.1", "\"25\"", "\"120%\"", "2"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
