//! What a run leaves while it goes on: its trace on disk, and its report in the making.

use super::output::OutputError;
use super::{Failed, Job, engine};
use reports::messages::Part;
use reports::reporter::{Made, Reporter};
use reports::store;
use reports::tables::Table;
use sim_core::history::History;
use sim_core::sink::{Recorded, Sink};
use sim_core::world::Continue;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Takes the records of a run.
pub(super) struct Recorder {
    trace: Option<store::Writer<BufWriter<File>>>,
    path: PathBuf,
    reporter: Reporter,
    failed: Option<OutputError>,
}

impl Recorder {
    /// Begins to record a run that has not begun, into `folder`.
    pub(super) fn begin(
        job: &Job<'_>,
        outline: &History,
        folder: Option<&Path>,
    ) -> Result<Recorder, OutputError> {
        let path = folder.map(|folder| folder.join(store::FILE)).unwrap_or_default();
        let interfaces = job.scenario.interfaces();
        let report = engine::report(job, outline, &interfaces, &[]);
        let wanted = folder.and(job.trace);
        let trace = wanted.map(|level| {
            File::create(&path)
                .and_then(|file| store::Writer::begin(BufWriter::new(file), &report, level))
                .map_err(|error| OutputError::Io { path: path.clone(), error })
        });
        let trace = trace.transpose()?;
        // Without a folder the table on the screen is all that is wanted.
        let tables: &[Table] = if folder.is_some() { &Table::ALL } else { &[] };
        let wanted = (tables, job.scenario.figures.as_slice());
        let reporter = Reporter::new(outline, &interfaces, wanted, job.scenario.warm_up);
        Ok(Recorder { trace, path, reporter, failed: None })
    }

    /// Takes a part of the run.
    pub(super) fn record(&mut self, parts: &[Part<'_>]) -> Result<(), OutputError> {
        if let Some(trace) = &mut self.trace {
            let failed = |error| OutputError::Io { path: self.path.clone(), error };
            trace.take(parts).map_err(failed)?;
        }
        self.reporter.take(parts).map_err(|error| OutputError::Writer(error.to_string()))
    }

    /// Ends the record of a run that came to `history`, and puts what reports look at into it.
    pub(super) fn finish(self, history: &mut History) -> Result<Made, Failed> {
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        if let Some(trace) = self.trace {
            let path = self.path;
            trace.finish(history).map_err(|error| OutputError::Io { path, error })?;
        }
        let mut made = self.reporter.finish().map_err(engine::contradiction)?;
        made.give_back(history);
        Ok(made)
    }

    /// Why the run was stopped, if recording failed.
    pub(super) fn failure(&mut self) -> Option<OutputError> {
        self.failed.take()
    }
}

impl Sink for Recorder {
    fn take(&mut self, epoch: Vec<Recorded>) -> Continue {
        let parts: Vec<Part<'_>> = epoch.iter().map(Part::from).collect();
        match self.record(&parts) {
            Ok(()) => Continue::Yes,
            Err(error) => {
                self.failed = Some(error);
                Continue::Stop
            }
        }
    }
}
