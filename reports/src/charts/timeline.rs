//! One message and all it led to, over time: a lane for each party, arrows for messages on their way
//! (L. Lamport, "Time, Clocks, and the Ordering of Events", 1978).

use super::spec::{Material, Spec};
use super::{Figure, data};
use crate::causes::Causes;
use crate::font;
use crate::human;
use crate::legend::{self, Entry, Sample};
use crate::panel::{Panel, Scale};
use crate::scene::{Align, Point, Scene, Text};
use crate::sequence::{Arrow, Participant, Sequence, Step};
use crate::tables::{Table, column};
use crate::theme::{self, Color};
use crate::ticks;
use sim_core::id::MessageId;

/// The figure's name.
pub const NAME: &str = "timeline";
const TITLE: &str = "A message and what it led to";
/// Arrows drawn; more could not be told apart.
const MOST: usize = 120;
const LANE: f64 = 46.0;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/timeline.csv",
    rows: "one message or answer on its way; in order of leaving",
    groups: &[&[
        column("message", "", "the message, as subnet.sequence"),
        column("arrow", "", "request, reply or reject; open if it had no effect within the run"),
        column("from", "", "who sent it"),
        column("to", "", "to whom"),
        column("left_ns", "ns", "when it was sent, from the start of the run"),
        column("arrived_ns", "ns", "when it was executed, or the answer was seen"),
        column("label", "", "the method, or what the answer was"),
    ]],
};

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(spec: &Spec, run: &Material<'_>) -> csv::Result<Figure> {
    let causes = Causes::of(&run.analysis.messages);
    let root = spec.message.or_else(|| slowest_root(&causes, run));
    let sequence =
        root.map_or_else(Sequence::default, |id| Sequence::of(&causes, id, run.analysis, MOST));
    let scene = draw(spec, &sequence);
    let rows = sequence.steps.iter().map(|step| cells(step, &sequence));
    Ok(Figure::new(spec, TITLE, caption(root, &sequence), scene, data(&TABLE, rows)?))
}

/// The slowest message that nothing else led to, among those that led to something if there are any.
fn slowest_root(causes: &Causes<'_>, run: &Material<'_>) -> Option<MessageId> {
    let roots = || run.analysis.slowest().filter(|message| causes.parent(message.id).is_none());
    let calling = roots().find(|message| !causes.children(message.id).is_empty());
    calling.or_else(|| roots().next()).map(|message| message.id)
}

fn cells(step: &Step, sequence: &Sequence) -> [String; 7] {
    let name = |place: usize| sequence.participants[place].name.clone();
    [
        step.message.to_string(),
        arrow_name(step.arrow).to_owned(),
        name(step.from),
        name(step.to),
        step.left.as_nanos().to_string(),
        step.arrived.map_or_else(String::new, |time| time.as_nanos().to_string()),
        step.label.clone(),
    ]
}

fn arrow_name(arrow: Arrow) -> &'static str {
    match arrow {
        Arrow::Request => "request",
        Arrow::Reply => "reply",
        Arrow::Reject => "reject",
        Arrow::Open => "open",
    }
}

fn color(arrow: Arrow) -> Color {
    match arrow {
        Arrow::Request => theme::BLUE,
        Arrow::Reply => theme::GREEN,
        Arrow::Reject => theme::VERMILLION,
        Arrow::Open => theme::MUTED,
    }
}

/// What stands beside a lane: the party, and its subnet below.
fn lane_label(participant: &Participant) -> [String; 2] {
    [human::shorten(&participant.name, 16), human::shorten(&participant.subnet, 18)]
}

fn draw(spec: &Spec, sequence: &Sequence) -> Scene {
    let mut scene = Scene::sized(spec.width, TITLE);
    let labels: Vec<[String; 2]> = sequence.participants.iter().map(lane_label).collect();
    let widths = labels.iter().flatten().map(|text| font::width(text, theme::SMALL, false));
    let left = widths.fold(40.0, f64::max) + 18.0;
    let arrows = [Arrow::Request, Arrow::Reply, Arrow::Reject, Arrow::Open];
    let used = |arrow: &Arrow| sequence.steps.iter().any(|step| step.arrow == *arrow);
    let entries = arrows
        .into_iter()
        .filter(used)
        .map(|arrow| Entry::new(color(arrow), Sample::Line, arrow_name(arrow)));
    let entries: Vec<Entry> = entries.collect();
    let width = spec.width.pixels() - left - 24.0;
    let top = legend::draw(&mut scene, &entries, left, 4.0, width) + 6.0;
    let height = LANE * labels.len().max(2) as f64;
    scene.height = libm::ceil(top + height + 44.0);
    let (from, to) = span(sequence);
    let x = Scale::Linear(0.0, (to - from).max(1.0));
    let panel = Panel { left, top, width, height, x, y: Scale::Linear(0.0, 1.0) };
    axes(&mut scene, &panel, from, to);
    let lane = |place: usize| top + LANE * (place as f64 + 0.5);
    for (place, [name, subnet]) in labels.iter().enumerate() {
        let y = lane(place);
        scene.path(vec![(left, y), (panel.right(), y)], theme::MUTED, theme::HAIRLINE);
        let lift = if subnet.is_empty() { 4.0 } else { -1.0 };
        scene.text(Text::small(name.as_str(), (left - 8.0, y + lift)).aligned(Align::End));
        let below = Text::small(subnet.as_str(), (left - 8.0, y + 13.0)).aligned(Align::End);
        scene.text(Text { color: theme::MUTED, ..below });
    }
    for step in &sequence.steps {
        let place =
            |time: sim_core::time::SimTime| panel.point(time.as_nanos() as f64 - from, 0.0).0;
        let start = (place(step.left), lane(step.from));
        let end = step.arrived.map(|time| (place(time), lane(step.to)));
        draw_step(&mut scene, step, start, end);
    }
    if sequence.steps.is_empty() {
        panel.no_data(&mut scene);
    }
    scene
}

/// From the first sending to the last arrival, in nanoseconds.
fn span(sequence: &Sequence) -> (f64, f64) {
    let first = sequence.steps.iter().map(|step| step.left).min().unwrap_or_default();
    let times = sequence.steps.iter().map(|step| step.arrived.unwrap_or(step.left));
    let last = times.max().unwrap_or_default();
    (first.as_nanos() as f64, last.as_nanos() as f64)
}

/// The axis counts from the first sending.
fn axes(scene: &mut Scene, panel: &Panel, from: f64, to: f64) {
    let (times, unit) = ticks::time((to - from).max(1.0), 6);
    for tick in &times {
        let x = panel.point(tick.at, 0.0).0;
        scene.path(vec![(x, panel.top), (x, panel.bottom())], theme::GRID, theme::HAIRLINE);
    }
    panel.x_axis(scene, &times, true);
    let start = human::instant(from as u64);
    panel.x_title(scene, &format!("Time since {start} ({unit})"));
}

fn draw_step(scene: &mut Scene, step: &Step, start: Point, end: Option<Point>) {
    let color = color(step.arrow);
    let Some(end) = end else {
        return scene.dot(start, 3.0, color);
    };
    scene.path(vec![start, end], color, theme::THIN);
    let (dx, dy) = (end.0 - start.0, end.1 - start.1);
    let length = libm::hypot(dx, dy).max(1e-6);
    let (ux, uy) = (dx / length, dy / length);
    let back = (end.0 - ux * 8.0, end.1 - uy * 8.0);
    let corners =
        vec![end, (back.0 - uy * 3.5, back.1 + ux * 3.5), (back.0 + uy * 3.5, back.1 - ux * 3.5)];
    scene.area(corners, color);
    scene.dot(start, 2.0, color);
}

fn caption(root: Option<MessageId>, sequence: &Sequence) -> String {
    let Some(root) = root else { return "No message was answered in this run.".to_owned() };
    let rest = match sequence.left_out {
        0 => String::new(),
        count => format!(" {count} more arrows are left out."),
    };
    format!(
        "Message {root} and everything it led to ({} arrows). A request goes from sending to the \
         start of its execution, an answer from answering to where it is seen: by the callback that \
         begins, or by the client once it is certified.{rest}",
        human::sample(sequence.steps.len()),
    )
}
