//! Prices with what they are for: `"127K/GiB/s"`. The unit may be left out when read.

macro_rules! per {
    ($(#[$doc:meta])* $module:ident, $unit:literal, $example:literal) => {
        $(#[$doc])*
        pub(super) mod $module {
            use crate::units::Cycles;
            use serde::de::{Error, Visitor};
            use serde::{Deserializer, Serializer};
            use std::fmt;

            pub fn serialize<S: Serializer>(price: &Cycles, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(&format_args!("{}{}", price.in_units(), $unit))
            }

            pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Cycles, D::Error> {
                struct Price;
                impl Visitor<'_> for Price {
                    type Value = Cycles;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!("a price in cycles such as \"", $example, "\""))
                    }
                    fn visit_str<E: Error>(self, text: &str) -> Result<Cycles, E> {
                        let amount = text.strip_suffix($unit).unwrap_or(text);
                        amount.trim_end().parse().map_err(|_| {
                            E::custom(format!(
                                concat!(
                                    "`{}` is not a price in cycles; expected a whole number with the unit ",
                                    "\"", $unit, "\" or none, such as \"", $example, "\""
                                ),
                                text
                            ))
                        })
                    }
                    fn visit_u64<E: Error>(self, number: u64) -> Result<Cycles, E> {
                        Ok(Cycles::new(number.into()))
                    }
                    fn visit_i64<E: Error>(self, number: i64) -> Result<Cycles, E> {
                        let negative = || E::invalid_value(serde::de::Unexpected::Signed(number), &self);
                        u64::try_from(number).map_err(|_| negative()).and_then(|n| self.visit_u64(n))
                    }
                }
                from.deserialize_any(Price)
            }
        }
    };
}

per!(
    /// For every byte.
    per_byte, "/B", "2K/B"
);
per!(
    /// For every second.
    per_second, "/s", "10K/s"
);
per!(
    /// For every GiB and second.
    per_gib_second, "/GiB/s", "127K/GiB/s"
);
per!(
    /// For every percent of a thread and second.
    per_percent_second, "/%/s", "10M/%/s"
);
