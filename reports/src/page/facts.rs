//! What was run, and its key figures.

use crate::human;
use crate::latency::Answers;
use crate::quantiles::Quantiles;
use crate::run::RunReport;
use crate::summary::{Burned, SubnetTotals, Summary, quantile_cells};
use maud::{Markup, html};

/// Everything needed to repeat the run.
pub(super) fn run(run: &RunReport<'_>, summary: &Summary) -> Markup {
    html! {
        section aria-labelledby="run" {
            h2 id="run" { "Run" }
            dl.facts {
                dt { "Scenario" } dd { code { (run.scenario_file) } }
                dt { "Seed" } dd { code { (summary.seed) } }
                @if let Some(tie_seed) = summary.tie_seed {
                    dt { "Tie seed" } dd { code { (tie_seed) } }
                }
                dt { "Profile" } dd { (summary.profile) }
                dt { "Simulated time" } dd { (human::duration(summary.duration_ns)) }
                @if summary.warm_up_ns > 0 {
                    dt { "Warm-up" }
                    dd {
                        (human::duration(summary.warm_up_ns))
                        ": messages sent before are not in the tables of messages and latencies; \
                         rounds, cycles and figures are of the whole run"
                    }
                }
                dt { "Events" } dd { (human::count(summary.events)) }
                dt { "Trace digest" } dd { code { (summary.digest) } }
                dt { "Repeat it with" } dd { pre { code { (run.command) } } }
            }
        }
    }
}

/// Totals and latencies.
pub(super) fn key_figures(summary: &Summary) -> Markup {
    html! {
        section aria-labelledby="key-figures" {
            h2 id="key-figures" { "Key figures" }
            div.side-by-side {
                (totals(summary))
                div.scroll role="region" aria-label="Latency" tabindex="0" { (latencies(summary)) }
                @if !summary.workloads.is_empty() {
                    div.scroll role="region" aria-label="Latency by workload" tabindex="0" {
                        (workloads(summary))
                    }
                }
            }
            p.note {
                "Latencies are of replies only: n is their number. Messages that were rejected, and \
                 those still open (unanswered when the run ended), are counted beside them. Ingress \
                 messages last from sending to the certified reply, calls from the call to the start \
                 of the reply callback."
            }
        }
    }
}

fn totals(summary: &Summary) -> Markup {
    let sum = |value: fn(&SubnetTotals) -> u64| {
        summary.subnets.iter().map(value).fold(0, u64::saturating_add)
    };
    let cycles = |value: fn(&SubnetTotals) -> &Burned| {
        let amounts = summary.subnets.iter().map(|subnet| value(subnet).total().get());
        human::amount(amounts.fold(0, u128::saturating_add))
    };
    let rows = [
        ("Rounds", human::count(sum(|subnet| subnet.rounds))),
        ("Executions", human::count(sum(|subnet| subnet.executions))),
        ("Instructions", human::amount(sum(|subnet| subnet.instructions).into())),
        ("Cycles burned (without set-up)", cycles(|subnet| &subnet.burned)),
        ("Cycles burned in set-up", cycles(|subnet| &subnet.burned_set_up)),
    ];
    html! {
        table {
            caption { "All subnets" }
            tbody {
                @for (name, value) in rows {
                    tr { th scope="row" { (name) } td { (value) } }
                }
            }
        }
    }
}

fn latencies(summary: &Summary) -> Markup {
    let latency = &summary.latency;
    let rows = [
        ("Ingress, end to end", &latency.ingress),
        ("Calls, same subnet", &latency.same_subnet_calls),
        ("Calls, cross subnet", &latency.cross_subnet_calls),
    ];
    let rows = rows.map(|(name, kind)| (name, &kind.quantiles, kind.rejected, kind.open));
    table("Latency of replies", rows.into_iter())
}

/// Latency by workload.
fn workloads(summary: &Summary) -> Markup {
    let rows = summary.workloads.iter().map(|workload| {
        let Answers { rejected, open, .. } = workload.ingress;
        (workload.name.as_str(), &workload.latency, rejected, open)
    });
    table("Latency of replies to ingress, by workload", rows)
}

fn table<'a>(
    caption: &str,
    rows: impl Iterator<Item = (&'a str, &'a Quantiles, u64, u64)>,
) -> Markup {
    html! {
        table {
            caption { (caption) }
            thead {
                tr {
                    th scope="col" { "" }
                    @for name in ["n", "median", "90 %", "99 %", "mean", "rejected", "open"] {
                        th scope="col" { (name) }
                    }
                }
            }
            tbody {
                @for (name, quantiles, rejected, open) in rows {
                    tr {
                        th scope="row" { (name) }
                        @for cell in quantile_cells(quantiles) { td { (cell) } }
                        td { (human::count(rejected)) }
                        td { (human::count(open)) }
                    }
                }
            }
        }
    }
}
