//! What was run, and its key figures.

use crate::human;
use crate::run::RunReport;
use crate::summary::{Summary, quantile_cells};
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
                div.scroll { (latencies(summary)) }
            }
        }
    }
}

fn totals(summary: &Summary) -> Markup {
    let sum = |value: fn(&crate::summary::SubnetTotals) -> u64| {
        summary.subnets.iter().map(value).fold(0, u64::saturating_add)
    };
    let burned = summary.burned().total().get();
    let rows = [
        ("Ingress messages completed", human::count(sum(|subnet| subnet.ingress_completed))),
        ("Messages rejected", human::count(sum(|subnet| subnet.rejects))),
        ("Rounds", human::count(sum(|subnet| subnet.rounds))),
        ("Executions", human::count(sum(|subnet| subnet.executions))),
        ("Instructions", human::amount(sum(|subnet| subnet.instructions).into())),
        ("Cycles burned", human::amount(burned)),
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
    html! {
        table {
            caption { "Latency" }
            thead {
                tr {
                    th scope="col" { "" }
                    @for name in ["n", "median", "90 %", "99 %", "mean"] {
                        th scope="col" { (name) }
                    }
                }
            }
            tbody {
                @for (name, quantiles) in rows {
                    tr {
                        th scope="row" { (name) }
                        @for cell in quantile_cells(quantiles) { td { (cell) } }
                    }
                }
            }
        }
    }
}
