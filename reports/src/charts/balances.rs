//! Balances of canisters over time, the thresholds below which they freeze, and those that died.

use super::spec::{Material, Spec};
use super::{Figure, data};
use crate::accounts::Account;
use crate::decimate::decimate;
use crate::human;
use crate::legend::{self, DASH, Entry, Sample};
use crate::panel::{Panel, Scale};
use crate::scene::{Point, Scene, Text};
use crate::tables::{Table, column};
use crate::theme::{self, Color};
use crate::ticks;
use sim_core::history::{CanisterSummary, History};
use sim_core::id::CanisterId;

/// The figure's name.
pub const NAME: &str = "balances";
const TITLE: &str = "Balances of canisters";
const HEIGHT: f64 = 220.0;
/// Lines that can be told apart.
const MOST: usize = 6;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/balances.csv",
    rows: "one time at which a balance was recorded, of more than 1,024 evenly chosen ones; by canister, then by time",
    groups: &[&[
        column("canister", "", "the canister, by name, else by principal"),
        column("time_ns", "ns", "from the start of the run"),
        column("balance", "cycles", "without what is held for open calls; 0 when it died"),
    ]],
};

/// One canister's balance over time.
struct Line<'a> {
    id: CanisterId,
    name: String,
    account: &'a Account,
    threshold: u128,
}

impl Line<'_> {
    /// The share of its first balance that it lost, in parts of 2^64, to choose whom to show.
    fn loss(&self) -> u128 {
        let (Some((_, first)), Some((_, last))) =
            (self.account.points.first(), self.account.points.last())
        else {
            return 0;
        };
        (first.saturating_sub(*last) >> 32).saturating_mul(1 << 64) / (first >> 32).max(1)
    }

    fn least(&self) -> u128 {
        self.account.points.iter().map(|(_, balance)| *balance).min().unwrap_or(0)
    }

    fn most(&self) -> u128 {
        self.account.points.iter().map(|(_, balance)| *balance).max().unwrap_or(0)
    }
}

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(spec: &Spec, run: &Material<'_>) -> csv::Result<Figure> {
    let mut lines = lines(run);
    let rows = lines.iter().flat_map(|line| {
        line.account
            .points
            .iter()
            .map(|(time, balance)| [line.name.clone(), time.to_string(), balance.to_string()])
    });
    let table = data(&TABLE, rows)?;
    let all = lines.len();
    lines
        .sort_by_key(|line| (line.account.died.is_none(), std::cmp::Reverse(line.loss()), line.id));
    lines.truncate(MOST);
    lines.sort_by_key(|line| line.id);
    let scene = draw(spec, run.run.history, &lines);
    Ok(Figure::new(spec, TITLE, caption(&lines, all), scene, table))
}

/// Every canister with a balance that was recorded.
fn lines<'a>(run: &Material<'a>) -> Vec<Line<'a>> {
    let canisters = run.run.history.canisters();
    let line = |canister: &CanisterSummary| {
        let account = run.analysis.accounts.0.get(&canister.id)?;
        let threshold = canister.freezing_threshold.get();
        let name = run.analysis.names.canister(canister.id);
        Some(Line { id: canister.id, name, account, threshold })
    };
    let mut lines: Vec<Line<'_>> = canisters.filter_map(line).collect();
    lines.retain(|line| !line.account.points.is_empty());
    lines.sort_by_key(|line| line.id);
    lines
}

/// The ends of the axis of balances: from zero, unless that presses all lines to the ceiling.
fn bounds(lines: &[Line<'_>]) -> (f64, f64) {
    let most = lines.iter().map(|line| line.most()).max().unwrap_or(0).max(1) as f64;
    let least = lines.iter().map(|line| line.least()).min().unwrap_or(0) as f64;
    let room = (most - least).max(most * 1e-9) * 0.08;
    if least < most * 0.6 { (0.0, most * 1.04) } else { (least - room, most + room) }
}

fn draw(spec: &Spec, history: &History, lines: &[Line<'_>]) -> Scene {
    let mut scene = Scene::sized(spec.width, TITLE);
    let (low, high) = bounds(lines);
    let amounts = ticks::amounts_within(low, high, 6);
    let (left, width) = (86.0, spec.width.pixels() - 86.0 - 18.0);
    let colored: Vec<(&Line<'_>, Color)> =
        lines.iter().enumerate().map(|(place, line)| (line, theme::series(place))).collect();
    let top = draw_legend(&mut scene, &colored, low, left, width) + 8.0;
    scene.height = libm::ceil(top + HEIGHT + 44.0);
    let end = ticks::time_bound(history.duration.as_nanos());
    let (x, y) = (Scale::Linear(0.0, end), Scale::Linear(low, high));
    let panel = Panel { left, top, width, height: HEIGHT, x, y };
    panel.y_axis(&mut scene, &amounts);
    panel.y_title(&mut scene, "Balance (cycles)", &amounts);
    let (times, unit) = ticks::time(end, 8);
    panel.x_axis(&mut scene, &times, true);
    panel.x_title(&mut scene, &format!("Simulated time ({unit})"));
    for (line, color) in &colored {
        draw_line(&mut scene, &panel, line, *color, (low, end));
    }
    if lines.is_empty() {
        panel.no_data(&mut scene);
    }
    scene
}

fn draw_legend(
    scene: &mut Scene,
    lines: &[(&Line<'_>, Color)],
    low: f64,
    left: f64,
    width: f64,
) -> f64 {
    let entry = |(line, color): &(&Line<'_>, Color)| {
        Entry::new(*color, Sample::Line, human::shorten(&line.name, 22))
    };
    let mut entries: Vec<Entry> = lines.iter().map(entry).collect();
    if lines.iter().any(|(line, _)| is_shown(line.threshold, low)) {
        entries.push(Entry::new(theme::MUTED, Sample::Dashes, "freezing thresholds"));
    }
    legend::draw(scene, &entries, left, 4.0, width)
}

fn is_shown(threshold: u128, low: f64) -> bool {
    threshold > 0 && threshold as f64 >= low
}

fn draw_line(
    scene: &mut Scene,
    panel: &Panel,
    line: &Line<'_>,
    color: Color,
    (low, end): (f64, f64),
) {
    let mut points = Vec::new();
    let mut before = None;
    for (time, balance) in &line.account.points {
        let (time, balance) = (*time as f64, *balance as f64);
        points.extend(before.map(|before| panel.point(time, before)));
        points.push(panel.point(time, balance));
        before = Some(balance);
    }
    points.extend(before.map(|before| panel.point(end, before)));
    scene.path(decimate(points), color, theme::THIN);
    if is_shown(line.threshold, low) {
        let at = |time| panel.point(time, line.threshold as f64);
        scene.dashed(&[at(0.0), at(end)], color, theme::HAIRLINE, DASH);
    }
    if let Some(died) = line.account.died {
        cross(scene, panel.point(died as f64, low.max(0.0)), color);
    }
}

/// A cross with a word, where a canister died.
fn cross(scene: &mut Scene, (x, y): Point, color: Color) {
    const ARM: f64 = 5.0;
    scene.path(vec![(x - ARM, y - ARM), (x + ARM, y + ARM)], color, theme::THICK);
    scene.path(vec![(x - ARM, y + ARM), (x + ARM, y - ARM)], color, theme::THICK);
    scene.text(Text { color, ..Text::small("died", (x + ARM + 3.0, y - 5.0)) });
}

fn caption(lines: &[Line<'_>], all: usize) -> String {
    let points: usize = lines.iter().map(|line| line.account.recorded as usize).sum();
    let died = lines.iter().filter(|line| line.account.died.is_some()).count();
    let which = match lines.len() {
        shown if shown < all => {
            format!("the {shown} canisters of {all} that lost the largest share")
        }
        _ => "every canister that was executed".to_owned(),
    };
    let dead = match died {
        0 => String::new(),
        died => format!(" A cross marks where a canister ran out of cycles ({died} did)."),
    };
    format!(
        "Balances of {which}, after each execution and charge ({}), without what is held for open calls. Dashed \
         lines are freezing thresholds at the end of the run, as far as they lie within the axis, \
         which need not begin at zero.{dead}",
        human::sample(points),
    )
}
