//! A run that is watched.

use super::invariants::{Conclusion, Invariants};
use super::violation::Violation;
use reports::metrics::Metric;
use sim_core::engine::Spreading;
use sim_core::history::History;
use sim_core::world::{RunError, RunOptions, World};

/// A finished run that was watched.
#[derive(Debug)]
pub struct Watched {
    /// What happened.
    pub history: History,
    /// What of the run was done on several threads.
    pub spreading: Spreading,
    /// What did not hold while it ran.
    violations: Vec<Violation>,
    /// What is to be said about the end.
    conclusion: Conclusion,
}

impl Watched {
    /// Everything that did not hold, with the numbers of the run.
    pub fn violations(self, metrics: &[Metric]) -> Vec<Violation> {
        self.into_parts(metrics).1
    }

    /// Likewise, with the history.
    pub fn into_parts(self, metrics: &[Metric]) -> (History, Vec<Violation>) {
        let mut violations = self.violations;
        violations.extend(self.conclusion.with(metrics));
        (self.history, violations)
    }
}

/// Runs a world to its end and checks `invariants` on the way. The history is the same as without them.
///
/// # Errors
/// The run was interrupted, or the model contradicted itself.
pub fn run(
    mut world: World,
    invariants: &Invariants,
    options: RunOptions<'_>,
) -> Result<Watched, RunError> {
    let RunOptions { threads, progress } = options;
    let mut watch = invariants.watch();
    let mut violations = Vec::new();
    while let Some(time) = watch.next(&world) {
        // Within one round there is nothing for several threads to do.
        let threads = if watch.checks_every_round() { 1 } else { threads };
        world.run_until(time, RunOptions { threads, progress: &mut *progress })?;
        violations.extend(watch.check(&mut world));
    }
    world.run_until(world.end(), RunOptions { threads, progress })?;
    let conclusion = watch.conclude(&mut world);
    let spreading = world.spreading();
    Ok(Watched { history: world.finish()?, spreading, violations, conclusion })
}
