//! A repriced run as a table for a terminal.

use super::compute::{Change, Fate, Repriced};
use super::read::RecordedRun;
use reports::human;
use sim_core::ledger::UseCase;
use std::fmt::Write;

/// What every subnet, use case and canister would have paid, and how far that is exact.
pub fn text(run: &RecordedRun, repriced: &Repriced, profile: &str) -> String {
    let mut out = String::new();
    let head = ["paid", "would pay", "change"];
    // Writing to a string cannot fail.
    let _ = writeln!(out, "priced under {profile} instead of {}\n", run.profile.name);
    row(&mut out, "subnet", &head.map(str::to_owned));
    for (place, subnet) in run.subnets.iter().enumerate() {
        let (all, set_up) = (repriced.subnets[place], repriced.set_up[place]);
        row(&mut out, &subnet.name, &cells(&all.without(set_up)));
        row(&mut out, &format!("{}, set-up", subnet.name), &cells(&set_up));
    }
    row(&mut out, "all", &cells(&repriced.total()));
    row(&mut out, "\nuse case", &head.map(str::to_owned));
    for (use_case, change) in UseCase::ALL.iter().zip(&repriced.use_cases) {
        if *change != Change::default() {
            row(&mut out, use_case.name(), &cells(change));
        }
    }
    row(&mut out, "\ncanister", &head.map(str::to_owned));
    for ((subnet, _), (name, change)) in &repriced.canisters {
        row(&mut out, &format!("{name} on {}", run.subnets[*subnet].name), &cells(change));
    }
    out.push('\n');
    out.push_str(&exactness(repriced));
    out
}

fn row(out: &mut String, name: &str, [paid, would, change]: &[String; 3]) {
    let _ = writeln!(out, "{name:<32} {paid:>26} {would:>26} {change:>10}");
}

fn cells(change: &Change) -> [String; 3] {
    let share = match change.per_mille() {
        None if change.after.is_zero() => "=".to_owned(),
        None => "new".to_owned(),
        Some((_, 0)) if change.after == change.before => "=".to_owned(),
        Some((grown, share)) => {
            let sign = if grown { '+' } else { '-' };
            format!("{sign}{}.{} %", share / 10, share % 10)
        }
    };
    [change.before.to_string(), change.after.to_string(), share]
}

fn exactness(repriced: &Repriced) -> String {
    let Some(until) = repriced.exact_until() else {
        return "exact to the end: no canister would have been frozen or out of cycles that was not\n"
            .to_owned();
    };
    let mut out = format!(
        "exact until {} only: from then on the run would have gone another way\n",
        human::duration(until)
    );
    for (key, (time, fate)) in &repriced.fates {
        let name = repriced.canisters.get(key).map_or(key.1.as_str(), |(name, _)| name);
        let fate = match fate {
            Fate::Frozen => "would have been frozen",
            Fate::Died => "would have run out of cycles",
            Fate::Thawed => "would not have been frozen",
        };
        let _ = writeln!(out, "  {name} {fate} at {}", human::duration(*time));
    }
    out
}
