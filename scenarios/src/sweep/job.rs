//! A whole sweep: plan, check of every point, runs, tables, manifest.

use super::execute::{Finished, Recipe, Run, RunFailed};
use super::figures::FiguresError;
use super::journal::{Head, JOURNAL, Journal, JournalError, Known};
use super::manifest::{FailedEntry, MANIFEST, Manifest, Origin, RunEntry, Shard};
use super::plan::Plan;
use super::precision::{LEAST, Precision};
use super::programs::Programs;
use super::table::{self, COMPARISON, RESULTS, Results, SUMMARY, Samples};
use crate::diagnostics::{Mistake, Refusal, did_you_mean};
use crate::document;
use crate::document::change::Change;
use crate::resolve::{BrokenRuntime, LoadError};
use crate::run::interrupt::Interrupt;
use crate::source::Source;
use rayon::ThreadPool;
use sim_core::time::SimDuration;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// What to sweep and how.
pub struct Job<'a> {
    /// The scenario file.
    pub source: &'a Source,
    /// What `--set` changes.
    pub set: &'a [Change],
    /// Simulated time, if not the scenario's.
    pub duration: Option<SimDuration>,
    /// The seed that those of the replications are derived from.
    pub seed: u64,
    /// Runs at a time.
    pub workers: usize,
    /// Which part of the sweep, if not all of it.
    pub shard: Option<Shard>,
    /// Where results go.
    pub folder: &'a Path,
    /// Go on with what is in the folder.
    pub resume: bool,
    /// The command that repeats a run with changes from a seed.
    pub command: &'a dyn Fn(&[Change], u64) -> String,
}

/// Who watches a sweep.
pub trait Watch {
    /// So many runs are to be done; with a precision to be reached there can be fewer in the end.
    fn planned(&mut self, runs: usize);
    /// A run has come to its end, or was found finished.
    fn done(&mut self);
}

/// How a sweep went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its points.
    pub points: usize,
    /// Runs with a result.
    pub runs: usize,
    /// Runs that failed.
    pub failed: usize,
    /// Runs that an earlier sweep had finished.
    pub resumed: usize,
}

/// A sweep without results.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// A mistake in the scenario, at one of its points.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A fault of icsim: no runtime.
    #[error(transparent)]
    Runtime(#[from] BrokenRuntime),
    /// The folder holds something else.
    #[error("the output folder `{}` {what}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What is the matter with it, and what to do.
        what: &'static str,
    },
    /// The journal cannot be kept.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Tables cannot be written.
    #[error("the tables of the sweep cannot be written: {0}")]
    Table(#[from] csv::Error),
    /// Figures cannot be drawn.
    #[error(transparent)]
    Figures(#[from] FiguresError),
    /// The file system said no.
    #[error("the results of the sweep cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The workers cannot be had.
    #[error("the threads for the runs cannot be started: {0}")]
    Workers(#[from] rayon::ThreadPoolBuildError),
    /// `until` decides about later runs by the results of earlier ones.
    #[error(
        "a sweep with `until` cannot be cut into shards: how many runs it has depends on results; \
         give a fixed number of `replications` instead"
    )]
    ShardOfUntil,
    /// `until` speaks of a metric that no run has.
    #[error("`until` speaks of the metric `{metric}`, which no run has; {help}")]
    NoSuchMetric {
        /// The metric.
        metric: String,
        /// The nearest ones.
        help: String,
    },
    /// The user asked for it.
    #[error("interrupted; the same command with --resume goes on from here")]
    Interrupted,
}

impl From<LoadError> for SweepError {
    fn from(error: LoadError) -> SweepError {
        match error {
            LoadError::Refused(refusal) => SweepError::Refused(refusal),
            LoadError::Runtime(broken) => SweepError::Runtime(broken),
        }
    }
}

/// The points of a scenario file with changes laid over it.
///
/// # Errors
/// Every mistake in its `[sweep]`.
pub fn plan(source: &Source, set: &[Change]) -> Result<Plan, Refusal> {
    let refused = |mistakes| Refusal::new(source.clone(), mistakes);
    let included = source.included_texts();
    let table = document::table(&source.text[source.own()], &included, set).map_err(refused)?;
    Plan::read(table.get_ref()).map_err(refused)
}

impl Job<'_> {
    /// Sweeps.
    ///
    /// # Errors
    /// A mistake at one of the points, a folder that cannot be used, or Ctrl-C.
    pub fn run(&self, interrupt: &Interrupt, watch: &mut dyn Watch) -> Result<Outcome, SweepError> {
        let plan = self.plan()?;
        let programs = Programs::default();
        let recipe = self.recipe(&plan, &programs, interrupt);
        let origin = self.check(&recipe, &plan)?;
        let head = Head {
            icsim: origin.icsim.clone(),
            plan: origin.hash(),
            shard: self.shard.map(|shard| shard.to_string()),
        };
        let (journal, known) = self.open(&head)?;
        let results = BufWriter::new(File::create(self.folder.join(RESULTS))?);
        let mut session = Session {
            job: self,
            plan: &plan,
            recipe: &recipe,
            workers: rayon::ThreadPoolBuilder::new().num_threads(self.workers).build()?,
            journal,
            resumed: known.len(),
            known,
            results: Results::begin(results, &plan.fields)?,
            manifest: Manifest { origin, shard: self.shard, runs: Vec::new(), failed: Vec::new() },
            judged: BTreeMap::new(),
            names: Vec::new(),
        };
        session.all(watch)?;
        session.finish()
    }

    /// Makes sure that the sweep can be done, and in parts if it is to be; answers its plan.
    ///
    /// # Errors
    /// A mistake at one of the points, or Ctrl-C.
    pub fn validate(&self, interrupt: &Interrupt) -> Result<Plan, SweepError> {
        let plan = self.plan()?;
        self.check(&self.recipe(&plan, &Programs::default(), interrupt), &plan)?;
        Ok(plan)
    }

    fn plan(&self) -> Result<Plan, SweepError> {
        let plan = plan(self.source, self.set)?;
        match self.shard.is_some() && plan.settings.until.is_some() {
            true => Err(SweepError::ShardOfUntil),
            false => Ok(plan),
        }
    }

    fn recipe<'a>(
        &'a self,
        plan: &'a Plan,
        programs: &'a Programs,
        interrupt: &'a Interrupt,
    ) -> Recipe<'a> {
        Recipe {
            source: self.source,
            changes: self.set,
            points: &plan.points,
            duration: self.duration,
            programs,
            interrupt,
        }
    }

    /// Makes sure that every point is a valid scenario; answers what they are made from.
    fn check(&self, recipe: &Recipe<'_>, plan: &Plan) -> Result<Origin, SweepError> {
        let included = self.source.included().map(|part| part.name.clone());
        let mut files: BTreeSet<String> = included.collect();
        let mut profile = None;
        for point in 0..plan.points.len() {
            let scenario = recipe.scenario(point)?;
            files.extend(scenario.inputs().map(str::to_owned));
            profile.get_or_insert(scenario.profile_entry);
            if recipe.interrupt.requested() {
                return Err(SweepError::Interrupted);
            }
        }
        let Some(profile) = profile else {
            let mistake = Mistake::new("the sweep has no points");
            return Err(Refusal::new(self.source.clone(), vec![mistake]).into());
        };
        let (set, duration, seed) = (self.set, self.duration, self.seed);
        Ok(Origin::of(self.source, plan, set, duration, profile, seed, &files)?)
    }

    /// The journal of a new sweep, or of the one that is gone on with.
    fn open(&self, head: &Head) -> Result<(Journal, Known), SweepError> {
        let folder = self.folder;
        let refused = |what| Err(SweepError::Folder { folder: folder.to_owned(), what });
        if folder.join(MANIFEST).exists() {
            return refused("holds a complete sweep; choose another");
        }
        if folder.join(JOURNAL).exists() {
            return match self.resume {
                true => Ok(Journal::resume(folder, head)?),
                false => refused(
                    "holds an interrupted sweep; go on with it with --resume, or choose another",
                ),
            };
        }
        if folder.exists() && fs::read_dir(folder)?.next().is_some() {
            return refused("is not empty; choose another");
        }
        fs::create_dir_all(folder)?;
        Ok((Journal::begin(folder, head)?, Known::new()))
    }
}

/// A sweep under way.
struct Session<'a> {
    job: &'a Job<'a>,
    plan: &'a Plan,
    recipe: &'a Recipe<'a>,
    workers: ThreadPool,
    journal: Journal,
    known: Known,
    resumed: usize,
    results: Results<BufWriter<File>>,
    manifest: Manifest,
    /// What the metric of `until` came to, by point.
    judged: BTreeMap<usize, Vec<f64>>,
    /// The metrics of the first run.
    names: Vec<String>,
}

impl Session<'_> {
    /// All runs: at once, or in waves until every point is precise enough.
    fn all(&mut self, watch: &mut dyn Watch) -> Result<(), SweepError> {
        let settings = &self.plan.settings;
        let most = settings.seeds.count();
        let mut points: Vec<usize> = (0..self.plan.points.len()).collect();
        let Some(until) = &settings.until else {
            let runs = self.runs(&points, 0, most);
            let runs = self.job.shard.map_or(runs.as_slice(), |shard| shard.of(&runs)).to_vec();
            watch.planned(runs.len());
            return self.wave(&runs, watch);
        };
        watch.planned(points.len() * most);
        for first in (0..most).step_by(LEAST) {
            let runs = self.runs(&points, first, (first + LEAST).min(most));
            self.wave(&runs, watch)?;
            if first == 0 && self.judged.is_empty() {
                return Err(self.no_such_metric(until));
            }
            let judged = &self.judged;
            points.retain(|point| !judged.get(point).is_some_and(|values| until.is_met(values)));
        }
        Ok(())
    }

    /// Replications `first..end` of points.
    fn runs(&self, points: &[usize], first: usize, end: usize) -> Vec<Run> {
        let settings = &self.plan.settings;
        let run = |point: usize, replication: usize| {
            let seed = settings.seeds.seed(self.job.seed, settings.common, point, replication);
            Run { point, replication, seed }
        };
        points.iter().flat_map(|point| (first..end).map(move |r| run(*point, r))).collect()
    }

    /// Does runs and writes them down: to the journal as they come, to the table in order.
    fn wave(&mut self, runs: &[Run], watch: &mut dyn Watch) -> Result<(), SweepError> {
        let is_known = |run: &Run| self.known.contains_key(&(run.point, run.replication));
        let (known, todo): (Vec<Run>, Vec<Run>) = runs.iter().partition(|run| is_known(run));
        known.iter().for_each(|_| watch.done());
        let mut waiting: BTreeMap<Run, Result<Finished, RunFailed>> = BTreeMap::new();
        let mut next = runs.iter().peekable();
        let mut problem: Option<SweepError> = None;
        let (recipe, interrupt) = (self.recipe, self.recipe.interrupt);
        let workers = &self.workers;
        let (journal, results) = (&mut self.journal, &mut self.results);
        let mut writer = Writer {
            plan: self.plan,
            job: self.job,
            recipe,
            results,
            manifest: &mut self.manifest,
            judged: &mut self.judged,
            names: &mut self.names,
        };
        let mut take =
            |waiting: &mut BTreeMap<_, _>, known: &mut Known| -> Result<(), SweepError> {
                while let Some(run) = next.peek() {
                    let old = known.remove(&(run.point, run.replication)).map(Ok);
                    let Some(result) = old.or_else(|| waiting.remove(*run)) else { break };
                    writer.write(**run, result)?;
                    next.next();
                }
                Ok(())
            };
        take(&mut waiting, &mut self.known)?;
        let known = &mut self.known;
        recipe.execute(&todo, workers, &mut |run, result| {
            let noted = journal.note(run, &result).map_err(SweepError::from);
            waiting.insert(run, result);
            watch.done();
            if let Err(error) = noted.and_then(|()| take(&mut waiting, known)) {
                // Nothing more can be written down: the runs that are left are of no use.
                interrupt.request();
                problem.get_or_insert(error);
            }
        });
        match problem {
            Some(error) => Err(error),
            None if interrupt.requested() => Err(SweepError::Interrupted),
            None => Ok(()),
        }
    }

    fn no_such_metric(&self, until: &Precision) -> SweepError {
        let names = self.names.iter().map(String::as_str);
        let help = did_you_mean(&until.metric, "metrics", names);
        SweepError::NoSuchMetric { metric: until.metric.clone(), help }
    }

    /// The tables that follow from the results, and the manifest.
    fn finish(self) -> Result<Outcome, SweepError> {
        let folder = self.job.folder;
        drop(self.results);
        if self.job.shard.is_none() {
            summarise(folder, &self.manifest.origin)?;
        }
        self.manifest.write(folder)?;
        fs::remove_file(folder.join(JOURNAL))?;
        Ok(Outcome {
            points: self.plan.points.len(),
            runs: self.manifest.runs.len(),
            failed: self.manifest.failed.len(),
            resumed: self.resumed,
        })
    }
}

/// Writes the tables that follow from `results.csv` of a folder.
///
/// # Errors
/// They cannot be written.
pub(super) fn summarise(folder: &Path, origin: &Origin) -> Result<(), SweepError> {
    let samples = Samples::read(File::open(folder.join(RESULTS))?)?;
    samples.summary(BufWriter::new(File::create(folder.join(SUMMARY))?))?;
    if origin.common_random_numbers && origin.points.len() > 1 {
        samples.comparison(BufWriter::new(File::create(folder.join(COMPARISON))?))?;
    }
    Ok(())
}

/// Writes runs down in their order.
struct Writer<'a> {
    plan: &'a Plan,
    job: &'a Job<'a>,
    recipe: &'a Recipe<'a>,
    results: &'a mut Results<BufWriter<File>>,
    manifest: &'a mut Manifest,
    judged: &'a mut BTreeMap<usize, Vec<f64>>,
    names: &'a mut Vec<String>,
}

impl Writer<'_> {
    fn write(&mut self, run: Run, result: Result<Finished, RunFailed>) -> Result<(), SweepError> {
        let Run { point, replication, seed } = run;
        match result {
            Err(RunFailed::Interrupted) => {}
            Err(RunFailed::Failed(error)) => {
                let command = (self.job.command)(&self.recipe.changes_at(point), seed);
                let entry = FailedEntry { point, replication, seed, error, command };
                self.manifest.failed.push(entry);
            }
            Ok(Finished { digest, mut metrics }) => {
                if let Some(until) = &self.plan.settings.until {
                    if self.names.is_empty() {
                        *self.names = metrics.iter().map(|metric| metric.name.clone()).collect();
                    }
                    let found = metrics.iter().find(|metric| metric.name == until.metric);
                    let value = found.and_then(|metric| metric.value);
                    let judged = value.map(|value| (self.judged.entry(point).or_default(), value));
                    judged.into_iter().for_each(|(values, value)| values.push(value as f64));
                }
                metrics
                    .retain(|metric| table::is_wanted(&metric.name, &self.plan.settings.metrics));
                self.results.add(run, &self.plan.shown(point), &metrics)?;
                self.manifest.runs.push(RunEntry { point, replication, seed, digest });
            }
        }
        Ok(())
    }
}
