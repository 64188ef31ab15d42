//! What is recorded of a whole round.

use super::{Subnet, SubnetStream};
use crate::record::{Event, RoundSummary};

impl Subnet {
    /// Notes how things stand at the end of a round.
    pub(super) fn summarise(&mut self, mut summary: RoundSummary) {
        summary.left_over = self.queued_messages();
        summary.in_streams = self.streams.iter().map(SubnetStream::unacknowledged).sum();
        summary.ingress_waiting = self.ingress.len();
        let burned = *self.ledger.burned();
        for (i, amount) in burned.iter().enumerate() {
            summary.burned[i] = amount.saturating_sub(self.burned_before[i]);
        }
        self.burned_before = burned;
        self.record(self.round_start, Event::Round(Box::new(summary)));
    }

    pub(super) fn queued_messages(&self) -> u64 {
        self.canisters.awake().map(|(_, canister)| canister.input.len() as u64).sum()
    }
}
