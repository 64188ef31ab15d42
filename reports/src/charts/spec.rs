//! What a figure is to be: its kind, its size, and the runs it draws.

use super::kind::Kind;
use crate::analysis::Analysis;
use crate::run::RunReport;
use crate::theme::Width;
use serde::{Deserialize, Serialize};
use sim_core::id::MessageId;

/// A figure that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Its kind.
    pub kind: Kind,
    /// The name its files bear.
    pub name: String,
    /// Another title than that of its kind.
    pub title: Option<String>,
    /// How wide it is.
    pub width: Width,
    /// The message a time line shows; the slowest if none is given.
    pub message: Option<MessageId>,
}

impl Spec {
    /// A figure of a kind as it comes.
    pub fn of(kind: Kind) -> Self {
        let name = kind.name().to_owned();
        Spec { kind, name, title: None, width: Width::default(), message: None }
    }

    /// The figures of a report whose scenario chooses none.
    pub fn defaults() -> Vec<Spec> {
        Kind::DEFAULT.map(Spec::of).to_vec()
    }

    /// The same figure in another width.
    pub fn wide(self, width: Width) -> Self {
        Spec { width, ..self }
    }
}

/// A run that a figure draws.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// The run.
    pub run: &'a RunReport<'a>,
    /// The run, analysed.
    pub analysis: &'a Analysis,
    /// What tells it from the others; empty if it is the only one.
    pub label: &'a str,
}

impl Material<'_> {
    /// A name, with the run it belongs to if there are several.
    pub fn labelled(&self, name: &str) -> String {
        match self.label {
            "" => name.to_owned(),
            label => format!("{name}, {label}"),
        }
    }
}
