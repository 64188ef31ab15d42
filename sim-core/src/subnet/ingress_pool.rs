//! Ingress messages that block makers know and no block has included yet.
//!
//! After `rs/ingress_manager/src/ingress_selector.rs` of `dfinity/ic`: every canister has a queue in the
//! order of arrival and a quota of the block's bytes. Canisters are gone through in turn until the
//! block is full; what one leaves of its quota is shared out among the others.

use crate::id::CanisterId;
use crate::message::{Ingress, Target};
use crate::time::SimTime;
use crate::units::Bytes;
use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

/// Turns after which a canister may exceed its quota by one message a turn, so that large messages
/// get on (`ITERATIONS_BEFORE_WEAKEN_INCLUDE_RULE`).
const STRICT_TURNS: u64 = 4;

/// What a block has room for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockRoom {
    pub(crate) messages: u64,
    pub(crate) bytes: Bytes,
}

#[derive(Debug, Default)]
pub(crate) struct IngressPool {
    /// By receiver; all calls to the management canister are in one queue. None is empty.
    queues: BTreeMap<Option<CanisterId>, VecDeque<Ingress>>,
    len: u64,
}

/// What a canister has in the block so far.
#[derive(Clone, Copy, Default)]
struct Included {
    messages: u64,
    bytes: Bytes,
}

impl IngressPool {
    /// Adds a message that has just arrived.
    pub(crate) fn push(&mut self, message: Ingress) {
        let receiver = match message.target {
            Target::Canister(canister) => Some(canister),
            Target::Management { .. } => None,
        };
        self.queues.entry(receiver).or_default().push_back(message);
        self.len += 1;
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Takes out messages whose time has passed; each queue is in the order of expiry.
    pub(crate) fn take_expired(&mut self, now: SimTime) -> Vec<Ingress> {
        let mut expired = Vec::new();
        self.queues.retain(|_, queue| {
            while queue.front().is_some_and(|message| message.expiry < now) {
                expired.extend(queue.pop_front());
            }
            !queue.is_empty()
        });
        self.len -= expired.len() as u64;
        expired
    }

    /// Forgets everything, and returns it.
    pub(crate) fn clear(&mut self) -> Vec<Ingress> {
        self.len = 0;
        std::mem::take(&mut self.queues).into_values().flatten().collect()
    }

    /// Fills a block, beginning with another canister each `turn`.
    pub(crate) fn select(&mut self, room: BlockRoom, turn: u64, start_time: u64) -> Vec<Ingress> {
        let mut waiting: Vec<_> = self.queues.keys().copied().collect();
        if waiting.is_empty() {
            return Vec::new();
        }
        for queue in self.queues.values_mut() {
            order_ties(queue, room.messages, start_time);
        }
        let first = (turn % waiting.len() as u64) as usize;
        waiting.rotate_left(first);
        let mut included = BTreeMap::new();
        let mut chosen = Chosen { room, messages: Vec::new(), full: false };
        let mut quota = room.bytes.get() / waiting.len() as u64;
        for round in 1.. {
            waiting.retain(|key| {
                let so_far = included.entry(*key).or_default();
                self.queues.get_mut(key).is_some_and(|queue| {
                    chosen.take_from(queue, so_far, quota, round);
                    !queue.is_empty()
                })
            });
            if waiting.is_empty() || chosen.full {
                break;
            }
            quota += chosen.room.bytes.get() / waiting.len() as u64;
        }
        self.queues.retain(|_, queue| !queue.is_empty());
        self.len -= chosen.messages.len() as u64;
        chosen.messages
    }
}

/// A block being filled, and the room it still has.
struct Chosen {
    room: BlockRoom,
    messages: Vec<Ingress>,
    /// A message did not fit: the block is closed.
    full: bool,
}

impl Chosen {
    fn take_from(
        &mut self,
        queue: &mut VecDeque<Ingress>,
        included: &mut Included,
        quota: u64,
        round: u64,
    ) {
        while let Some(next) = queue.front()
            && !self.full
        {
            let bytes = next.charged_bytes();
            // The first message of a block always fits, so that none can be in the way for ever.
            if self.room.messages == 0 || (bytes > self.room.bytes && !self.messages.is_empty()) {
                self.full = true;
                return;
            }
            let free = round.saturating_sub(STRICT_TURNS).max(1);
            if included.messages >= free && (included.bytes + bytes).get() > quota {
                return;
            }
            self.room.messages -= 1;
            self.room.bytes = self.room.bytes.saturating_sub(bytes);
            included.messages += 1;
            included.bytes += bytes;
            self.messages.extend(queue.pop_front());
        }
    }
}

/// Messages that arrived at one instant are taken in falling order of their ids. Only the first `limit`
/// can be taken, and those they arrived with.
fn order_ties(queue: &mut VecDeque<Ingress>, limit: u64, start_time: u64) {
    let messages = queue.make_contiguous();
    let mut begin = 0;
    while begin < messages.len() && begin as u64 <= limit {
        let same = |message: &Ingress| message.arrived == messages[begin].arrived;
        let end = begin + messages[begin..].iter().take_while(|message| same(message)).count();
        if end - begin > 1 {
            messages[begin..end]
                .sort_by_cached_key(|message| Reverse(message.content_hash(start_time)));
        }
        begin = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SubnetId;
    use crate::queues::test_messages::ingress;

    fn canister(number: u32) -> CanisterId {
        CanisterId::on(SubnetId::new(0), number)
    }

    fn message(to: u32, number: u64, bytes: usize) -> Ingress {
        let arrived = SimTime::from_nanos(number);
        Ingress { arg: vec![0; bytes].into(), arrived, ..ingress(canister(to), number) }
    }

    fn numbers(messages: &[Ingress]) -> Vec<u64> {
        messages.iter().map(|message| message.id.as_u64()).collect()
    }

    fn room(messages: u64, bytes: u64) -> BlockRoom {
        BlockRoom { messages, bytes: Bytes::new(bytes) }
    }

    #[test]
    fn a_canister_that_is_flooded_leaves_the_others_their_share_of_the_bytes() {
        let mut pool = IngressPool::default();
        for number in 0..100 {
            pool.push(message(1, number, 99));
        }
        pool.push(message(2, 200, 99));
        let block = pool.select(room(1_000, 1_000), 0, 0);
        assert_eq!(numbers(&block), [0, 1, 2, 3, 4, 200, 5, 6, 7, 8]);
        assert_eq!(pool.len(), 91);
    }

    #[test]
    fn a_block_takes_so_many_messages_and_the_rest_waits() {
        let mut pool = IngressPool::default();
        for number in 0..5 {
            pool.push(message(1, number, 10));
        }
        assert_eq!(numbers(&pool.select(room(3, 1_000), 0, 0)), [0, 1, 2]);
        assert_eq!(numbers(&pool.select(room(3, 1_000), 1, 0)), [3, 4]);
    }

    #[test]
    fn a_message_larger_than_a_block_gets_one_to_itself() {
        let mut pool = IngressPool::default();
        pool.push(message(1, 0, 5_000));
        pool.push(message(1, 1, 10));
        assert_eq!(numbers(&pool.select(room(10, 1_000), 0, 0)), [0]);
        assert_eq!(numbers(&pool.select(room(10, 1_000), 0, 0)), [1]);
    }

    #[test]
    fn messages_of_one_instant_are_taken_in_falling_order_of_their_ids() {
        let mut pool = IngressPool::default();
        for number in 0..6 {
            let arrived = SimTime::from_nanos(7);
            pool.push(Ingress { number, arrived, ..message(1, number, 0) });
        }
        let block = pool.select(room(10, 1_000), 0, 0);
        let hashes: Vec<_> = block.iter().map(|message| message.content_hash(0)).collect();
        assert!(hashes.is_sorted_by(|a, b| a > b));
    }

    #[test]
    fn what_has_expired_is_taken_out() {
        let mut pool = IngressPool::default();
        for number in 0..3 {
            let expiry = SimTime::from_nanos(10 * number);
            pool.push(Ingress { expiry, ..message(1, number, 0) });
        }
        assert_eq!(numbers(&pool.take_expired(SimTime::from_nanos(15))), [0, 1]);
        assert_eq!(pool.len(), 1);
    }
}
