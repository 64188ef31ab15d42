//! Throughput against offered load: how much of what clients send is answered, and from which load on
//! it is not (the knee).

use super::loading::{self, Load};
use super::spec::{Material, Spec};
use super::{Figure, data};
use crate::human;
use crate::legend::{self, DASH, Entry, Sample};
use crate::panel::{Panel, Scale};
use crate::scene::{Align, Scene, Text};
use crate::tables::{Table, column, count};
use crate::theme;
use crate::ticks;

/// The figure's name.
pub const NAME: &str = "knee";
const TITLE: &str = "Throughput against offered load";
const HEIGHT: f64 = 220.0;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/knee.csv",
    rows: "one run of several, or one interval of a single run; by load",
    groups: &[&[
        column("run", "", "the run, if several are drawn"),
        column("offered", "", "ingress messages that clients sent each second"),
        column("replied", "", "replies certified each second"),
        column("rejected", "", "rejects certified each second"),
        count("knee", "1 for the largest load with which replies keep up, else 0"),
    ]],
};

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(spec: &Spec, runs: &[Material<'_>]) -> csv::Result<Figure> {
    let loads = loading::of(runs);
    let knee = loading::knee(&loads);
    let scene = draw(spec, &loads, knee, runs.len() > 1);
    let is_knee = |load: &Load<'_>| knee.is_some_and(|knee| std::ptr::eq(knee, load));
    let rows = loads.iter().map(|load| {
        let rate = |place: usize| format!("{:.3}", load.counts[place] as f64 / load.seconds);
        let knee = u8::from(is_knee(load)).to_string();
        [load.run.to_owned(), rate(0), rate(1), rate(2), knee]
    });
    let caption = caption(runs, &loads, knee);
    Ok(Figure::new(spec, TITLE, caption, scene, data(&TABLE, rows)?))
}

fn draw(spec: &Spec, loads: &[Load<'_>], knee: Option<&Load<'_>>, several: bool) -> Scene {
    let mut scene = Scene::sized(spec.width, TITLE);
    let (left, width) = (58.0, spec.width.pixels() - 58.0 - 20.0);
    let mut entries = vec![
        Entry::new(theme::BLUE, Sample::Dot, "replied"),
        Entry::new(theme::MUTED, Sample::Dashes, "as much as offered"),
    ];
    if several {
        let runs = loads
            .iter()
            .map(|load| Entry::new(load.color, Sample::Dot, human::shorten(load.run, 22)));
        entries.splice(..1, runs);
    }
    let top = legend::draw(&mut scene, &entries, left, 4.0, width) + 8.0;
    scene.height = libm::ceil(top + HEIGHT + 44.0);
    let most = loads.iter().map(|load| load.offered().max(load.replied())).fold(0.0, f64::max);
    let most = most.max(1.0) * 1.05;
    let scale = Scale::Linear(0.0, most);
    let panel = Panel { left, top, width, height: HEIGHT, x: scale, y: scale };
    let rates = ticks::numbers(most, 5);
    panel.y_axis(&mut scene, &rates);
    panel.y_title(&mut scene, "Replies per second", &rates);
    panel.x_axis(&mut scene, &ticks::numbers(most, 8), true);
    panel.x_title(&mut scene, "Messages sent per second");
    scene.dashed(
        &[panel.point(0.0, 0.0), panel.point(most, most)],
        theme::MUTED,
        theme::THIN,
        DASH,
    );
    if let Some(knee) = knee {
        mark(&mut scene, &panel, knee.offered());
    }
    if several {
        let line = loads.iter().map(|load| panel.point(load.offered(), load.replied()));
        scene.path(line.collect(), theme::MUTED, theme::HAIRLINE);
    }
    for load in loads {
        scene.dot(panel.point(load.offered(), load.replied()), 3.5, load.color);
    }
    if loads.is_empty() {
        panel.no_data(&mut scene);
    }
    scene
}

/// A line at the load where the knee is.
pub(super) fn mark(scene: &mut Scene, panel: &Panel, load: f64) {
    let x = panel.point(load, 0.0).0;
    scene.dashed(&[(x, panel.top), (x, panel.bottom())], theme::VERMILLION, theme::THIN, DASH);
    // Beside the line, where there is room.
    let (at, align) = match x + 60.0 < panel.right() {
        true => (x + 5.0, Align::Start),
        false => (x - 5.0, Align::End),
    };
    let text = Text::small(format!("knee {}", rate(load)), (at, panel.bottom() - 8.0));
    scene.text(Text { color: theme::VERMILLION, ..text.aligned(align) });
}

fn rate(load: f64) -> String {
    format!("{}/s", human::trim(format!("{load:.1}")))
}

fn caption(runs: &[Material<'_>], loads: &[Load<'_>], knee: Option<&Load<'_>>) -> String {
    let knee = match knee {
        Some(knee) => format!(
            " The knee is at {}: the largest load of which at least nine tenths are replied to.",
            rate(knee.offered())
        ),
        None => " There is no knee among these loads.".to_owned(),
    };
    format!(
        "Replies certified each second against ingress messages sent each second. {}; on the dashed \
         line everything is replied to.{knee}",
        loading::points(runs, loads.len()),
    )
}
