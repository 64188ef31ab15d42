//! What each subnet earns: the cycles burned on it, in special drawing rights a month.

use super::spec::{Material, Spec};
use super::{Figure, data};
use crate::font;
use crate::human;
use crate::panel::{Panel, Scale};
use crate::revenue;
use crate::rounds;
use crate::scene::{Align, Scene, Text, rectangle};
use crate::tables::{Table, column};
use crate::theme;
use crate::ticks;
use sim_core::units::Cycles;

/// The figure's name.
pub const NAME: &str = "revenue";
const TITLE: &str = "Revenue of subnets";
/// Bars drawn; of more subnets, those that earn the most.
const MOST: usize = 40;
const ROW: f64 = 24.0;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/revenue.csv",
    rows: "one subnet; in the scenario's order",
    groups: &[&[
        column("subnet", "", "the subnet's name"),
        column("nodes", "nodes", "its nodes"),
        column("burned", "cycles", "burned in its rounds"),
        column("burned_per_month", "cycles", "the same, stretched to thirty days"),
        column("sdr_per_month", "micro-SDR", "what that is worth, in millionths of an SDR"),
    ]],
};

struct Bar<'a> {
    name: &'a str,
    nodes: u64,
    burned: Cycles,
    month: Cycles,
    micro_sdr: u128,
}

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(spec: &Spec, run: &Material<'_>) -> csv::Result<Figure> {
    let mut bars = bars(run);
    let rows = bars.iter().map(|bar| {
        let numbers = [u128::from(bar.nodes), bar.burned.get(), bar.month.get(), bar.micro_sdr];
        let [nodes, burned, month, sdr] = numbers.map(|number| number.to_string());
        [bar.name.to_owned(), nodes, burned, month, sdr]
    });
    let table = data(&TABLE, rows)?;
    let all = bars.len();
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.micro_sdr));
    bars.truncate(MOST);
    let scene = draw(spec, &bars);
    Ok(Figure::new(spec, TITLE, caption(run, &bars, all), scene, table))
}

fn bars<'a>(run: &Material<'a>) -> Vec<Bar<'a>> {
    let (history, currency) = (run.run.history, &run.run.profile.currency);
    let bar = |subnet: &'a sim_core::history::SubnetHistory| {
        let burned = rounds::of(subnet).flat_map(|(_, round)| round.burned).sum();
        let month = revenue::per_month(burned, history.duration);
        let micro_sdr = currency.micro_sdr(month);
        Bar { name: &subnet.name, nodes: subnet.nodes, burned, month, micro_sdr }
    };
    history.subnets.iter().map(bar).collect()
}

fn draw(spec: &Spec, bars: &[Bar<'_>]) -> Scene {
    let mut scene = Scene::sized(spec.width, TITLE);
    let names: Vec<String> = bars.iter().map(|bar| human::shorten(bar.name, 20)).collect();
    let widest = names.iter().map(|name| font::width(name, theme::SMALL, false));
    let left = widest.fold(40.0, f64::max) + 16.0;
    let most = bars.iter().map(|bar| bar.micro_sdr).max().unwrap_or(0).max(1) as f64 / 1e6;
    let panel = Panel {
        left,
        top: 10.0,
        // Room for the amount behind the longest bar.
        width: spec.width.pixels() - left - 84.0,
        height: ROW * bars.len().max(2) as f64,
        x: Scale::Linear(0.0, most),
        y: Scale::Linear(0.0, 1.0),
    };
    scene.height = libm::ceil(panel.bottom() + 44.0);
    panel.x_axis(&mut scene, &ticks::numbers(most, 5), true);
    panel.x_title(&mut scene, "SDR per month");
    for (place, (bar, name)) in bars.iter().zip(&names).enumerate() {
        let top = panel.top + ROW * place as f64;
        let sdr = bar.micro_sdr as f64 / 1e6;
        let end = panel.point(sdr, 0.0).0.max(left + 1.0);
        scene.area(rectangle(left, top + 4.0, end, top + ROW - 4.0), theme::BLUE);
        let middle = top + ROW / 2.0 + 4.0;
        scene.text(Text::small(name.as_str(), (left - 8.0, middle)).aligned(Align::End));
        scene.text(Text::small(money(sdr), (end + 6.0, middle)));
    }
    if bars.iter().all(|bar| bar.micro_sdr == 0) {
        panel.no_data(&mut scene);
    }
    scene
}

fn money(sdr: f64) -> String {
    match sdr {
        sdr if sdr >= 100.0 => human::count(libm::round(sdr) as u64),
        sdr if sdr >= 1.0 => format!("{sdr:.2}"),
        sdr => human::trim(format!("{sdr:.4}")),
    }
}

fn caption(run: &Material<'_>, bars: &[Bar<'_>], all: usize) -> String {
    let which = match bars.len() {
        shown if shown < all => format!(" Of {all} subnets the {shown} that earn most are shown."),
        _ => String::new(),
    };
    format!(
        "What the cycles burned in the rounds of each subnet are worth ({} subnets), without what \
         setting up its canisters cost. A month has thirty days; what the run of {} burned is stretched \
         to it.{which}",
        human::sample(bars.len()),
        human::duration(run.run.history.duration.as_nanos()),
    )
}
