//! Mermaid sequence diagrams, which many editors and code hosts draw.

use crate::human;
use crate::sequence::{Arrow, Sequence, Step};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Characters of a label; longer ones push the boxes too far apart.
const LONGEST: usize = 80;

/// Writes a sequence as a diagram: a box for each subnet, an arrow for each request and answer.
///
/// # Errors
/// `out` cannot be written to.
pub fn write<W: Write>(mut out: W, sequence: &Sequence) -> io::Result<()> {
    writeln!(out, "sequenceDiagram")?;
    participants(&mut out, sequence)?;
    for step in &sequence.steps {
        arrow(&mut out, step)?;
    }
    if sequence.left_out > 0 {
        let last = sequence.participants.len().saturating_sub(1);
        writeln!(out, "  Note over p0,p{last}: {} more arrows left out", sequence.left_out)?;
    }
    Ok(())
}

fn participants<W: Write>(out: &mut W, sequence: &Sequence) -> io::Result<()> {
    let mut boxes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, participant) in sequence.participants.iter().enumerate() {
        boxes.entry(&participant.subnet).or_default().push(place);
    }
    for (subnet, places) in boxes {
        if !subnet.is_empty() {
            writeln!(out, "  box transparent {}", plain(subnet))?;
        }
        for place in places {
            let name = plain(&sequence.participants[place].name);
            writeln!(out, "  participant p{place} as {name}")?;
        }
        if !subnet.is_empty() {
            writeln!(out, "  end")?;
        }
    }
    Ok(())
}

fn arrow<W: Write>(out: &mut W, step: &Step) -> io::Result<()> {
    let line = match step.arrow {
        Arrow::Request => "->>",
        Arrow::Reply => "-->>",
        Arrow::Reject => "--x",
        Arrow::Open => "-)",
    };
    let left = human::instant(step.left.as_nanos());
    let took = match step.arrived {
        Some(arrived) => format!("+{}", human::duration(arrived.since(step.left).as_nanos())),
        None => "open".to_owned(),
    };
    let Step { from, to, label, .. } = step;
    writeln!(
        out,
        "  p{from}{line}p{to}: {} ({left}, {took})",
        escaped(&human::shorten(label, LONGEST))
    )
}

/// Text of an arrow, in which Mermaid's own syntax is written as entities.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ';' => escaped.push_str("#59;"),
            '#' => escaped.push_str("#35;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '\n' | '\r' => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A name without what Mermaid takes for syntax.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if matches!(c, ';' | '#' | '\n' | ':' | '<' | '>') { ' ' } else { c })
        .collect()
}
