//! What a canister has yet to execute: input from the own subnet, from clients and from other subnets
//! in strict rotation; within a source the senders rotate, and each sender's messages keep their order.

use super::{Answers, Rotation, Source};
use crate::id::CanisterId;
use crate::message::{CanisterMessage, Ingress, Request};
use crate::time::SimTime;
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

/// Messages a canister has yet to execute.
#[derive(Debug, Default)]
pub struct InputQueues {
    local: Rotation<CanisterId, CanisterMessage>,
    ingress: VecDeque<Ingress>,
    remote: Rotation<CanisterId, CanisterMessage>,
    /// Requests that wait, by sender; none is zero.
    requests: BTreeMap<CanisterId, u64>,
    /// How many of the requests have a deadline.
    best_effort: usize,
    answers: Answers,
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
        let sender = message.sender();
        if let CanisterMessage::Request(request) = &message {
            *self.requests.entry(sender).or_default() += 1;
            self.best_effort += usize::from(request.deadline.is_some());
        }
        self.answers.add(&message);
        let source = if local { &mut self.local } else { &mut self.remote };
        source.push(sender, message);
        self.len += 1;
    }

    /// Takes the next message; a source with nothing to give is passed over.
    pub fn pop(&mut self) -> Option<Input> {
        for _ in 0..Source::COUNT {
            let source = self.turn;
            self.turn = source.next();
            let input = match source {
                Source::Local => self.local.pop().map(Input::Canister),
                Source::Ingress => self.ingress.pop_front().map(Input::Ingress),
                Source::Remote => self.remote.pop().map(Input::Canister),
            };
            if let Some(input) = input {
                self.len -= 1;
                if let Input::Canister(message) = &input {
                    self.answers.remove(message);
                }
                if let Input::Canister(CanisterMessage::Request(request)) = &input {
                    self.forget(request);
                }
                return Some(input);
            }
        }
        None
    }

    fn forget(&mut self, request: &Request) {
        self.best_effort -= usize::from(request.deadline.is_some());
        if let Some(count) = self.requests.get_mut(&request.caller) {
            *count -= 1;
            if *count == 0 {
                self.requests.remove(&request.caller);
            }
        }
    }

    /// How many requests of `sender` wait.
    pub fn requests_from(&self, sender: CanisterId) -> u64 {
        self.requests.get(&sender).copied().unwrap_or(0)
    }

    /// Takes out what clients sent and what must have begun before `now`.
    pub fn expired_ingress(&mut self, now: SimTime) -> Vec<Ingress> {
        if self.ingress.iter().all(|message| message.expiry >= now) {
            return Vec::new();
        }
        let (kept, expired): (VecDeque<_>, VecDeque<_>) =
            self.ingress.drain(..).partition(|message| message.expiry >= now);
        self.len -= expired.len();
        self.ingress = kept;
        expired.into()
    }

    /// Takes out best-effort requests whose deadline has passed at `now`, in seconds since 1970.
    pub fn expired_requests(&mut self, now: u64) -> Vec<Request> {
        if self.best_effort == 0 {
            return Vec::new();
        }
        self.extract_requests(|request| request.deadline.is_some_and(|deadline| deadline < now))
    }

    /// Takes out the requests for which `drop` holds.
    pub fn extract_requests(&mut self, drop: impl Fn(&Request) -> bool) -> Vec<Request> {
        let keep = |message: &CanisterMessage| match message {
            CanisterMessage::Request(request) => !drop(request),
            CanisterMessage::Response(_) => true,
        };
        let mut taken = self.local.extract(keep);
        taken.extend(self.remote.extract(keep));
        self.len -= taken.len();
        let requests: Vec<_> =
            taken.into_iter().filter_map(CanisterMessage::into_request).collect();
        for request in &requests {
            self.forget(request);
        }
        requests
    }

    /// Messages from clients.
    pub fn ingress(&self) -> impl Iterator<Item = &Ingress> {
        self.ingress.iter()
    }

    /// Messages from canisters.
    pub fn messages(&self) -> impl Iterator<Item = &CanisterMessage> {
        self.local.iter().chain(self.remote.iter())
    }

    /// Guaranteed responses that wait.
    pub fn answers(&self) -> Answers {
        self.answers
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
        self.messages().map(|message| message.cycles().amount()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SubnetId;
    use crate::queues::test_messages::{ME, ingress, request};

    fn order(queues: &mut InputQueues) -> Vec<u64> {
        let number = |input| match input {
            Input::Ingress(ingress) => ingress.id.as_u64(),
            Input::Canister(CanisterMessage::Request(request)) => request.id.as_u64(),
            Input::Canister(CanisterMessage::Response(response)) => response.id.as_u64(),
        };
        std::iter::from_fn(|| queues.pop().map(number)).collect()
    }

    #[test]
    fn m006_the_three_sources_take_turns_and_empty_ones_are_passed_over() {
        let (near, far) =
            (CanisterId::on(SubnetId::new(0), 1), CanisterId::on(SubnetId::new(1), 1));
        let mut queues = InputQueues::default();
        for i in 0..2 {
            queues.push(request(far, ME, 30 + i), false);
            queues.push_ingress(ingress(ME, 20 + i));
            queues.push(request(near, ME, 10 + i), true);
        }
        assert_eq!(queues.len(), 6);
        assert_eq!(order(&mut queues), [10, 20, 30, 11, 21, 31]);
        queues.push(request(far, ME, 40), false);
        assert_eq!(order(&mut queues), [40]);
        assert!(queues.is_empty());
    }

    #[test]
    fn m001_senders_take_turns_and_each_keeps_its_order() {
        let sender = |i| CanisterId::on(SubnetId::new(0), i);
        let mut queues = InputQueues::default();
        for (from, number) in [(1, 10), (1, 11), (1, 12), (2, 20), (3, 30), (2, 21)] {
            queues.push(request(sender(from), ME, number), true);
        }
        assert_eq!(queues.requests_from(sender(1)), 3);
        assert_eq!(order(&mut queues), [10, 20, 30, 11, 21, 12]);
        assert_eq!(queues.requests_from(sender(1)), 0);
    }

    #[test]
    fn expired_ingress_is_taken_out_and_the_rest_keeps_its_order() {
        let mut queues = InputQueues::default();
        for number in 0..4 {
            let expiry = SimTime::from_nanos(if number % 2 == 0 { 5 } else { 50 });
            queues.push_ingress(Ingress { expiry, ..ingress(ME, number) });
        }
        let expired = queues.expired_ingress(SimTime::from_nanos(10));
        assert_eq!(expired.iter().map(|message| message.id.as_u64()).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(order(&mut queues), [1, 3]);
    }
}
