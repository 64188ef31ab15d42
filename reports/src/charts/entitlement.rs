//! What canisters were given to execute, against what they were entitled to.
//!
//! A canister is entitled to its compute allocation, and to an equal part of what nobody has
//! allocated: the scheduler gives priorities by the same sum.

use super::queues::percents;
use super::spec::{Material, Spec};
use super::{Figure, data};
use crate::human;
use crate::legend::{self, DASH, Entry, Sample};
use crate::panel::{Panel, Scale};
use crate::scene::Scene;
use crate::tables::{Table, column, count};
use crate::theme;
use sim_core::history::SubnetHistory;

/// The figure's name.
pub const NAME: &str = "entitlement";
const TITLE: &str = "Share of execution against entitlement";
const HEIGHT: f64 = 240.0;
/// Subnets drawn.
const MOST: usize = 6;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/entitlement.csv",
    rows: "one canister that was executed; by subnet, then by canister",
    groups: &[&[
        column("subnet", "", "the subnet's name"),
        column("canister", "", "the canister, by name, else by principal"),
        count("compute_percent", "its compute allocation in percent of a thread"),
        column("entitled", "", "share of the subnet's execution it was entitled to, 0 to 1"),
        column("got", "", "share of the subnet's instructions it executed, 0 to 1"),
    ]],
};

struct Share {
    name: String,
    compute: u64,
    entitled: f64,
    got: f64,
}

struct Shares<'a> {
    subnet: &'a SubnetHistory,
    canisters: Vec<Share>,
    instructions: u64,
}

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(spec: &Spec, run: &Material<'_>) -> csv::Result<Figure> {
    let of = |subnet| shares(subnet, run);
    let mut all: Vec<Shares<'_>> = run.run.history.subnets.iter().map(of).collect();
    all.retain(|shares| !shares.canisters.is_empty());
    let rows = all.iter().flat_map(|shares| {
        shares.canisters.iter().map(|share| {
            let numbers = [share.entitled, share.got].map(|number| format!("{number:.6}"));
            let [entitled, got] = numbers;
            let (subnet, compute) = (shares.subnet.name.clone(), share.compute.to_string());
            [subnet, share.name.clone(), compute, entitled, got]
        })
    });
    let table = data(&TABLE, rows)?;
    let count = all.len();
    all.sort_by_key(|shares| std::cmp::Reverse(shares.instructions));
    all.truncate(MOST);
    let scene = draw(spec, &all);
    Ok(Figure::new(spec, TITLE, caption(&all, count), scene, table))
}

fn shares<'a>(subnet: &'a SubnetHistory, run: &Material<'_>) -> Shares<'a> {
    let accounts = &run.analysis.accounts.0;
    let own = || {
        accounts.iter().filter(|(id, account)| id.subnet() == subnet.id && account.executions > 0)
    };
    let instructions: u64 = own().map(|(_, account)| account.instructions).sum();
    let (count, allocated): (u64, u64) =
        own().fold((0, 0), |(count, sum), (_, account)| (count + 1, sum + account.compute));
    let capacity = (run.run.profile.limits.execution_threads * 100).max(1) as f64;
    let free = (capacity - allocated as f64).max(0.0) / count.max(1) as f64;
    let share = |(id, account): (_, &crate::accounts::Account)| Share {
        name: run.analysis.names.canister(id),
        compute: account.compute,
        entitled: (account.compute as f64 + free) / capacity,
        got: account.instructions as f64 / instructions.max(1) as f64,
    };
    Shares {
        subnet,
        canisters: own().map(|(id, account)| share((*id, account))).collect(),
        instructions,
    }
}

fn draw(spec: &Spec, all: &[Shares<'_>]) -> Scene {
    let mut scene = Scene::sized(spec.width, TITLE);
    let (left, width) = (58.0, spec.width.pixels() - 58.0 - 20.0);
    let entry = |(place, shares): (usize, &Shares<'_>)| {
        let n = human::count(shares.canisters.len() as u64);
        let text = format!("{} (n = {n})", human::shorten(&shares.subnet.name, 20));
        Entry::new(theme::series(place), Sample::Dot, text)
    };
    let mut entries: Vec<Entry> = all.iter().enumerate().map(entry).collect();
    entries.push(Entry::new(theme::MUTED, Sample::Dashes, "as entitled"));
    let top = legend::draw(&mut scene, &entries, left, 4.0, width) + 8.0;
    scene.height = libm::ceil(top + HEIGHT + 44.0);
    let canisters = || all.iter().flat_map(|shares| &shares.canisters);
    let most = |of: fn(&Share) -> f64| canisters().map(of).fold(0.01, f64::max).min(0.97) * 1.03;
    let (x, y) = (most(|share| share.entitled), most(|share| share.got));
    let panel = Panel {
        left,
        top,
        width,
        height: HEIGHT,
        x: Scale::Linear(0.0, x),
        y: Scale::Linear(0.0, y),
    };
    panel.y_axis(&mut scene, &percents(y));
    panel.y_title(&mut scene, "Instructions executed (%)", &percents(y));
    panel.x_axis(&mut scene, &percents(x), true);
    panel.x_title(&mut scene, "Entitled to (%)");
    let end = x.min(y);
    scene.dashed(&[panel.point(0.0, 0.0), panel.point(end, end)], theme::MUTED, theme::THIN, DASH);
    for (place, shares) in all.iter().enumerate().rev() {
        for share in &shares.canisters {
            scene.dot(panel.point(share.entitled, share.got), 3.5, theme::series(place));
        }
    }
    if all.is_empty() {
        panel.no_data(&mut scene);
    }
    scene
}

fn caption(all: &[Shares<'_>], count: usize) -> String {
    let canisters: usize = all.iter().map(|shares| shares.canisters.len()).sum();
    let which = match all.len() {
        shown if shown < count => {
            format!(" Of {count} subnets the {shown} that executed the most are shown.")
        }
        _ => String::new(),
    };
    format!(
        "The share of its subnet's instructions that each canister executed ({} canisters), against the \
         share it was entitled to: its compute allocation as last recorded, and an equal part of what \
         is not allocated. Above the line it got more, since others had no work; below it less, for want \
         of work or of time.{which}",
        human::sample(canisters),
    )
}
