//! First-in first-out queues that take turns.

use std::collections::{BTreeMap, VecDeque};

/// Where input comes from, in the order of rotation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Canisters of the own subnet.
    #[default]
    Local,
    /// Clients.
    Ingress,
    /// Canisters of other subnets.
    Remote,
}

impl Source {
    /// How many there are.
    pub const COUNT: usize = 3;

    /// The source whose turn it is after this one.
    pub fn next(self) -> Source {
        match self {
            Source::Local => Source::Ingress,
            Source::Ingress => Source::Remote,
            Source::Remote => Source::Local,
        }
    }
}

/// Queues, one for each key, that give one item each in turn.
#[derive(Debug)]
pub struct Rotation<K, T> {
    queues: BTreeMap<K, VecDeque<T>>,
    /// Keys of queues that are not empty, the next one in front.
    turns: VecDeque<K>,
}

impl<K, T> Default for Rotation<K, T> {
    fn default() -> Self {
        Rotation { queues: BTreeMap::new(), turns: VecDeque::new() }
    }
}

impl<K: Copy + Ord, T> Rotation<K, T> {
    /// Adds an item to the queue of `key`.
    pub fn push(&mut self, key: K, item: T) {
        let queue = self.queues.entry(key).or_default();
        if queue.is_empty() {
            self.turns.push_back(key);
        }
        queue.push_back(item);
    }

    /// Takes the next item; the queue it came from goes to the end.
    pub fn pop(&mut self) -> Option<T> {
        let key = self.turns.pop_front()?;
        let queue = self.queues.get_mut(&key)?;
        let item = queue.pop_front();
        if queue.is_empty() {
            self.queues.remove(&key);
        } else {
            self.turns.push_back(key);
        }
        item
    }

    /// The item [`Rotation::pop`] would give.
    pub fn peek(&self) -> Option<&T> {
        self.queues.get(self.turns.front()?)?.front()
    }

    /// Passes over the queue whose turn it is.
    pub fn skip(&mut self) {
        if let Some(key) = self.turns.pop_front() {
            self.turns.push_back(key);
        }
    }

    /// How many queues have something to give.
    pub fn ready(&self) -> usize {
        self.turns.len()
    }

    /// Keeps the items for which `keep` holds, in order, and returns the others.
    pub fn extract(&mut self, keep: impl Fn(&T) -> bool) -> Vec<T> {
        let mut taken = Vec::new();
        for queue in self.queues.values_mut() {
            if queue.iter().all(&keep) {
                continue;
            }
            for item in std::mem::take(queue) {
                if keep(&item) { queue.push_back(item) } else { taken.push(item) }
            }
        }
        self.queues.retain(|_, queue| !queue.is_empty());
        self.turns.retain(|key| self.queues.contains_key(key));
        taken
    }

    /// Items of `key`, in order.
    pub fn of(&self, key: K) -> impl Iterator<Item = &T> {
        self.queues.get(&key).into_iter().flatten()
    }

    /// All items, queue by queue.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.queues.values().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m003_senders_are_scheduled_once_and_take_turns() {
        let mut rotation = Rotation::default();
        let mut schedules = Vec::new();
        for (sender, item) in [(1, 'a'), (2, 'b'), (1, 'c'), (3, 'd')] {
            rotation.push(sender, item);
            schedules.push(rotation.turns.iter().copied().collect::<Vec<_>>());
        }
        assert_eq!(schedules, [vec![1], vec![1, 2], vec![1, 2], vec![1, 2, 3]]);
        let mut popped = Vec::new();
        let mut schedules = Vec::new();
        while let Some(item) = rotation.pop() {
            popped.push(item);
            schedules.push(rotation.turns.iter().copied().collect::<Vec<_>>());
        }
        assert_eq!(popped, ['a', 'b', 'd', 'c']);
        assert_eq!(schedules, [vec![2, 3, 1], vec![3, 1], vec![1], vec![]]);
    }

    #[test]
    fn what_is_skipped_keeps_its_place_in_its_own_queue() {
        let mut rotation = Rotation::default();
        for (key, item) in [(1, 'a'), (1, 'b'), (2, 'c')] {
            rotation.push(key, item);
        }
        rotation.skip();
        assert_eq!(rotation.peek(), Some(&'c'));
        assert_eq!(std::iter::from_fn(|| rotation.pop()).collect::<String>(), "cab");
    }

    #[test]
    fn extracting_leaves_the_order_of_the_rest() {
        let mut rotation = Rotation::default();
        for (key, item) in [(1, 5), (1, 20), (2, 30), (1, 6)] {
            rotation.push(key, item);
        }
        assert_eq!(rotation.extract(|item| *item < 10), [20, 30]);
        assert_eq!(std::iter::from_fn(|| rotation.pop()).collect::<Vec<_>>(), [5, 6]);
        assert_eq!(rotation.ready(), 0);
    }
}
