//! Utilisation and queue depth of all subnets, as lines on common axes: who is busy, who falls behind.

use super::spec::{Material, Spec};
use super::{Figure, data};
use crate::decimate::decimate;
use crate::human;
use crate::legend::{self, Entry, Sample};
use crate::panel::{Panel, Scale};
use crate::rounds;
use crate::scene::{Point, Scene};
use crate::tables::{Table, column};
use crate::theme;
use crate::ticks::{self, Tick};
use sim_core::history::SubnetHistory;
use sim_core::record::RoundSummary;
use sim_core::time::SimTime;

/// The figure's name.
pub const NAME: &str = "queues";
const TITLE: &str = "Utilisation and queue depth over time";
const HEIGHT: f64 = 120.0;
const LEFT: f64 = 58.0;
/// Lines that can be told apart.
const MOST: usize = 6;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/queues.csv",
    rows: "one round of one subnet; by subnet, then by height",
    groups: &[&[
        column("subnet", "", "the subnet's name"),
        column("start_ns", "ns", "when the round began, from the start of the run"),
        column("end_ns", "ns", "when it ended"),
        column("used", "instructions", "of the busiest thread, with overheads"),
        column("limit", "instructions", "that a round may use"),
        column("waiting", "messages", "left over in input queues, and ingress without a block"),
    ]],
};

/// A subnet's rounds, and how busy it was.
struct Line<'a> {
    subnet: &'a SubnetHistory,
    busy: u128,
}

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(spec: &Spec, run: &Material<'_>) -> csv::Result<Figure> {
    let limit = run.run.profile.limits.round_instructions.get().max(1);
    let (lines, all) = busiest(run);
    let scene = draw(spec, run, &lines, limit);
    let rows = run.run.history.subnets.iter().flat_map(|subnet| {
        rounds::of(subnet).map(move |(start, round)| cells(&subnet.name, start, round, limit))
    });
    Ok(Figure::new(spec, TITLE, caption(&lines, all, limit), scene, data(&TABLE, rows)?))
}

/// The subnets drawn, in the scenario's order, and how many there are.
fn busiest<'a>(run: &Material<'a>) -> (Vec<Line<'a>>, usize) {
    let used = |subnet| rounds::of(subnet).map(|(_, round)| u128::from(round.busiest_thread.get()));
    let line = |subnet| Line { subnet, busy: used(subnet).sum() };
    let mut lines: Vec<Line<'_>> = run.run.history.subnets.iter().map(line).collect();
    let all = lines.len();
    lines.sort_by_key(|line| std::cmp::Reverse(line.busy));
    lines.truncate(MOST);
    lines.sort_by_key(|line| line.subnet.id);
    (lines, all)
}

fn waiting(round: &RoundSummary) -> u64 {
    round.left_over + round.ingress_waiting
}

fn cells(subnet: &str, start: SimTime, round: &RoundSummary, limit: u64) -> [String; 6] {
    [
        subnet.to_owned(),
        start.as_nanos().to_string(),
        (start + round.duration).as_nanos().to_string(),
        round.busiest_thread.get().to_string(),
        limit.to_string(),
        waiting(round).to_string(),
    ]
}

fn draw(spec: &Spec, run: &Material<'_>, lines: &[Line<'_>], limit: u64) -> Scene {
    let mut scene = Scene::sized(spec.width, TITLE);
    let width = spec.width.pixels() - LEFT - 16.0;
    let entries = lines.iter().enumerate().map(|(place, line)| {
        Entry::new(theme::series(place), Sample::Line, human::shorten(&line.subnet.name, 20))
    });
    let entries: Vec<Entry> = entries.collect();
    let top = legend::draw(&mut scene, &entries, LEFT, 4.0, width) + 8.0;
    let lower = top + HEIGHT + 20.0;
    scene.height = libm::ceil(lower + HEIGHT + 44.0);
    let all = || lines.iter().flat_map(|line| rounds::of(line.subnet));
    let end = all().map(|(start, round)| (start + round.duration).as_nanos()).max().unwrap_or(0);
    let end = ticks::time_bound(end.max(run.run.history.duration.as_nanos()));
    let share = |round: &RoundSummary| round.busiest_thread.get() as f64 / limit as f64;
    let most_share = all().map(|(_, round)| share(round)).fold(0.0, f64::max);
    let most_waiting = all().map(|(_, round)| waiting(round)).max().unwrap_or(0).max(1) as f64;
    let x = Scale::Linear(0.0, end);
    let panel = |top, most| Panel {
        left: LEFT,
        top,
        width,
        height: HEIGHT,
        x,
        y: Scale::Linear(0.0, most),
    };
    let (upper, lower) = (panel(top, bound(most_share)), panel(lower, most_waiting * 1.06));
    let shares = percents(bound(most_share));
    axes(&mut scene, &upper, "Round limit used (%)", &shares, end, false);
    let counts = ticks::amounts(most_waiting * 1.06, 4);
    axes(&mut scene, &lower, "Messages waiting", &counts, end, true);
    for (place, line) in lines.iter().enumerate() {
        scene.path(staircase(&upper, line.subnet, share), theme::series(place), theme::THIN);
        let waiting = |round: &RoundSummary| waiting(round) as f64;
        scene.path(staircase(&lower, line.subnet, waiting), theme::series(place), theme::THIN);
    }
    if all().next().is_none() {
        upper.no_data(&mut scene);
        lower.no_data(&mut scene);
    }
    scene
}

/// Where the axis of shares ends: at 100 %, if that does not press the data to the ground.
fn bound(most: f64) -> f64 {
    match most {
        most if most > 0.25 => most.max(1.0) * 1.04,
        most if most > 0.0 => most * 1.1,
        _ => 1.0,
    }
}

/// Ticks of an axis of shares up to `most`, labelled in percent.
pub(super) fn percents(most: f64) -> Vec<Tick> {
    let ticks = ticks::numbers(most * 100.0, 5);
    ticks.into_iter().map(|tick| Tick { at: tick.at / 100.0, ..tick }).collect()
}

fn axes(scene: &mut Scene, panel: &Panel, title: &str, ticks: &[Tick], end: f64, labelled: bool) {
    panel.y_axis(scene, ticks);
    panel.y_title(scene, title, ticks);
    let (times, unit) = ticks::time(end, 8);
    panel.x_axis(scene, &times, labelled);
    if labelled {
        panel.x_title(scene, &format!("Simulated time ({unit})"));
    }
}

/// A level for the length of each round.
fn staircase(
    panel: &Panel,
    subnet: &SubnetHistory,
    value: impl Fn(&RoundSummary) -> f64,
) -> Vec<Point> {
    let level = |(start, round): (SimTime, &RoundSummary)| {
        let value = value(round);
        let end = (start + round.duration).as_nanos() as f64;
        [panel.point(start.as_nanos() as f64, value), panel.point(end, value)]
    };
    decimate(rounds::of(subnet).flat_map(level).collect())
}

fn caption(lines: &[Line<'_>], all: usize, limit: u64) -> String {
    let count: usize = lines.iter().map(|line| rounds::of(line.subnet).count()).sum();
    let which = match lines.len() {
        shown if shown < all => format!("the {shown} busiest subnets of {all}"),
        _ => "every subnet".to_owned(),
    };
    format!(
        "Rounds of {which} ({} rounds). Above: what the busiest thread of each round used of the \
         limit of {} instructions, overheads included. Below: messages left over in input queues, \
         and ingress messages that no block has included yet, at the end of each round.",
        human::sample(count),
        human::amount(limit.into()),
    )
}
