//! Values between two ends, in whatever unit the ends are written.

use sim_core::time::SimDuration;
use sim_core::units::{Bytes, Cycles};
use toml::de::DeValue;

/// A number with what it takes to write it down again.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    number: f64,
    form: Form,
}

/// How a number is written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// A whole number.
    Whole,
    /// A number with a decimal point.
    Decimal,
    /// A duration; the number is in nanoseconds.
    Duration,
    /// Events in a unit of time: `"5/s"`.
    Rate(String),
    /// Cycles or instructions.
    Amount,
    /// Bytes.
    Size,
}

/// How values lie between the ends of a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// With equal differences.
    #[default]
    Linear,
    /// With equal ratios.
    Log,
}

impl Quantity {
    /// Reads a value; `None` if it is no quantity.
    pub fn of(value: &DeValue<'_>) -> Option<Quantity> {
        let (number, form) = match value {
            DeValue::Integer(number) => (number.as_str().parse().ok()?, Form::Whole),
            DeValue::Float(number) => {
                (number.as_str().replace('_', "").parse().ok()?, Form::Decimal)
            }
            DeValue::String(text) => of_text(text)?,
            _ => return None,
        };
        Some(Quantity { number, form })
    }

    /// Reads a value as a person writes it, without quotation marks; `None` if it is no quantity.
    pub fn parse(text: &str) -> Option<Quantity> {
        let toml = DeValue::parse(text).ok().and_then(|value| Quantity::of(value.get_ref()));
        let of_text = || of_text(text).map(|(number, form)| Quantity { number, form });
        toml.or_else(of_text)
    }

    /// How many of the smallest unit, or of the unit that a rate is in.
    pub fn number(&self) -> f64 {
        self.number
    }

    /// Whether the two can be compared.
    pub fn is_like(&self, other: &Quantity) -> bool {
        let is_number = |form: &Form| matches!(form, Form::Whole | Form::Decimal);
        self.form == other.form || (is_number(&self.form) && is_number(&other.form))
    }

    /// The value, as TOML, that lies the share `share` (0 to 1) of the way to `end`; `None` if the two
    /// cannot be compared, or a logarithm of zero would be needed.
    pub fn towards(&self, end: &Quantity, share: f64, scale: Scale) -> Option<String> {
        let form = match (&self.form, &end.form) {
            (a, b) if a == b => a.clone(),
            (Form::Whole, Form::Decimal) | (Form::Decimal, Form::Whole) => Form::Decimal,
            _ => return None,
        };
        let number = match scale {
            Scale::Linear => self.number + (end.number - self.number) * share,
            Scale::Log if self.number <= 0.0 || end.number <= 0.0 => return None,
            Scale::Log => {
                let (a, b) = (libm::log(self.number), libm::log(end.number));
                libm::exp(a + (b - a) * share)
            }
        };
        // The ends are met exactly; logarithms would miss them by a hair.
        let number = if share >= 1.0 {
            end.number
        } else if share <= 0.0 {
            self.number
        } else {
            number
        };
        form.write(number)
    }
}

fn of_text(text: &str) -> Option<(f64, Form)> {
    if let Ok(duration) = text.parse::<SimDuration>() {
        return Some((duration.as_nanos() as f64, Form::Duration));
    }
    if let Some((number, unit)) = text.split_once('/') {
        let number = number.trim().replace('_', "").parse().ok()?;
        return Some((number, Form::Rate(unit.trim().to_owned())));
    }
    if let Ok(amount) = text.parse::<Cycles>() {
        return Some((amount.get() as f64, Form::Amount));
    }
    let bytes: Bytes = text.parse().ok()?;
    Some((bytes.get() as f64, Form::Size))
}

impl Form {
    fn write(&self, number: f64) -> Option<String> {
        let whole = format!("{:.0}", libm::round(number));
        Some(match self {
            Form::Whole => whole,
            Form::Decimal => match plain(number) {
                text if text.contains('.') => text,
                text => format!("{text}.0"),
            },
            Form::Duration => quoted(&SimDuration::from_nanos(whole.parse().ok()?).to_string()),
            Form::Rate(unit) => quoted(&format!("{}/{unit}", plain(number))),
            Form::Amount | Form::Size => quoted(&whole),
        })
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// At most nine digits after the point, as rates are kept.
fn plain(number: f64) -> String {
    let text = format!("{number:.9}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(from: &str, to: &str, share: f64, scale: Scale) -> Option<String> {
        let of = |text: &str| Quantity::of(DeValue::parse(text).expect("a value").get_ref());
        of(from)?.towards(&of(to)?, share, scale)
    }

    #[test]
    fn values_lie_between_their_ends_in_the_same_unit() {
        for (from, to, middle) in [
            ("\"10ms\"", "\"1s\"", "\"505ms\""),
            ("\"1/s\"", "\"4/s\"", "\"2.5/s\""),
            ("13", "40", "27"),
            ("0.5", "1", "0.75"),
            ("\"1T\"", "\"2T\"", "\"1500000000000\""),
            ("\"1MiB\"", "\"3MiB\"", "\"2097152\""),
        ] {
            assert_eq!(between(from, to, 0.5, Scale::Linear), Some(middle.to_owned()), "{from}");
        }
    }

    #[test]
    fn a_logarithmic_scale_has_equal_ratios_and_meets_its_ends() {
        assert_eq!(between("\"10ms\"", "\"1s\"", 0.5, Scale::Log), Some("\"100ms\"".to_owned()));
        assert_eq!(between("\"10ms\"", "\"1s\"", 1.0, Scale::Log), Some("\"1s\"".to_owned()));
        assert_eq!(between("0", "10", 0.5, Scale::Log), None);
    }

    #[test]
    fn what_has_different_units_has_nothing_in_between() {
        assert_eq!(between("\"10ms\"", "5", 0.5, Scale::Linear), None);
        assert_eq!(between("\"1/s\"", "\"4/min\"", 0.5, Scale::Linear), None);
        assert_eq!(between("\"left\"", "\"right\"", 0.5, Scale::Linear), None);
    }
}
