//! Totals of each subnet and of each canister.

use super::table::{Cell, table};
use crate::human;
use crate::latency::Answers;
use crate::summary::{Burned, SubnetTotals, Summary};
use maud::{Markup, html};
use sim_core::history::{CanisterSummary, History, SubnetHistory};

/// Canisters listed; of more, those that executed the most instructions.
const MOST_CANISTERS: usize = 200;

/// The table of subnets.
pub(super) fn subnets(summary: &Summary) -> Markup {
    let head = [
        "Nodes",
        "Canisters",
        "Rounds",
        "Executions",
        "Instructions",
        "Cycles burned (without set-up)",
        "Set-up",
    ];
    let rows = summary.subnets.iter().map(|subnet| {
        let cells = [
            Cell::count(subnet.nodes),
            Cell::count(subnet.canisters),
            Cell::count(subnet.rounds),
            Cell::count(subnet.executions),
            Cell::amount(subnet.instructions.into()),
            Cell::amount(subnet.burned.total().get()),
            Cell::amount(subnet.burned_set_up.total().get()),
        ];
        (subnet.name.as_str(), cells)
    });
    html! {
        section aria-labelledby="subnets" {
            h2 id="subnets" { "Subnets" }
            (table("Subnets", "Subnet", head, rows))
            (answers("Ingress messages to each subnet", summary, |subnet| subnet.ingress))
            (answers("Calls from each subnet", summary, |subnet| subnet.calls))
            p.note {
                "Open: unanswered when the run ended. Set-up: what canisters burned outside rounds, \
                 above all for their creation and installation."
            }
        }
    }
}

/// What became of the messages of each subnet.
fn answers(name: &str, summary: &Summary, of: fn(&SubnetTotals) -> Answers) -> Markup {
    let rows = summary.subnets.iter().map(|subnet| {
        let Answers { submitted, replied, rejected, open } = of(subnet);
        (subnet.name.as_str(), [submitted, replied, rejected, open].map(Cell::count))
    });
    table(name, "Subnet", ["Submitted", "Replied", "Rejected", "Open"], rows)
}

/// The table of canisters.
pub(super) fn canisters(history: &History) -> Markup {
    let (all, shown) = busiest(history);
    let head = [
        "Executions",
        "Failures",
        "Calls made",
        "Instructions",
        "Cycles burned",
        "Balance",
        "Memory",
    ];
    let rows = shown.iter().map(|(subnet, canister)| {
        let cells = [
            Cell::count(canister.executions),
            Cell::count(canister.failures),
            Cell::count(canister.calls),
            Cell::amount(canister.instructions.get().into()),
            Cell::amount(Burned(canister.burned).total().get()),
            Cell::amount(canister.balance.get()),
            Cell::bytes(canister.memory.get()),
        ];
        (name(subnet, canister), cells)
    });
    html! {
        section aria-labelledby="canisters" {
            h2 id="canisters" { "Canisters" }
            p.note {
                "Executions, instructions and cycles include what setting up the canisters took; \
                 the totals above do not."
            }
            @if shown.len() < all {
                p {
                    "The " (shown.len()) " of " (human::count(all as u64))
                    " that executed the most instructions; all are in "
                    a href="canisters.csv" { code { "canisters.csv" } } "."
                }
            }
            (table("Canisters", "Canister", head, rows))
        }
    }
}

/// The canister's name, else its principal, and its subnet's name.
fn name(subnet: &SubnetHistory, canister: &CanisterSummary) -> Markup {
    html! {
        @if canister.name.is_empty() { (canister.id.to_string()) } @else { (canister.name) }
        " " span.home { "on " (subnet.name) }
    }
}

/// How many canisters there are, and those to list in order of subnet and id.
fn busiest(history: &History) -> (usize, Vec<(&SubnetHistory, &CanisterSummary)>) {
    let of_subnet = |subnet| move |canister| (subnet, canister);
    let subnets = history.subnets.iter();
    let mut canisters: Vec<_> =
        subnets.flat_map(|subnet| subnet.canisters.iter().map(of_subnet(subnet))).collect();
    let all = canisters.len();
    canisters.sort_by_key(|(_, canister)| std::cmp::Reverse(canister.instructions));
    canisters.truncate(MOST_CANISTERS);
    canisters.sort_by_key(|(_, canister)| canister.id);
    (all, canisters)
}
