//! Guaranteed responses that wait in a queue, by number and size: each takes up the memory that was
//! kept for it until then.

use crate::message::CanisterMessage;
use crate::units::Bytes;

/// How many guaranteed responses wait, and the bytes of their payloads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// How many.
    pub count: u64,
    /// Bytes of their payloads.
    pub bytes: Bytes,
}

impl Answers {
    /// The part that `message` has in them.
    fn of(message: &CanisterMessage) -> Answers {
        match message {
            CanisterMessage::Response(response) if response.deadline.is_none() => {
                Answers { count: 1, bytes: response.response.payload_bytes() }
            }
            _ => Answers::default(),
        }
    }

    /// A message has come into the queue.
    pub(super) fn add(&mut self, message: &CanisterMessage) {
        let Answers { count, bytes } = Answers::of(message);
        self.count += count;
        self.bytes += bytes;
    }

    /// A message has left the queue.
    pub(super) fn remove(&mut self, message: &CanisterMessage) {
        let Answers { count, bytes } = Answers::of(message);
        self.count -= count;
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{CanisterId, SubnetId};
    use crate::queues::test_messages::{ME, request, response};
    use crate::queues::{InputQueues, OutputQueues};

    const PEER: CanisterId = CanisterId::on(SubnetId::new(0), 1);

    #[test]
    fn guaranteed_responses_count_while_they_wait() {
        let mut queues = InputQueues::default();
        queues.push(request(PEER, ME, 1), true);
        queues.push(response(PEER, ME, 2), true);
        assert_eq!(queues.answers().count, 1);
        queues.pop();
        queues.pop();
        assert_eq!(queues.answers(), Answers::default());
    }

    #[test]
    fn a_response_that_is_put_back_still_waits() {
        let mut queues = OutputQueues::default();
        queues.push(response(ME, PEER, 1));
        let message = queues.pop(PEER).expect("one waits");
        assert_eq!(queues.answers().count, 0);
        queues.put_back(message);
        assert_eq!(queues.answers().count, 1);
    }
}
