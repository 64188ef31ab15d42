//! What is wrong with the input: mistakes with their place, and how they are shown.

mod nearest;
mod render;

pub use nearest::{did_you_mean, list, nearest};
pub use render::Look;

use crate::source::Source;
use std::ops::Range;

/// A range of bytes in the scenario file.
pub type Span = Range<usize>;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What was found, in one sentence.
    pub message: String,
    /// The place in the scenario file, if it has one.
    pub span: Option<Span>,
    /// A few words shown at the place.
    pub label: String,
    /// What was expected, and the nearest valid name.
    pub help: Option<String>,
}

impl Mistake {
    /// A mistake without a place in the file.
    pub fn new(message: impl Into<String>) -> Self {
        Mistake { message: message.into(), span: None, label: "here".to_owned(), help: None }
    }

    /// A mistake at `span`.
    pub fn at(span: Span, message: impl Into<String>) -> Self {
        Mistake { span: Some(span), ..Mistake::new(message) }
    }

    /// The same with a few words shown at its place.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same with advice.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A scenario that cannot be run, with every mistake found in it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", self.render(Look::Plain { width: 100 }))]
pub struct Refusal {
    source_file: Source,
    mistakes: Vec<Mistake>,
}

impl Refusal {
    /// Refuses `source` for `mistakes`, which are put in the order of their places.
    pub fn new(source: Source, mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| mistake.span.as_ref().map(|span| span.start));
        Refusal { source_file: source, mistakes }
    }

    /// What is wrong, in the order of the file.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }
}
