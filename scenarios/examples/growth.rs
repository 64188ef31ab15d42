//! How processor time and memory of a run grow with its size: runs `measure` in processes of their own,
//! and draws each growth with icsim's charts.
//!
//! ```console
//! $ cargo build --release -p scenarios --example measure
//! $ cargo run -p scenarios --example growth -- docs/images
//! ```
//!
//! Writes `growth-NAME.svg`, `.png` and `.csv` into the folder.

use reports::canvas;
use reports::panel::{Panel, Scale};
use reports::scene::{Align, Scene, Text};
use reports::theme::{self, Width};
use reports::ticks;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Something that grows: a scenario, and for each size how it is changed.
struct Growth {
    name: &'static str,
    axis: &'static str,
    scenario: &'static str,
    seconds: u64,
    sizes: &'static [u64],
    changes: fn(u64) -> Vec<String>,
}

const ALL: [Growth; 3] = [
    Growth {
        name: "subnets",
        axis: "busy subnets, a minute of 250 messages a second on each",
        scenario: "parallel",
        seconds: 60,
        sizes: &[2, 5, 10, 20, 30, 40],
        changes: |count| {
            let mut changes: Vec<String> = ["subnet.one", "canister.counter", "canister.near"]
                .map(|table| format!("{table}.count={count}"))
                .into();
            changes.push(format!("workload.counts.arrivals.rate={}/s", 200 * count));
            changes.push(format!("workload.forwards.arrivals.rate={}/s", 50 * count));
            changes
        },
    },
    Growth {
        name: "canisters",
        axis: "idle canisters on a subnet, twenty minutes",
        scenario: "idle",
        seconds: 1_200,
        sizes: &[100, 10_000, 20_000, 40_000, 70_000, 100_000],
        changes: |count| vec![format!("canister.idle.count={count}")],
    },
    Growth {
        name: "pending",
        axis: "messages sent within half a minute to one subnet, which takes 50,000",
        scenario: "counter",
        seconds: 30,
        sizes: &[30_000, 100_000, 200_000, 400_000, 700_000, 1_000_000],
        changes: |count| {
            let rate = format!("workload.\"counter.inc\".arrivals.rate={}/s", count / 30);
            vec![rate]
        },
    },
];

/// What a run took.
struct Taken {
    size: u64,
    seconds: f64,
    mebibytes: f64,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn main() {
    let folder = std::env::args().nth(1).expect("the folder to write to");
    for growth in &ALL {
        let taken: Vec<Taken> = growth.sizes.iter().map(|size| measure(growth, *size)).collect();
        let path = Path::new(&folder).join(format!("growth-{}", growth.name));
        let rows = taken
            .iter()
            .map(|taken| format!("{},{:.2},{:.0}\n", taken.size, taken.seconds, taken.mebibytes));
        let csv: String =
            std::iter::once("size,seconds,mebibytes\n".to_owned()).chain(rows).collect();
        let scene = draw(growth, &taken);
        let files = [
            ("csv", csv.into_bytes()),
            ("svg", canvas::svg(&scene).expect("can be drawn").into_bytes()),
            ("png", canvas::png(&scene).expect("can be drawn")),
        ];
        for (kind, bytes) in files {
            std::fs::write(path.with_extension(kind), bytes).expect("can be written");
        }
    }
}

fn measure(growth: &Growth, size: u64) -> Taken {
    let scenario = root().join(format!("scenarios/benches/messages/{}.toml", growth.scenario));
    let output = Command::new(root().join("target/release/examples/measure"))
        .arg(scenario)
        .args(["1", &growth.seconds.to_string()])
        .args((growth.changes)(size))
        .output()
        .expect("`measure` has been built");
    let text = String::from_utf8_lossy(&output.stdout);
    let number = |label: &str| -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(label));
        let line = line.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        line.split_whitespace().find_map(|word| word.parse().ok()).expect("a number")
    };
    Taken { size, seconds: number("ran in"), mebibytes: number("most memory") }
}

/// Time and memory side by side, each over the size.
fn draw(growth: &Growth, taken: &[Taken]) -> Scene {
    let label = format!("Time and memory over {}", growth.axis);
    let mut scene = Scene { height: 230.0, ..Scene::sized(Width::Page, &label) };
    let most = taken.iter().map(|taken| taken.size as f64).fold(0.0, f64::max);
    type Side = (f64, &'static str, fn(&Taken) -> f64);
    let sides: [Side; 2] = [
        (70.0, "processor time, s", |taken| taken.seconds),
        (530.0, "most memory, MiB", |taken| taken.mebibytes),
    ];
    for (left, title, value) in sides {
        let highest = taken.iter().map(value).fold(0.0, f64::max) * 1.08;
        let panel = Panel {
            left,
            top: 20.0,
            width: 340.0,
            height: 150.0,
            x: Scale::Linear(0.0, most * 1.04),
            y: Scale::Linear(0.0, highest.max(0.1)),
        };
        let marks = ticks::numbers(highest.max(0.1), 5);
        panel.y_axis(&mut scene, &marks);
        panel.y_title(&mut scene, title, &marks);
        panel.x_axis(&mut scene, &ticks::amounts(most * 1.04, 6), true);
        let points: Vec<_> =
            taken.iter().map(|taken| panel.point(taken.size as f64, value(taken))).collect();
        points.iter().for_each(|point| scene.dot(*point, 3.0, theme::BLUE));
        scene.path(points, theme::BLUE, theme::THICK);
    }
    let below = Text::medium(growth.axis, (theme::PAGE_WIDTH / 2.0, 216.0));
    scene.text(below.aligned(Align::Middle));
    scene
}
