//! The slowest messages, each with the sequence of what it led to.

use super::table::{Cell, table};
use crate::analysis::Analysis;
use crate::canvas;
use crate::causes::Causes;
use crate::diagram;
use crate::error::ReportError;
use crate::human;
use crate::messages::Message;
use crate::sequence::Sequence;
use maud::{Markup, PreEscaped, html};
use sim_core::record::Outcome;

/// Messages in the table.
const LISTED: usize = 20;
/// Messages with a diagram.
const DRAWN: usize = 5;
/// Arrows of a diagram.
const MOST_ARROWS: usize = 40;

/// The section.
///
/// # Errors
/// A diagram cannot be drawn.
pub(super) fn section(analysis: &Analysis) -> Result<Markup, ReportError> {
    let causes = Causes::of(&analysis.messages);
    let is_root = |message: &&Message| causes.parent(message.id).is_none();
    let roots: Vec<&Message> = analysis.slowest().filter(is_root).take(LISTED).collect();
    let drawn = roots.iter().take(DRAWN).map(|message| {
        let sequence = Sequence::of(&causes, message.id, analysis, MOST_ARROWS);
        let title = format!("Message {} and what it led to", message.id);
        let svg = canvas::svg(&diagram::draw(&sequence, &title))
            .map_err(|cause| ReportError::Draw { figure: title.clone(), cause })?;
        Ok((*message, svg))
    });
    let drawn: Vec<(&Message, String)> = drawn.collect::<Result<_, ReportError>>()?;
    Ok(html! {
        section aria-labelledby="slowest" {
            h2 id="slowest" { "Slowest messages" }
            @if roots.is_empty() { p { "No message was answered in this run." } }
            p.note {
                "Of messages that nothing else in the run led to. "
                code { "icsim trace show" } " tells the story of any message by its id."
            }
            @if !roots.is_empty() { (list(&roots, &causes, analysis)) }
            @for (place, (message, svg)) in drawn.iter().enumerate() {
                details open[place == 0] {
                    summary {
                        (message.id) ": " (message.callee) "." (message.method) ", "
                        (human::duration(message.latency_ns().unwrap_or(0)))
                    }
                    div.card.diagram tabindex="0" { (PreEscaped(svg)) }
                }
            }
        }
    })
}

fn list(roots: &[&Message], causes: &Causes<'_>, analysis: &Analysis) -> Markup {
    let size = |message: &Message| {
        let whole = || causes.tree(message.id).len() as u64;
        analysis.sizes.get(&message.id).copied().unwrap_or_else(whole)
    };
    let rows = roots.iter().map(|message| {
        let outcome = match message.outcome {
            Some(Outcome::Reject(code)) => format!(" (rejected: {})", code.name()),
            _ => String::new(),
        };
        let name = format!("{} {}.{}{outcome}", message.id, message.callee, message.method);
        let cells = [
            Cell::duration(message.latency_ns().unwrap_or(0)),
            Cell::duration(message.sent.as_nanos()),
            Cell::count(size(message) - 1),
            Cell::amount(message.instructions.map_or(0, |count| count.get()).into()),
            Cell::bytes(message.bytes.get()),
        ];
        (name, cells)
    });
    let head = ["Took", "Sent", "Calls it led to", "Instructions", "Size"];
    table("The slowest messages", "Message", head, rows)
}
