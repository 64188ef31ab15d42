//! The figures of a sweep, from its results alone.

use super::manifest::Manifest;
use super::quantity::Quantity;
use super::table::{RESULTS, Samples, is_wanted};
use reports::charts::Figure;
use reports::charts::sweep::{Kind, Value};
use reports::theme::Width;
use std::fs::File;
use std::path::Path;

/// The folder of figures among the results.
pub const FIGURES: &str = "figures";
/// The metrics drawn if none are named, as far as they are there.
const USUAL: [&str; 4] = ["latency.p50", "latency.p99", "replied", "burned.total"];
/// If none of them is there, so many of those that are.
const OTHERS: usize = 4;

/// Which figures are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Kinds; all if empty.
    pub kinds: Vec<Kind>,
    /// Names of metrics, in which `*` stands for anything; the usual ones if empty.
    pub metrics: Vec<String>,
    /// The field along the axis of curves; the one with most values if none.
    pub across: Option<String>,
    /// How wide they are.
    pub width: Width,
}

/// Figures that cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum FiguresError {
    /// The results cannot be read, or the figures cannot be written.
    #[error("the figures of `{folder}` cannot be drawn: {problem}")]
    Problem {
        /// The folder of the sweep.
        folder: String,
        /// What is the matter.
        problem: String,
    },
    /// No metric has a wanted name.
    #[error("no metric of the sweep is called {0}; results.csv names those that there are")]
    NoSuchMetric(String),
    /// No field has the wanted name.
    #[error("the sweep varies no field `{0}`; it varies {1}")]
    NoSuchField(String, String),
}

/// Whether a folder holds a sweep, or a shard of one.
pub fn is_sweep(folder: &Path) -> bool {
    Manifest::read(folder).is_ok()
}

/// Draws figures of the sweep in a folder.
///
/// # Errors
/// The folder holds no sweep, or not what is wanted of it.
pub fn draw(folder: &Path, wanted: &Wanted) -> Result<Vec<Figure>, FiguresError> {
    let problem = |problem: &dyn std::fmt::Display| FiguresError::Problem {
        folder: folder.display().to_string(),
        problem: problem.to_string(),
    };
    let manifest = Manifest::read(folder).map_err(|error| problem(&error))?;
    let table = File::open(folder.join(RESULTS)).map_err(|error| problem(&error))?;
    let samples = Samples::read(table).map_err(|error| problem(&error))?;
    let fields = &manifest.origin.fields;
    let across = wanted.across.as_ref().map(|name| {
        let place = fields.iter().position(|field| field == name);
        place.ok_or_else(|| FiguresError::NoSuchField(name.clone(), fields.join(", ")))
    });
    let across = across.transpose()?;
    let kinds = if wanted.kinds.is_empty() { &Kind::ALL[..] } else { &wanted.kinds };
    let mut figures = Vec::new();
    for metric in chosen(&samples, &wanted.metrics)? {
        let Some(sweep) = samples.sweep(&metric, manifest.origin.common_random_numbers) else {
            continue;
        };
        for kind in kinds.iter().filter(|kind| kind.suits(&sweep)) {
            figures.push(kind.draw(&sweep, wanted.width, across).map_err(|error| problem(&error))?);
        }
    }
    Ok(figures)
}

/// Draws the usual figures into the folder of a sweep that has come to its end.
///
/// # Errors
/// They cannot be drawn or written.
pub fn write(folder: &Path) -> Result<(), FiguresError> {
    let figures = draw(folder, &Wanted::default())?;
    reports::write::write_drawn(&folder.join(FIGURES), &figures).map_err(|error| {
        FiguresError::Problem { folder: folder.display().to_string(), problem: error.to_string() }
    })
}

fn chosen(samples: &Samples, patterns: &[String]) -> Result<Vec<String>, FiguresError> {
    let all = || samples.observed().map(str::to_owned);
    if !patterns.is_empty() {
        let found: Vec<String> = all().filter(|name| is_wanted(name, patterns)).collect();
        return match found.is_empty() {
            true => Err(FiguresError::NoSuchMetric(patterns.join(" or "))),
            false => Ok(found),
        };
    }
    let usual: Vec<String> = all().filter(|name| USUAL.contains(&name.as_str())).collect();
    Ok(if usual.is_empty() { all().take(OTHERS).collect() } else { usual })
}

/// The values of a field: numbers where all are, in one unit.
pub(super) fn values(texts: &[&str]) -> Vec<Value> {
    let quantities: Option<Vec<Quantity>> =
        texts.iter().map(|text| Quantity::parse(text)).collect();
    let comparable = quantities.filter(|all| all.windows(2).all(|pair| pair[0].is_like(&pair[1])));
    let number = |place: usize| comparable.as_ref().map(|all| all[place].number());
    let value =
        |(place, text): (usize, &&str)| Value { text: (*text).to_owned(), number: number(place) };
    texts.iter().enumerate().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(texts: &[&str]) -> Vec<Option<f64>> {
        values(texts).into_iter().map(|value| value.number).collect()
    }

    #[test]
    fn values_in_one_unit_are_numbers() {
        assert_eq!(numbers(&["10ms", "2s"]), [Some(1e7), Some(2e9)]);
        assert_eq!(numbers(&["13", "40"]), [Some(13.0), Some(40.0)]);
        assert_eq!(numbers(&["1/s", "2.5/s"]), [Some(1.0), Some(2.5)]);
        assert_eq!(numbers(&["1/s", "2/min"]), [None, None]);
        assert_eq!(numbers(&["ic-2024", "round-robin"]), [None, None]);
        assert_eq!(numbers(&["13", ""]), [None, None]);
    }
}
