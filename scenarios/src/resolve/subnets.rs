//! The subnets.

use super::names::Names;
use crate::diagnostics::{Mistake, Span};
use crate::document::{Document, SubnetEntry};
use sim_core::network::SubnetSpec;

/// A subnet of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// What it is.
    pub spec: SubnetSpec,
    /// Where it is.
    pub region: Option<String>,
    /// Where its number of nodes stands in the scenario file.
    pub nodes_place: Span,
}

/// No network has more: ids of subnets have 16 bits.
const MOST: usize = 65_000;

/// The subnets in the order of the file; at least one, each with at least one node.
pub(super) fn resolve(
    document: &Document,
    names: &Names,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Subnet> {
    let entries = &document.subnet;
    if entries.is_empty() {
        let mistake = Mistake::at(0..0, "the scenario has no subnets")
            .label("at least one `[[subnet]]` is expected")
            .help("add a `[[subnet]]` with a `name` and a number of `nodes`");
        mistakes.push(mistake);
    }
    mistakes.extend(entries.iter().filter(|entry| *entry.nodes.get_ref() == 0).map(no_nodes));
    let copies = names.subnets.copies();
    if copies.len() > MOST {
        let place = entries.first().map_or(0..0, |entry| entry.name.span());
        mistakes.push(Mistake::at(place, format!("there are more than {MOST} subnets")));
    }
    let subnet = |(entry, name): &(usize, String)| {
        let entry = &entries[*entry];
        Subnet {
            spec: SubnetSpec {
                name: name.clone(),
                nodes: *entry.nodes.get_ref(),
                kind: entry.kind,
                cost_schedule: entry.cost_schedule,
                scheduler: entry.scheduler,
            },
            region: entry.region.as_ref().map(|region| region.get_ref().clone()),
            nodes_place: entry.nodes.span(),
        }
    };
    copies.iter().take(MOST).map(subnet).collect()
}

fn no_nodes(entry: &SubnetEntry) -> Mistake {
    let name = entry.name.get_ref();
    Mistake::at(entry.nodes.span(), format!("subnet `{name}` has 0 nodes"))
        .label("expected at least 1")
}
