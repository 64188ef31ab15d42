//! The latency of links.

use super::placed::problem;
use crate::diagnostics::Mistake;
use crate::document::{Document, Tree};
use sim_core::distribution::Distribution;
use sim_core::time::SimDuration;
use toml::{Spanned, Value};

/// The latency of every link; `None` without links, or if there is something wrong with it.
pub(super) fn resolve(document: &Document, mistakes: &mut Vec<Mistake>) -> Option<Distribution> {
    let entry = document.network.as_ref().and_then(|network| network.latency.as_ref());
    match entry {
        Some(entry) => read(entry).map_err(|mistake| mistakes.push(mistake)).ok(),
        None if document.subnet.len() < 2 => None,
        None => {
            mistakes.push(missing(document));
            None
        }
    }
}

fn missing(document: &Document) -> Mistake {
    let place = document.subnet.get(1).map_or(0..0, |subnet| subnet.name.span());
    Mistake::at(place, "the latency between subnets is missing")
        .label("the second subnet")
        .help("add, for example:\n[network]\nlatency = { kind = \"lognormal\", median = \"40ms\", p99 = \"120ms\" }")
}

/// Every parameter of a distribution is a duration, so each can be judged at its own place.
fn read(entry: &Spanned<Tree>) -> Result<Distribution, Mistake> {
    for (key, value) in entry.get_ref().entries() {
        if let (Tree::Leaf(Value::String(text)), true) = (value.get_ref(), key.get_ref() != "kind")
            && let Err(error) = text.parse::<SimDuration>()
        {
            return Err(Mistake::at(value.span(), error.to_string()).label("not valid"));
        }
    }
    let distribution: Distribution = entry
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
