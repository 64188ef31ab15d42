//! The canisters of a subnet, and which of them are awake.
//!
//! A canister is *asleep* if nothing will happen to it until somebody touches it: it has no message, no
//! task, nothing paused, no debit that shrinks, no deadline to watch. Whoever gets hold of a canister to
//! change it wakes it, and at the end of a round those that have nothing left to do fall asleep. What
//! is done in every round is done for those that are awake, so a round costs what happens in it,
//! however many canisters are installed.
//!
//! Two things come to sleepers by themselves: their timer, and the charge for what they take up. Both
//! are kept by time. What the subnet has to know of all canisters together is kept as a sum over the
//! sleepers, to which those awake are added.

use crate::canister::Canister;
use crate::time::{SimDuration, SimTime};
use crate::units::Bytes;
use std::collections::BTreeSet;
use std::ops::{Deref, Index, IndexMut};

/// The canisters of a subnet, named by their places.
#[derive(Default)]
pub(crate) struct Roster {
    canisters: Vec<Canister>,
    awake: BTreeSet<usize>,
    is_awake: Vec<bool>,
    asleep: Sums,
    /// When timers of sleepers go off, in nanoseconds since 1970.
    timers: BTreeSet<(u64, usize)>,
    /// When sleepers were last charged.
    charges: BTreeSet<(SimTime, usize)>,
}

/// What canisters come to together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    /// Those that were not deleted.
    present: u64,
    memory: Bytes,
}

impl Sums {
    fn add(&mut self, canister: &Canister) {
        self.present += u64::from(!canister.deleted);
        self.memory += canister.memory();
    }

    fn remove(&mut self, canister: &Canister) {
        self.present -= u64::from(!canister.deleted);
        self.memory = self.memory.saturating_sub(canister.memory());
    }
}

impl Roster {
    /// Adds a canister in the next place.
    pub(crate) fn push(&mut self, canister: Canister) {
        self.awake.insert(self.canisters.len());
        self.is_awake.push(true);
        self.canisters.push(canister);
    }

    /// The canister of a place, to change: it wakes up.
    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut Canister> {
        if !*self.is_awake.get(place)? {
            self.wake(place);
        }
        self.canisters.get_mut(place)
    }

    fn wake(&mut self, place: usize) {
        let canister = &self.canisters[place];
        self.asleep.remove(canister);
        self.charges.remove(&(canister.last_charge, place));
        if let Some(time) = canister.due_timer() {
            self.timers.remove(&(time, place));
        }
        self.is_awake[place] = true;
        self.awake.insert(place);
    }

    /// Places of those that are awake, in order.
    pub(crate) fn awake_places(&self) -> Vec<usize> {
        self.awake.iter().copied().collect()
    }

    /// Those that are awake, in order of place.
    pub(crate) fn awake(&self) -> impl Iterator<Item = (usize, &Canister)> {
        self.awake.iter().map(|&place| (place, &self.canisters[place]))
    }

    /// Those that are awake, to change.
    pub(crate) fn awake_mut(&mut self) -> impl Iterator<Item = (usize, &mut Canister)> {
        let mut rest = self.canisters.as_mut_slice();
        let mut passed = 0;
        self.awake.iter().filter_map(move |&place| {
            let (_, tail) = std::mem::take(&mut rest).split_at_mut(place - passed);
            let (canister, tail) = tail.split_first_mut()?;
            (rest, passed) = (tail, place + 1);
            Some((place, canister))
        })
    }

    /// Wakes those whose timer goes off by `now`, in nanoseconds since 1970.
    pub(crate) fn wake_timers(&mut self, now: u64) {
        while let Some(&(time, place)) = self.timers.first()
            && time <= now
        {
            self.wake(place);
        }
    }

    /// Wakes those whose last charge is at least `interval` before `now`.
    pub(crate) fn wake_unpaid(&mut self, now: SimTime, interval: SimDuration) {
        while let Some(&(last, place)) = self.charges.first()
            && now.since(last) >= interval
        {
            self.wake(place);
        }
    }

    /// Lets those that have nothing to do fall asleep.
    pub(crate) fn settle(&mut self) {
        let Roster { canisters, awake, is_awake, asleep, timers, charges } = self;
        awake.retain(|&place| {
            let canister = &canisters[place];
            if !canister.can_sleep() {
                return true;
            }
            is_awake[place] = false;
            asleep.add(canister);
            timers.extend(canister.due_timer().map(|time| (time, place)));
            if !canister.deleted {
                charges.insert((canister.last_charge, place));
            }
            false
        });
    }

    /// How many canisters there are, without those that were deleted.
    pub(crate) fn present(&self) -> u64 {
        self.sums().present
    }

    /// Memory that all pay for.
    pub(crate) fn memory(&self) -> Bytes {
        self.sums().memory
    }

    fn sums(&self) -> Sums {
        let mut sums = self.asleep;
        self.awake().for_each(|(_, canister)| sums.add(canister));
        sums
    }
}

/// Looking at canisters wakes nobody.
impl Deref for Roster {
    type Target = [Canister];

    fn deref(&self) -> &[Canister] {
        &self.canisters
    }
}

impl Index<usize> for Roster {
    type Output = Canister;

    fn index(&self, place: usize) -> &Canister {
        &self.canisters[place]
    }
}

impl IndexMut<usize> for Roster {
    fn index_mut(&mut self, place: usize) -> &mut Canister {
        if !self.is_awake[place] {
            self.wake(place);
        }
        &mut self.canisters[place]
    }
}

#[cfg(test)]
impl From<Vec<Canister>> for Roster {
    fn from(canisters: Vec<Canister>) -> Roster {
        let mut roster = Roster::default();
        canisters.into_iter().for_each(|canister| roster.push(canister));
        roster
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{CanisterId, SubnetId};
    use crate::profile::Profile;
    use crate::queues::test_messages::ingress;

    fn idle(number: u32) -> Canister {
        let id = CanisterId::on(SubnetId::new(0), number);
        Canister::new(id, id.to_string().into(), [].into(), &Profile::default().management)
    }

    fn settled(count: u32) -> Roster {
        let mut roster = Roster::from((0..count).map(idle).collect::<Vec<_>>());
        roster.settle();
        roster
    }

    #[test]
    fn who_is_touched_wakes_up_and_falls_asleep_when_there_is_nothing_left_to_do() {
        let mut roster = settled(5);
        assert!(roster.awake_places().is_empty());
        let id = roster[3].id;
        roster[3].input.push_ingress(ingress(id, 1));
        roster.settle();
        assert_eq!(roster.awake_places(), [3]);
        roster[3].input.pop();
        roster.settle();
        assert!(roster.awake_places().is_empty());
    }

    #[test]
    fn sums_are_over_all_whoever_is_awake() {
        let mut roster = settled(4);
        roster[1].deleted = true;
        assert_eq!(roster.present(), 3);
        roster.settle();
        assert_eq!(roster.present(), 3);
    }

    #[test]
    fn those_awake_can_be_changed_in_order_of_place() {
        let mut roster = settled(6);
        for place in [4, 1, 5] {
            roster.get_mut(place);
        }
        let places: Vec<usize> = roster.awake_mut().map(|(place, _)| place).collect();
        assert_eq!(places, [1, 4, 5]);
        let numbers: Vec<u32> =
            roster.awake_mut().map(|(_, canister)| canister.id.local() as u32).collect();
        assert_eq!(numbers, [1, 4, 5]);
    }

    #[test]
    fn a_sleeper_wakes_when_its_charge_is_due() {
        let mut roster = settled(2);
        let interval = SimDuration::from_secs(10);
        roster.wake_unpaid(SimTime::ZERO + SimDuration::from_secs(9), interval);
        assert!(roster.awake_places().is_empty());
        roster.wake_unpaid(SimTime::ZERO + interval, interval);
        assert_eq!(roster.awake_places(), [0, 1]);
    }
}
