//! Finished runs on disk, one JSON object on a line, written as they come. An interrupted sweep is
//! resumed from it; a finished one has a manifest instead.

use super::execute::{Finished, Run, RunFailed};
use reports::metrics::Metric;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

/// The journal's file.
pub const JOURNAL: &str = "journal.jsonl";

/// The first line: which sweep this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Version of icsim.
    pub icsim: String,
    /// Hash of everything the sweep is made from.
    pub plan: String,
    /// The shard, if it is one, as `i/n`.
    pub shard: Option<String>,
}

/// Every further line: a run that came to its end, well or badly.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    point: usize,
    replication: usize,
    seed: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    metrics: Vec<(String, String, Option<String>)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Finished runs by point and replication.
pub type Known = BTreeMap<(usize, usize), Finished>;

/// An open journal.
pub struct Journal(File);

/// The journal belongs to another sweep, or cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another sweep.
    #[error(
        "the folder holds an interrupted sweep that was made from something else (scenario, modules, \
         seed, shard or version of icsim); choose another folder"
    )]
    Another,
    /// The file system said no.
    #[error("the journal of the sweep cannot be kept: {0}")]
    Io(#[from] io::Error),
}

impl Journal {
    /// Begins a journal in a folder.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(folder: &Path, head: &Head) -> Result<Journal, JournalError> {
        let mut file = File::create(folder.join(JOURNAL))?;
        writeln!(file, "{}", json(head)?)?;
        Ok(Journal(file))
    }

    /// Goes on with the journal in a folder; answers the runs that are finished.
    ///
    /// # Errors
    /// It belongs to another sweep, or cannot be read.
    pub fn resume(folder: &Path, head: &Head) -> Result<(Journal, Known), JournalError> {
        let path = folder.join(JOURNAL);
        let mut lines = BufReader::new(File::open(&path)?).lines();
        let first: Option<Head> =
            lines.next().transpose()?.and_then(|line| serde_json::from_str(&line).ok());
        if first.as_ref() != Some(head) {
            return Err(JournalError::Another);
        }
        let mut finished = BTreeMap::new();
        for line in lines {
            // A line that was not written to its end is a run that did not finish.
            let Ok(line) = serde_json::from_str::<Line>(&line?) else { continue };
            if let Some(digest) = line.digest {
                let metrics = line.metrics.into_iter().filter_map(read_metric).collect();
                finished.insert((line.point, line.replication), Finished { digest, metrics });
            }
        }
        let mut file = OpenOptions::new().append(true).open(path)?;
        // After half a line a new one begins.
        writeln!(file)?;
        Ok((Journal(file), finished))
    }

    /// Notes a run that came to its end.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn note(
        &mut self,
        run: Run,
        result: &Result<Finished, RunFailed>,
    ) -> Result<(), JournalError> {
        let Run { point, replication, seed } = run;
        let empty =
            Line { point, replication, seed, digest: None, metrics: Vec::new(), error: None };
        let line = match result {
            Err(RunFailed::Interrupted) => return Ok(()),
            Err(RunFailed::Failed(error)) => Line { error: Some(error.clone()), ..empty },
            Ok(finished) => {
                let digest = Some(finished.digest.clone());
                let metrics = finished.metrics.iter().map(write_metric).collect();
                Line { digest, metrics, ..empty }
            }
        };
        Ok(writeln!(self.0, "{}", json(&line)?)?)
    }
}

fn json(value: &impl Serialize) -> io::Result<String> {
    serde_json::to_string(value).map_err(io::Error::from)
}

/// Numbers of 128 bits as text: JSON readers do not keep them whole.
fn write_metric(metric: &Metric) -> (String, String, Option<String>) {
    let value = metric.value.map(|value| value.to_string());
    (metric.name.clone(), metric.unit.to_owned(), value)
}

fn read_metric((name, unit, value): (String, String, Option<String>)) -> Option<Metric> {
    let unit = reports::metrics::UNITS.into_iter().find(|known| **known == unit)?;
    let value = value.map(|value| value.parse()).transpose().ok()?;
    Some(Metric { name, unit, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(plan: &str) -> Head {
        Head { icsim: "1".to_owned(), plan: plan.to_owned(), shard: None }
    }

    fn finished() -> Finished {
        let metric =
            Metric { name: "burned.total".to_owned(), unit: "cycles", value: Some(u128::MAX) };
        Finished { digest: "d1".to_owned(), metrics: vec![metric] }
    }

    #[test]
    fn finished_runs_are_found_again_and_failed_ones_are_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = Journal::begin(folder.path(), &head("a")).expect("begins");
        let run = |replication| Run { point: 3, replication, seed: 7 };
        journal.note(run(0), &Ok(finished())).expect("writes");
        journal.note(run(1), &Err(RunFailed::Failed("no".to_owned()))).expect("writes");
        journal.note(run(2), &Err(RunFailed::Interrupted)).expect("writes");
        drop(journal);
        let (_, known) = Journal::resume(folder.path(), &head("a")).expect("is there");
        assert_eq!(known, BTreeMap::from([((3, 0), finished())]));
    }

    #[test]
    fn half_a_line_is_a_run_that_did_not_finish() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(Journal::begin(folder.path(), &head("a")).expect("begins"));
        let path = folder.path().join(JOURNAL);
        let whole = std::fs::read_to_string(&path).expect("is there");
        std::fs::write(&path, whole + "{\"point\":0,\"replic").expect("writes");
        let (mut journal, known) = Journal::resume(folder.path(), &head("a")).expect("is there");
        assert!(known.is_empty());
        journal.note(Run { point: 0, replication: 0, seed: 7 }, &Ok(finished())).expect("writes");
        let (_, known) = Journal::resume(folder.path(), &head("a")).expect("is there");
        assert_eq!(known.len(), 1);
    }

    #[test]
    fn another_sweep_is_not_resumed() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(Journal::begin(folder.path(), &head("a")).expect("begins"));
        let result = Journal::resume(folder.path(), &head("b"));
        assert!(matches!(result, Err(JournalError::Another)));
    }
}
