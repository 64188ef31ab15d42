//! Graphviz DOT: who calls whom in a whole run, and what one message led to.

use crate::causes::{Causes, cause};
use crate::human;
use crate::messages::{Message, Sender};
use crate::names::Names;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use sim_core::id::MessageId;
use sim_core::record::Outcome;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Calls from one party to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Calls {
    count: u64,
    rejected: u64,
    bytes: u64,
}

/// The call graph of a run: parties as nodes (clients, canisters by name), calls as edges.
struct CallGraph {
    graph: DiGraph<Party, Calls>,
}

/// A caller or callee.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Party {
    subnet: String,
    name: String,
}

impl CallGraph {
    fn of(messages: &[Message], names: &Names) -> Self {
        let mut graph = DiGraph::new();
        let mut nodes: BTreeMap<Party, NodeIndex> = BTreeMap::new();
        for message in messages {
            let (from, to) = parties(message, names);
            let mut node =
                |party: Party| *nodes.entry(party.clone()).or_insert_with(|| graph.add_node(party));
            let (from, to) = (node(from), node(to));
            let edge = match graph.find_edge(from, to) {
                Some(edge) => edge,
                None => graph.add_edge(from, to, Calls::default()),
            };
            let calls = &mut graph[edge];
            calls.count += 1;
            calls.bytes = calls.bytes.saturating_add(message.bytes.get());
            calls.rejected += u64::from(matches!(message.outcome, Some(Outcome::Reject(_))));
        }
        CallGraph { graph }
    }
}

fn parties(message: &Message, names: &Names) -> (Party, Party) {
    let party = |subnet, name| Party { subnet: names.subnet(subnet).to_owned(), name };
    let from = match message.sender {
        Sender::Client => party(None, "clients".to_owned()),
        Sender::Canister { id, .. } => party(message.caller_subnet, names.canister(id)),
    };
    (from, party(message.callee_subnet, message.callee.clone()))
}

/// Writes the call graph: canisters in a box for each subnet, edges with the number of calls.
///
/// # Errors
/// `out` cannot be written to.
pub fn call_graph<W: Write>(mut out: W, messages: &[Message], names: &Names) -> io::Result<()> {
    let CallGraph { graph } = CallGraph::of(messages, names);
    open(&mut out, "calls")?;
    let mut boxes: BTreeMap<&str, Vec<NodeIndex>> = BTreeMap::new();
    for node in graph.node_indices() {
        boxes.entry(&graph[node].subnet).or_default().push(node);
    }
    for (place, (subnet, nodes)) in boxes.into_iter().enumerate() {
        if !subnet.is_empty() {
            writeln!(out, "  subgraph cluster_{place} {{ label={}; color=gray;", quoted(subnet))?;
        }
        for node in nodes {
            writeln!(out, "    n{} [label={}];", node.index(), quoted(&graph[node].name))?;
        }
        if !subnet.is_empty() {
            writeln!(out, "  }}")?;
        }
    }
    for edge in graph.edge_references() {
        let Calls { count, rejected, bytes } = *edge.weight();
        let mut label = format!("{} calls, {}", human::count(count), human::bytes(bytes));
        if rejected > 0 {
            label.push_str(&format!("\n{} rejected", human::count(rejected)));
        }
        let (from, to) = (edge.source().index(), edge.target().index());
        writeln!(out, "  n{from} -> n{to} [label={}];", quoted(&label))?;
    }
    writeln!(out, "}}")
}

/// Writes what a message led to: a node for each message, an edge to each call it made.
///
/// # Errors
/// `out` cannot be written to.
pub fn causal_tree<W: Write>(mut out: W, causes: &Causes<'_>, id: MessageId) -> io::Result<()> {
    open(&mut out, "causes")?;
    let tree = causes.tree(id);
    for message in &tree {
        let took = message.latency_ns().map_or_else(|| "open".to_owned(), human::duration);
        let label = format!("{}\n{}.{}\n{took}", message.id, message.callee, message.method);
        let color = match message.outcome {
            Some(Outcome::Reply(_)) => "black",
            Some(Outcome::Reject(_)) => "red",
            None => "gray",
        };
        writeln!(out, "  {} [label={}, color={color}];", node(message.id), quoted(&label))?;
    }
    for message in tree.iter().skip(1) {
        if let Some(parent) = cause(message) {
            writeln!(out, "  {} -> {};", node(parent), node(message.id))?;
        }
    }
    writeln!(out, "}}")
}

fn open<W: Write>(out: &mut W, name: &str) -> io::Result<()> {
    writeln!(out, "digraph {name} {{\n  rankdir=LR; node [shape=box, fontname=\"sans-serif\"];")
}

fn node(id: MessageId) -> String {
    format!("m{}", id.as_u64())
}

/// A quoted string, as DOT reads it; lines are told apart by `\n`.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
