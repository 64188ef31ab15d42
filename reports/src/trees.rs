//! Messages with everything they led to, while a run goes on: a tree is complete when all of its
//! messages are, and only the slowest trees are kept.

use crate::messages::Message;
use sim_core::id::MessageId;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Trees kept, and trees with calls kept.
const MOST: usize = 20;
/// Messages kept of a tree; of more, those that ended first, and the root.
const MOST_MESSAGES: usize = 4_096;

/// A message and everything it led to.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Its messages, the root among them, as far as they are kept.
    pub messages: Vec<Message>,
    /// How many there are.
    pub size: u64,
    open: u64,
}

/// Trees that are not complete, and the slowest of those that are.
#[derive(Clone, Debug, Default)]
pub struct Trees {
    open: BTreeMap<MessageId, Tree>,
    /// Roots of the messages that are under way.
    roots: BTreeMap<MessageId, MessageId>,
    slowest: BTreeMap<Place, Arc<Tree>>,
    /// The same among those in which calls were made.
    calling: BTreeMap<Place, Arc<Tree>>,
    /// Messages whose trees are kept in any case.
    wanted: BTreeSet<MessageId>,
    asked: Vec<(MessageId, Arc<Tree>)>,
}

/// The slowest first.
type Place = (Reverse<u64>, MessageId);

impl Trees {
    /// Keeps the trees of the slowest messages, and those of `wanted`.
    pub fn new(wanted: BTreeSet<MessageId>) -> Self {
        Trees { wanted, ..Trees::default() }
    }

    /// A message was sent, by the execution of `parent` if by any.
    pub fn begin(&mut self, id: MessageId, parent: Option<MessageId>) {
        let root = parent.and_then(|parent| self.roots.get(&parent).copied()).unwrap_or(id);
        self.roots.insert(id, root);
        let tree = self.open.entry(root).or_default();
        tree.size += 1;
        tree.open += 1;
    }

    /// A message has come to its end.
    pub fn end(&mut self, message: Message) {
        let Some(root) = self.roots.remove(&message.id) else { return };
        let Some(tree) = self.open.get_mut(&root) else { return };
        tree.open -= 1;
        if tree.messages.len() < MOST_MESSAGES || message.id == root {
            tree.messages.push(message);
        }
        if tree.open == 0
            && let Some(tree) = self.open.remove(&root)
        {
            self.complete(root, tree);
        }
    }

    fn complete(&mut self, root: MessageId, tree: Tree) {
        let tree = Arc::new(tree);
        if tree.messages.iter().any(|message| self.wanted.contains(&message.id)) {
            self.asked.push((root, tree.clone()));
        }
        let latency = tree.messages.iter().find(|message| message.id == root);
        let Some(latency) = latency.and_then(Message::latency_ns) else { return };
        let place = (Reverse(latency), root);
        keep(&mut self.slowest, place, &tree);
        if tree.size > 1 {
            keep(&mut self.calling, place, &tree);
        }
    }

    /// The messages of the slowest trees in order of id, and the sizes of those trees by root.
    pub fn finish(self) -> (Vec<Message>, BTreeMap<MessageId, u64>) {
        let trees = self.slowest.into_iter().chain(self.calling);
        let trees: BTreeMap<MessageId, Arc<Tree>> =
            trees.map(|((_, root), tree)| (root, tree)).chain(self.asked).collect();
        let sizes = trees.iter().map(|(root, tree)| (*root, tree.size)).collect();
        let mut messages: Vec<Message> =
            trees.values().flat_map(|tree| tree.messages.iter().cloned()).collect();
        messages.sort_by_key(|message| message.id);
        (messages, sizes)
    }
}

fn keep(kept: &mut BTreeMap<Place, Arc<Tree>>, place: Place, tree: &Arc<Tree>) {
    if kept.len() == MOST && kept.last_key_value().is_some_and(|(last, _)| *last < place) {
        return;
    }
    kept.insert(place, tree.clone());
    if kept.len() > MOST {
        kept.pop_last();
    }
}
