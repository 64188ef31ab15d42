//! `icsim run`.

use super::arguments::RunArguments;
use super::sweep::changes;
use super::terminal;
use crate::resolve;
use crate::run::exit::Exit;
use crate::run::interrupt::Interrupt;
use crate::run::output::Destination;
use crate::run::progress::Progress;
use crate::run::{Failed, Job, Outcome, engine};
use crate::scenario::Provenance;
use crate::source::Source;
use std::io::{ErrorKind, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a scenario, prints what came of it.
pub(super) fn run(arguments: &RunArguments) -> Exit {
    // A panic is a fault too; the panic hook has said where.
    match catch_unwind(AssertUnwindSafe(|| finish(arguments))) {
        Ok(Ok(outcome)) => print(&outcome),
        Ok(Err(failed)) => explain(&failed, arguments),
        Err(_) => fault("it panicked, see above", arguments),
    }
}

fn finish(arguments: &RunArguments) -> Result<Outcome, Failed> {
    let interrupt = Interrupt::on_ctrl_c();
    let destination = arguments.out.as_deref();
    let destination =
        destination.map(|path| Destination::new(path, arguments.force)).transpose()?;
    let mut source = Source::read(&arguments.scenario)?;
    let set = changes(&arguments.set, &mut source)?;
    let scenario = resolve::load_changed(&source, &set, arguments.duration, &engine::runtime)?;
    if let Some(destination) = &destination {
        destination.spare(&scenario.files(&source))?;
    }
    interrupt.check()?;
    let mut progress = Progress::new(terminal::progress(arguments.quiet), scenario.duration);
    let job = Job {
        source: &source,
        scenario: &scenario,
        provenance: provenance(arguments),
        threads: arguments.threads(),
        destination,
        trace: arguments.level(),
    };
    job.run(&interrupt, &mut progress)
}

fn provenance(arguments: &RunArguments) -> Provenance {
    Provenance {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario_file: arguments.scenario.display().to_string(),
        seed: arguments.seed,
        tie_seed: arguments.tie_seed,
        command: arguments.repeat(),
    }
}

fn print(outcome: &Outcome) -> Exit {
    let table = outcome.table.trim_end();
    let mut out = std::io::stdout();
    let written =
        writeln!(out, "{table}\n\ntrace digest {}", outcome.digest).and_then(|()| out.flush());
    match written {
        // A closed pipe is no reason to fail: there is nobody left to tell.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("icsim: cannot write to standard output: {error}");
            Exit::WrongInput
        }
        _ => disappointed(outcome),
    }
}

/// Says what the scenario expected in vain.
fn disappointed(outcome: &Outcome) -> Exit {
    for violation in &outcome.violations {
        eprintln!("icsim: {violation}");
    }
    if outcome.violations.is_empty() { Exit::Good } else { Exit::Disagreement }
}

fn explain(failed: &Failed, arguments: &RunArguments) -> Exit {
    match failed {
        Failed::Refused(refusal) => {
            eprint!("{}", refusal.render(terminal::look()));
            Exit::WrongInput
        }
        Failed::Output(error) => {
            eprintln!("icsim: {error}");
            Exit::WrongInput
        }
        Failed::Interrupted => {
            eprintln!("icsim: {failed}");
            Exit::Interrupted
        }
        Failed::Fault(_) | Failed::Contradiction(_) | Failed::Runtime(_) => {
            fault(&failed.to_string(), arguments)
        }
    }
}

/// Says what to tell the authors of icsim.
fn fault(cause: &str, arguments: &RunArguments) -> Exit {
    let (seed, again) = (arguments.seed, arguments.repeat());
    eprintln!(
        "icsim: a fault of icsim itself: {cause}\n\
         seed {seed}; the same again: {again}\n\
         Please report this message with the scenario file, its modules and the output of \
         `icsim --version`."
    );
    Exit::Fault
}
