//! Deciding when messages are taken in: what the network leaves open, as a choice.
//!
//! The network promises little about order: requests from one canister to another are taken in the
//! order in which they were sent, and nothing else. Without anybody to choose, the model takes
//! everything in as soon as it can. With [`Choices`] every message that could be taken in is offered
//! first, turn by turn, and may be made to wait. Waiting can only delay: rounds, blocks and
//! certification stay as they are, and a request never overtakes another of the same two canisters.
//!
//! A *turn* is a moment at which a subnet takes messages in: the beginning of a round, and within a
//! round after each pass over its canisters. What comes in a block (ingress, and messages of other
//! subnets) is offered only at the beginning of a round; messages between canisters of one subnet at
//! every turn.
//!
//! A history is fixed by the scenario, the seed, and the list of messages that were [`Held`] and for
//! how many turns: [`Replay`] repeats it bit for bit.

use crate::id::{CanisterId, MessageId, SubnetId};
use crate::record::Record;
use crate::time::SimTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// From a client.
    Ingress,
    /// A call from a canister.
    Request,
    /// The answer to such a call.
    Response,
}

/// Names a message in a way that survives changes elsewhere in the history: the how-manieth of its
/// kind from one canister to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageName {
    /// What it is.
    pub kind: Kind,
    /// Who sent it; none for a client.
    pub from: Option<CanisterId>,
    /// Who takes it in.
    pub to: CanisterId,
    /// The method called; empty for a response.
    pub method: Arc<str>,
    /// From 1, in the order in which the receiver's subnet came to know of them.
    pub number: u64,
}

/// A message that waits to be taken in.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Its name.
    pub name: MessageName,
    /// Its id; a response has that of its request.
    pub message: MessageId,
    /// Turns it was made to wait so far.
    pub held_for: u32,
    /// An earlier request of the same two canisters comes first: as long as that one waits, this
    /// one does.
    pub behind: bool,
}

/// When messages are offered.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'a> {
    /// Where.
    pub subnet: SubnetId,
    /// The round, from 1.
    pub round: u64,
    /// When the round began.
    pub time: SimTime,
    /// The round has just begun: messages of the block are offered too.
    pub opens_round: bool,
    /// What happened on the subnet since its last turn.
    pub records: &'a [Record],
}

/// Decides which messages wait.
pub trait Choices: Send {
    /// Which of the offered messages wait for another turn, one answer for each; what is not
    /// answered for is taken in. If nothing is executed in a turn, the round ends.
    fn wait(&mut self, turn: &Turn<'_>, offered: &[Offered]) -> Vec<bool>;
}

/// A message, and for how many turns it was made to wait.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The message.
    pub message: MessageName,
    /// The turns.
    pub turns: u32,
}

/// Holds the messages of a list, and no other.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    turns: Arc<BTreeMap<MessageName, u32>>,
}

impl Replay {
    /// Holds these.
    pub fn of(held: &[Held]) -> Replay {
        let turns = held.iter().map(|held| (held.message.clone(), held.turns)).collect();
        Replay { turns: Arc::new(turns) }
    }
}

impl Choices for Replay {
    fn wait(&mut self, _: &Turn<'_>, offered: &[Offered]) -> Vec<bool> {
        let waits = |offer: &Offered| {
            self.turns.get(&offer.name).is_some_and(|turns| offer.held_for < *turns)
        };
        offered.iter().map(waits).collect()
    }
}

/// Replays a list up to an instant, then lets another decide.
pub struct Fork {
    /// What happens before.
    pub before: Replay,
    /// The instant.
    pub from: SimTime,
    /// Who decides afterwards; what the list holds goes on being held.
    pub after: Box<dyn Choices>,
}

impl Choices for Fork {
    fn wait(&mut self, turn: &Turn<'_>, offered: &[Offered]) -> Vec<bool> {
        let mut waits = self.before.wait(turn, offered);
        if turn.time >= self.from {
            let further = self.after.wait(turn, offered);
            waits.iter_mut().zip(further).for_each(|(waits, further)| *waits |= further);
        }
        waits
    }
}

/// Where the recorders of a run write what was held.
#[derive(Clone, Debug, Default)]
pub struct Recording(Arc<Mutex<BTreeMap<MessageName, u32>>>);

impl Recording {
    /// Choices that are written down here as `choices` makes them.
    pub fn record(&self, choices: Box<dyn Choices>) -> Box<dyn Choices> {
        Box::new(Recorder { choices, recording: self.clone() })
    }

    /// What was held, in order of name.
    pub fn held(&self) -> Vec<Held> {
        let turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns
            .iter()
            .map(|(message, turns)| Held { message: message.clone(), turns: *turns })
            .collect()
    }
}

struct Recorder {
    choices: Box<dyn Choices>,
    recording: Recording,
}

impl Choices for Recorder {
    fn wait(&mut self, turn: &Turn<'_>, offered: &[Offered]) -> Vec<bool> {
        let waits = self.choices.wait(turn, offered);
        let mut held = self.recording.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut blocked = Vec::new();
        for (offer, waits) in offered.iter().zip(&waits) {
            let name = &offer.name;
            let pair = (name.from, name.to);
            let is_request = name.kind == Kind::Request;
            // What waits for the one before it is not held for its own sake.
            if *waits && !(is_request && blocked.contains(&pair)) {
                held.insert(name.clone(), offer.held_for + 1);
                blocked.extend(is_request.then_some(pair));
            }
        }
        waits
    }
}
