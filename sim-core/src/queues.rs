//! A canister's message queues, after `rs/replicated_state/src/canister_state/queues.rs` of
//! `dfinity/ic`: input from the own subnet, from clients and from other subnets in strict
//! rotation; within a source the senders rotate, and each sender's messages keep their order.

use crate::id::CanisterId;
use crate::ledger::Attached;
use crate::message::{CanisterMessage, Ingress};
use crate::units::Cycles;
use std::collections::{BTreeMap, VecDeque};

/// A message a canister is to execute.
#[derive(Debug)]
pub enum Input {
    /// From a client.
    Ingress(Ingress),
    /// From a canister.
    Canister(CanisterMessage),
}

/// First-in first-out queues, one for each peer, that take turns.
#[derive(Debug, Default)]
struct Rotation {
    queues: BTreeMap<CanisterId, VecDeque<CanisterMessage>>,
    turns: VecDeque<CanisterId>,
}

impl Rotation {
    fn push(&mut self, peer: CanisterId, message: CanisterMessage) {
        let queue = self.queues.entry(peer).or_default();
        if queue.is_empty() {
            self.turns.push_back(peer);
        }
        queue.push_back(message);
    }

    fn pop(&mut self) -> Option<CanisterMessage> {
        let peer = self.turns.pop_front()?;
        let queue = self.queues.get_mut(&peer)?;
        let message = queue.pop_front();
        if !queue.is_empty() {
            self.turns.push_back(peer);
        }
        message
    }

    fn messages(&self) -> impl Iterator<Item = &CanisterMessage> {
        self.queues.values().flatten()
    }
}

/// Where input comes from, in the order of rotation.
#[derive(Clone, Copy, Debug, Default)]
enum Source {
    #[default]
    Local,
    Ingress,
    Remote,
}

impl Source {
    fn next(self) -> Source {
        match self {
            Source::Local => Source::Ingress,
            Source::Ingress => Source::Remote,
            Source::Remote => Source::Local,
        }
    }
}

/// Messages a canister has yet to execute.
#[derive(Debug, Default)]
pub struct InputQueues {
    local: Rotation,
    ingress: VecDeque<Ingress>,
    remote: Rotation,
    turn: Source,
    len: usize,
}

impl InputQueues {
    /// Adds a message from a client.
    pub fn push_ingress(&mut self, message: Ingress) {
        self.ingress.push_back(message);
        self.len += 1;
    }

    /// Adds a message from a canister, on the own subnet (`local`) or another.
    pub fn push(&mut self, message: CanisterMessage, local: bool) {
        let source = if local { &mut self.local } else { &mut self.remote };
        source.push(message.sender(), message);
        self.len += 1;
    }

    /// Takes the next message; a source with nothing to give is passed over.
    pub fn pop(&mut self) -> Option<Input> {
        for _ in 0..3 {
            let source = self.turn;
            self.turn = source.next();
            let input = match source {
                Source::Local => self.local.pop().map(Input::Canister),
                Source::Ingress => self.ingress.pop_front().map(Input::Ingress),
                Source::Remote => self.remote.pop().map(Input::Canister),
            };
            if input.is_some() {
                self.len -= 1;
                return input;
            }
        }
        None
    }

    /// How many messages wait.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Cycles attached to waiting messages.
    pub fn cycles(&self) -> Cycles {
        let messages = self.local.messages().chain(self.remote.messages());
        messages.map(|message| message.cycles().amount()).sum()
    }
}

/// Messages a canister has sent that have not left it yet: first in, first out for each receiver.
#[derive(Debug, Default)]
pub struct OutputQueues {
    queues: BTreeMap<CanisterId, VecDeque<CanisterMessage>>,
}

impl OutputQueues {
    /// Adds a message.
    pub fn push(&mut self, message: CanisterMessage) {
        self.queues.entry(message.receiver()).or_default().push_back(message);
    }

    /// Takes out all messages whose receiver is `wanted`, queue by queue in order of receiver,
    /// each queue only as far as `accept` takes its head.
    pub fn drain(
        &mut self,
        wanted: impl Fn(CanisterId) -> bool,
        mut accept: impl FnMut(CanisterMessage) -> Result<(), CanisterMessage>,
    ) {
        self.queues.retain(|receiver, queue| {
            while wanted(*receiver)
                && let Some(message) = queue.pop_front()
            {
                if let Err(refused) = accept(message) {
                    queue.push_front(refused);
                    break;
                }
            }
            !queue.is_empty()
        });
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.queues.is_empty()
    }

    /// Cycles attached to waiting messages.
    pub fn cycles(&self) -> Cycles {
        self.queues.values().flatten().map(CanisterMessage::cycles).map(Attached::amount).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{MessageId, SubnetId};
    use crate::message::{CallbackId, Request, Target};
    use crate::time::SimTime;
    use ic_principal::Principal;

    const ME: CanisterId = CanisterId::on(SubnetId::new(0), 9);

    fn request(caller: CanisterId, number: u64) -> CanisterMessage {
        CanisterMessage::Request(Request {
            id: MessageId::new(SubnetId::new(0), number),
            caller,
            callee: ME,
            method: "m".into(),
            arg: [].into(),
            cycles: Attached::default(),
            callback: CallbackId(0),
            sent: SimTime::ZERO,
            deadline: None,
        })
    }

    fn ingress(number: u64) -> Ingress {
        Ingress {
            id: MessageId::new(SubnetId::new(0), number),
            target: Target::Canister(ME),
            method: "m".into(),
            arg: [].into(),
            sender: Principal::anonymous(),
            nonce: crate::units::Bytes::ZERO,
            expiry: SimTime::MAX,
        }
    }

    fn order(queues: &mut InputQueues) -> Vec<u64> {
        let number = |input| match input {
            Input::Ingress(ingress) => ingress.id.as_u64(),
            Input::Canister(CanisterMessage::Request(request)) => request.id.as_u64(),
            Input::Canister(CanisterMessage::Response(response)) => response.id.as_u64(),
        };
        std::iter::from_fn(|| queues.pop().map(number)).collect()
    }

    #[test]
    fn the_three_sources_take_turns() {
        let (near, far) =
            (CanisterId::on(SubnetId::new(0), 1), CanisterId::on(SubnetId::new(1), 1));
        let mut queues = InputQueues::default();
        for i in 0..2 {
            queues.push(request(far, 30 + i), false);
            queues.push_ingress(ingress(20 + i));
            queues.push(request(near, 10 + i), true);
        }
        assert_eq!(queues.len(), 6);
        assert_eq!(order(&mut queues), [10, 20, 30, 11, 21, 31]);
        assert!(queues.is_empty());
    }

    #[test]
    fn senders_take_turns_and_each_keeps_its_order() {
        let sender = |i| CanisterId::on(SubnetId::new(0), i);
        let mut queues = InputQueues::default();
        for (from, number) in [(1, 10), (1, 11), (1, 12), (2, 20), (3, 30), (2, 21)] {
            queues.push(request(sender(from), number), true);
        }
        assert_eq!(order(&mut queues), [10, 20, 30, 11, 21, 12]);
    }

    #[test]
    fn a_receiver_that_is_blocked_blocks_only_its_own_queue() {
        let mut output = OutputQueues::default();
        let caller = CanisterId::on(SubnetId::new(0), 1);
        output.push(request(caller, 1));
        output.push(request(caller, 2));
        let mut taken = 0;
        output.drain(
            |_| true,
            |message| {
                taken += 1;
                if taken > 1 { Err(message) } else { Ok(()) }
            },
        );
        assert!(!output.is_empty());
        let mut rest = Vec::new();
        output.drain(
            |_| true,
            |message| {
                rest.push(message.receiver());
                Ok(())
            },
        );
        assert_eq!(rest, [ME]);
        assert!(output.is_empty());
    }
}
