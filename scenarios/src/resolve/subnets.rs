//! The subnets.

use crate::diagnostics::Mistake;
use crate::document::SubnetEntry;
use sim_core::network::SubnetSpec;

/// The subnets in the order of the file; at least one, each with at least one node.
pub(super) fn resolve(entries: &[SubnetEntry], mistakes: &mut Vec<Mistake>) -> Vec<SubnetSpec> {
    if entries.is_empty() {
        let mistake = Mistake::at(0..0, "the scenario has no subnets")
            .label("at least one `[[subnet]]` is expected")
            .help("add a `[[subnet]]` with a `name` and a number of `nodes`");
        mistakes.push(mistake);
    }
    mistakes.extend(entries.iter().filter(|entry| *entry.nodes.get_ref() == 0).map(no_nodes));
    entries.iter().map(spec).collect()
}

fn spec(entry: &SubnetEntry) -> SubnetSpec {
    SubnetSpec {
        name: entry.name.get_ref().clone(),
        nodes: *entry.nodes.get_ref(),
        kind: entry.kind,
        cost_schedule: entry.cost_schedule,
    }
}

fn no_nodes(entry: &SubnetEntry) -> Mistake {
    let name = entry.name.get_ref();
    Mistake::at(entry.nodes.span(), format!("subnet `{name}` has 0 nodes"))
        .label("expected at least 1")
}
