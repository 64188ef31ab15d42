//! How full the rounds were and what waited: small multiples, one row for each subnet, on common
//! scales.

use super::{Figure, data};
use crate::decimate::decimate;
use crate::human;
use crate::legend::{self, DASH, Entry, Sample};
use crate::panel::{Panel, Scale};
use crate::rounds;
use crate::scene::{Align, Point, Scene, Text};
use crate::tables::{Table, column};
use crate::theme::{self, Color};
use crate::ticks;
use sim_core::history::{History, SubnetHistory};
use sim_core::profile::Profile;

/// The figure's name.
pub const NAME: &str = "rounds";
const TITLE: &str = "Load of rounds and queues over time";
/// Rows drawn; of more subnets, those that executed the most.
const MOST_ROWS: usize = 8;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/rounds.csv",
    rows: "one round of one subnet; by subnet, then by height",
    groups: &[&[
        column("subnet", "", "the subnet's name"),
        column("start_ns", "ns", "when the round began, from the start of the run"),
        column("end_ns", "ns", "when it ended"),
        column("instructions", "instructions", "executed on all threads together"),
        column(
            "busiest_thread_instructions",
            "instructions",
            "of the busiest thread, with overheads",
        ),
        column(
            "queued",
            "messages",
            "in input queues when execution began, the block's among them",
        ),
        column("left_over", "messages", "still in input queues at the end of the round"),
        column("ingress_waiting", "messages", "ingress messages no block has included yet"),
    ]],
};

const ALL_THREADS: Color = theme::BLUE;
const BUSIEST_THREAD: Color = theme::ORANGE;
const QUEUED: Color = theme::GREEN;
const LEFT_OVER: Color = theme::VERMILLION;
const INGRESS_WAITING: Color = theme::PURPLE;

const LEFT: f64 = 58.0;
const GAP: f64 = 56.0;
const PANEL_WIDTH: f64 = (theme::WIDTH - LEFT - GAP - 14.0) / 2.0;
const PANEL_HEIGHT: f64 = 104.0;
/// How far the axis of instructions reaches beyond the round limit: room for its label.
const ABOVE_LIMIT: f64 = 12.0;
const ROW_HEIGHT: f64 = PANEL_HEIGHT + 36.0;

/// One round as drawn; times in nanoseconds.
struct Round {
    start: f64,
    end: f64,
    instructions: u64,
    busiest_thread: u64,
    queued: u64,
    left_over: u64,
    ingress_waiting: u64,
}

/// A subnet as drawn.
struct Row<'a> {
    subnet: &'a SubnetHistory,
    rounds: Vec<Round>,
}

impl Row<'_> {
    fn instructions(&self) -> u128 {
        self.rounds.iter().map(|round| u128::from(round.instructions)).sum()
    }
}

/// What all rows have in common: the ends of the axes and what is drawn.
struct Bounds {
    time: f64,
    /// Where the logarithmic axis of instructions begins, which stands for zero, and ends.
    instructions: (f64, f64),
    /// The round limit.
    limit: f64,
    /// What a thread has used when it begins no more slices, so that the largest would still fit.
    full: f64,
    messages: f64,
    /// Whether ingress messages ever waited for a block.
    has_ingress_waiting: bool,
}

impl Bounds {
    /// Whether there is a line between zero and the round limit where threads begin no more slices.
    fn shows_full(&self) -> bool {
        self.full < self.limit && self.full > self.instructions.0
    }
}

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(history: &History, profile: &Profile) -> csv::Result<Figure> {
    let rows = busiest(history);
    let bounds = bounds(history, profile, &rows);
    let mut scene = Scene::new(0.0, TITLE);
    let bottom = draw(&mut scene, &rows, &bounds);
    scene.height = libm::ceil(bottom + 26.0);
    Ok(Figure {
        name: NAME.to_owned(),
        title: TITLE.to_owned(),
        caption: caption(history, &rows, &bounds),
        scene,
        data: table(history)?,
    })
}

fn busiest(history: &History) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = history.subnets.iter().map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.instructions()));
    rows.truncate(MOST_ROWS);
    rows.sort_by_key(|row| row.subnet.id);
    rows
}

fn row(subnet: &SubnetHistory) -> Row<'_> {
    let rounds = rounds::of(subnet).map(|(start, round)| Round {
        start: start.as_nanos() as f64,
        end: (start + round.duration).as_nanos() as f64,
        instructions: round.instructions.get(),
        busiest_thread: round.busiest_thread.get(),
        queued: round.queued,
        left_over: round.left_over,
        ingress_waiting: round.ingress_waiting,
    });
    Row { subnet, rounds: rounds.collect() }
}

fn bounds(history: &History, profile: &Profile, rows: &[Row<'_>]) -> Bounds {
    let rounds = || rows.iter().flat_map(|row| &row.rounds);
    let most = |value: fn(&Round) -> u64| rounds().map(value).max().unwrap_or(0);
    let amounts = || rounds().flat_map(|round| [round.instructions, round.busiest_thread]);
    let limit = profile.limits.round_instructions.get().max(1);
    let slice = profile.limits.slice_instructions.max(profile.limits.install_slice_instructions);
    let least = amounts().filter(|amount| *amount > 0).min().unwrap_or(limit).min(limit);
    let greatest = amounts().fold(limit, u64::max);
    let ingress_waiting = most(|round| round.ingress_waiting);
    let messages = most(|round| round.queued.max(round.left_over)).max(ingress_waiting);
    Bounds {
        time: ticks::time_bound(most(|round| round.end as u64).max(history.duration.as_nanos())),
        instructions: (ticks::log_zero(least as f64), greatest as f64 * ABOVE_LIMIT),
        limit: limit as f64,
        full: (limit.saturating_sub(slice.get()) + 1) as f64,
        messages: messages.max(1) as f64 * 1.06,
        has_ingress_waiting: ingress_waiting > 0,
    }
}

fn caption(history: &History, rows: &[Row<'_>], bounds: &Bounds) -> String {
    let count: usize = rows.iter().map(|row| row.rounds.len()).sum();
    let (all, shown) = (history.subnets.len(), rows.len());
    let which = match all > shown {
        true => format!("the {shown} subnets of {all} that executed the most"),
        false => "every subnet".to_owned(),
    };
    format!(
        "Rounds of {which} ({} rounds), all rows on the same scales. Left, on a logarithmic axis \
         at whose bottom lies zero: instructions that each round executed on all threads together, \
         and what its busiest thread used of the round limit of {} instructions, overheads \
         included; a thread begins no more slices once it has used {}, since the largest might not \
         fit. Right: messages in input queues when the execution of each round began, the \
         block's among them, and those left over at its end{}. What is left over and grows means \
         more load than capacity.",
        human::sample(count),
        human::amount(bounds.limit as u128),
        human::amount(bounds.full as u128),
        if bounds.has_ingress_waiting { "; ingress messages that wait for a block" } else { "" },
    )
}

fn table(history: &History) -> csv::Result<Vec<u8>> {
    let rows = history.subnets.iter().flat_map(|subnet| {
        rounds::of(subnet).map(|(start, round)| {
            [
                subnet.name.clone(),
                start.as_nanos().to_string(),
                (start + round.duration).as_nanos().to_string(),
                round.instructions.get().to_string(),
                round.busiest_thread.get().to_string(),
                round.queued.to_string(),
                round.left_over.to_string(),
                round.ingress_waiting.to_string(),
            ]
        })
    });
    data(&TABLE, rows)
}

/// Draws everything; returns where the last panels end, without the title of their axes.
fn draw(scene: &mut Scene, rows: &[Row<'_>], bounds: &Bounds) -> f64 {
    let mut top = draw_legend(scene, bounds) + 8.0;
    if rows.is_empty() {
        let (left, right) = panels(top + 20.0, bounds);
        draw_axes(scene, [&left, &right], bounds, true);
        left.no_data(scene);
        right.no_data(scene);
        return top + ROW_HEIGHT;
    }
    for (place, row) in rows.iter().enumerate() {
        let name = human::shorten(&row.subnet.name, 28);
        let title = format!("{name}, {} nodes", row.subnet.nodes);
        scene.text(Text { bold: true, ..Text::medium(title, (LEFT, top + 12.0)) });
        draw_row(scene, row, top + 20.0, bounds, place + 1 == rows.len());
        top += ROW_HEIGHT;
    }
    top
}

/// One row for each line of the left panels, one for all that the right ones show.
fn draw_legend(scene: &mut Scene, bounds: &Bounds) -> f64 {
    let used = "round budget used, busiest thread (with overheads)";
    let mut executed =
        vec![Entry::new(ALL_THREADS, Sample::Line, "executed instructions, all threads")];
    if bounds.shows_full() {
        let full = "no new slices above (lower dashes)";
        executed.push(Entry::new(theme::MUTED, Sample::Dashes, full));
    }
    let mut right = vec![
        Entry::new(QUEUED, Sample::Fill, "queued for the round"),
        Entry::new(LEFT_OVER, Sample::Line, "left over"),
    ];
    if bounds.has_ingress_waiting {
        right.push(Entry::new(INGRESS_WAITING, Sample::Thin, "waiting ingress"));
    }
    let rows = [executed, vec![Entry::new(BUSIEST_THREAD, Sample::Line, used)], right];
    let row = |top, row: &Vec<Entry>| legend::draw(scene, row, LEFT, top, theme::WIDTH - LEFT);
    rows.iter().fold(2.0, row)
}

fn panels(top: f64, bounds: &Bounds) -> (Panel, Panel) {
    let x = Scale::Linear(0.0, bounds.time);
    let panel = |left, y| Panel { left, top, width: PANEL_WIDTH, height: PANEL_HEIGHT, x, y };
    let (zero, most) = bounds.instructions;
    let right = LEFT + PANEL_WIDTH + GAP;
    (panel(LEFT, Scale::Log(zero, most)), panel(right, Scale::Linear(0.0, bounds.messages)))
}

fn draw_row(scene: &mut Scene, row: &Row<'_>, top: f64, bounds: &Bounds, is_last: bool) {
    let (left, right) = panels(top, bounds);
    draw_axes(scene, [&left, &right], bounds, is_last);
    draw_limit(scene, &left, bounds);
    if row.rounds.is_empty() {
        left.no_data(scene);
        return right.no_data(scene);
    }
    draw_instructions(scene, &left, &row.rounds, bounds.instructions.0);
    draw_queues(scene, &right, &row.rounds, bounds.has_ingress_waiting);
}

fn draw_limit(scene: &mut Scene, panel: &Panel, bounds: &Bounds) {
    let (start, end) = (panel.point(0.0, bounds.limit), panel.point(bounds.time, bounds.limit));
    scene.dashed(&[start, end], theme::MUTED, theme::THIN, DASH);
    let label = Text::small("round limit", (end.0, end.1 - 4.0)).aligned(Align::End);
    scene.text(Text { color: theme::MUTED, ..label });
    if bounds.shows_full() {
        draw_full(scene, panel, bounds);
    }
}

/// Where a thread begins no more slices, a little below the round limit; the legend says so.
fn draw_full(scene: &mut Scene, panel: &Panel, bounds: &Bounds) {
    let (start, end) = (panel.point(0.0, bounds.full), panel.point(bounds.time, bounds.full));
    scene.dashed(&[start, end], theme::MUTED, theme::HAIRLINE, DASH);
}

fn draw_instructions(scene: &mut Scene, panel: &Panel, rounds: &[Round], zero: f64) {
    let on_axis = |amount: u64| (amount as f64).max(zero);
    let used = staircase(panel, rounds, |round| on_axis(round.busiest_thread));
    scene.path(used, BUSIEST_THREAD, theme::THIN);
    let executed = staircase(panel, rounds, |round| on_axis(round.instructions));
    scene.path(executed, ALL_THREADS, theme::THIN);
}

fn draw_queues(scene: &mut Scene, panel: &Panel, rounds: &[Round], has_ingress_waiting: bool) {
    let mut queued = staircase(panel, rounds, |round| round.queued as f64);
    if let (Some(first), Some(last)) = (queued.first().copied(), queued.last().copied()) {
        queued.extend([(last.0, panel.bottom()), (first.0, panel.bottom())]);
    }
    scene.area(queued, QUEUED);
    let left_over = staircase(panel, rounds, |round| round.left_over as f64);
    scene.path(left_over, LEFT_OVER, theme::THIN);
    if has_ingress_waiting {
        let waiting = staircase(panel, rounds, |round| round.ingress_waiting as f64);
        scene.path(waiting, INGRESS_WAITING, theme::HAIRLINE);
    }
}

fn draw_axes(scene: &mut Scene, panels: [&Panel; 2], bounds: &Bounds, labelled: bool) {
    let (times, unit) = ticks::time(bounds.time, 6);
    let (zero, most) = bounds.instructions;
    // None above all that is drawn, where the label of the round limit stands.
    let amounts = ticks::log_amounts(zero, most / ABOVE_LIMIT, 4);
    let counts = ticks::amounts(bounds.messages, 5);
    let vertical = [(amounts, "instructions (log)"), (counts, "messages")];
    for (panel, (ticks, title)) in panels.into_iter().zip(vertical) {
        panel.y_axis(scene, &ticks);
        panel.y_title(scene, title, &ticks);
        panel.x_axis(scene, &times, labelled);
        if labelled {
            panel.x_title(scene, &format!("Simulated time ({unit})"));
        }
    }
}

/// A level for the length of each round.
fn staircase(panel: &Panel, rounds: &[Round], value: impl Fn(&Round) -> f64) -> Vec<Point> {
    let level = |round: &Round| {
        let value = value(round);
        [panel.point(round.start, value), panel.point(round.end, value)]
    };
    decimate(rounds.iter().flat_map(level).collect())
}
