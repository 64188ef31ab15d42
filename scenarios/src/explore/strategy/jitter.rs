//! Nothing is made to wait; the world has another seed, so that latencies and block times differ.
//!
//! What every simulator of discrete events does, and the baseline of A. Desai, S. Qadeer, S. Seshia,
//! "Systematic testing of asynchronous reactive systems", FSE 2015, which shows how seldom it helps.

use sim_core::delivery::{Choices, Offered, Turn};

pub(super) struct Jitter;

impl Choices for Jitter {
    fn wait(&mut self, _: &Turn<'_>, _: &[Offered]) -> Vec<bool> {
        Vec::new()
    }
}
