//! `icsim sweep` and `icsim merge`.

use super::arguments::{MergeArguments, SweepArguments};
use super::{printed, terminal};
use crate::diagnostics::Refusal;
use crate::document::change::Change;
use crate::run::exit::Exit;
use crate::run::interrupt::Interrupt;
use crate::run::progress::Style;
use crate::source::Source;
use crate::sweep::emit::Scheduler;
use crate::sweep::figures;
use crate::sweep::job::{Job, Outcome, SweepError, Watch};
use crate::sweep::manifest::{MANIFEST, Shard};
use crate::sweep::merge::merge;
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write;
use std::path::Path;

/// Sweeps a scenario, says what came of it.
pub(super) fn sweep(arguments: &SweepArguments) -> Exit {
    let done = match arguments.emit {
        Some(scheduler) => emit(arguments, scheduler),
        None => finish(arguments).and_then(|outcome| {
            columns(arguments.parquet, &arguments.out)?;
            if arguments.shard.is_none() && !arguments.no_figures {
                figures::write(&arguments.out)?;
            }
            Ok(tell(&outcome, arguments))
        }),
    };
    match done {
        Ok(exit) => exit,
        Err(SweepError::Refused(refusal)) => {
            eprint!("{}", refusal.render(terminal::look()));
            Exit::WrongInput
        }
        Err(error @ SweepError::Interrupted) => {
            eprintln!("icsim: {error}");
            Exit::Interrupted
        }
        Err(error @ SweepError::Runtime(_)) => {
            eprintln!("icsim: a fault of icsim itself: {error}");
            Exit::Fault
        }
        Err(error) => {
            eprintln!("icsim: {error}");
            Exit::WrongInput
        }
    }
}

fn finish(arguments: &SweepArguments) -> Result<Outcome, SweepError> {
    let interrupt = Interrupt::on_ctrl_c();
    let mut meter = Meter::new(terminal::progress(arguments.quiet));
    let outcome = with_job(arguments, arguments.shard, |job| job.run(&interrupt, &mut meter));
    meter.bar.finish_and_clear();
    outcome
}

/// Writes the tables of a folder as Parquet, if that is wanted.
#[cfg(feature = "parquet")]
fn columns(wanted: bool, folder: &Path) -> std::io::Result<()> {
    match wanted {
        true => crate::sweep::columnar::write(folder).map_err(std::io::Error::other),
        false => Ok(()),
    }
}

/// Parquet is not built in, and the arguments have refused it.
#[cfg(not(feature = "parquet"))]
fn columns(_: bool, _: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Prints the script of a cluster's jobs, once it is certain that they can be done.
fn emit(arguments: &SweepArguments, scheduler: Scheduler) -> Result<Exit, SweepError> {
    // Whether the sweep can be cut is seen of any shard.
    let first = Shard { index: 1, of: arguments.shards.into() };
    let plan = with_job(arguments, Some(first), |job| job.validate(&Interrupt::default()))?;
    let runs = plan.points.len() * plan.settings.seeds.count();
    let written = std::io::stdout().write_all(arguments.script(scheduler, runs).as_bytes());
    match printed(written) {
        Ok(()) => Ok(Exit::Good),
        Err(problem) => Err(SweepError::Io(std::io::Error::other(problem))),
    }
}

fn with_job<T>(
    arguments: &SweepArguments,
    shard: Option<Shard>,
    act: impl FnOnce(Job<'_>) -> Result<T, SweepError>,
) -> Result<T, SweepError> {
    let mut source = Source::read(&arguments.scenario)?;
    let set = changes(&arguments.set, &mut source)?;
    act(Job {
        source: &source,
        set: &set,
        duration: arguments.duration,
        seed: arguments.seed,
        workers: arguments.jobs(),
        shard,
        folder: &arguments.out,
        resume: arguments.resume,
        command: &|changes: &[Change], seed| arguments.repeat(changes, seed),
    })
}

/// Reads what `--set` changes.
pub(super) fn changes(set: &[String], source: &mut Source) -> Result<Vec<Change>, Refusal> {
    let mut mistakes = Vec::new();
    let mut changes = Vec::new();
    for text in set {
        match Change::read(text, source) {
            Ok(change) => changes.push(change),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if mistakes.is_empty() { Ok(changes) } else { Err(Refusal::new(source.clone(), mistakes)) }
}

fn tell(outcome: &Outcome, arguments: &SweepArguments) -> Exit {
    let Outcome { points, runs, failed, resumed } = *outcome;
    let folder = arguments.out.display();
    let part = arguments.shard.map_or_else(String::new, |shard| format!(", shard {shard}"));
    println!("{points} points{part}: {runs} runs, {resumed} of them done before, {failed} failed");
    println!("results in {folder}");
    if failed == 0 {
        return Exit::Good;
    }
    eprintln!("icsim: {failed} runs failed; {folder}/{MANIFEST} has the command that repeats each");
    Exit::Disagreement
}

/// Brings shards together.
pub(super) fn merge_shards(arguments: &MergeArguments) -> Exit {
    let merged = merge(&arguments.folders, &arguments.out).and_then(|whole| {
        columns(arguments.parquet, &arguments.out)?;
        if !arguments.no_figures {
            figures::write(&arguments.out).map_err(SweepError::from)?;
        }
        Ok(whole)
    });
    match merged {
        Ok(whole) => {
            let (runs, failed) = (whole.runs.len(), whole.failed.len());
            println!("{} points: {runs} runs, {failed} failed", whole.origin.points.len());
            println!("results in {}", arguments.out.display());
            if failed == 0 { Exit::Good } else { Exit::Disagreement }
        }
        Err(error) => {
            eprintln!("icsim: {error}");
            Exit::WrongInput
        }
    }
}

/// Lines are printed when the share done passes a multiple of this.
const LINE_EVERY_PERCENT: u64 = 10;

/// Shows how far a sweep is, and how long it will take.
struct Meter {
    style: Style,
    /// Also the stopwatch, so hidden rather than absent without a bar.
    bar: ProgressBar,
    told: u64,
}

impl Meter {
    fn new(style: Style) -> Meter {
        let target = match style {
            Style::Bar => ProgressDrawTarget::stderr(),
            _ => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let look = ProgressStyle::with_template("{wide_bar} {pos} of {len} runs, {eta} left");
        bar.set_style(look.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Meter { style, bar, told: 0 }
    }
}

impl Watch for Meter {
    fn planned(&mut self, runs: usize) {
        self.bar.set_length(runs as u64);
        self.bar.reset_elapsed();
        if self.style == Style::Lines {
            eprintln!("icsim: {runs} runs to do");
        }
    }

    fn done(&mut self) {
        self.bar.inc(1);
        let (done, total) = (self.bar.position(), self.bar.length().unwrap_or(0).max(1));
        let percent = done * 100 / total;
        if self.style != Style::Lines || percent < self.told + LINE_EVERY_PERCENT {
            return;
        }
        self.told = percent - percent % LINE_EVERY_PERCENT;
        let elapsed = self.bar.elapsed();
        let left = elapsed.mul_f64(total.saturating_sub(done) as f64 / done.max(1) as f64);
        eprintln!(
            "icsim: {done} of {total} runs ({percent} %), about {} left",
            HumanDuration(left)
        );
    }
}
