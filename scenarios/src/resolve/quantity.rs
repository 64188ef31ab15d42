//! Quantities of a scenario: a plain value, or a distribution of values.

use super::placed::problem;
use crate::diagnostics::Mistake;
use crate::document::Tree;
use serde::de::DeserializeOwned;
use sim_core::distribution::{Distribution, Quantity};
use std::fmt::Display;
use std::str::FromStr;
use toml::{Spanned, Value};

/// Reads a distribution; a plain value is a fixed one.
///
/// Parameters are judged one by one, so that each that is wrong has a place of its own.
pub(super) fn distribution<V>(entry: &Spanned<Tree>) -> Result<Distribution<V>, Mistake>
where
    V: Quantity + FromStr + DeserializeOwned,
    V::Err: Display,
{
    if let Tree::Leaf(value) = entry.get_ref() {
        let value = value.clone().try_into().map_err(|error: toml::de::Error| {
            let message = error.message().replace("; expected", ", expected");
            Mistake::at(entry.span(), message).label("not valid")
        })?;
        return Ok(Distribution::Fixed { value });
    }
    for (key, value) in entry.get_ref().entries() {
        if let (Tree::Leaf(Value::String(text)), true) = (value.get_ref(), key.get_ref() != "kind")
            && let Err(error) = text.parse::<V>()
        {
            return Err(Mistake::at(value.span(), error.to_string()).label("not valid"));
        }
    }
    let distribution: Distribution<V> = entry
        .get_ref()
        .to_value()
        .try_into()
        .map_err(|error: toml::de::Error| problem(error.message(), entry))?;
    let checked = distribution.validate();
    checked.map_err(|error| {
        Mistake::at(entry.span(), error.to_string()).label("do not fit together")
    })?;
    Ok(distribution)
}
