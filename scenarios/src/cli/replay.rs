//! `icsim replay`.

use super::arguments::ReplayArguments;
use super::explore::{ExploreError, check_world, load, refuse};
use crate::explore::explain::{explain, graph};
use crate::explore::failure::{Failure, FailureError, scenario_hash};
use crate::explore::look;
use crate::explore::search::Search;
use crate::explore::strategy::Strategy;
use crate::explore::trial::{Trial, Trials};
use crate::run::exit::Exit;

/// Replays a failure, says what came of it.
pub(super) fn run(arguments: &ReplayArguments) -> Exit {
    match finish(arguments) {
        Ok(exit) => exit,
        Err(error) => refuse(&error),
    }
}

fn finish(arguments: &ReplayArguments) -> Result<Exit, ExploreError> {
    let failure = Failure::read(&arguments.failure)?;
    let path = failure.scenario_beside(&arguments.failure);
    let (source, scenario) = load(&path, &failure.set)?;
    let trials = failure.trials(&scenario);
    check_world(&trials, failure.seed, &source)?;
    let held = failure.held(&scenario).map_err(|error| ExploreError::Failure(error.into()))?;
    let is_same_scenario = failure.scenario_hash == scenario_hash(&source, &scenario);
    let trial = trials.replay(failure.seed, &held);
    tell(&failure, &trial, is_same_scenario);
    if arguments.explain {
        println!("\n{}", explain(&failure, &trials, &trial));
    }
    if let Some(path) = &arguments.graph {
        let io = |error| FailureError::Io { path: path.clone(), error };
        std::fs::write(path, graph(&failure, &trial)).map_err(io)?;
    }
    if let Some(text) = &arguments.until {
        return stop(arguments, text, &failure, &trials, &trial);
    }
    Ok(exit(arguments, &failure, &trial))
}

/// Shows the world at a moment, and explores onward from it.
fn stop(
    arguments: &ReplayArguments,
    text: &str,
    failure: &Failure,
    trials: &Trials<'_>,
    trial: &Trial,
) -> Result<Exit, ExploreError> {
    let until = look::moment(text, trial.history.as_ref())?;
    let world = look::look(trials, failure.seed, &trial.held, until);
    println!("\n{}", world.map_err(|mistake| ExploreError::Set(mistake.message))?);
    let Some(runs) = arguments.fork else { return Ok(Exit::Good) };
    let search = Search {
        trials,
        seed: failure.seed,
        strategies: &Strategy::ALL,
        workers: 1,
        runs,
        fork: Some((until, trial.held.clone())),
        known: Some(failure.violation.clone()),
        check_determinism: false,
    };
    let outcome = search.run(&mut |_| true);
    println!(
        "explored onward: {} runs, {} different orders, {} of them go wrong in the same way",
        outcome.runs,
        outcome.coverage.distinct(),
        outcome.known
    );
    match &outcome.found {
        Some(found) => println!("run {} goes wrong otherwise: {}", found.run, found.violation),
        None => println!("none goes wrong otherwise"),
    }
    Ok(Exit::Good)
}

fn tell(failure: &Failure, trial: &Trial, is_same_scenario: bool) {
    if !is_same_scenario {
        println!("the scenario or a module has changed since the failure was found");
    }
    for held in &failure.held {
        println!("{held}");
    }
    match trial.violations.first() {
        None => println!("nothing goes wrong"),
        Some(_) if trial.shows(&failure.violation) => println!("it goes wrong: {}", failure.what),
        Some(other) => println!("it goes wrong otherwise: {other}"),
    }
    let digest = trial.history.as_ref().map(|history| history.digest.to_string());
    let digest = digest.unwrap_or_default();
    let same = if digest == failure.digest { ", as recorded" } else { "" };
    println!("trace digest {digest}{same}");
}

fn exit(arguments: &ReplayArguments, failure: &Failure, trial: &Trial) -> Exit {
    let good = match arguments.expect_fail {
        true => trial.shows(&failure.violation),
        false => trial.violations.is_empty(),
    };
    if good { Exit::Good } else { Exit::Disagreement }
}
