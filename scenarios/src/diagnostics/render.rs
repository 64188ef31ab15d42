//! Shows mistakes with a piece of the scenario file around each.

use super::{Mistake, Refusal};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode,
};
use std::fmt;

/// How mistakes are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// ASCII only, no colours; for pipes, files and tests.
    Plain {
        /// Columns.
        width: usize,
    },
    /// For a terminal.
    Terminal {
        /// Columns.
        width: usize,
        /// With colours.
        colour: bool,
    },
}

impl Look {
    fn handler(self) -> GraphicalReportHandler {
        let (theme, width) = match self {
            Look::Plain { width } => (GraphicalTheme::none(), width),
            Look::Terminal { width, colour: false } => (GraphicalTheme::unicode_nocolor(), width),
            Look::Terminal { width, colour: true } => (GraphicalTheme::unicode(), width),
        };
        GraphicalReportHandler::new_themed(theme)
            .with_width(width)
            .with_context_lines(1)
            .with_links(false)
    }
}

impl Refusal {
    /// All mistakes as text, one below the other.
    pub fn render(&self, look: Look) -> String {
        let handler = look.handler();
        let mut text = String::new();
        for mistake in &self.mistakes {
            let (name, range) = self.source_file.part_of(&mistake.span.clone().unwrap_or(0..0));
            let source = NamedSource::new(name, self.source_file.text[range.clone()].to_owned());
            let placed = Placed { mistake, source: &source, start: range.start };
            // Writing to a string fails only if a theme does, and those above do not.
            let _ = handler.render_report(&mut text, &placed);
        }
        text
    }
}

/// A mistake together with the text it lies in, as miette wants it.
#[derive(Debug)]
struct Placed<'a> {
    mistake: &'a Mistake,
    source: &'a NamedSource<String>,
    /// Where the source begins in the numbering of places.
    start: usize,
}

impl fmt::Display for Placed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mistake.message)
    }
}

impl std::error::Error for Placed<'_> {}

impl Diagnostic for Placed<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.mistake.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.mistake.span.as_ref().map(|_| self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.mistake.span.clone()?;
        let span = span.start.saturating_sub(self.start)..span.end.saturating_sub(self.start);
        let label = LabeledSpan::new_with_span(Some(self.mistake.label.clone()), span);
        Some(Box::new(std::iter::once(label)))
    }
}
