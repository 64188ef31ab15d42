//! What the network's policies know of every canister of a subnet, asleep or awake, in arrays of their
//! own: a round changes the priority of all of them, which has to cost next to nothing for each.

use crate::roster::Roster;

/// Priorities and allocations, by place.
#[derive(Default)]
pub(super) struct Standings {
    /// Accumulated priority.
    pub(super) accumulated: Vec<i64>,
    /// Compute allocation in percent; none of those that were deleted.
    allocation: Vec<i64>,
    /// Was not deleted.
    present: Vec<bool>,
    count: usize,
    allocated: i64,
}

impl Standings {
    /// Brings up to date what may have changed: of those that are awake.
    pub(super) fn sync(&mut self, canisters: &Roster) {
        self.accumulated.resize(canisters.len(), 0);
        self.allocation.resize(canisters.len(), 0);
        self.present.resize(canisters.len(), false);
        for (place, canister) in canisters.awake() {
            let present = !canister.deleted;
            let allocation = if present { canister.compute_allocation as i64 } else { 0 };
            self.count = self.count + usize::from(present) - usize::from(self.present[place]);
            self.allocated += allocation - self.allocation[place];
            self.present[place] = present;
            self.allocation[place] = allocation;
        }
    }

    /// Another canister has taken the place.
    pub(super) fn forget(&mut self, place: usize) {
        if let Some(accumulated) = self.accumulated.get_mut(place) {
            *accumulated = 0;
        }
    }

    /// How many canisters there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Their allocations together, in percent.
    pub(super) fn allocated(&self) -> i64 {
        self.allocated
    }

    /// Whether a canister was there when the standings were last brought up to date.
    pub(super) fn is_present(&self, place: usize) -> bool {
        self.present.get(place).is_some_and(|present| *present)
    }

    /// A canister's allocation in percent.
    pub(super) fn allocation(&self, place: usize) -> i64 {
        self.allocation[place]
    }

    /// Allocations in percent, by place.
    pub(super) fn allocations(&self) -> &[i64] {
        &self.allocation
    }

    /// Places, priorities and allocations of all.
    pub(super) fn each_mut(&mut self) -> impl Iterator<Item = (usize, &mut i64, i64)> {
        let accumulated = self.accumulated.iter_mut().enumerate();
        let all = accumulated.zip(&self.allocation).zip(&self.present);
        all.filter(|(_, present)| **present)
            .map(|(((place, accumulated), allocation), _)| (place, accumulated, *allocation))
    }

    /// The `most` canisters that come first by priority, then by place, without those that `skip`
    /// holds for.
    pub(super) fn first(&self, most: usize, skip: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut first: Vec<usize> = Vec::with_capacity(most + 1);
        if most == 0 {
            return first;
        }
        let mut least = i64::MIN;
        for (place, &accumulated) in self.accumulated.iter().enumerate() {
            let is_full = first.len() == most;
            // Of two equal ones the earlier comes first.
            if is_full && accumulated <= least || !self.present[place] || skip(place) {
                continue;
            }
            let rank = first.partition_point(|&other| self.accumulated[other] >= accumulated);
            first.insert(rank, place);
            first.truncate(most);
            least = first.last().map_or(i64::MIN, |&last| self.accumulated[last]);
        }
        first
    }
}
