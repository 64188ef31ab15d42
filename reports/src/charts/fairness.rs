//! How evenly canisters were executed: Lorenz curves of instructions and of waiting, with Jain's
//! index (R. Jain et al., "A Quantitative Measure of Fairness", DEC-TR-301, 1984).

use super::queues::percents;
use super::spec::{Material, Spec};
use super::{Figure, data};
use crate::accounts::{Account, Accounts};
use crate::human;
use crate::legend::{self, DASH, Entry, Sample};
use crate::panel::{Panel, Scale};
use crate::scene::Scene;
use crate::tables::{Table, column, count};
use crate::theme;
use sim_core::history::SubnetHistory;
use sim_core::id::CanisterId;

/// The figure's name.
pub const NAME: &str = "fairness";
const TITLE: &str = "Shares of execution among canisters";
const HEIGHT: f64 = 220.0;
const MOST: usize = 6;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/fairness.csv",
    rows: "one canister that was executed; by subnet, then by instructions, ascending",
    groups: &[&[
        column("subnet", "", "the subnet's name"),
        column("canister", "", "the canister, by name, else by principal"),
        column("instructions", "instructions", "executed in the run, without set-up"),
        column("equal_share", "instructions", "what each would have had, had all had the same"),
        count("executions", "executions that finished"),
    ]],
};

/// A subnet's canisters that were executed.
struct Shares<'a> {
    subnet: &'a SubnetHistory,
    /// Ascending by instructions.
    got: Vec<(CanisterId, &'a Account)>,
}

impl<'a> Shares<'a> {
    fn of(subnet: &'a SubnetHistory, accounts: &'a Accounts) -> Self {
        let own = accounts
            .0
            .iter()
            .filter(|(id, account)| id.subnet() == subnet.id && account.executions > 0);
        let mut got: Vec<_> = own.map(|(id, account)| (*id, account)).collect();
        got.sort_by_key(|(id, got)| (got.instructions, *id));
        Shares { subnet, got }
    }

    fn total(&self) -> u128 {
        self.got.iter().map(|(_, got)| u128::from(got.instructions)).sum()
    }

    /// 1 if all got the same; one n-th if one of n got all.
    fn jain(&self) -> f64 {
        let sum = self.total() as f64;
        let squares =
            self.got.iter().map(|(_, got)| got.instructions as f64 * got.instructions as f64);
        let squares: f64 = squares.sum();
        if squares == 0.0 { 1.0 } else { sum * sum / (self.got.len() as f64 * squares) }
    }
}

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(spec: &Spec, run: &Material<'_>) -> csv::Result<Figure> {
    let of = |subnet| Shares::of(subnet, &run.analysis.accounts);
    let mut shares: Vec<Shares<'_>> = run.run.history.subnets.iter().map(of).collect();
    shares.retain(|shares| !shares.got.is_empty());
    let rows = shares.iter().flat_map(|shares| rows(shares, run));
    let table = data(&TABLE, rows)?;
    let all = shares.len();
    shares.sort_by_key(|shares| std::cmp::Reverse(shares.total()));
    shares.truncate(MOST);
    let scene = draw(spec, &shares);
    Ok(Figure::new(spec, TITLE, caption(&shares, all), scene, table))
}

fn rows<'a>(
    shares: &'a Shares<'_>,
    run: &'a Material<'_>,
) -> impl Iterator<Item = [String; 5]> + 'a {
    let equal = shares.total() / shares.got.len().max(1) as u128;
    shares.got.iter().map(move |(id, got)| {
        [
            shares.subnet.name.clone(),
            run.analysis.names.canister(*id),
            got.instructions.to_string(),
            equal.to_string(),
            got.executions.to_string(),
        ]
    })
}

fn draw(spec: &Spec, shares: &[Shares<'_>]) -> Scene {
    let mut scene = Scene::sized(spec.width, TITLE);
    let (left, width) = (50.0, spec.width.pixels() - 50.0 - 20.0);
    let entries = shares.iter().enumerate().map(|(place, shares)| {
        let (name, n) = (human::shorten(&shares.subnet.name, 18), shares.got.len());
        let text = format!("{name} (n = {}, index {:.2})", human::count(n as u64), shares.jain());
        Entry::new(theme::series(place), Sample::Line, text)
    });
    let mut entries: Vec<Entry> = entries.collect();
    entries.push(Entry::new(theme::MUTED, Sample::Dashes, "all the same"));
    let top = legend::draw(&mut scene, &entries, left, 4.0, width) + 8.0;
    scene.height = libm::ceil(top + HEIGHT + 44.0);
    let unit = Scale::Linear(0.0, 1.0);
    let panel = Panel { left, top, width, height: HEIGHT, x: unit, y: unit };
    panel.y_axis(&mut scene, &percents(1.0));
    panel.y_title(&mut scene, "Share of instructions (%)", &percents(1.0));
    panel.x_axis(&mut scene, &percents(1.0), true);
    panel.x_title(&mut scene, "Share of canisters, least executed first (%)");
    scene.dashed(&[panel.point(0.0, 0.0), panel.point(1.0, 1.0)], theme::MUTED, theme::THIN, DASH);
    for (place, shares) in shares.iter().enumerate().rev() {
        let (count, total) = (shares.got.len() as f64, shares.total().max(1) as f64);
        let sums = shares.got.iter().scan(0u128, |sum, (_, got)| {
            *sum += u128::from(got.instructions);
            Some(*sum as f64 / total)
        });
        let points =
            sums.enumerate().map(|(rank, sum)| panel.point((rank + 1) as f64 / count, sum));
        let line = std::iter::once(panel.point(0.0, 0.0)).chain(points).collect();
        scene.path(line, theme::series(place), theme::THICK);
    }
    if shares.is_empty() {
        panel.no_data(&mut scene);
    }
    scene
}

fn caption(shares: &[Shares<'_>], all: usize) -> String {
    let count: usize = shares.iter().map(|shares| shares.got.len()).sum();
    let which = match shares.len() {
        shown if shown < all => {
            format!(" Of {all} subnets the {shown} that executed the most are shown.")
        }
        _ => String::new(),
    };
    format!(
        "Lorenz curves: the share of all instructions that the least executed canisters of a subnet \
         got together ({} canisters that were executed). The diagonal is an equal share for each, \
         to which all without compute allocation are entitled as far as they have work. Jain's \
         index is 1 for equal shares and 1/n if one of n canisters got everything.{which}",
        human::sample(count),
    )
}
