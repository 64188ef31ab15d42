//! What happened before what, as Graphviz DOT: a box for each canister with what it executed in order;
//! arrows for messages and answers from one to another.

use super::matter::Matter;
use reports::names::{Names, entry as entry_name};
use sim_core::history::History;
use sim_core::id::{CanisterId, MessageId};
use sim_core::record::{EntryKind, Event};
use std::collections::BTreeMap;
use std::fmt::Write;

/// One execution.
struct Node {
    message: MessageId,
    canister: CanisterId,
    entry: EntryKind,
    failed: bool,
}

impl Node {
    fn is_callback(&self) -> bool {
        matches!(self.entry, EntryKind::ReplyCallback | EntryKind::RejectCallback)
    }
}

/// The graph of the messages that matter.
pub(super) fn happens_before(history: &History, matter: &Matter<'_>, names: &Names) -> String {
    let nodes = nodes(history, matter);
    let mut out = String::from(
        "digraph happens_before {\n  rankdir=LR; node [shape=box, fontname=\"sans-serif\"];\n",
    );
    let mut rows: BTreeMap<CanisterId, Vec<usize>> = BTreeMap::new();
    for (place, node) in nodes.iter().enumerate() {
        rows.entry(node.canister).or_default().push(place);
    }
    for (canister, places) in &rows {
        let (number, name) = (canister.as_u64(), names.canister(*canister));
        let _ = writeln!(out, "  subgraph cluster_{number} {{ label=\"{name}\"; color=gray;");
        for &place in places {
            box_of(&mut out, place, &nodes[place], matter);
        }
        for pair in places.windows(2) {
            let _ = writeln!(out, "    e{} -> e{} [style=dashed];", pair[0], pair[1]);
        }
        out.push_str("  }\n");
    }
    messages(&mut out, &nodes, matter);
    out.push_str("}\n");
    out
}

fn nodes(history: &History, matter: &Matter<'_>) -> Vec<Node> {
    let matters = |id: MessageId| matter.messages.iter().any(|message| message.id == id);
    let records = history.records();
    let mut nodes: Vec<_> = records
        .filter_map(|record| match &record.event {
            Event::Executed { message: Some(id), canister, entry, failure, .. } if matters(*id) => {
                let (message, failed) = (*id, failure.is_some());
                let node = Node { message, canister: *canister, entry: *entry, failed };
                Some((record.time, node))
            }
            _ => None,
        })
        .collect();
    nodes.sort_by_key(|(time, _)| *time);
    nodes.into_iter().map(|(_, node)| node).collect()
}

fn box_of(out: &mut String, place: usize, node: &Node, matter: &Matter<'_>) {
    let message = matter.messages.iter().find(|message| message.id == node.message);
    let method = message.map_or("", |message| &*message.method);
    let held = matter.held.contains(&Some(node.message));
    let color = match (node.failed, held) {
        (true, _) => ", color=red",
        (false, true) => ", color=orange",
        _ => "",
    };
    let (id, entry) = (node.message, entry_name(node.entry));
    let _ = writeln!(out, "    e{place} [label=\"{id} {method}\\n{entry}\"{color}];");
}

/// From the execution that made a call to that of the call, and from there to the callback.
fn messages(out: &mut String, nodes: &[Node], matter: &Matter<'_>) {
    let update = |id| nodes.iter().position(|node| node.message == id && !node.is_callback());
    let callback = |id| nodes.iter().position(|node| node.message == id && node.is_callback());
    for message in &matter.messages {
        let parent = reports::causes::cause(message);
        let from = parent.and_then(update);
        if let (Some(from), Some(to)) = (from, update(message.id)) {
            let _ = writeln!(out, "  e{from} -> e{to};");
        }
        if let (Some(from), Some(to)) = (update(message.id), callback(message.id)) {
            let _ = writeln!(out, "  e{from} -> e{to};");
        }
    }
}
