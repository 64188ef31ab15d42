//! A sequence of arrows as a drawing: a column for each party, a row for each arrow, in order of
//! leaving. Unlike the time line, rows are equally far apart, so that every arrow can be read.

use crate::font;
use crate::human;
use crate::scene::{Align, Scene, Text};
use crate::sequence::{Arrow, Sequence, Step};
use crate::theme::{self, Color};

const ROW: f64 = 30.0;
const HEAD: f64 = 48.0;
/// Room for the times on the left.
const TIMES: f64 = 86.0;
const COLUMN: f64 = 190.0;
/// Room for the loop of a party that calls itself.
const LOOP: f64 = 34.0;

/// Draws a sequence; its label is `title`.
pub fn draw(sequence: &Sequence, title: &str) -> Scene {
    let count = sequence.participants.len().max(1) as f64;
    let width = TIMES + COLUMN * count + LOOP;
    let rows = sequence.steps.len() as f64;
    let mut scene = Scene { width, ..Scene::new(0.0, title) };
    scene.height = libm::ceil(HEAD + ROW * rows + 34.0);
    let bottom = HEAD + ROW * rows + 10.0;
    for (place, participant) in sequence.participants.iter().enumerate() {
        let x = column(place);
        scene.path(vec![(x, HEAD), (x, bottom)], theme::GRID, theme::THIN);
        let name = human::shorten(&participant.name, 24);
        let head = Text { bold: true, ..Text::small(name, (x, 16.0)) };
        scene.text(head.aligned(Align::Middle));
        let subnet = Text::small(human::shorten(&participant.subnet, 26), (x, 32.0));
        scene.text(Text { color: theme::MUTED, ..subnet.aligned(Align::Middle) });
    }
    for (row, step) in sequence.steps.iter().enumerate() {
        draw_step(&mut scene, step, HEAD + ROW * (row as f64 + 0.9));
    }
    if sequence.left_out > 0 {
        let text = format!("{} more arrows are left out", human::count(sequence.left_out as u64));
        let note = Text::small(text, (TIMES, scene.height - 8.0));
        scene.text(Text { color: theme::MUTED, ..note });
    }
    scene
}

fn column(place: usize) -> f64 {
    TIMES + COLUMN * (place as f64 + 0.5)
}

fn draw_step(scene: &mut Scene, step: &Step, y: f64) {
    let time = Text::small(human::instant(step.left.as_nanos()), (TIMES - 10.0, y + 4.0));
    scene.text(Text { color: theme::MUTED, ..time.aligned(Align::End) });
    let color = color(step.arrow);
    let (from, to) = (column(step.from), column(step.to));
    let label = label(step, (to - from).abs().max(COLUMN) - 18.0);
    if step.from == step.to {
        let corner = from + LOOP;
        let line = vec![(from, y - 8.0), (corner, y - 8.0), (corner, y + 4.0), (from, y + 4.0)];
        scene.path(line, color, theme::THIN);
        head(scene, from, y + 4.0, -1.0, color);
        return scene.text(Text::small(label, (from + 6.0, y - 12.0)));
    }
    let line = [(from, y), (to, y)];
    match step.arrow {
        Arrow::Request => scene.path(line.to_vec(), color, theme::THIN),
        _ => scene.dashed(&line, color, theme::THIN, (4.0, 2.5)),
    }
    head(scene, to, y, if to > from { 1.0 } else { -1.0 }, color);
    scene.text(Text::small(label, ((from + to) / 2.0, y - 5.0)).aligned(Align::Middle));
}

/// What an arrow says, with the time it took, cut to fit.
fn label(step: &Step, width: f64) -> String {
    let took = match step.arrived {
        Some(arrived) => human::duration(arrived.since(step.left).as_nanos()),
        None => "open".to_owned(),
    };
    let full = |text: &str| format!("{text} ({took})");
    let lengths = (4..=step.label.chars().count()).rev();
    let fits = |text: &String| font::width(text, theme::SMALL, false) <= width;
    let shorter = lengths.map(|length| full(&human::shorten(&step.label, length))).find(fits);
    shorter.unwrap_or_else(|| full(&human::shorten(&step.label, 4)))
}

fn color(arrow: Arrow) -> Color {
    match arrow {
        Arrow::Request => theme::BLUE,
        Arrow::Reply => theme::GREEN,
        Arrow::Reject => theme::VERMILLION,
        Arrow::Open => theme::MUTED,
    }
}

/// The head of a horizontal arrow that points to the right (1) or to the left (-1).
fn head(scene: &mut Scene, x: f64, y: f64, direction: f64, color: Color) {
    let back = x - direction * 8.0;
    scene.area(vec![(x, y), (back, y - 3.5), (back, y + 3.5)], color);
}
