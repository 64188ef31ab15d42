//! What caused what: messages as a graph, an edge from each to the calls its execution made.

use crate::messages::{Message, Sender};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, EdgeRef};
use sim_core::id::MessageId;

/// The messages of a run and who caused whom. Every message has one cause at most, so the graph is
/// a forest; its roots are ingress messages and calls that tasks made.
#[derive(Clone, Debug)]
pub struct Causes<'a> {
    messages: &'a [Message],
    graph: DiGraph<usize, ()>,
}

impl<'a> Causes<'a> {
    /// Of messages in order of id.
    pub fn of(messages: &'a [Message]) -> Self {
        let mut graph = DiGraph::with_capacity(messages.len(), messages.len());
        for place in 0..messages.len() {
            graph.add_node(place);
        }
        for (place, message) in messages.iter().enumerate() {
            let parent = cause(message).and_then(|parent| find(messages, parent));
            if let Some(parent) = parent {
                graph.add_edge(NodeIndex::new(parent), NodeIndex::new(place), ());
            }
        }
        Causes { messages, graph }
    }

    /// A message by its id.
    pub fn message(&self, id: MessageId) -> Option<&'a Message> {
        find(self.messages, id).map(|place| &self.messages[place])
    }

    /// The message that led to `id`, if there is one.
    pub fn parent(&self, id: MessageId) -> Option<&'a Message> {
        cause(self.message(id)?).and_then(|parent| self.message(parent))
    }

    /// The message and those that led to it, the last cause first, the root last.
    pub fn line(&self, id: MessageId) -> Vec<&'a Message> {
        let first = self.message(id);
        // Ids of calls are greater than those of what made them only on one subnet, so a damaged
        // trace could go in circles; no line is longer than there are messages.
        std::iter::successors(first, |message| self.parent(message.id))
            .take(self.messages.len())
            .collect()
    }

    /// The calls that the execution of `id` made, in order of sending.
    pub fn children(&self, id: MessageId) -> Vec<&'a Message> {
        let Some(place) = find(self.messages, id) else { return Vec::new() };
        let edges = self.graph.edges(NodeIndex::new(place));
        let mut children: Vec<_> =
            edges.map(|edge| &self.messages[self.graph[edge.target()]]).collect();
        children.sort_by_key(|message| (message.sent, message.id));
        children
    }

    /// The message and everything it led to, in order of sending.
    pub fn tree(&self, id: MessageId) -> Vec<&'a Message> {
        let Some(place) = find(self.messages, id) else { return Vec::new() };
        let mut walk = Dfs::new(&self.graph, NodeIndex::new(place));
        let mut tree = Vec::new();
        while let Some(node) = walk.next(&self.graph) {
            tree.push(&self.messages[self.graph[node]]);
        }
        tree.sort_by_key(|message| (message.sent, message.id));
        tree
    }
}

/// The message whose execution made this one.
pub fn cause(message: &Message) -> Option<MessageId> {
    match message.sender {
        Sender::Client => None,
        Sender::Canister { parent, .. } => parent,
    }
}

fn find(messages: &[Message], id: MessageId) -> Option<usize> {
    messages.binary_search_by_key(&id, |message| message.id).ok()
}
