//! How full the rounds were and what waited: small multiples, one row for each subnet, on common
//! scales.

use super::{Figure, data};
use crate::decimate::decimate;
use crate::human;
use crate::legend::{self, DASH, Entry, Sample};
use crate::panel::{Panel, Scale};
use crate::rounds;
use crate::scene::{Point, Scene, Text};
use crate::theme::{self, Color};
use crate::ticks;
use sim_core::history::{History, SubnetHistory};
use sim_core::profile::Profile;

const TITLE: &str = "Load of rounds and queues over time";
/// Rows drawn; of more subnets, those that executed the most.
const MOST_ROWS: usize = 8;
/// The round limit is drawn if the greatest value reaches this share of it.
const IN_SIGHT: f64 = 0.4;

const ALL_THREADS: Color = theme::BLUE;
const BUSIEST_THREAD: Color = theme::ORANGE;
const QUEUED: Color = theme::GREEN;
const INGRESS_WAITING: Color = theme::PURPLE;

const LEFT: f64 = 58.0;
const GAP: f64 = 56.0;
const PANEL_WIDTH: f64 = (theme::WIDTH - LEFT - GAP - 14.0) / 2.0;
const PANEL_HEIGHT: f64 = 86.0;
const ROW_HEIGHT: f64 = PANEL_HEIGHT + 36.0;

/// One round as drawn; times in nanoseconds.
struct Round {
    start: f64,
    end: f64,
    instructions: u64,
    busiest_thread: u64,
    queued: u64,
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

/// What all rows have in common: upper ends of the axes, and the limit if it is in sight.
struct Bounds {
    time: f64,
    instructions: f64,
    waiting: f64,
    limit: Option<f64>,
}

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(history: &History, profile: &Profile) -> csv::Result<Figure> {
    let rows = busiest(history);
    let legend_height = 2.0 * theme::LINE_HEIGHT + 8.0;
    let height = legend_height + ROW_HEIGHT * rows.len().max(1) as f64 + 26.0;
    let mut scene = Scene::new(height, TITLE);
    draw(&mut scene, &rows, &bounds(history, profile, &rows));
    Ok(Figure {
        name: "rounds",
        title: TITLE,
        caption: caption(history, &rows, profile),
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
        ingress_waiting: round.ingress_waiting,
    });
    Row { subnet, rounds: rounds.collect() }
}

fn bounds(history: &History, profile: &Profile, rows: &[Row<'_>]) -> Bounds {
    let most = |value: fn(&Round) -> u64| {
        let values = rows.iter().flat_map(|row| row.rounds.iter().map(value));
        values.max().unwrap_or(0).max(1) as f64
    };
    let last = rows.iter().filter_map(|row| row.rounds.last());
    let end = last.map(|round| round.end as u64).fold(history.duration.as_nanos(), u64::max);
    let instructions = most(|round| round.instructions.max(round.busiest_thread));
    let limit = profile.limits.round_instructions.get() as f64;
    let limit = (instructions >= IN_SIGHT * limit).then_some(limit);
    Bounds {
        time: ticks::time_bound(end),
        instructions: instructions.max(limit.unwrap_or(0.0)) * 1.06,
        waiting: most(|round| round.queued + round.ingress_waiting) * 1.06,
        limit,
    }
}

fn caption(history: &History, rows: &[Row<'_>], profile: &Profile) -> String {
    let count: usize = rows.iter().map(|row| row.rounds.len()).sum();
    let (all, shown) = (history.subnets.len(), rows.len());
    let which = match all > shown {
        true => format!("the {shown} subnets of {all} that executed the most"),
        false => "every subnet".to_owned(),
    };
    format!(
        "Rounds of {which} ({} rounds), all rows on the same scales. Left: instructions of each \
         round on all threads together and on the busiest thread, whose overheads count; the round \
         limit of {} instructions bounds the busiest thread and is drawn where it is in sight. \
         Right: messages waiting at the end of each round, stacked. Queues that grow and do not \
         shrink mean more load than capacity.",
        human::sample(count),
        human::amount(profile.limits.round_instructions.get().into()),
    )
}

fn table(history: &History) -> csv::Result<Vec<u8>> {
    let header = [
        "subnet",
        "start_ns",
        "end_ns",
        "instructions",
        "busiest_thread_instructions",
        "queued",
        "ingress_waiting",
    ];
    let rows = history.subnets.iter().flat_map(|subnet| {
        rounds::of(subnet).map(|(start, round)| {
            [
                subnet.name.clone(),
                start.as_nanos().to_string(),
                (start + round.duration).as_nanos().to_string(),
                round.instructions.get().to_string(),
                round.busiest_thread.get().to_string(),
                round.queued.to_string(),
                round.ingress_waiting.to_string(),
            ]
        })
    });
    data(header, rows)
}

fn draw(scene: &mut Scene, rows: &[Row<'_>], bounds: &Bounds) {
    let mut top = draw_legend(scene, bounds) + 8.0;
    if rows.is_empty() {
        let (left, right) = panels(top + 20.0, bounds);
        draw_axes(scene, [&left, &right], bounds, true);
        left.no_data(scene);
        right.no_data(scene);
    }
    for (place, row) in rows.iter().enumerate() {
        let name = human::shorten(&row.subnet.name, 28);
        let title = format!("{name}, {} nodes", row.subnet.nodes);
        scene.text(Text { bold: true, ..Text::medium(title, (LEFT, top + 12.0)) });
        draw_row(scene, row, top + 20.0, bounds, place + 1 == rows.len());
        top += ROW_HEIGHT;
    }
}

fn draw_legend(scene: &mut Scene, bounds: &Bounds) -> f64 {
    let mut left = vec![
        Entry::new(ALL_THREADS, Sample::Fill, "all threads"),
        Entry::new(BUSIEST_THREAD, Sample::Line, "busiest thread"),
    ];
    if bounds.limit.is_some() {
        left.push(Entry::new(theme::MUTED, Sample::Dashes, "limit of one thread"));
    }
    let right = [
        Entry::new(QUEUED, Sample::Fill, "messages in input queues"),
        Entry::new(INGRESS_WAITING, Sample::Fill, "ingress not yet in a block"),
    ];
    let top = legend::draw(scene, &left, LEFT, 2.0, theme::WIDTH - LEFT) - 2.0;
    legend::draw(scene, &right, LEFT, top, theme::WIDTH - LEFT)
}

fn panels(top: f64, bounds: &Bounds) -> (Panel, Panel) {
    let x = Scale::Linear(0.0, bounds.time);
    let panel = |left, y| Panel { left, top, width: PANEL_WIDTH, height: PANEL_HEIGHT, x, y };
    let right = LEFT + PANEL_WIDTH + GAP;
    (
        panel(LEFT, Scale::Linear(0.0, bounds.instructions)),
        panel(right, Scale::Linear(0.0, bounds.waiting)),
    )
}

fn draw_row(scene: &mut Scene, row: &Row<'_>, top: f64, bounds: &Bounds, is_last: bool) {
    let (left, right) = panels(top, bounds);
    draw_axes(scene, [&left, &right], bounds, is_last);
    if row.rounds.is_empty() {
        left.no_data(scene);
        return right.no_data(scene);
    }
    fill(scene, &left, &row.rounds, ALL_THREADS, |round| round.instructions);
    let busiest = staircase(&left, &row.rounds, |round| round.busiest_thread);
    scene.path(busiest, BUSIEST_THREAD, theme::THIN);
    if let Some(limit) = bounds.limit {
        let line = [left.point(0.0, limit), left.point(bounds.time, limit)];
        scene.dashed(&line, theme::MUTED, theme::THIN, DASH);
    }
    fill(scene, &right, &row.rounds, INGRESS_WAITING, |round| round.queued + round.ingress_waiting);
    fill(scene, &right, &row.rounds, QUEUED, |round| round.queued);
}

fn draw_axes(scene: &mut Scene, panels: [&Panel; 2], bounds: &Bounds, labelled: bool) {
    let (times, unit) = ticks::time(bounds.time, 6);
    let heights = [bounds.instructions, bounds.waiting];
    for ((panel, height), title) in
        panels.into_iter().zip(heights).zip(["instructions", "messages"])
    {
        let amounts = ticks::amounts(height, 4);
        panel.y_axis(scene, &amounts);
        panel.y_title(scene, title, &amounts);
        panel.x_axis(scene, &times, labelled);
        if labelled {
            panel.x_title(scene, &format!("Simulated time ({unit})"));
        }
    }
}

fn fill(
    scene: &mut Scene,
    panel: &Panel,
    rounds: &[Round],
    color: Color,
    value: fn(&Round) -> u64,
) {
    let mut outline = staircase(panel, rounds, value);
    if let (Some(first), Some(last)) = (outline.first().copied(), outline.last().copied()) {
        outline.extend([(last.0, panel.bottom()), (first.0, panel.bottom())]);
    }
    scene.area(outline, color);
}

/// A level for the length of each round.
fn staircase(panel: &Panel, rounds: &[Round], value: fn(&Round) -> u64) -> Vec<Point> {
    let level = |round: &Round| {
        let value = value(round) as f64;
        [panel.point(round.start, value), panel.point(round.end, value)]
    };
    decimate(rounds.iter().flat_map(level).collect())
}
