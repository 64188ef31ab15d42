//! The summary as aligned text of at most 80 columns.

use super::{SubnetTotals, Summary};
use crate::human;
use crate::latency::Answers;
use crate::quantiles::Quantiles;
use std::fmt::Write;

const WIDTH: usize = 80;

/// The part of a subnet's totals that a block of the table shows.
type Part = fn(&SubnetTotals) -> Answers;

impl Summary {
    /// A short aligned table for a terminal, at most 80 columns wide, in units for people.
    pub fn table(&self) -> String {
        let mut out = String::new();
        self.head(&mut out);
        out.push('\n');
        self.subnet_rows(&mut out);
        out.push('\n');
        self.answer_rows(&mut out);
        out.push('\n');
        self.latency_rows(&mut out);
        out
    }

    fn head(&self, out: &mut String) {
        let tie = self.tie_seed.map_or_else(String::new, |seed| format!(", tie seed {seed}"));
        line(out, &self.title);
        line(out, &format!("  scenario  {}", self.scenario));
        line(out, &format!("  seed      {}{tie}", self.seed));
        line(out, &format!("  profile   {}", self.profile));
        let time = human::duration(self.duration_ns);
        line(out, &format!("  simulated {time}, {} events", human::count(self.events)));
        if self.warm_up_ns > 0 {
            let from = human::duration(self.warm_up_ns);
            line(out, &format!("  warm-up   {from}: messages sent before are not counted below"));
        }
    }

    fn subnet_rows(&self, out: &mut String) {
        let head = ["nodes", "rounds", "executions", "instr.", "burned (without set-up)", "set-up"];
        subnet_row(out, "subnet", &head.map(str::to_owned));
        for subnet in &self.subnets {
            subnet_row(out, &subnet.name, &cells(subnet));
        }
    }

    fn answer_rows(&self, out: &mut String) {
        let head = ["submitted", "replied", "rejected", "open"];
        let blocks: [(&str, Part); 2] = [
            ("ingress messages to", |subnet| subnet.ingress),
            ("calls from", |subnet| subnet.calls),
        ];
        for (title, answers) in blocks {
            answer_row(out, title, head.map(str::to_owned));
            for subnet in &self.subnets {
                let Answers { submitted, replied, rejected, open } = answers(subnet);
                let cells = [submitted, replied, rejected, open].map(human::count);
                answer_row(out, &subnet.name, cells);
            }
        }
    }

    fn latency_rows(&self, out: &mut String) {
        latency_row(
            out,
            "latency of replies",
            ["n", "p50", "p90", "p99", "mean"].map(str::to_owned),
        );
        let latency = &self.latency;
        for (name, quantiles) in [
            ("ingress, end to end", &latency.ingress.quantiles),
            ("calls, same subnet", &latency.same_subnet_calls.quantiles),
            ("calls, cross subnet", &latency.cross_subnet_calls.quantiles),
        ] {
            latency_row(out, name, quantile_cells(quantiles));
        }
    }
}

fn cells(subnet: &SubnetTotals) -> [String; 6] {
    [
        human::count(subnet.nodes),
        human::count(subnet.rounds),
        human::count(subnet.executions),
        human::amount(subnet.instructions.into()),
        human::amount(subnet.burned.total().get()),
        human::amount(subnet.burned_set_up.total().get()),
    ]
}

/// Sample size, quantiles and mean in units for people; a dash where there is none.
pub(crate) fn quantile_cells(quantiles: &Quantiles) -> [String; 5] {
    let time = |nanos: Option<u64>| nanos.map_or_else(|| "–".to_owned(), human::duration);
    [
        human::count(quantiles.n),
        time(quantiles.p50_ns),
        time(quantiles.p90_ns),
        time(quantiles.p99_ns),
        time(quantiles.mean_ns),
    ]
}

fn subnet_row(out: &mut String, name: &str, cells: &[String; 6]) {
    let name = human::shorten(name, 13);
    let [nodes, rounds, executions, instructions, burned, set_up] = cells;
    line(
        out,
        &format!(
            "  {name:<13} {nodes:>5} {rounds:>8} {executions:>10} {instructions:>7} {burned:>23} {set_up:>6}"
        ),
    );
}

fn answer_row(out: &mut String, name: &str, cells: [String; 4]) {
    let name = human::shorten(name, 30);
    let [submitted, replied, rejected, open] = cells;
    line(out, &format!("  {name:<30} {submitted:>10} {replied:>10} {rejected:>10} {open:>10}"));
}

fn latency_row(out: &mut String, name: &str, [n, p50, p90, p99, mean]: [String; 5]) {
    line(out, &format!("  {name:<20} {n:>9} {p50:>9} {p90:>9} {p99:>9} {mean:>9}"));
}

/// One line, cut to the width of the table.
fn line(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", human::shorten(text.trim_end(), WIDTH));
}
