//! One swept field and the values it takes.

use super::latin;
use super::quantity::{Quantity, Scale};
use crate::diagnostics::{Mistake, Span, did_you_mean};
use crate::document::change::{Change, toml_text};
use crate::document::path::FieldPath;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A field and what it is to be.
#[derive(Clone, Debug)]
pub struct Axis {
    /// The field.
    pub path: FieldPath,
    /// Where `[sweep]` names it.
    pub place: Span,
    values: Values,
}

#[derive(Clone, Debug)]
enum Values {
    List(Vec<(Span, String)>),
    Range { from: Quantity, to: Quantity, steps: Option<u64>, scale: Scale, place: Span },
}

/// No range has more steps.
const MOST_STEPS: u64 = 100_000;
const RANGE_FIELDS: [&str; 4] = ["from", "to", "steps", "scale"];

impl Axis {
    /// Reads the entry of a field; tables that are no ranges hold fields further inwards.
    ///
    /// # Errors
    /// The entry is no list and no range.
    pub fn read(
        path: FieldPath,
        place: Span,
        value: &Spanned<DeValue<'_>>,
        axes: &mut Vec<Axis>,
    ) -> Result<(), Mistake> {
        match value.get_ref() {
            DeValue::Array(items) if !items.is_empty() => {
                let values = Values::List(items.iter().map(item).collect());
                axes.push(Axis { path, place, values });
            }
            DeValue::Table(table) if table.contains_key("from") => {
                let values = range(table, value.span())?;
                axes.push(Axis { path, place, values });
            }
            DeValue::Table(table) if !table.is_empty() => {
                for (key, inner) in table.iter() {
                    let path = path.join(&FieldPath::name(key.get_ref()));
                    Axis::read(path, key.span(), inner, axes)?;
                }
            }
            _ => {
                return Err(Mistake::at(value.span(), format!("`{path}` is not varied by this"))
                    .label("expected a list or a range")
                    .help("a list `[\"10ms\", \"40ms\"]`, or a range `{ from = \"10ms\", to = \"160ms\", steps = 5 }`, with `scale = \"log\"` for equal ratios"));
            }
        }
        Ok(())
    }

    /// The values of the field on a grid.
    ///
    /// # Errors
    /// A range does not say in how many steps.
    pub fn grid(&self) -> Result<Vec<Change>, Mistake> {
        match &self.values {
            Values::List(values) => Ok(values.iter().map(|value| self.change(value)).collect()),
            Values::Range { steps: None, place, .. } => {
                Err(Mistake::at(place.clone(), "the range does not say in how many steps")
                    .label("`steps` is missing")
                    .help("add `steps = 5` for five values, both ends among them"))
            }
            Values::Range { steps: Some(steps), .. } => {
                let last = (steps - 1).max(1) as f64;
                (0..*steps).map(|step| self.at(step as f64 / last)).collect()
            }
        }
    }

    /// The values of the field in a Latin hypercube.
    ///
    /// # Errors
    /// There is nothing between the ends of the range.
    pub fn latin(&self, samples: usize) -> Result<Vec<Change>, Mistake> {
        latin::shares(&self.path.to_string(), samples)
            .into_iter()
            .map(|share| self.at(share))
            .collect()
    }

    /// The value at a share (0 to 1) of the way through.
    fn at(&self, share: f64) -> Result<Change, Mistake> {
        match &self.values {
            Values::List(values) => {
                let index = ((share * values.len() as f64) as usize).min(values.len() - 1);
                Ok(self.change(&values[index]))
            }
            Values::Range { from, to, scale, place, .. } => {
                let value = from.towards(to, share, *scale).ok_or_else(|| {
                    Mistake::at(place.clone(), "there is nothing between these ends")
                        .label("cannot be divided")
                        .help("expected two quantities in the same unit, both above zero for `scale = \"log\"`")
                })?;
                Ok(self.change(&(place.clone(), value)))
            }
        }
    }

    fn change(&self, (value_place, value): &(Span, String)) -> Change {
        Change {
            path: self.path.clone(),
            place: self.place.clone(),
            value: value.clone(),
            value_place: value_place.clone(),
        }
    }
}

/// An item of a list: where it stands, and its text.
pub(super) fn item(value: &Spanned<DeValue<'_>>) -> (Span, String) {
    (value.span(), toml_text(value.get_ref()))
}

fn range(table: &DeTable<'_>, span: Span) -> Result<Values, Mistake> {
    if let Some(key) = table.keys().find(|key| !RANGE_FIELDS.contains(&key.get_ref().as_ref())) {
        return Err(Mistake::at(key.span(), format!("a range has no field `{}`", key.get_ref()))
            .label("not a field here")
            .help(did_you_mean(key.get_ref(), "fields", RANGE_FIELDS)));
    }
    Ok(Values::Range {
        from: end(table, "from", &span)?,
        to: end(table, "to", &span)?,
        steps: table.get("steps").map(steps).transpose()?,
        scale: table.get("scale").map_or(Ok(Scale::default()), scale)?,
        place: span,
    })
}

fn end(table: &DeTable<'_>, name: &str, span: &Span) -> Result<Quantity, Mistake> {
    let value = table.get(name).ok_or_else(|| {
        Mistake::at(span.clone(), format!("the field `{name}` is missing"))
            .label(format!("`{name}` is expected here"))
    })?;
    Quantity::of(value.get_ref()).ok_or_else(|| {
        Mistake::at(value.span(), format!("`{name}` is no quantity"))
            .label("not valid")
            .help("expected a number, or text such as \"40ms\", \"5/s\", \"2T\" or \"4MiB\"")
    })
}

fn steps(value: &Spanned<DeValue<'_>>) -> Result<u64, Mistake> {
    whole(value).filter(|steps| (1..=MOST_STEPS).contains(steps)).ok_or_else(|| {
        Mistake::at(value.span(), "`steps` counts values")
            .label(format!("expected a whole number from 1 to {MOST_STEPS}"))
    })
}

fn scale(value: &Spanned<DeValue<'_>>) -> Result<Scale, Mistake> {
    match value.get_ref().as_str() {
        Some("linear") => Ok(Scale::Linear),
        Some("log") => Ok(Scale::Log),
        found => Err(Mistake::at(value.span(), "this scale is not known")
            .label("not valid")
            .help(did_you_mean(found.unwrap_or(""), "expected one of", ["linear", "log"]))),
    }
}

/// A whole number of at least 0.
pub(super) fn whole(value: &Spanned<DeValue<'_>>) -> Option<u64> {
    match value.get_ref() {
        DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    }
}
