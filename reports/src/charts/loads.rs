//! Heat maps of subnets over time: where and when the network was busy, and where it fell behind.

use super::spec::{Material, Spec};
use super::{Figure, data};
use crate::bins::Bins;
use crate::font;
use crate::human;
use crate::panel::{Panel, Scale};
use crate::rounds;
use crate::scene::{Align, Scene, Text, rectangle};
use crate::tables::{Table, column, count};
use crate::theme;
use crate::ticks;
use sim_core::history::{History, SubnetHistory};
use sim_core::record::RoundSummary;

/// The name of the heat map of utilisation.
pub const UTILISATION: &str = "utilisation";
/// The name of the heat map of queues.
pub const BACKLOG: &str = "backlog";
const MOST_BINS: usize = 80;
/// Rows drawn; of more subnets, those with the largest values.
const MOST_ROWS: usize = 48;

const WHEN: [crate::tables::Column; 4] = [
    column("subnet", "", "the subnet's name"),
    column("start_ns", "ns", "when the interval began, from the start of the run"),
    column("end_ns", "ns", "when it ended"),
    count("rounds", "rounds that began in it"),
];

/// The data of the heat map of utilisation.
pub const UTILISATION_TABLE: Table = Table {
    file: "figures/utilisation.csv",
    rows: "one subnet in one interval in which a round began; by subnet, then by time",
    groups: &[
        &WHEN,
        &[column("mean", "instructions", "of the busiest thread, overheads included, per round")],
    ],
};

/// The data of the heat map of queues.
pub const BACKLOG_TABLE: Table = Table {
    file: "figures/backlog.csv",
    rows: "one subnet in one interval in which a round began; by subnet, then by time",
    groups: &[
        &WHEN,
        &[column("mean", "messages", "left over, or ingress without a block, per round")],
    ],
};

/// What a heat map shows.
struct Measure {
    title: &'static str,
    table: Table,
    of: fn(&RoundSummary) -> u64,
    /// What the darkest colour stands for, if that is fixed.
    full: Option<u64>,
    /// What stands beside the scale.
    unit: &'static str,
    caption: String,
}

/// The heat map of utilisation.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn utilisation(spec: &Spec, run: &Material<'_>) -> csv::Result<Figure> {
    let limit = run.run.profile.limits.round_instructions.get().max(1);
    let caption = format!(
        "What the busiest thread of a round used of the limit of {} instructions, on average over \
         the rounds that began in each interval",
        human::amount(limit.into())
    );
    let measure = Measure {
        title: "Utilisation of subnets over time",
        table: UTILISATION_TABLE,
        of: |round| round.busiest_thread.get(),
        full: Some(limit),
        unit: "Round limit used",
        caption,
    };
    draw(spec, run.run.history, &measure)
}

/// The heat map of queues.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn backlog(spec: &Spec, run: &Material<'_>) -> csv::Result<Figure> {
    let measure = Measure {
        title: "Messages waiting on subnets over time",
        table: BACKLOG_TABLE,
        of: |round| round.left_over + round.ingress_waiting,
        full: None,
        unit: "Messages waiting",
        caption: "Messages left over in input queues, and ingress messages that no block has \
                  included yet, on average over the rounds that began in each interval"
            .to_owned(),
    };
    draw(spec, run.run.history, &measure)
}

/// A subnet's row: for each bin the sum over its rounds, and their number.
struct Row<'a> {
    subnet: &'a SubnetHistory,
    cells: Vec<(u128, u64)>,
}

impl Row<'_> {
    fn mean(&self, bin: usize) -> Option<f64> {
        let (sum, rounds) = self.cells[bin];
        (rounds > 0).then(|| sum as f64 / rounds as f64)
    }

    fn most(&self) -> f64 {
        (0..self.cells.len()).filter_map(|bin| self.mean(bin)).fold(0.0, f64::max)
    }
}

fn draw(spec: &Spec, history: &History, measure: &Measure) -> csv::Result<Figure> {
    let bins = Bins::of(history.duration, MOST_BINS);
    let mut rows: Vec<Row<'_>> =
        history.subnets.iter().map(|subnet| row(subnet, &bins, measure)).collect();
    let table = data(&measure.table, rows.iter().flat_map(|row| cells(row, &bins)))?;
    let all = rows.len();
    rows.sort_by(|a, b| b.most().total_cmp(&a.most()));
    rows.truncate(MOST_ROWS);
    rows.sort_by_key(|row| row.subnet.id);
    let scene = scene(spec, history, measure, &rows, &bins);
    let rounds: u64 = rows.iter().flat_map(|row| &row.cells).map(|(_, rounds)| rounds).sum();
    let which = match rows.len() {
        shown if shown < all => {
            format!(" Of {all} subnets the {shown} with the largest values are shown.")
        }
        _ => String::new(),
    };
    let caption = format!(
        "{}, {} long ({} rounds). The darker, the more; white where no round began.{which}",
        measure.caption,
        human::duration(bins.length),
        human::sample(rounds as usize),
    );
    Ok(Figure::new(spec, measure.title, caption, scene, table))
}

fn row<'a>(subnet: &'a SubnetHistory, bins: &Bins, measure: &Measure) -> Row<'a> {
    let mut cells = vec![(0, 0); bins.count];
    for (start, round) in rounds::of(subnet) {
        let (sum, rounds) = &mut cells[bins.place(start)];
        *sum += u128::from((measure.of)(round));
        *rounds += 1;
    }
    Row { subnet, cells }
}

fn cells<'a>(row: &'a Row<'_>, bins: &'a Bins) -> impl Iterator<Item = [String; 5]> + 'a {
    let filled = row.cells.iter().enumerate().filter(|(_, (_, rounds))| *rounds > 0);
    filled.map(|(bin, (sum, rounds))| {
        [
            row.subnet.name.clone(),
            bins.start(bin).to_string(),
            bins.end(bin).to_string(),
            rounds.to_string(),
            (sum / u128::from(*rounds)).to_string(),
        ]
    })
}

fn scene(
    spec: &Spec,
    history: &History,
    measure: &Measure,
    rows: &[Row<'_>],
    bins: &Bins,
) -> Scene {
    let mut scene = Scene::sized(spec.width, measure.title);
    let names: Vec<String> = rows.iter().map(|row| human::shorten(&row.subnet.name, 18)).collect();
    let widest = names.iter().map(|name| font::width(name, theme::SMALL, false));
    let left = widest.fold(40.0, f64::max) + 16.0;
    let height = if rows.len() > 16 { 14.0 } else { 22.0 };
    let panel = Panel {
        left,
        top: 40.0,
        width: spec.width.pixels() - left - 20.0,
        height: height * rows.len().max(2) as f64,
        x: Scale::Linear(0.0, ticks::time_bound(history.duration.as_nanos())),
        y: Scale::Linear(0.0, 1.0),
    };
    scene.height = libm::ceil(panel.bottom() + 44.0);
    let most = rows.iter().map(Row::most).fold(0.0, f64::max);
    // Little use of a large limit would all be white; then the scale ends at what was used.
    let full = match measure.full.map(|full| full as f64) {
        Some(full) if most > full / 10.0 => full.max(most),
        _ => most.max(1.0),
    };
    key(&mut scene, measure, full, &panel);
    for (place, (row, name)) in rows.iter().zip(&names).enumerate() {
        let top = panel.top + height * place as f64;
        for bin in 0..bins.count {
            let Some(mean) = row.mean(bin) else { continue };
            let (from, to) = (
                panel.point(bins.start(bin) as f64, 0.0).0,
                panel.point(bins.end(bin) as f64, 0.0).0,
            );
            scene.area(rectangle(from, top, to, top + height - 1.0), theme::heat(mean / full));
        }
        let text = Text::small(name.as_str(), (left - 8.0, top + height / 2.0 + 4.0));
        scene.text(text.aligned(Align::End));
    }
    if rows.is_empty() {
        panel.no_data(&mut scene);
    }
    let (times, unit) = ticks::time(ticks::time_bound(history.duration.as_nanos()), 8);
    panel.x_axis(&mut scene, &times, true);
    panel.x_title(&mut scene, &format!("Simulated time ({unit})"));
    scene
}

/// The scale of colours, above the map.
fn key(scene: &mut Scene, measure: &Measure, full: f64, panel: &Panel) {
    const STEPS: u32 = 40;
    let (width, top) = (140.0, 8.0);
    let label = |share: f64| match measure.full {
        Some(limit) => {
            format!("{} %", human::trim(format!("{:.2}", share * full / limit as f64 * 100.0)))
        }
        None => human::amount((share * full) as u128),
    };
    let title = Text::small(measure.unit, (panel.left, top + 11.0));
    let start = panel.left + font::width(measure.unit, theme::SMALL, false) + 10.0;
    let zero = label(0.0);
    let left = start + font::width(&zero, theme::SMALL, false) + 6.0;
    scene.text(title);
    scene.text(Text::small(zero, (start, top + 11.0)));
    for step in 0..STEPS {
        let (from, to) =
            (f64::from(step) / f64::from(STEPS), f64::from(step + 1) / f64::from(STEPS));
        let color = theme::heat((from + to) / 2.0);
        scene
            .area(rectangle(left + from * width, top, left + to * width + 0.25, top + 14.0), color);
    }
    let mut frame = rectangle(left, top, left + width, top + 14.0);
    frame.extend(frame.first().copied());
    scene.path(frame, theme::MUTED, theme::HAIRLINE);
    scene.text(Text::small(label(1.0), (left + width + 6.0, top + 11.0)));
}
