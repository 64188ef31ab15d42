//! Runs of a sweep, in parallel. Each worker holds one history at a time and hands on nothing but
//! the numbers taken from it, so memory is bounded by the number of workers.

use super::programs::Programs;
use crate::diagnostics::Refusal;
use crate::document::change::Change;
use crate::expect;
use crate::resolve::{self, LoadError};
use crate::run::interrupt::Interrupt;
use crate::scenario::Scenario;
use crate::setup;
use crate::source::Source;
use rayon::ThreadPool;
use reports::metrics::{self, Metric};
use sim_core::time::SimDuration;
use sim_core::world::{Continue, RunError, RunOptions, World};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

/// One run of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// Number of its point, from 0.
    pub point: usize,
    /// Number of the replication, from 0.
    pub replication: usize,
    /// Its seed.
    pub seed: u64,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The trace digest in hexadecimal.
    pub digest: String,
    /// Its numbers.
    pub metrics: Vec<Metric>,
}

/// A run without a result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunFailed {
    /// It failed; what is said of it.
    #[error("{0}")]
    Failed(String),
    /// The user asked for it.
    #[error("interrupted")]
    Interrupted,
}

/// What all runs are made from.
pub struct Recipe<'a> {
    /// The scenario file.
    pub source: &'a Source,
    /// Changes that hold at every point.
    pub changes: &'a [Change],
    /// The points.
    pub points: &'a [Vec<Change>],
    /// Simulated time, if not the scenario's.
    pub duration: Option<SimDuration>,
    /// Compiled modules.
    pub programs: &'a Programs,
    /// Ctrl-C.
    pub interrupt: &'a Interrupt,
}

impl Recipe<'_> {
    /// What `[sweep]` and `--set` change at a point.
    pub fn changes_at(&self, point: usize) -> Vec<Change> {
        let of_point = self.points.get(point).map_or(&[][..], Vec::as_slice);
        [self.changes, of_point].concat()
    }

    /// The scenario at a point.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn scenario(&self, point: usize) -> Result<Scenario, LoadError> {
        let runtime = |profile: &_| self.programs.runtime(profile);
        resolve::load_changed(self.source, &self.changes_at(point), self.duration, &runtime)
    }

    /// Does `runs` on the threads of `workers` and tells `done` of each as it comes, not in order.
    pub fn execute(
        &self,
        runs: &[Run],
        workers: &ThreadPool,
        done: &mut dyn FnMut(Run, Result<Finished, RunFailed>),
    ) {
        let next = AtomicUsize::new(0);
        let count = workers.current_num_threads();
        let (sender, receiver) = sync_channel(count);
        workers.in_place_scope(|scope| {
            // Should this panic, nobody receives any more, and workers that wait to send end.
            let receiver = receiver;
            for _ in 0..count.min(runs.len()) {
                let (next, sender) = (&next, sender.clone());
                scope.spawn(move |_| {
                    while let Some(run) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                        // Nobody receives any more only if the receiver panicked.
                        if sender.send((*run, self.guarded(*run))).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            receiver.iter().for_each(|(run, result)| done(run, result));
        });
    }

    /// A run that panics has failed, and leaves the others alone.
    fn guarded(&self, run: Run) -> Result<Finished, RunFailed> {
        if self.interrupt.requested() {
            return Err(RunFailed::Interrupted);
        }
        let result = catch_unwind(AssertUnwindSafe(|| self.run(run)));
        result.unwrap_or_else(|cause| Err(RunFailed::Failed(panicked(&*cause))))
    }

    fn run(&self, run: Run) -> Result<Finished, RunFailed> {
        let failed = |error: String| RunFailed::Failed(error.trim().to_owned());
        let scenario = self.scenario(run.point).map_err(|error| failed(error.to_string()))?;
        let world = World::new(scenario.world(run.seed, None)).map_err(|error| {
            let mistake = setup::mistake(&error, &scenario);
            failed(Refusal::new(self.source.clone(), vec![mistake]).to_string())
        })?;
        let mut go_on = |_| match self.interrupt.requested() {
            true => Continue::Stop,
            false => Continue::Yes,
        };
        let options = RunOptions { threads: 1, progress: &mut go_on };
        let watched = expect::run::run(world, &scenario.invariants, options);
        let watched = watched.map_err(|e| match e {
            RunError::Interrupted(_) => RunFailed::Interrupted,
            RunError::Fault(fault) => failed(format!("a fault of icsim itself: {fault}")),
        })?;
        let metrics = metrics::of(&watched.history, scenario.warm_up)
            .map_err(|error| failed(format!("a fault of icsim itself: {error}")))?;
        let mut metrics = metrics;
        let digest = watched.history.digest.to_string();
        let broken = watched.violations(&metrics).len() as u128;
        let name = metrics::DISAPPOINTED.to_owned();
        metrics.push(Metric { name, unit: "", value: Some(broken) });
        Ok(Finished { digest, metrics })
    }
}

fn panicked(cause: &(dyn std::any::Any + Send)) -> String {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| cause.downcast_ref::<&str>().copied());
    format!("a fault of icsim itself: it panicked: {}", text.unwrap_or("without a message"))
}
