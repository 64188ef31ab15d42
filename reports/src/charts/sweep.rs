//! Figures of a sweep: one metric at many points, each point from several runs.
//!
//! | kind | what it shows |
//! |---|---|
//! | [`curves`] | means over a swept field, with 95 % intervals as bands |
//! | [`forest`] | how far each point lies from the first, run by run under common random numbers |
//! | [`spread`] | the runs of each point as box plots |

pub mod curves;
pub mod forest;
mod measure;
mod rows;
pub mod spread;

use super::Figure;
use crate::theme::Width;
use std::collections::BTreeMap;

/// A metric of a sweep at all its points.
#[derive(Clone, Debug, Default)]
pub struct Sweep {
    /// The swept fields.
    pub fields: Vec<String>,
    /// The metric.
    pub metric: String,
    /// Its unit, as in [`crate::metrics::UNITS`].
    pub unit: String,
    /// The points, in order.
    pub points: Vec<Point>,
    /// All points were run from the same seeds.
    pub common_random_numbers: bool,
}

/// A point of a sweep.
#[derive(Clone, Debug, Default)]
pub struct Point {
    /// The values of the fields, as they were written.
    pub values: Vec<Value>,
    /// What the metric was, by replication; those without a value are not there.
    pub sample: BTreeMap<usize, f64>,
}

/// A value of a swept field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Value {
    /// As it was written.
    pub text: String,
    /// As a number, if it is one, with the others of its field in one unit.
    pub number: Option<f64>,
}

/// The kinds of figures of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Means over a field, with bands.
    Curves,
    /// Differences to the first point.
    Forest,
    /// Box plots of runs.
    Spread,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 3] = [Kind::Curves, Kind::Forest, Kind::Spread];

    /// Its name, which its files begin with.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Curves => "curves",
            Kind::Forest => "forest",
            Kind::Spread => "spread",
        }
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether a sweep has what it takes: differences need several points that share their seeds, and curves a
    /// field.
    pub fn suits(self, sweep: &Sweep) -> bool {
        match self {
            Kind::Curves => !sweep.fields.is_empty() && sweep.points.len() > 1,
            Kind::Forest => sweep.common_random_numbers && sweep.points.len() > 1,
            Kind::Spread => true,
        }
    }

    /// Draws a sweep; `across` is the field that curves run along, if not the one they choose.
    ///
    /// # Errors
    /// The data of the figure cannot be put into CSV.
    pub fn draw(self, sweep: &Sweep, width: Width, across: Option<usize>) -> csv::Result<Figure> {
        match self {
            Kind::Curves => curves::figure(sweep, width, across),
            Kind::Forest => forest::figure(sweep, width),
            Kind::Spread => spread::figure(sweep, width),
        }
    }
}

impl Sweep {
    /// The name of the files of a figure of this metric: letters, digits and hyphens.
    fn file(&self, kind: Kind) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
        format!("{}-{}", kind.name(), self.metric.chars().map(plain).collect::<String>())
    }

    /// How many runs the points have: `n = 10`, or `n = 5 to 10`.
    fn runs(&self) -> String {
        let sizes = || self.points.iter().map(|point| point.sample.len());
        match (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0)) {
            (least, most) if least == most => crate::human::sample(most),
            (least, most) => format!("{} to {most}", crate::human::sample(least)),
        }
    }

    /// The fields in words.
    fn fields_in_words(&self) -> String {
        match self.fields.as_slice() {
            [] => "no field".to_owned(),
            fields => fields.join(", "),
        }
    }
}

impl Point {
    /// The sample in the order of replications.
    fn ordered(&self) -> Vec<f64> {
        self.sample.values().copied().collect()
    }

    /// The values of the fields, one after the other.
    fn label(&self) -> String {
        let texts: Vec<&str> = self.values.iter().map(|value| value.text.as_str()).collect();
        texts.join(", ")
    }
}

/// The last two parts of a field's path, which tell it from the others well enough for an axis.
fn short(field: &str) -> String {
    let parts: Vec<&str> = field.split('.').collect();
    parts[parts.len().saturating_sub(2)..].join(".")
}
