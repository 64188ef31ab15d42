//! `icsim explore`.

use super::arguments::ExploreArguments;
use super::sweep::changes;
use super::terminal;
use crate::diagnostics::Refusal;
use crate::explore::failure::FailureError;
use crate::explore::hunt::{self, Caught};
use crate::explore::look::UnknownMoment;
use crate::explore::search::{Outcome, Search};
use crate::explore::trial::Trials;
use crate::resolve::{self, LoadError};
use crate::run::engine;
use crate::run::exit::Exit;
use crate::run::interrupt::Interrupt;
use crate::scenario::Scenario;
use crate::source::Source;
use std::path::Path;
use std::time::Duration;

/// A search that could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExploreError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("a fault of icsim itself: {0}")]
    Runtime(String),
    #[error(transparent)]
    Failure(#[from] FailureError),
    #[error(transparent)]
    Moment(#[from] UnknownMoment),
    #[error("{0}")]
    Set(String),
}

impl From<LoadError> for ExploreError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Refused(refusal) => ExploreError::Refused(refusal),
            LoadError::Runtime(broken) => ExploreError::Runtime(broken.to_string()),
        }
    }
}

/// Says why there is no result.
pub(super) fn refuse(error: &ExploreError) -> Exit {
    match error {
        ExploreError::Refused(refusal) => {
            eprint!("{}", refusal.render(terminal::look()));
            Exit::WrongInput
        }
        ExploreError::Runtime(_) => {
            eprintln!("icsim: {error}");
            Exit::Fault
        }
        _ => {
            eprintln!("icsim: {error}");
            Exit::WrongInput
        }
    }
}

/// Explores a scenario, writes down what was found.
pub(super) fn run(arguments: &ExploreArguments) -> Exit {
    match finish(arguments) {
        Ok(exit) => exit,
        Err(error) => refuse(&error),
    }
}

/// Reads a scenario with changes.
pub(super) fn load(path: &Path, set: &[String]) -> Result<(Source, Scenario), ExploreError> {
    let mut source = Source::read(path)?;
    let changes = changes(set, &mut source)?;
    let scenario = resolve::load_changed(&source, &changes, None, &engine::runtime)?;
    Ok((source, scenario))
}

/// Refuses a world that cannot be set up, before many runs say so.
pub(super) fn check_world(
    trials: &Trials<'_>,
    seed: u64,
    source: &Source,
) -> Result<(), ExploreError> {
    let refused = |mistake| ExploreError::Refused(Refusal::new(source.clone(), vec![mistake]));
    trials.world(seed).map(drop).map_err(refused)
}

fn finish(arguments: &ExploreArguments) -> Result<Exit, ExploreError> {
    let interrupt = Interrupt::on_ctrl_c();
    let (source, scenario) = load(&arguments.scenario, &arguments.set)?;
    let trials = Trials::of(&scenario);
    check_world(&trials, arguments.seed, &source)?;
    let strategies = arguments.portfolio();
    let search = Search {
        trials: &trials,
        seed: arguments.seed,
        strategies: &strategies,
        workers: arguments.workers(),
        runs: arguments.most_runs(),
        fork: None,
        known: None,
        check_determinism: arguments.check_determinism,
    };
    let watch = Watch::start(arguments.time.map(|time| Duration::from_nanos(time.as_nanos())));
    let outcome = search.run(&mut |_| !interrupt.requested() && watch.has_time());
    watch.tell(&outcome);
    let Some(caught) = hunt::catch(&source, &scenario, &arguments.set, &search, &outcome) else {
        return Ok(without_failure(&outcome));
    };
    tell(&caught, &outcome);
    caught.failure.write(&arguments.out)?;
    let out = arguments.out.display();
    println!("\nwritten to {out}; its story: icsim replay {out} --explain");
    Ok(Exit::Disagreement)
}

fn without_failure(outcome: &Outcome) -> Exit {
    if let Some(diverged) = &outcome.diverged {
        eprintln!("icsim: a fault of icsim itself: runs of one seed differ: {diverged}");
        return Exit::Fault;
    }
    println!("nothing went wrong");
    Exit::Good
}

fn tell(caught: &Caught, outcome: &Outcome) {
    let Some(found) = &outcome.found else { return };
    let who = match found.strategy {
        Some(strategy) => format!("run {} by {strategy}", found.run),
        None => "run 0, in which nothing waits".to_owned(),
    };
    println!("found in {who}, world seed {}: {}", found.seed, caught.failure.what);
    let shrunk = &caught.shrunk;
    let (before, replays) = (shrunk.held_before, shrunk.replays);
    match shrunk.reproduced {
        true => println!(
            "made small in {replays} more runs: {} held messages of {before}",
            shrunk.held.len()
        ),
        false => println!("not reproduced by its {before} held messages alone: kept whole"),
    }
    for held in &caught.failure.held {
        println!("  {held}");
    }
    let reduced = &caught.failure.reduced;
    for (workload, most) in &reduced.messages {
        println!("  workload `{workload}`: {most} messages are enough");
    }
    if let Some(duration) = reduced.duration {
        println!("  {duration} are enough");
    }
    if !reduced.without.is_empty() {
        println!("  not needed: {}", reduced.without.join(", "));
    }
}

/// Time on the wall, for people; nothing of it reaches a run.
#[allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "how long a search may take"
)]
pub(super) struct Watch {
    start: std::time::Instant,
    most: Option<Duration>,
}

#[allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "how long a search may take"
)]
impl Watch {
    pub(super) fn start(most: Option<Duration>) -> Watch {
        Watch { start: std::time::Instant::now(), most }
    }

    pub(super) fn has_time(&self) -> bool {
        self.most.is_none_or(|most| self.start.elapsed() < most)
    }

    /// How many runs there were, and how fast.
    pub(super) fn tell(&self, outcome: &Outcome) {
        let seconds = self.start.elapsed().as_secs_f64();
        let rate = outcome.runs as f64 / seconds.max(1e-9);
        println!(
            "{} runs in {seconds:.1} s ({rate:.0} runs/s), {} different orders",
            outcome.runs,
            outcome.coverage.distinct()
        );
        let each = outcome.by_strategy.iter();
        let each: Vec<_> = each.map(|(strategy, runs)| format!("{strategy} {runs}")).collect();
        if !each.is_empty() {
            println!("  {}", each.join(", "));
        }
    }
}
