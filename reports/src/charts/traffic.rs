//! Calls between subnets, as a matrix: who calls whom, and how often.

use super::spec::{Material, Spec};
use super::{Figure, data};
use crate::font;
use crate::human;
use crate::scene::{Align, Scene, Text, rectangle};
use crate::tables::{Column, Table, column};
use crate::theme;
use crate::traffic::{Calls, Traffic};

/// The figure's name.
pub const NAME: &str = "traffic";
const TITLE: &str = "Calls between subnets";
/// Subnets drawn; of more, those with the most calls.
const MOST: usize = 24;

/// The columns of calls between subnets.
pub(super) const COLUMNS: &[Column] = &[
    column("from", "", "the caller's subnet"),
    column("to", "", "the callee's subnet"),
    column("calls", "messages", "calls that canisters made"),
    column("rejected", "messages", "those that were rejected, as far as the caller knows"),
    column("bytes", "bytes", "of method names and payloads of all calls"),
    column("cycles_attached", "cycles", "sent with the calls"),
];

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/traffic.csv",
    rows: "one ordered pair of subnets with calls; by caller, then by callee",
    groups: &[COLUMNS],
};

/// Calls between all subnets: row by caller, column by callee.
pub(super) struct Matrix<'a> {
    pub(super) names: Vec<&'a str>,
    calls: &'a Traffic,
}

impl<'a> Matrix<'a> {
    pub(super) fn of(run: &Material<'a>) -> Self {
        let subnets = &run.run.history.subnets;
        let names = subnets.iter().map(|subnet| subnet.name.as_str()).collect();
        Matrix { names, calls: &run.analysis.traffic }
    }

    pub(super) fn at(&self, from: usize, to: usize) -> Calls {
        self.calls.at(from, to)
    }

    pub(super) fn most(&self) -> u64 {
        self.calls.most()
    }

    pub(super) fn total(&self) -> u64 {
        self.calls.total()
    }

    /// Calls of other subnets than the caller's own.
    pub(super) fn crossing(&self) -> u64 {
        let own: u64 = (0..self.names.len()).map(|place| self.at(place, place).count).sum();
        self.total() - own
    }

    /// Calls from and to a subnet.
    pub(super) fn degree(&self, place: usize) -> u64 {
        (0..self.names.len())
            .map(|other| self.at(place, other).count + self.at(other, place).count)
            .sum()
    }

    /// The rows of the data: pairs with calls.
    pub(super) fn rows(&self) -> impl Iterator<Item = [String; 6]> + '_ {
        let size = self.names.len();
        let pairs = (0..size).flat_map(move |from| (0..size).map(move |to| (from, to)));
        pairs.filter_map(|(from, to)| {
            let Calls { count, rejected, bytes, cycles } = self.at(from, to);
            let (from, to) = (self.names[from].to_owned(), self.names[to].to_owned());
            let numbers = [count.to_string(), rejected.to_string(), bytes.to_string()];
            let [calls, rejected, bytes] = numbers;
            (count > 0).then(|| [from, to, calls, rejected, bytes, cycles.to_string()])
        })
    }
}

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(spec: &Spec, run: &Material<'_>) -> csv::Result<Figure> {
    let matrix = Matrix::of(run);
    let mut shown: Vec<usize> = (0..matrix.names.len()).collect();
    shown.sort_by_key(|place| std::cmp::Reverse(matrix.degree(*place)));
    shown.truncate(MOST);
    shown.sort_unstable();
    let scene = draw(spec, &matrix, &shown);
    let caption = caption(&matrix, shown.len());
    Ok(Figure::new(spec, TITLE, caption, scene, data(&TABLE, matrix.rows())?))
}

fn draw(spec: &Spec, matrix: &Matrix<'_>, shown: &[usize]) -> Scene {
    let mut scene = Scene::sized(spec.width, TITLE);
    let names: Vec<String> =
        shown.iter().map(|place| human::shorten(matrix.names[*place], 16)).collect();
    let widest =
        names.iter().map(|name| font::width(name, theme::SMALL, false)).fold(30.0, f64::max);
    let left = widest + 34.0;
    let room = spec.width.pixels() - left - 16.0;
    let cell = (room / shown.len().max(1) as f64).min(64.0);
    let is_narrow = widest + 8.0 > cell;
    let top = if is_narrow { widest + 34.0 } else { 44.0 };
    let size = cell * shown.len() as f64;
    scene.height = libm::ceil(top + size.max(60.0) + 14.0);
    if matrix.total() == 0 {
        let text =
            Text { color: theme::MUTED, ..Text::medium("no data", (left + 20.0, top + 30.0)) };
        scene.text(text);
    }
    titles(&mut scene, left, top, size);
    for (place, name) in names.iter().enumerate() {
        let middle = cell * (place as f64 + 0.5);
        let row = Text::small(name.as_str(), (left - 8.0, top + middle + 4.0));
        scene.text(row.aligned(Align::End));
        let head = match is_narrow {
            true => Text {
                upwards: true,
                ..Text::small(name.as_str(), (left + middle + 4.0, top - 6.0))
            },
            false => Text::small(name.as_str(), (left + middle, top - 6.0)).aligned(Align::Middle),
        };
        scene.text(head);
    }
    cells(&mut scene, matrix, shown, (left, top), cell);
    scene
}

fn titles(scene: &mut Scene, left: f64, top: f64, size: f64) {
    let across = Text::medium("called subnet", (left + size / 2.0, 16.0)).aligned(Align::Middle);
    scene.text(across);
    let down = Text { upwards: true, ..Text::medium("calling subnet", (16.0, top + size / 2.0)) };
    scene.text(down.aligned(Align::Middle));
}

fn cells(
    scene: &mut Scene,
    matrix: &Matrix<'_>,
    shown: &[usize],
    (left, top): (f64, f64),
    cell: f64,
) {
    let most = matrix.most().max(1) as f64;
    for (row, from) in shown.iter().enumerate() {
        for (column, to) in shown.iter().enumerate() {
            let count = matrix.at(*from, *to).count;
            let (x, y) = (left + cell * column as f64, top + cell * row as f64);
            // The root keeps small numbers visible beside large ones.
            let share = libm::sqrt(count as f64 / most);
            let color = if count == 0 { theme::GRID } else { theme::heat(0.08 + 0.92 * share) };
            let inset = if count == 0 { cell * 0.46 } else { 0.5 };
            scene.area(rectangle(x + inset, y + inset, x + cell - inset, y + cell - inset), color);
            let text = human::amount(count.into());
            if count > 0 && font::width(&text, theme::SMALL, false) + 4.0 < cell {
                let middle = (x + cell / 2.0, y + cell / 2.0 + 4.0);
                let color = theme::on_heat(0.08 + 0.92 * share);
                scene.text(Text { color, ..Text::small(text, middle).aligned(Align::Middle) });
            }
        }
    }
}

fn caption(matrix: &Matrix<'_>, shown: usize) -> String {
    let all = matrix.names.len();
    let which = match shown < all {
        true => format!(" Of {all} subnets the {shown} with the most calls are shown."),
        false => String::new(),
    };
    format!(
        "Calls that canisters of the subnet on the left made to canisters of the subnet above \
         ({} calls, {} of them between subnets). Colour grows with the square root of the number; \
         a small grey square stands for no calls.{which}",
        human::sample(matrix.total() as usize),
        human::count(matrix.crossing()),
    )
}
