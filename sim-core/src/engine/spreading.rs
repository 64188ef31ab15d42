//! Whether it pays to spread a window's work over threads of the host.
//!
//! Waking threads and waiting for the slowest costs some ten microseconds a window, so little work is
//! better done on one thread. What a window's work comes to is not measured but estimated by the
//! processes from what they handled ([`Process::effort`](super::Process::effort)): so the choice is the
//! same whenever a run is repeated, and the model reads no clock. What is chosen changes nothing about
//! the result.

/// What windows have to save on average for them to be spread, in estimated nanoseconds.
pub const WORTH_SPREADING: u64 = 20_000;

/// Windows after which the choice is made anew. The first one is made soon.
const WINDOWS: u64 = 64;
const FIRST_WINDOWS: u64 = 8;

/// What was chosen in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spreading {
    /// Threads there were to choose from.
    pub threads: usize,
    /// Windows of the run.
    pub windows: u64,
    /// Windows whose work was spread over threads.
    pub spread: u64,
    /// Work of all windows, in estimated nanoseconds.
    pub effort: u64,
    /// What spreading all of them would have saved at most.
    pub savings: u64,
}

impl Spreading {
    /// What was done in both of two stretches of a run.
    pub(super) fn and(self, next: Spreading) -> Spreading {
        Spreading {
            threads: self.threads.max(next.threads),
            windows: self.windows + next.windows,
            spread: self.spread + next.spread,
            effort: self.effort.saturating_add(next.effort),
            savings: self.savings.saturating_add(next.savings),
        }
    }
}

/// Chooses, window by window.
pub(super) struct Chooser {
    told: Spreading,
    worth_spreading: u64,
    spreads: bool,
    next_choice: u64,
    /// Savings and windows as of the last choice.
    before: (u64, u64),
}

impl Chooser {
    pub(super) fn new(threads: usize, worth_spreading: u64) -> Self {
        Chooser {
            told: Spreading { threads, ..Spreading::default() },
            worth_spreading,
            spreads: threads > 1 && worth_spreading == 0,
            next_choice: FIRST_WINDOWS,
            before: (0, 0),
        }
    }

    /// Whether to spread the next window.
    pub(super) fn spreads(&self) -> bool {
        self.spreads
    }

    /// Notes a window and what each process did in it.
    pub(super) fn note(&mut self, efforts: impl Iterator<Item = u64>) {
        let (all, most) = efforts.fold((0, 0), |(all, most): (u64, u64), effort| {
            (all.saturating_add(effort), most.max(effort))
        });
        let threads = self.told.threads.max(1) as u64;
        self.told.windows += 1;
        self.told.spread += u64::from(self.spreads);
        self.told.effort = self.told.effort.saturating_add(all);
        self.told.savings = self.told.savings.saturating_add(all - most.max(all.div_ceil(threads)));
        if self.told.windows == self.next_choice {
            self.choose();
        }
    }

    fn choose(&mut self) {
        let (savings, windows) = (self.told.savings, self.told.windows);
        let saved = (savings - self.before.0) / (windows - self.before.1).max(1);
        self.spreads = self.told.threads > 1 && saved >= self.worth_spreading;
        self.before = (savings, windows);
        self.next_choice = windows + WINDOWS;
    }

    pub(super) fn told(&self) -> Spreading {
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes windows in which two processes each do so much.
    fn after(windows: u64, threads: usize, effort: u64) -> Spreading {
        let mut chooser = Chooser::new(threads, WORTH_SPREADING);
        (0..windows).for_each(|_| chooser.note([effort, effort].into_iter()));
        chooser.told()
    }

    #[test]
    fn windows_are_spread_where_that_saves_more_than_it_costs() {
        assert_eq!(after(500, 2, WORTH_SPREADING / 2).spread, 0);
        assert_eq!(after(500, 2, WORTH_SPREADING).spread, 500 - FIRST_WINDOWS);
    }

    #[test]
    fn one_thread_spreads_nothing() {
        assert_eq!(after(500, 1, 1_000_000).spread, 0);
    }

    #[test]
    fn nothing_is_saved_by_threads_that_wait_for_one_process() {
        let mut chooser = Chooser::new(2, WORTH_SPREADING);
        (0..500).for_each(|_| chooser.note([1_000_000, 10, 10].into_iter()));
        assert_eq!(chooser.told().spread, 0);
    }

    #[test]
    fn the_choice_follows_the_load() {
        let mut chooser = Chooser::new(2, WORTH_SPREADING);
        (0..100).for_each(|_| chooser.note([100_000, 100_000].into_iter()));
        assert!(chooser.spreads());
        (0..2 * WINDOWS).for_each(|_| chooser.note([10, 10].into_iter()));
        assert!(!chooser.spreads());
    }
}
