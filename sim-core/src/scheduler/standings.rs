//! What the network's policies know of every canister of a subnet, asleep or awake, in arrays of their
//! own: a round changes the priority of all of them, which has to cost next to nothing for each.

use crate::roster::Roster;
use std::ops::RangeInclusive;

/// Priorities that are looked at together when the highest are searched.
const CHUNK: usize = 64;

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

    /// Whether nobody has an allocation and nobody was deleted: all are treated alike then.
    fn are_alike(&self) -> bool {
        self.allocated == 0 && self.count == self.accumulated.len()
    }

    /// Adds `share` to every priority, and `unit` for each percent allocated.
    pub(super) fn grow(&mut self, unit: i64, share: i64) {
        if self.are_alike() {
            self.accumulated.iter_mut().for_each(|accumulated| *accumulated += share);
            return;
        }
        for (_, accumulated, allocation) in self.each_mut() {
            *accumulated += allocation * unit + share;
        }
    }

    /// Adds `share` to every priority without an allocation, and one more for the last `over` of them.
    pub(super) fn share_out(&mut self, share: i64, over: usize) {
        if self.are_alike() {
            let fewer = self.accumulated.len() - over;
            let (front, back) = self.accumulated.split_at_mut(fewer);
            front.iter_mut().for_each(|accumulated| *accumulated += share);
            back.iter_mut().for_each(|accumulated| *accumulated += share + 1);
            return;
        }
        let plain = self.present.iter().zip(&self.allocation);
        let plain = plain.filter(|(present, allocation)| **present && **allocation == 0).count();
        let mut place = 0;
        for (_, accumulated, allocation) in self.each_mut() {
            if allocation == 0 {
                *accumulated += share + i64::from(place >= plain - over);
                place += 1;
            }
        }
    }

    /// Grants everybody `unit` for each percent allocated, and takes `price` from those who then stand
    /// in front of `first`, or from all if there is none. What is outside of `bounds` becomes what
    /// `decayed` makes of it. Returns the sum, and whether something was outside.
    pub(super) fn charge(
        &mut self,
        (unit, price): (i64, i64),
        first: Option<(i64, usize)>,
        bounds: RangeInclusive<i64>,
        decayed: impl Fn(i64) -> i64,
    ) -> (i64, bool) {
        let (priority, place) = first.unwrap_or((i64::MIN / 2, 0));
        let (least, most) = (*bounds.start(), *bounds.end());
        let (mut total, mut outside) = (0, 0);
        // Signs instead of comparisons: compilers make wide instructions of these.
        let mut settle = |accumulated: &mut i64, floor: i64| {
            let pays = ((floor - *accumulated) as u64 >> 63) as i64;
            *accumulated -= -pays & price;
            outside |= (*accumulated - least) | (most - *accumulated);
            total += *accumulated;
        };
        if self.are_alike() {
            let (front, back) = self.accumulated.split_at_mut(place);
            // Of equal ones the earlier stand in front.
            front.iter_mut().for_each(|accumulated| settle(accumulated, priority - 1));
            back.iter_mut().for_each(|accumulated| settle(accumulated, priority));
        } else {
            for (index, accumulated, allocation) in self.each_mut() {
                *accumulated += allocation * unit;
                settle(accumulated, priority - i64::from(index < place));
            }
        }
        if outside >= 0 {
            return (total, false);
        }
        let mut total = 0;
        for (_, accumulated, _) in self.each_mut() {
            *accumulated = decayed(*accumulated);
            total += *accumulated;
        }
        (total, true)
    }

    /// The `most` canisters that come first by priority, then by place, without those that `skip`
    /// holds for.
    pub(super) fn first(&self, most: usize, skip: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut first: Vec<usize> = Vec::with_capacity(most + 1);
        if most == 0 {
            return first;
        }
        // No priority is as low.
        let mut least = i64::MIN / 2;
        for (chunk, priorities) in self.accumulated.chunks(CHUNK).enumerate() {
            // Of two equal ones the earlier comes first, so only a larger one counts.
            let signs =
                priorities.iter().fold(0, |signs, accumulated| signs | (least - accumulated));
            if signs >= 0 {
                continue;
            }
            for (place, &accumulated) in (chunk * CHUNK..).zip(priorities) {
                if accumulated <= least || !self.present[place] || skip(place) {
                    continue;
                }
                let rank = first.partition_point(|&other| self.accumulated[other] >= accumulated);
                first.insert(rank, place);
                first.truncate(most);
                if first.len() == most {
                    least = self.accumulated[first[most - 1]];
                }
            }
        }
        first
    }
}
