//! Sets of block numbers, one bit each.

/// A set of block numbers; its size grows with the largest of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct BlockSet(Vec<u64>);

impl BlockSet {
    /// True if `block` is in it.
    pub(crate) fn contains(&self, block: usize) -> bool {
        self.0.get(block / 64).is_some_and(|word| word >> (block % 64) & 1 == 1)
    }

    /// Adds `block`.
    pub(crate) fn insert(&mut self, block: usize) {
        if self.0.len() <= block / 64 {
            self.0.resize(block / 64 + 1, 0);
        }
        self.0[block / 64] |= 1 << (block % 64);
    }

    /// Removes the 64 blocks of the word `block` is in.
    pub(crate) fn clear_near(&mut self, block: usize) {
        if let Some(word) = self.0.get_mut(block / 64) {
            *word = 0;
        }
    }

    /// The blocks, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        let words = self.0.iter().enumerate().filter(|(_, word)| **word != 0);
        words.flat_map(|(place, word)| {
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| place * 64 + bit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inserted_is_found_in_order() {
        let mut set = BlockSet::default();
        for block in [700, 3, 64, 63, 3] {
            set.insert(block);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [3, 63, 64, 700]);
        assert!(set.contains(64) && !set.contains(65) && !set.contains(70_000));
        set.clear_near(0);
        assert_eq!(set.iter().collect::<Vec<_>>(), [64, 700]);
    }
}
