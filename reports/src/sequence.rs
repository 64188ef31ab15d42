//! The messages of one causal tree as a sequence of arrows between parties, for diagrams.

use crate::causes::Causes;
use crate::messages::{Message, Sender};
use crate::names::Names;
use sim_core::id::MessageId;
use sim_core::record::Outcome;
use sim_core::time::SimTime;

/// Who takes part: clients, or a canister.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Its name.
    pub name: String,
    /// Its subnet's name; empty for clients and for what is on no subnet.
    pub subnet: String,
}

/// What an arrow stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrow {
    /// A message on its way.
    Request,
    /// A reply.
    Reply,
    /// A reject.
    Reject,
    /// A request that had not been executed when the run ended.
    Open,
}

/// One arrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The message it belongs to.
    pub message: MessageId,
    /// What it stands for.
    pub arrow: Arrow,
    /// From whom: a place among the participants.
    pub from: usize,
    /// To whom.
    pub to: usize,
    /// When it left.
    pub left: SimTime,
    /// When it took effect: execution began, or the answer was seen. None if it did not.
    pub arrived: Option<SimTime>,
    /// What it says.
    pub label: String,
}

/// A sequence of arrows, in order of leaving.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    /// Who takes part, in order of appearance.
    pub participants: Vec<Participant>,
    /// The arrows.
    pub steps: Vec<Step>,
    /// Arrows left out, the last ones, because there were too many.
    pub left_out: usize,
}

impl Sequence {
    /// The arrows of `id` and of everything it led to, at most `most` of them.
    pub fn of(causes: &Causes<'_>, id: MessageId, names: &Names<'_>, most: usize) -> Self {
        Sequence::of_messages(causes.tree(id), names, most)
    }

    /// The arrows of these messages, at most `most` of them.
    pub fn of_messages<'a>(
        messages: impl IntoIterator<Item = &'a Message<'a>>,
        names: &Names<'_>,
        most: usize,
    ) -> Self {
        let mut sequence = Sequence::default();
        for message in messages {
            sequence.add(message, names);
        }
        sequence.steps.sort_by_key(|step| (step.left, step.message, step.arrow != Arrow::Request));
        sequence.left_out = sequence.steps.len().saturating_sub(most);
        sequence.steps.truncate(most);
        sequence
    }

    fn add(&mut self, message: &Message<'_>, names: &Names<'_>) {
        let caller = match message.sender {
            Sender::Client => Participant { name: "client".to_owned(), subnet: String::new() },
            Sender::Canister { id, .. } => Participant {
                name: names.canister(id),
                subnet: names.subnet(message.caller_subnet).to_owned(),
            },
        };
        let callee = Participant {
            name: message.callee.clone(),
            subnet: names.subnet(message.callee_subnet).to_owned(),
        };
        let (from, to) = (self.place(caller), self.place(callee));
        let id = message.id;
        let arrow = if message.executed.is_some() { Arrow::Request } else { Arrow::Open };
        let label = message.method.to_owned();
        let (left, arrived) = (message.sent, message.executed);
        self.steps.push(Step { message: id, arrow, from, to, left, arrived, label });
        if let (Some(left), Some(outcome)) = (message.responded, message.outcome) {
            let (arrow, label) = answer(outcome);
            let arrived = message.finished;
            self.steps.push(Step { message: id, arrow, from: to, to: from, left, arrived, label });
        }
    }

    fn place(&mut self, participant: Participant) -> usize {
        if let Some(place) = self.participants.iter().position(|known| *known == participant) {
            return place;
        }
        self.participants.push(participant);
        self.participants.len() - 1
    }
}

fn answer(outcome: Outcome) -> (Arrow, String) {
    match outcome {
        Outcome::Reply(bytes) => {
            (Arrow::Reply, format!("reply, {}", crate::human::bytes(bytes.get())))
        }
        Outcome::Reject(code) => (Arrow::Reject, format!("reject, {}", code.name())),
    }
}
