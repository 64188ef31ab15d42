//! Choosing by priority: of what could come next, what ranks highest.
//!
//! The papers speak of one list of events; here messages come into being round by round. Within a
//! round the highest of what is offered comes, one at a time; a block takes the higher half. So that
//! something low can also wait for what is not there yet, a run has a share of ranks that wait even
//! alone, and a patience, both drawn anew: such a message waits so many turns at most.

use sim_core::delivery::{Choices, Offered, Turn};
use sim_core::random::Stream;

/// Where messages stand.
pub(super) trait Ranking: Send {
    /// Told once for each turn, before anything is ranked.
    fn turn(&mut self, _turn: &Turn<'_>) {}

    /// The rank of a message; higher comes first.
    fn rank(&mut self, offer: &Offered) -> u64;

    /// A message is taken in.
    fn taken(&mut self, offer: &Offered, rest: &[Offered]);
}

/// Turns that a message waits at most for what is not there yet.
const PATIENCE: [u32; 6] = [0, 1, 3, 6, 12, 24];
/// Sixteenths of all ranks that wait even alone.
const PATIENT: [u64; 4] = [2, 4, 8, 12];

/// Lets what ranks low wait.
pub(super) struct Ranked<R> {
    ranking: R,
    patience: u32,
    /// Ranks below wait even alone.
    patient_below: u64,
}

impl<R: Ranking> Ranked<R> {
    pub(super) fn new(ranking: R, seed: u64) -> Self {
        let mut random = Stream::new(seed, "strategy", "patience");
        let mut pick = |count: usize| random.below(count as u64) as usize;
        let patience = PATIENCE[pick(PATIENCE.len())];
        let patient_below = (u64::MAX / 16) * PATIENT[pick(PATIENT.len())];
        Ranked { ranking, patience, patient_below }
    }

    fn is_patient(&self, offer: &Offered, rank: u64) -> bool {
        rank < self.patient_below && offer.held_for < self.patience
    }
}

impl<R: Ranking> Choices for Ranked<R> {
    fn wait(&mut self, turn: &Turn<'_>, offered: &[Offered]) -> Vec<bool> {
        self.ranking.turn(turn);
        let heads = offered.iter().enumerate().filter(|(_, offer)| !offer.behind);
        let mut ranks: Vec<_> =
            heads.map(|(place, offer)| (self.ranking.rank(offer), place)).collect();
        ranks.sort_unstable_by(|a, b| b.cmp(a));
        let most = if turn.opens_round { ranks.len().div_ceil(2) } else { 1 };
        let mut waits = vec![true; offered.len()];
        for (rank, place) in ranks.into_iter().take(most) {
            let offer = &offered[place];
            if !self.is_patient(offer, rank) {
                waits[place] = false;
                self.ranking.taken(offer, offered);
            }
        }
        waits
    }
}
