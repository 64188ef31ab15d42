//! Statistics of the queries a canister answered.
//!
//! Nodes count what they answer in an epoch of rounds, tell one another in blocks of the next, and the sums are added
//! to the totals when that ends (`rs/query_stats` of `dfinity/ic`). So a total is one to two epochs old.

use crate::units::{Bytes, Instructions};

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct QueryCounts {
    pub(crate) calls: u64,
    pub(crate) instructions: Instructions,
    pub(crate) request_bytes: Bytes,
    pub(crate) response_bytes: Bytes,
}

impl QueryCounts {
    fn add(&mut self, more: QueryCounts) {
        self.calls = self.calls.saturating_add(more.calls);
        self.instructions += more.instructions;
        self.request_bytes += more.request_bytes;
        self.response_bytes += more.response_bytes;
    }
}

/// Counts of the epoch under way, of the one before, and the totals that are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct QueryStatistics {
    current: QueryCounts,
    previous: QueryCounts,
    told: QueryCounts,
}

impl QueryStatistics {
    /// Counts a query that was answered.
    pub(crate) fn note(&mut self, counts: QueryCounts) {
        self.current.add(counts);
    }

    /// An epoch ends.
    pub(crate) fn end_epoch(&mut self) {
        self.told.add(std::mem::take(&mut self.previous));
        self.previous = std::mem::take(&mut self.current);
    }

    /// Whether all that was counted is told.
    pub(crate) fn is_settled(&self) -> bool {
        [self.current, self.previous] == [QueryCounts::default(); 2]
    }

    /// What is told of them.
    pub(crate) fn told(&self) -> QueryCounts {
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_told_when_the_epoch_after_its_own_has_ended() {
        let one = QueryCounts { calls: 1, request_bytes: Bytes::new(7), ..QueryCounts::default() };
        let mut statistics = QueryStatistics::default();
        statistics.note(one);
        statistics.end_epoch();
        assert_eq!(statistics.told(), QueryCounts::default());
        statistics.end_epoch();
        assert_eq!(statistics.told(), one);
        statistics.end_epoch();
        assert_eq!(statistics.told(), one);
    }
}
