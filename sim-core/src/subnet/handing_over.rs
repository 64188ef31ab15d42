//! What a subnet has recorded, on its way out.

use super::Subnet;
use crate::canister::Canister;
use crate::history::SubnetHistory;
use crate::sink::Recorded;

impl Subnet {
    /// The subnet as it is now, without its records.
    pub(crate) fn outline(&self) -> SubnetHistory {
        SubnetHistory {
            id: self.id,
            name: self.spec.name.clone(),
            nodes: self.spec.nodes,
            kind: self.spec.kind,
            cost_schedule: self.spec.cost_schedule,
            records: Vec::new(),
            contents: Vec::new(),
            canisters: self.canisters.iter().map(Canister::summary).collect(),
        }
    }

    /// From now on what messages say is kept, for a sink.
    pub(crate) fn keep_contents(&mut self) {
        self.contents.want();
    }

    /// How many records wait for the sink, and the bytes of what their messages say.
    pub(crate) fn recorded(&self) -> (usize, usize) {
        (self.records.len(), self.contents.bytes())
    }

    /// Hands over what was recorded; all of it is in the digest.
    pub(crate) fn hand_over(&mut self) -> Recorded {
        self.traced = 0;
        let contents = self.contents.take();
        Recorded { records: std::mem::take(&mut self.records), contents }
    }
}
