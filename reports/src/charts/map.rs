//! A map of the network: subnets on a circle, the calls between them as arrows.

use super::spec::{Material, Spec};
use super::traffic::{COLUMNS, Matrix};
use super::{Figure, data};
use crate::font;
use crate::human;
use crate::rounds;
use crate::scene::{Align, Point, Scene, Text, rectangle};
use crate::tables::Table;
use crate::theme;

/// The figure's name.
pub const NAME: &str = "network";
const TITLE: &str = "Subnets and the calls between them";
const HEIGHT: f64 = 340.0;
/// Subnets drawn; of more, those with the most calls.
const MOST: usize = 24;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/network.csv",
    rows: "one ordered pair of subnets with calls; by caller, then by callee",
    groups: &[COLUMNS],
};

/// A subnet as drawn.
struct Node {
    place: usize,
    at: Point,
    /// Whether it lies in the upper half of the map.
    is_above: bool,
    radius: f64,
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
    let nodes = nodes(spec, run, &shown);
    let mut scene = Scene::sized(spec.width, TITLE);
    scene.height = HEIGHT;
    draw(&mut scene, run, &matrix, &nodes);
    let caption = caption(&matrix, shown.len());
    Ok(Figure::new(spec, TITLE, caption, scene, data(&TABLE, matrix.rows())?))
}

/// Subnets on an ellipse, clockwise from the top; dots grow with what was executed.
fn nodes(spec: &Spec, run: &Material<'_>, shown: &[usize]) -> Vec<Node> {
    let width = spec.width.pixels();
    let across = width / 2.0 - 80.0;
    let (middle, radii) = ((width / 2.0, HEIGHT / 2.0), (across, HEIGHT / 2.0 - 62.0));
    let executed = |place: usize| -> f64 {
        let subnet = &run.run.history.subnets[place];
        rounds::of(subnet).map(|(_, round)| round.instructions.get() as f64).sum()
    };
    let most = shown.iter().map(|place| executed(*place)).fold(1.0, f64::max);
    let node = |(rank, place): (usize, &usize)| {
        let turn = rank as f64 / shown.len().max(1) as f64 * std::f64::consts::TAU;
        let (sine, cosine) = (libm::sin(turn), libm::cos(turn));
        let at = (middle.0 + radii.0 * sine, middle.1 - radii.1 * cosine);
        let radius = 7.0 + 11.0 * libm::sqrt(executed(*place) / most);
        Node { place: *place, at, is_above: cosine > 0.5, radius }
    };
    shown.iter().enumerate().map(node).collect()
}

fn draw(scene: &mut Scene, run: &Material<'_>, matrix: &Matrix<'_>, nodes: &[Node]) {
    let most = matrix.most().max(1) as f64;
    for from in nodes {
        for to in nodes.iter().filter(|to| to.place != from.place) {
            let count = matrix.at(from.place, to.place).count;
            if count > 0 {
                arrow(scene, from, to, libm::sqrt(count as f64 / most), count, nodes.len());
            }
        }
    }
    for node in nodes {
        label(scene, run, matrix, node);
        scene.dot(node.at, node.radius, theme::BLUE);
    }
    if nodes.is_empty() {
        let middle = (scene.width / 2.0, HEIGHT / 2.0);
        let text = Text { color: theme::MUTED, ..Text::medium("no data", middle) };
        scene.text(text.aligned(Align::Middle));
    }
}

/// A bent arrow, so that both directions of a pair can be told apart, with its number if few are drawn.
fn arrow(scene: &mut Scene, from: &Node, to: &Node, share: f64, count: u64, nodes: usize) {
    let (dx, dy) = (to.at.0 - from.at.0, to.at.1 - from.at.1);
    let length = libm::hypot(dx, dy).max(1.0);
    let (ux, uy) = (dx / length, dy / length);
    let bend = 12.0 + length * 0.06;
    let start = (from.at.0 + ux * (from.radius + 3.0), from.at.1 + uy * (from.radius + 3.0));
    let end = (to.at.0 - ux * (to.radius + 5.0), to.at.1 - uy * (to.radius + 5.0));
    let control =
        ((start.0 + end.0) / 2.0 - uy * bend * 2.0, (start.1 + end.1) / 2.0 + ux * bend * 2.0);
    let at = |t: f64| {
        let (a, b, c) = ((1.0 - t) * (1.0 - t), 2.0 * (1.0 - t) * t, t * t);
        (a * start.0 + b * control.0 + c * end.0, a * start.1 + b * control.1 + c * end.1)
    };
    let width = 0.75 + 4.0 * share;
    let line: Vec<Point> = (0..=24).map(|step| at(f64::from(step) / 24.0)).collect();
    scene.path(line, theme::ORANGE, width);
    head(scene, at(0.93), end, width);
    if nodes <= 8 {
        let (x, y) = at(0.5);
        let text = Text::small(human::amount(count.into()), (x - uy * 11.0, y + ux * 11.0 + 4.0));
        scene.text(text.aligned(Align::Middle));
    }
}

/// The head of an arrow.
fn head(scene: &mut Scene, before: Point, tip: Point, width: f64) {
    let (dx, dy) = (tip.0 - before.0, tip.1 - before.1);
    let length = libm::hypot(dx, dy).max(1e-6);
    let (ux, uy) = (dx / length, dy / length);
    let (long, half) = (7.0 + width, 3.0 + width * 0.7);
    let back = (tip.0 - ux * long, tip.1 - uy * long);
    let corners = vec![
        tip,
        (back.0 - uy * half, back.1 + ux * half),
        (back.0 + uy * half, back.1 - ux * half),
    ];
    scene.area(corners, theme::ORANGE);
}

/// Name and facts above the dots of the upper half and below all others.
fn label(scene: &mut Scene, run: &Material<'_>, matrix: &Matrix<'_>, node: &Node) {
    let subnet = &run.run.history.subnets[node.place];
    let x = node.at.0;
    let y = match node.is_above {
        true => node.at.1 - node.radius - 20.0,
        false => node.at.1 + node.radius + 15.0,
    };
    let name = human::shorten(&subnet.name, 20);
    let own = human::amount(matrix.at(node.place, node.place).count.into());
    let detail = format!("{} nodes, {own} within", subnet.nodes);
    // Paper behind the letters, since arrows may pass there.
    let widths =
        [font::width(&name, theme::SMALL, true), font::width(&detail, theme::SMALL, false)];
    let half = widths[0].max(widths[1]) / 2.0 + 2.0;
    scene.area(rectangle(x - half, y - 11.0, x + half, y + 18.0), theme::PAPER);
    scene.text(Text { bold: true, ..Text::small(name, (x, y)).aligned(Align::Middle) });
    let detail = Text::small(detail, (x, y + 14.0)).aligned(Align::Middle);
    scene.text(Text { color: theme::MUTED, ..detail });
}

fn caption(matrix: &Matrix<'_>, shown: usize) -> String {
    let all = matrix.names.len();
    let which = match shown < all {
        true => format!(" Of {all} subnets the {shown} with the most calls are shown."),
        false => String::new(),
    };
    format!(
        "Subnets as dots, whose area grows with the instructions executed; calls between them as \
         arrows, whose width grows with the square root of their number ({} calls, {} between \
         subnets). Calls within a subnet are written below its name.{which}",
        human::sample(matrix.total() as usize),
        human::count(matrix.crossing()),
    )
}
