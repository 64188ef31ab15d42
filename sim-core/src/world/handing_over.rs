//! Runs whose records are handed over as they are made.

use super::{Continue, RunError, RunOptions, World};
use crate::engine::Spreading;
use crate::history::{Digest, History};
use crate::sink::Sink;
use crate::subnet::Subnet;

/// Records that gather before they are handed over.
const EPOCH_RECORDS: usize = 32_768;
/// Bytes that messages say before they are handed over.
const EPOCH_BYTES: usize = 16 << 20;

impl World {
    /// Runs to the end and hands the records over to `sink` as they are made, what messages say
    /// among them; the history that is returned has none. Answers also what of the run was done on
    /// several threads.
    ///
    /// # Errors
    /// The run was interrupted, by `sink` too, or the model contradicted itself.
    pub fn run_into(
        mut self,
        options: RunOptions<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(History, Spreading), RunError> {
        let end = self.end();
        let RunOptions { threads, progress } = options;
        self.keep_contents();
        let reached = &mut self.reached;
        let finished = self.engine.run_seen(end, threads, &mut |time, subnets| {
            *reached = time;
            let goes_on = hand_over(subnets, time < end, sink);
            goes_on == Continue::Yes && progress(time) == Continue::Yes
        });
        // After the last window nothing is recorded any more, but a run may have had none.
        let rest = hand_over(&mut self.engine.processes_mut(), false, sink);
        if !finished || rest == Continue::Stop {
            return Err(RunError::Interrupted(self.reached));
        }
        let spreading = self.spreading();
        Ok((self.finish()?, spreading))
    }

    /// From now on the history also keeps what messages say.
    pub fn keep_contents(&mut self) {
        self.engine.processes_mut().for_each(Subnet::keep_contents);
    }

    /// The world as it is before the run: a history without records.
    pub fn outline(&self) -> History {
        History {
            seed: self.seed,
            tie_seed: self.tie_seed,
            duration: self.duration,
            digest: Digest([0; 32]),
            events: 0,
            subnets: self.engine.processes().map(Subnet::outline).collect(),
        }
    }
}

/// Hands over what the subnets have recorded; with `wait` only if it is much.
fn hand_over(
    subnets: &mut dyn Iterator<Item = &mut Subnet>,
    wait: bool,
    sink: &mut dyn Sink,
) -> Continue {
    let mut subnets: Vec<&mut Subnet> = subnets.collect();
    let (records, bytes) = subnets
        .iter()
        .map(|subnet| subnet.recorded())
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let is_much = records >= EPOCH_RECORDS || bytes >= EPOCH_BYTES;
    if records == 0 || (wait && !is_much) {
        return Continue::Yes;
    }
    sink.take(subnets.iter_mut().map(|subnet| subnet.hand_over()).collect())
}
