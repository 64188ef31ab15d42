//! `icsim check` and `icsim new`.

use super::arguments::{CheckArguments, NewArguments};
use super::terminal;
use crate::resolve::LoadError;
use crate::run::exit::Exit;
use crate::run::interrupt::Interrupt;
use crate::source::Source;
use crate::sweep::execute::Recipe;
use crate::sweep::job;
use crate::sweep::programs::Programs;
use std::path::Path;

/// Validates scenarios at every point of their sweeps, without running them.
pub(super) fn check(arguments: &CheckArguments) -> Exit {
    let exits: Vec<Exit> = arguments.scenarios.iter().map(|path| check_one(path)).collect();
    let worst = exits.into_iter().max_by_key(|exit| exit.code());
    worst.unwrap_or(Exit::Good)
}

fn check_one(path: &Path) -> Exit {
    match points(path) {
        Ok(1) => {
            println!("{}: valid", path.display());
            Exit::Good
        }
        Ok(points) => {
            println!("{}: valid at all {points} points of its sweep", path.display());
            Exit::Good
        }
        Err(LoadError::Refused(refusal)) => {
            eprint!("{}", refusal.render(terminal::look()));
            Exit::WrongInput
        }
        Err(error) => {
            eprintln!("icsim: a fault of icsim itself: {error}");
            Exit::Fault
        }
    }
}

/// How many points a scenario has, all of them valid.
fn points(path: &Path) -> Result<usize, LoadError> {
    let source = Source::read(path)?;
    let plan = job::plan(&source, &[])?;
    let recipe = Recipe {
        source: &source,
        changes: &[],
        points: &plan.points,
        duration: None,
        programs: &Programs::default(),
        interrupt: &Interrupt::default(),
    };
    // As written, for `icsim run`, and at every point, for `icsim sweep`.
    recipe.scenario(usize::MAX)?;
    for point in 0..plan.points.len() {
        recipe.scenario(point)?;
    }
    Ok(plan.points.len())
}

/// The commented scenario to start from.
const STARTER: &str = include_str!("starter.toml");

/// Writes a scenario to start from, to a file that does not exist yet or to standard output.
pub(super) fn new(arguments: &NewArguments) -> Exit {
    let Some(path) = &arguments.file else {
        print!("{STARTER}");
        return Exit::Good;
    };
    let written = std::fs::File::create_new(path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, STARTER.as_bytes()));
    match written {
        Ok(()) => {
            println!("wrote {}; try `icsim run {0}`", path.display());
            Exit::Good
        }
        Err(error) => {
            eprintln!("icsim: cannot write `{}`: {error}", path.display());
            Exit::WrongInput
        }
    }
}
