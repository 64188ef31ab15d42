//! The figures of a sweep, against drawings that were looked at and found good.

use reports::charts::Figure;
use reports::charts::sweep::{Kind, Point, Sweep, Value};
use reports::theme::Width;
use sim_core::random::Stream;
use std::path::Path;

fn value(text: &str, number: f64) -> Value {
    Value { text: text.to_owned(), number: Some(number) }
}

/// A latency that grows with the link's latency and with the load, ten runs of each point from common
/// random numbers.
fn sweep() -> Sweep {
    let links = [("10ms", 1e7), ("40ms", 4e7), ("160ms", 1.6e8), ("640ms", 6.4e8)];
    let rates = [("1/s", 1.0), ("8/s", 8.0)];
    let mut points = Vec::new();
    for (link, nanos) in links {
        for (rate, load) in rates {
            let mut random = Stream::new(1, "runs", "noise");
            let mut own = Stream::new(1, &format!("{link} {rate}"), "noise");
            let run = |replication: usize| {
                let shared = random.unit() * 4e8 + libm::pow(random.unit(), 8.0) * 4e8;
                let luck = shared + own.unit() * 1.2e8;
                (replication, 2e9 + 1.6 * nanos + load * 5e7 + luck)
            };
            let sample = (0..10).map(run).collect();
            points.push(Point { values: vec![value(link, nanos), value(rate, load)], sample });
        }
    }
    Sweep {
        fields: vec![
            "network.latency.median".to_owned(),
            "workload.ping-across.arrivals.rate".to_owned(),
        ],
        metric: "latency.p99".to_owned(),
        unit: "ns".to_owned(),
        points,
        common_random_numbers: true,
    }
}

/// Schedulers, which are no numbers, and an amount that falls and rises.
fn categories() -> Sweep {
    let names = ["ic-2026", "ic-2024", "round-robin", "first-come"];
    let point = |(place, name): (usize, &&str)| {
        let value = Value { text: (*name).to_owned(), number: None };
        let level = [3.1e9, 3.05e9, 2.6e9, 3.9e9][place];
        let sample = (0..6).map(|run| (run, level + run as f64 * 2e7 * (place as f64 - 1.0)));
        Point { values: vec![value], sample: sample.collect() }
    };
    Sweep {
        fields: vec!["subnet.one.scheduler".to_owned()],
        metric: "burned.total".to_owned(),
        unit: "cycles".to_owned(),
        points: names.iter().enumerate().map(point).collect(),
        common_random_numbers: true,
    }
}

/// Forty points of a Latin hypercube in three fields.
fn hypercube() -> Sweep {
    let mut random = Stream::new(1, "hypercube", "test");
    let point = |place: usize| {
        let share = random.unit();
        let values = [place as f64, share * 100.0, share * share]
            .map(|number| value(&format!("{number:.2}"), number));
        let sample = (0..5).map(|run| (run, place as f64 * 40.0 + random.unit() * 300.0));
        Point { values: values.to_vec(), sample: sample.collect() }
    };
    Sweep {
        fields: ["a.first", "b.second", "c.third"].map(str::to_owned).to_vec(),
        metric: "replied".to_owned(),
        points: (0..40).map(point).collect(),
        common_random_numbers: true,
        ..Sweep::default()
    }
}

fn draw(sweep: &Sweep, width: Width) -> Vec<Figure> {
    let suits = Kind::ALL.into_iter().filter(|kind| kind.suits(sweep));
    suits.map(|kind| kind.draw(sweep, width, None).unwrap()).collect()
}

#[test]
fn sweeps_look_as_they_did() {
    for (name, sweep) in [("sweep", sweep()), ("categories", categories())] {
        for figure in draw(&sweep, Width::Column) {
            let svg = figure.svg().unwrap();
            insta::assert_snapshot!(format!("{name}-{}.svg", figure.name), svg);
        }
    }
}

#[test]
fn captions_name_n_and_the_interval() {
    for figure in draw(&sweep(), Width::Page) {
        assert!(figure.caption.contains("n\u{a0}=\u{a0}10"), "{}", figure.caption);
        let intervals = figure.caption.contains("95 % interval");
        assert_eq!(intervals, !figure.name.starts_with("spread"), "{}", figure.caption);
        assert!(figure.svg().unwrap().starts_with("<svg width=\"900\""));
    }
}

#[test]
fn data_beside_a_figure_is_what_it_draws() {
    let figures = draw(&categories(), Width::Column);
    let rows = |figure: &Figure| String::from_utf8(figure.data.clone()).unwrap();
    assert_eq!(
        rows(&figures[1]).lines().nth(1).unwrap(),
        // Runs of the second point stay as they are, those of the first fall by 2e7 each.
        "1,ic-2024,6,0,-39266286.13960646,39266286.13960646,0"
    );
    assert_eq!(rows(&figures[0]).lines().count(), 1 + 4);
    assert_eq!(rows(&figures[2]).lines().count(), 1 + 4);
}

#[test]
fn a_sweep_without_runs_or_fields_can_be_drawn() {
    let mut nothing = sweep();
    nothing.points.iter_mut().for_each(|point| point.sample.clear());
    for figure in draw(&nothing, Width::Column) {
        assert!(figure.png().unwrap().starts_with(b"\x89PNG"), "{}", figure.name);
    }
    let mut alone = categories();
    (alone.fields, alone.points) = (Vec::new(), vec![alone.points.remove(0)]);
    alone.points[0].values.clear();
    let names: Vec<String> = draw(&alone, Width::Column).into_iter().map(|f| f.name).collect();
    assert_eq!(names, ["spread-burned-total"]);
}

#[test]
fn every_kind_of_a_sweep_is_in_the_gallery() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let gallery = std::fs::read_to_string(docs.join("figures.md")).unwrap();
    for name in Kind::ALL.map(Kind::name) {
        assert!(gallery.contains(&format!("\n#### `{name}`\n")), "docs/figures.md lacks {name}");
        assert!(docs.join(format!("images/figures/{name}.png")).exists(), "no picture of {name}");
    }
}

/// Leaves every figure in the build's folder for temporary files, where it can be looked at.
#[test]
#[ignore = "draws many pictures, for people"]
fn sweeps_can_be_looked_at() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sweeps");
    for (name, width) in [("column", Width::Column), ("page", Width::Page)] {
        for (sweep, what) in [(sweep(), "grid"), (categories(), "categories"), (hypercube(), "lhs")]
        {
            let folder = folder.join(name).join(what);
            reports::write::write_drawn(&folder, &draw(&sweep, width)).unwrap();
        }
    }
    assert!(folder.join("page/lhs/spread-replied.png").exists());
}
