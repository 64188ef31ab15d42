//! The page in a real browser: headless Chromium, where it is installed.

use crate::synthetic;
use reports::write_report;
use sim_core::history::History;
use sim_core::profile::Profile;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// What a tester would do by hand: sort, filter, and see whether every chart has a size. What comes of
/// it is left in the page as a JSON text.
const PROBE: &str = r#"
<script>
const seen = {};
const table = [...document.querySelectorAll("table.sortable")]
  .find((each) => each.caption.textContent === "The slowest messages");
const names = () => [...table.tBodies[0].rows].map((row) => row.cells[0].textContent);
const values = (column) => [...table.tBodies[0].rows].map((row) => Number(row.cells[column].dataset.value));
const click = (column) => table.tHead.rows[0].cells[column].querySelector("button").click();
const order = (list) => list.every((value, place) => !place || list[place - 1] <= value);
click(2); seen.descending = order(values(2).reverse());
click(2); seen.ascending = order(values(2));
seen.ariaSort = table.tHead.rows[0].cells[2].getAttribute("aria-sort");
click(0); seen.byName = order(names());
const input = document.querySelector(".filter input");
input.value = "front-left"; input.dispatchEvent(new Event("input"));
seen.filtered = [...table.tBodies[0].rows].filter((row) => !row.hidden)
  .every((row) => row.textContent.includes("front-left"));
input.value = ""; input.dispatchEvent(new Event("input"));
seen.unfiltered = [...table.tBodies[0].rows].every((row) => !row.hidden);
document.querySelectorAll("details").forEach((each) => { each.open = true; });
const charts = [...document.querySelectorAll("svg")];
seen.charts = charts.length;
seen.visible = charts.every((chart) => chart.getBoundingClientRect().height > 30);
seen.labelled = charts.every((chart) => chart.querySelector("title"));
// Whatever can be used can be reached by keyboard, and says what it is.
const usable = [...document.querySelectorAll("a, button, input, summary, .scroll, .diagram")];
seen.reachable = usable.length > 20 && usable.every((each) => each.tabIndex === 0);
const region = (each) => document.getElementById(each.getAttribute("aria-labelledby"));
seen.named = [...document.querySelectorAll("section")].every((each) => region(each)?.textContent)
  && [...document.querySelectorAll("input")].every((each) => each.labels.length === 1)
  && usable.every((each) => each.tagName !== "BUTTON" || each.textContent.trim());
const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((each) => Number(each.tagName[1]));
seen.headings = levels[0] === 1 && levels.every((level, place) => !place || level <= levels[place - 1] + 1);
input.focus(); seen.focus = getComputedStyle(input).outlineStyle !== "none";
window.dispatchEvent(new Event("beforeprint"));
seen.opened = [...document.querySelectorAll("details")].every((each) => each.open);
seen.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
const out = document.createElement("pre");
out.id = "seen"; out.textContent = JSON.stringify(seen); document.body.append(out);
</script>"#;

/// Chromium, if it is installed.
fn chromium(profile: &Path, width: u32, more: &[&str], page: &Path) -> Option<(String, String)> {
    let program = ["/usr/bin/chromium", "/usr/bin/chromium-browser"]
        .into_iter()
        .find(|program| Path::new(program).exists())?;
    let output = Command::new(program)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--enable-logging=stderr", "--hide-scrollbars", "--virtual-time-budget=10000"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--window-size={width},1400"))
        .args(more)
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some((text(&output.stdout), text(&output.stderr)))
}

fn write(folder: &Path, history: &History) {
    let profile = Profile::default();
    write_report(folder, &synthetic::report(history, &profile)).unwrap();
}

#[test]
fn tables_sort_and_filter_and_charts_are_visible() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &synthetic::history());
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    let probed = folder.path().join("probed.html");
    fs::write(&probed, page.replace("</body>", &format!("{PROBE}</body>"))).unwrap();
    let user = folder.path().join("user");
    let Some((dom, log)) = chromium(&user, 1200, &["--dump-dom"], &probed) else {
        eprintln!("skipped: Chromium is not installed");
        return;
    };
    assert!(!log.contains("CONSOLE"), "{log}");
    let seen = dom.split("<pre id=\"seen\">").nth(1).expect(&log).split("</pre>").next().unwrap();
    let seen: serde_json::Value = serde_json::from_str(&seen.replace("&quot;", "\"")).unwrap();
    let facts = [
        ["descending", "ascending", "byName", "filtered", "unfiltered", "visible"],
        ["labelled", "reachable", "named", "headings", "focus", "opened"],
    ];
    for fact in facts.iter().flatten() {
        assert_eq!(seen[*fact], true, "{fact} in {seen}");
    }
    assert_eq!(seen["ariaSort"], "ascending", "{seen}");
    assert_eq!(seen["overflow"], 0, "{seen}");
    assert!(seen["charts"].as_u64().unwrap() >= 13, "{seen}");
}

/// Leaves pictures of the page in the build's folder for temporary files: light and dark, and as narrow
/// as a telephone.
#[test]
fn the_page_can_be_looked_at_in_a_browser() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    fs::create_dir_all(&folder).unwrap();
    write(&folder, &synthetic::crowded());
    for (name, width, more) in [
        ("light", 1200, None),
        ("dark", 1200, Some("--blink-settings=preferredColorScheme=0")),
        ("narrow", 500, None),
    ] {
        let picture = format!("--screenshot={}", folder.join(format!("{name}.png")).display());
        let user = tempfile::tempdir().unwrap();
        let more: Vec<&str> = more.into_iter().chain([&*picture]).collect();
        let Some((_, log)) = chromium(user.path(), width, &more, &folder.join("report.html"))
        else {
            eprintln!("skipped: Chromium is not installed");
            return;
        };
        assert!(folder.join(format!("{name}.png")).exists(), "{log}");
    }
}

/// Leaves the printed page beside the pictures.
#[test]
fn the_page_prints_on_a_few_sheets() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("printed");
    fs::create_dir_all(&folder).unwrap();
    write(&folder, &synthetic::history());
    let file = folder.join("report.pdf");
    let user = tempfile::tempdir().unwrap();
    let print = format!("--print-to-pdf={}", file.display());
    let more = ["--no-pdf-header-footer", &*print];
    let Some((_, log)) = chromium(user.path(), 1200, &more, &folder.join("report.html")) else {
        eprintln!("skipped: Chromium is not installed");
        return;
    };
    let printed = fs::read(&file).expect(&log);
    assert!(printed.starts_with(b"%PDF-"));
    let text = String::from_utf8_lossy(&printed);
    let sheets = text.matches("/Type /Page\n").count();
    assert!((3..=16).contains(&sheets), "{sheets} sheets");
}
