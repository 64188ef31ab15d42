//! What a reader should know before trusting the figures: what was refused, lost or left undone.

use crate::analysis::Analysis;
use crate::human;
use crate::latency::Answers;
use crate::rounds;
use crate::run::RunReport;
use maud::{Markup, html};
use sim_core::history::{CanisterSummary, SubnetHistory};
use sim_core::profile::MeteringMode;
use sim_core::record::Event;

/// Names listed in one warning.
const MOST: usize = 8;

/// The section of warnings; it says so if there are none.
pub(super) fn section(run: &RunReport<'_>, analysis: &Analysis) -> Markup {
    let warnings = all(run, analysis);
    html! {
        section aria-labelledby="warnings" {
            h2 id="warnings" { "Warnings" }
            @if warnings.is_empty() {
                p { "None: every message was answered, and no canister froze, died or fell behind." }
            } @else {
                ul.warnings {
                    @for (what, detail) in &warnings { li { strong { (what) } " " (detail) } }
                }
            }
        }
    }
}

/// Each warning: what, and how much of it.
fn all(run: &RunReport<'_>, analysis: &Analysis) -> Vec<(&'static str, String)> {
    let mut warnings = Vec::new();
    let subnets = &run.history.subnets;
    push(&mut warnings, "Expectations that failed.", run.disappointments.to_vec());
    push(&mut warnings, "Instructions in the interpreter's own unit.", native(run));
    push(&mut warnings, "Canisters that died.", died(subnets, analysis));
    push(&mut warnings, "Canisters that are frozen.", frozen(subnets, analysis));
    push(&mut warnings, "Subnets that fell behind.", overloaded(subnets));
    push(&mut warnings, "Executions that failed.", failed(analysis));
    warnings.extend(rejected(analysis).map(|detail| ("Messages that were rejected.", detail)));
    warnings.extend(open(analysis).map(|detail| ("Messages without an answer.", detail)));
    warnings
}

/// What was counted in no unit of the network is worth no comparison with it.
fn native(run: &RunReport<'_>) -> Vec<String> {
    let said =
        "metering.mode is \"native\": numbers of instructions and of cycles are not the network's";
    match run.profile.metering.mode {
        MeteringMode::Native => vec![said.to_owned()],
        MeteringMode::Fuel | MeteringMode::Counter => Vec::new(),
    }
}

fn push(warnings: &mut Vec<(&'static str, String)>, what: &'static str, names: Vec<String>) {
    let rest = names.len().saturating_sub(MOST);
    if names.is_empty() {
        return;
    }
    let mut detail = names.iter().take(MOST).cloned().collect::<Vec<_>>().join("; ");
    if rest > 0 {
        detail.push_str(&format!("; and {} more", human::count(rest as u64)));
    }
    warnings.push((what, detail + "."));
}

fn died(subnets: &[SubnetHistory], analysis: &Analysis) -> Vec<String> {
    let records = subnets.iter().flat_map(|subnet| &subnet.records);
    let died = records.filter_map(|record| match &record.event {
        Event::Uninstalled { canister } => Some((record.time, *canister)),
        _ => None,
    });
    died.map(|(time, id)| {
        let name = analysis.names.canister(id);
        format!("{name} ran out of cycles at {}", human::duration(time.as_nanos()))
    })
    .collect()
}

fn frozen(subnets: &[SubnetHistory], analysis: &Analysis) -> Vec<String> {
    let canisters = subnets.iter().flat_map(|subnet| &subnet.canisters);
    let is_frozen = |canister: &&CanisterSummary| {
        canister.module_hash.is_some() && canister.balance < canister.freezing_threshold
    };
    let frozen = canisters.filter(is_frozen).map(|canister| {
        let name = analysis.names.canister(canister.id);
        let balance = human::amount(canister.balance.get());
        let threshold = human::amount(canister.freezing_threshold.get());
        format!("{name} holds {balance} cycles and freezes below {threshold}")
    });
    frozen.collect()
}

/// Subnets with more work left over at the end than one round took in, after rounds that were full.
fn overloaded(subnets: &[SubnetHistory]) -> Vec<String> {
    let behind = subnets.iter().filter_map(|subnet| {
        let (_, last) = rounds::of(subnet).last()?;
        let waiting = last.left_over + last.ingress_waiting;
        let taken = rounds::of(subnet).map(|(_, round)| round.ingress + round.stream_messages);
        let is_behind = waiting > taken.max().unwrap_or(0).max(1);
        is_behind.then(|| {
            format!("{}: {} messages waited when the run ended", subnet.name, human::count(waiting))
        })
    });
    behind.collect()
}

fn failed(analysis: &Analysis) -> Vec<String> {
    let mut counts: Vec<_> = analysis.tallies.failures.iter().collect();
    counts.sort_by_key(|(key, count)| (std::cmp::Reverse(**count), **key));
    let told = counts.into_iter().map(|((id, code), count)| {
        format!("{}: {} times {code}", analysis.names.canister(*id), human::count(*count))
    });
    told.collect()
}

/// Rejects that senders saw, by cause.
fn rejected(analysis: &Analysis) -> Option<String> {
    let counts = &analysis.tallies.rejects;
    let (all, sum) = (analysis.tallies.answers.submitted, counts.values().sum());
    let causes = counts.iter().map(|(code, count)| format!("{} {code}", human::count(*count)));
    let causes = causes.collect::<Vec<_>>().join(", ");
    (sum > 0).then(|| format!("{} of {}: {causes}.", human::count(sum), human::count(all)))
}

fn open(analysis: &Analysis) -> Option<String> {
    let Answers { open, submitted, .. } = analysis.tallies.answers;
    (open > 0).then(|| {
        format!(
            "{} of {} when the run ended; some are on their way at the end of any run.",
            human::count(open),
            human::count(submitted)
        )
    })
}
