//! Where the money went: cycles by use case and subnet, and what they are worth.

use crate::human;
use crate::summary::{SubnetTotals, Summary};
use maud::{Markup, html};
use sim_core::ledger::UseCase;

/// The section.
pub(super) fn section(summary: &Summary) -> Markup {
    html! {
        section aria-labelledby="money" {
            h2 id="money" { "Where the money went" }
            (by_use_case(summary))
            (revenue(summary))
            p.note {
                "Without set-up. A month has thirty days; what the run burned is stretched to it. Every \
                 charge is in " a href="charges.csv" { code { "charges.csv" } } ", what canisters had \
                 left in " a href="accounts.csv" { code { "accounts.csv" } } "."
            }
        }
    }
}

fn by_use_case(summary: &Summary) -> Markup {
    let burned = |subnet: &SubnetTotals, place: usize| subnet.burned.0[place].get();
    let places = (0..UseCase::COUNT)
        .filter(|place| summary.subnets.iter().any(|subnet| burned(subnet, *place) != 0));
    html! {
        div.scroll role="region" aria-label="Cycles by use case" tabindex="0" {
            table.wide {
                thead {
                    tr {
                        th scope="col" { "Cycles burned for" }
                        @for subnet in &summary.subnets { th scope="col" { (subnet.name) } }
                    }
                }
                tbody {
                    @for place in places {
                        tr {
                            th scope="row" { (UseCase::ALL[place].name()) }
                            @for subnet in &summary.subnets {
                                td { (human::amount(burned(subnet, place))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn revenue(summary: &Summary) -> Markup {
    let head =
        ["Revenue (SDR)", "Revenue (USD)", "SDR per node and month", "USD per node and month"];
    html! {
        div.scroll role="region" aria-label="Revenue" tabindex="0" {
            table.wide {
                thead {
                    tr {
                        th scope="col" { "Subnet" }
                        @for name in head { th scope="col" { (name) } }
                    }
                }
                tbody {
                    @for subnet in &summary.subnets {
                        @let revenue = &subnet.revenue;
                        tr {
                            th scope="row" { (subnet.name) }
                            td { (revenue.sdr) }
                            td { (revenue.usd) }
                            td { (revenue.sdr_per_node_month) }
                            td { (revenue.usd_per_node_month) }
                        }
                    }
                }
            }
        }
    }
}
