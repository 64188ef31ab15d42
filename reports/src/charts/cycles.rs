//! What cycles were burned for: totals over all subnets, stacked by use case, growing over time.

use super::{Figure, data};
use crate::decimate::decimate;
use crate::human;
use crate::legend::{self, Entry, Sample};
use crate::panel::{Panel, Scale};
use crate::rounds;
use crate::scene::Scene;
use crate::summary::Burned;
use crate::tables::{BURNED, Table, column};
use crate::theme;
use crate::ticks;
use sim_core::history::History;
use sim_core::ledger::UseCase;
use sim_core::time::SimTime;

/// The figure's name.
pub const NAME: &str = "cycles";
const TITLE: &str = "Cycles burned, by use case";
const PLOT_HEIGHT: f64 = 220.0;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/cycles.csv",
    rows: "the end of one round; by time. Amounts are summed up from the start of the run, over all subnets, without set-up",
    groups: &[
        &[column("time_ns", "ns", "when the round ended, from the start of the run")],
        &BURNED,
    ],
};

/// All burned up to a time.
struct Total {
    time: SimTime,
    burned: Burned,
}

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(history: &History) -> csv::Result<Figure> {
    let totals = accumulate(history);
    let burned = totals.last().map(|total| total.burned.clone()).unwrap_or_default();
    Ok(Figure {
        name: NAME.to_owned(),
        title: TITLE.to_owned(),
        caption: caption(history, &totals, &burned),
        scene: draw(history, &totals, &burned),
        data: table(&totals)?,
    })
}

/// Running totals at the end of every round of every subnet.
fn accumulate(history: &History) -> Vec<Total> {
    let rounds = history.subnets.iter().flat_map(rounds::of);
    let mut ends: Vec<_> =
        rounds.map(|(start, round)| (start + round.duration, &round.burned)).collect();
    // Stable, so that rounds that end together stay in order of their subnets.
    ends.sort_by_key(|(end, _)| *end);
    let running = ends.into_iter().scan(Burned::default(), |sum, (time, burned)| {
        sum.add(burned);
        Some(Total { time, burned: sum.clone() })
    });
    running.collect()
}

fn caption(history: &History, totals: &[Total], burned: &Burned) -> String {
    format!(
        "Cycles burned from the start of the run, stacked by use case, summed over {} subnets at \
         the end of each round ({} rounds): {} cycles in all. A steeper slope is a higher \
         rate. What setting up the canisters cost is left out; use cases that burned nothing are \
         not listed.",
        history.subnets.len(),
        human::sample(totals.len()),
        human::amount(burned.total().get()),
    )
}

fn table(totals: &[Total]) -> csv::Result<Vec<u8>> {
    let rows = totals.iter().map(|total| {
        let amounts = total.burned.0.map(|amount| amount.get().to_string());
        std::iter::once(total.time.as_nanos().to_string()).chain(amounts)
    });
    data(&TABLE, rows)
}

/// Use cases that burned something, with their place, the greatest first.
fn shown(burned: &Burned) -> Vec<usize> {
    let mut places: Vec<usize> =
        (0..UseCase::COUNT).filter(|place| !burned.0[*place].is_zero()).collect();
    places.sort_by_key(|place| std::cmp::Reverse(burned.0[*place]));
    places
}

fn draw(history: &History, totals: &[Total], burned: &Burned) -> Scene {
    let shown = shown(burned);
    let mut scene = Scene::new(0.0, TITLE);
    let top = draw_legend(&mut scene, &shown, burned) + 8.0;
    scene.height = libm::ceil(top + PLOT_HEIGHT + 44.0);
    let last = totals.last().map_or(SimTime::ZERO, |total| total.time).as_nanos();
    let time = ticks::time_bound(last.max(history.duration.as_nanos()));
    let most = (burned.total().get() as f64).max(1.0) * 1.04;
    let (x, y) = (Scale::Linear(0.0, time), Scale::Linear(0.0, most));
    let (left, width) = (58.0, theme::WIDTH - 58.0 - 16.0);
    let panel = Panel { left, top, width, height: PLOT_HEIGHT, x, y };
    let amounts = ticks::amounts(most, 8);
    panel.y_axis(&mut scene, &amounts);
    panel.y_title(&mut scene, "Cycles burned, cumulative", &amounts);
    // From the whole down, each area covering what lies above it.
    for count in (1..=shown.len()).rev() {
        layer(&mut scene, &panel, totals, &shown[..count]);
    }
    if shown.is_empty() {
        panel.no_data(&mut scene);
    }
    let (times, unit) = ticks::time(time, 8);
    panel.x_axis(&mut scene, &times, true);
    panel.x_title(&mut scene, &format!("Simulated time ({unit})"));
    scene
}

/// Fills from zero up to the sum of the given use cases, in the colour of the last.
fn layer(scene: &mut Scene, panel: &Panel, totals: &[Total], places: &[usize]) {
    let Some(last) = places.last() else { return };
    let sum = |total: &Total| places.iter().map(|place| total.burned.0[*place].get()).sum::<u128>();
    let points =
        totals.iter().map(|total| panel.point(total.time.as_nanos() as f64, sum(total) as f64));
    let mut outline = decimate(std::iter::once(panel.point(0.0, 0.0)).chain(points).collect());
    if let Some((x, _)) = outline.last().copied() {
        outline.push((x, panel.bottom()));
    }
    scene.area(outline, theme::use_case(UseCase::ALL[*last]));
}

/// Entries from the top of the stack down.
fn draw_legend(scene: &mut Scene, shown: &[usize], burned: &Burned) -> f64 {
    let entry = |place: &usize| {
        let use_case = UseCase::ALL[*place];
        let text = format!("{} ({})", use_case.name(), human::amount(burned.0[*place].get()));
        Entry::new(theme::use_case(use_case), Sample::Fill, text)
    };
    let entries: Vec<Entry> = shown.iter().rev().map(entry).collect();
    legend::draw(scene, &entries, 58.0, 4.0, theme::WIDTH - 58.0)
}
