//! What a canister has sent that has not left it yet: first in, first out for each receiver.

use super::Answers;
use crate::id::CanisterId;
use crate::ledger::Attached;
use crate::message::{CanisterMessage, Request};
use crate::units::Cycles;
use std::collections::{BTreeMap, VecDeque};

/// One receiver's queue. A request that timed out leaves a gap that keeps its slot until it gets to
/// the front.
#[derive(Debug, Default)]
struct Queue {
    entries: VecDeque<Option<CanisterMessage>>,
    responses: u64,
}

impl Queue {
    fn pop(&mut self) -> Option<CanisterMessage> {
        let message = self.entries.pop_front()??;
        self.responses -= u64::from(matches!(message, CanisterMessage::Response(_)));
        self.close_gaps();
        Some(message)
    }

    fn peek(&self) -> Option<&CanisterMessage> {
        self.entries.front()?.as_ref()
    }

    fn put_back(&mut self, message: CanisterMessage) {
        self.responses += u64::from(matches!(message, CanisterMessage::Response(_)));
        self.entries.push_front(Some(message));
    }

    fn close_gaps(&mut self) {
        while let Some(None) = self.entries.front() {
            self.entries.pop_front();
        }
    }

    /// Slots that requests take up, gaps included.
    fn request_slots(&self) -> u64 {
        self.entries.len() as u64 - self.responses
    }

    fn messages(&self) -> impl Iterator<Item = &CanisterMessage> {
        self.entries.iter().flatten()
    }
}

/// Messages a canister has sent that have not left it yet.
#[derive(Debug, Default)]
pub struct OutputQueues {
    queues: BTreeMap<CanisterId, Queue>,
    answers: Answers,
}

impl OutputQueues {
    /// Adds a message.
    pub fn push(&mut self, message: CanisterMessage) {
        self.answers.add(&message);
        let queue = self.queues.entry(message.receiver()).or_default();
        queue.responses += u64::from(matches!(message, CanisterMessage::Response(_)));
        queue.entries.push_back(Some(message));
    }

    /// Receivers of waiting messages, in order.
    pub fn receivers(&self) -> impl Iterator<Item = CanisterId> {
        self.queues.keys().copied()
    }

    /// The message that leaves next for `receiver`.
    pub fn peek(&self, receiver: CanisterId) -> Option<&CanisterMessage> {
        self.queues.get(&receiver)?.peek()
    }

    /// Takes the message that leaves next for `receiver`.
    pub fn pop(&mut self, receiver: CanisterId) -> Option<CanisterMessage> {
        let queue = self.queues.get_mut(&receiver)?;
        let message = queue.pop();
        if queue.entries.is_empty() {
            self.queues.remove(&receiver);
        }
        message.inspect(|message| self.answers.remove(message))
    }

    /// Puts a message back that was just taken.
    pub fn put_back(&mut self, message: CanisterMessage) {
        self.answers.add(&message);
        self.queues.entry(message.receiver()).or_default().put_back(message);
    }

    /// Takes out messages for which `expired` holds, wherever they stand.
    pub fn extract(&mut self, expired: impl Fn(&CanisterMessage) -> bool) -> Vec<CanisterMessage> {
        let mut taken = Vec::new();
        for queue in self.queues.values_mut() {
            for entry in queue.entries.iter_mut() {
                if let Some(message) = entry.take_if(|message| expired(message)) {
                    queue.responses -= u64::from(matches!(message, CanisterMessage::Response(_)));
                    taken.push(message);
                }
            }
            queue.close_gaps();
        }
        self.queues.retain(|_, queue| !queue.entries.is_empty());
        taken.iter().for_each(|message| self.answers.remove(message));
        taken
    }

    /// Takes out requests for which `expired` holds, wherever they stand.
    pub fn extract_requests(&mut self, expired: impl Fn(&Request) -> bool) -> Vec<Request> {
        let is_expired = |message: &CanisterMessage| match message {
            CanisterMessage::Request(request) => expired(request),
            CanisterMessage::Response(_) => false,
        };
        let taken = self.extract(is_expired);
        taken.into_iter().filter_map(CanisterMessage::into_request).collect()
    }

    /// Receivers, and the slots towards them that requests take up: those that wait, and those that
    /// timed out behind an older message.
    pub fn taken_slots(&self) -> impl Iterator<Item = (CanisterId, u64)> {
        self.queues.iter().map(|(receiver, queue)| (*receiver, queue.request_slots()))
    }

    /// Responses that wait to leave for `receiver`.
    pub fn responses_to(&self, receiver: CanisterId) -> u64 {
        self.queues.get(&receiver).map_or(0, |queue| queue.responses)
    }

    /// Guaranteed responses that wait.
    pub fn answers(&self) -> Answers {
        self.answers
    }

    /// All waiting messages.
    pub fn messages(&self) -> impl Iterator<Item = &CanisterMessage> {
        self.queues.values().flat_map(Queue::messages)
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.queues.is_empty()
    }

    /// Cycles attached to waiting messages.
    pub fn cycles(&self) -> Cycles {
        self.messages().map(CanisterMessage::cycles).map(Attached::amount).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SubnetId;
    use crate::queues::test_messages::{ME, request, response};

    const CALLER: CanisterId = CanisterId::on(SubnetId::new(0), 1);

    fn slots(output: &OutputQueues) -> u64 {
        output.taken_slots().map(|(_, slots)| slots).sum()
    }

    #[test]
    fn what_is_put_back_leaves_first() {
        let mut output = OutputQueues::default();
        output.push(request(ME, CALLER, 1));
        output.push(request(ME, CALLER, 2));
        let first = output.pop(CALLER).expect("was pushed");
        output.put_back(first);
        let left: Vec<_> =
            std::iter::from_fn(|| output.pop(CALLER)).map(|m| m.id().as_u64()).collect();
        assert_eq!(left, [1, 2]);
        assert!(output.is_empty());
    }

    #[test]
    fn m012_a_timed_out_request_behind_an_older_message_still_occupies_a_slot() {
        let mut output = OutputQueues::default();
        output.push(response(ME, CALLER, 1));
        output.push(request(ME, CALLER, 2));
        let expired = output.extract_requests(|_| true);
        assert_eq!(expired.len(), 1);
        assert_eq!((slots(&output), output.responses_to(CALLER)), (1, 1));
        assert!(output.pop(CALLER).is_some());
        assert_eq!(slots(&output), 0);
        assert!(output.is_empty());
    }

    #[test]
    fn m013_requests_that_timed_out_behind_a_response_keep_the_queue_full() {
        let mut output = OutputQueues::default();
        output.push(response(ME, CALLER, 0));
        for number in 1..=500 {
            output.push(request(ME, CALLER, number));
        }
        assert_eq!(output.extract_requests(|_| true).len(), 500);
        assert_eq!(slots(&output), 500);
    }

    #[test]
    fn m023_responses_are_not_taken_out_with_requests() {
        let mut output = OutputQueues::default();
        output.push(response(ME, CALLER, 1));
        assert!(output.extract_requests(|_| true).is_empty());
        assert_eq!(output.responses_to(CALLER), 1);
    }
}
