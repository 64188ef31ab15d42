//! A report in the making: it takes a run epoch by epoch, and is written at the end.
//!
//! What is in memory meanwhile does not grow with the number of messages: counts, bounded samples,
//! messages under way, the slowest trees, and the rounds.

use crate::analysis::{Analysis, Analyst, Keep};
use crate::candid::{Interfaces, Speech};
use crate::charts::spec::Spec;
use crate::error::ReportError;
use crate::messages::Part;
use crate::metrics::WarmUp;
use crate::names::Names;
use crate::store::{ReadError, Stored, Stream};
use crate::tables::Table;
use crate::tables::streamed::Streamed;
use sim_core::history::History;
use sim_core::record::{Event, Record};
use std::io::{Read, Seek};

/// A stored run that cannot be looked at again.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// The trace cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is no room for temporary files, or the run contradicts itself.
    #[error(transparent)]
    Report(#[from] ReportError),
}

/// Takes a run.
#[derive(Debug)]
pub struct Reporter {
    analyst: Analyst,
    tables: Streamed,
    /// Records that reports look at again, by subnet.
    kept: Vec<Vec<Record>>,
}

/// What a run came to, ready to be written.
#[derive(Debug)]
pub struct Made {
    /// Its analysis.
    pub analysis: Analysis,
    /// The rows of its tables.
    pub tables: Streamed,
    /// The records of each subnet that reports look at again: rounds, and canisters that died.
    pub kept: Vec<Vec<Record>>,
}

impl Reporter {
    /// Begins the report of a run with the subnets and canisters of `history`, with these tables
    /// and figures. The summary counts messages sent after the warm-up.
    pub fn new(
        history: &History,
        interfaces: &Interfaces,
        (tables, figures): (&[Table], &[Spec]),
        warm_up: WarmUp,
    ) -> Self {
        let speech = Speech::new(interfaces, &Names::new(history));
        let wanted = figures.iter().filter_map(|spec| spec.message).collect();
        Reporter {
            analyst: Analyst::new(history, speech, Keep::Slowest).wanting(wanted).after(warm_up),
            tables: Streamed::new(history, tables),
            kept: vec![Vec::new(); history.subnets.len()],
        }
    }

    /// Takes an epoch: one part for each subnet.
    ///
    /// # Errors
    /// There is no room for temporary files.
    pub fn take(&mut self, parts: &[Part<'_>]) -> Result<(), ReportError> {
        for (kept, part) in self.kept.iter_mut().zip(parts) {
            kept.extend(part.records.iter().filter(|record| is_kept(&record.event)).cloned());
        }
        let names = self.analyst.names().clone();
        let mut result = self.tables.take(parts, &names);
        let tables = &mut self.tables;
        self.analyst.take(parts, |message| {
            if result.is_ok() {
                result = tables.message(message, &names);
            }
        });
        result.map_err(ReportError::rows)
    }

    /// Ends the run.
    ///
    /// # Errors
    /// There is no room for temporary files, or the run contradicts itself.
    pub fn finish(self) -> Result<Made, ReportError> {
        let Reporter { analyst, mut tables, kept } = self;
        let names = analyst.names().clone();
        let mut result = Ok(());
        let analysis = analyst.finish(|message| {
            if result.is_ok() {
                result = tables.message(message, &names);
            }
        });
        result.map_err(ReportError::rows)?;
        analysis.check()?;
        Ok(Made { analysis, tables, kept })
    }
}

impl Made {
    /// Of a stored run, read epoch by epoch, with these tables and the trees of these messages.
    ///
    /// # Errors
    /// The trace cannot be read, or there is no room for temporary files.
    pub fn of<R: Read + Seek>(
        mut stream: Stream<R>,
        tables: &[Table],
        wanted: &[Spec],
    ) -> Result<(Stored, Made), LookError> {
        let stored = stream.stored();
        let (history, interfaces) = (&stored.history, &stored.head.interfaces);
        let mut reporter = Reporter::new(history, interfaces, (tables, wanted), WarmUp::None);
        stream.epochs(|parts| reporter.take(parts).map_err(LookError::from))?;
        let mut made = reporter.finish()?;
        let mut stored = stream.into_stored();
        made.give_back(&mut stored.history);
        Ok((stored, made))
    }

    /// Puts the records that were kept where reports look for them.
    pub fn give_back(&mut self, history: &mut History) {
        for (subnet, kept) in history.subnets.iter_mut().zip(std::mem::take(&mut self.kept)) {
            subnet.records = kept;
        }
    }
}

fn is_kept(event: &Event) -> bool {
    matches!(event, Event::Round(_) | Event::Uninstalled { .. })
}
