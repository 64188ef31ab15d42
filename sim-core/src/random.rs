//! Random numbers: one ChaCha8 stream for each (seed, entity, purpose).
//!
//! Because every consumer has a stream of its own, a new consumer never shifts the numbers of
//! another, and two variants of an experiment see the same workload.

use rand_chacha::{ChaCha8Rng, ChaCha20Rng};
use rand_core::{Rng, SeedableRng};

/// A stream of random numbers, fixed by its name.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of `purpose` at `entity` under `seed`. Names are free text; equal names give
    /// equal numbers.
    pub fn new(seed: u64, entity: &str, purpose: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("icsim random stream");
        hasher.update(&seed.to_le_bytes());
        hasher.update(&(entity.len() as u64).to_le_bytes());
        hasher.update(entity.as_bytes());
        hasher.update(purpose.as_bytes());
        Stream(ChaCha8Rng::from_seed(*hasher.finalize().as_bytes()))
    }

    /// 64 uniform bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A uniform number in `[0, 1)` with 53 bits.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// A uniform number in `[0, bound)`; 0 for a bound of 0. The bias of the multiplication
    /// method is below 2^-32 for the bounds used here and the same on every machine.
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }
}

/// A tie-breaking number for event `sequence` of `source` under a second seed (SplitMix64 finaliser).
#[inline]
pub fn tie(seed: u64, source: u64, sequence: u64) -> u32 {
    let mut x = seed ^ source.rotate_left(32) ^ sequence.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 32) as u32
}

/// Where the network begins when it goes around `count` canisters with messages to route at batch time
/// `time`: a number below `count`, or 0 (`OutputIterator::new`, `rs/replicated_state/src/replicated_state.rs`
/// of `dfinity/ic`).
pub fn network_rotation(time: u64, count: usize) -> usize {
    let range = count as u64;
    if range <= 1 {
        return 0;
    }
    // Uniform without bias, as the `rand` crate draws a number from a range.
    let mut numbers = ChaCha20Rng::seed_from_u64(time);
    let zone = (range << range.leading_zeros()).wrapping_sub(1);
    loop {
        let product = u128::from(numbers.next_u64()) * u128::from(range);
        if product as u64 <= zone {
            return (product >> 64) as usize;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_numbers(seed: u64, entity: &str, purpose: &str) -> Vec<u64> {
        let mut stream = Stream::new(seed, entity, purpose);
        (0..4).map(|_| stream.next_u64()).collect()
    }

    #[test]
    fn a_stream_is_fixed_by_seed_entity_and_purpose() {
        assert_eq!(first_numbers(7, "left", "latency"), first_numbers(7, "left", "latency"));
        assert_ne!(first_numbers(7, "left", "latency"), first_numbers(8, "left", "latency"));
        assert_ne!(first_numbers(7, "left", "latency"), first_numbers(7, "right", "latency"));
        assert_ne!(first_numbers(7, "left", "latency"), first_numbers(7, "left", "arrivals"));
        assert_ne!(first_numbers(7, "ab", "c"), first_numbers(7, "a", "bc"));
    }

    #[test]
    fn the_numbers_are_the_same_on_every_machine() {
        assert_eq!(Stream::new(7, "left", "latency").next_u64(), GOLDEN);
    }

    const GOLDEN: u64 = 9_185_771_424_798_793_662;

    #[test]
    fn the_first_canister_to_route_changes_with_the_batch_time() {
        let firsts: Vec<_> = (0..60).map(|time| network_rotation(time, 3)).collect();
        assert!((0..3).all(|place| firsts.iter().filter(|first| **first == place).count() > 8));
        assert_eq!((network_rotation(7, 0), network_rotation(7, 1)), (0, 0));
    }

    #[test]
    fn bounded_numbers_stay_below_their_bound() {
        let mut stream = Stream::new(1, "a", "b");
        assert!((0..1_000).all(|_| stream.below(10) < 10));
        assert_eq!(stream.below(0), 0);
        assert!((0..1_000).all(|_| (0.0..1.0).contains(&stream.unit())));
    }
}
