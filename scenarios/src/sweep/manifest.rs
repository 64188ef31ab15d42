//! `manifest.json`: what a sweep was made from, and the digest of every run, so that any row of its
//! tables can be had again. Written last and at once: a folder with a manifest is complete.

use super::execute::Run;
use super::plan::Plan;
use crate::document::change::Change;
use crate::source::Source;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sim_core::time::SimDuration;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;

/// The manifest's file.
pub const MANIFEST: &str = "manifest.json";

/// What stands in the place of the seed in the commands of points.
pub const SEED: &str = "SEED";

/// Everything about a sweep but its numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// What the runs were made from.
    #[serde(flatten)]
    pub origin: Origin,
    /// For each point the command that makes a run of it again, with [`SEED`] for the seed.
    pub commands: Vec<String>,
    /// The shard, if it is one.
    pub shard: Option<Shard>,
    /// Runs that have a result, in order.
    pub runs: Vec<RunEntry>,
    /// Runs that failed, in order.
    pub failed: Vec<FailedEntry>,
}

/// What a sweep is made from. Equal origins, equal results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// Version of icsim.
    pub icsim: String,
    /// The scenario file as typed.
    pub scenario: String,
    /// SHA-256 of its text.
    pub scenario_sha256: String,
    /// SHA-256 of every other file it reads, by path relative to the scenario's folder.
    pub files: BTreeMap<String, String>,
    /// What `--set` changed.
    pub set: Vec<String>,
    /// What `--duration` changed.
    pub duration: Option<String>,
    /// The profile as the scenario names it; points may change it.
    pub profile: toml::Value,
    /// The seed that those of the replications are derived from.
    pub seed: u64,
    /// How replications get their seeds.
    pub seeds: super::seeds::Seeds,
    /// All points use the same seeds.
    pub common_random_numbers: bool,
    /// When a point has been run often enough.
    pub until: Option<String>,
    /// Which metrics are kept; all if empty.
    pub metrics: Vec<String>,
    /// The swept fields.
    pub fields: Vec<String>,
    /// The values of the fields at each point.
    pub points: Vec<Vec<String>>,
}

/// A contiguous part of a sweep's runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// Which part, from 1.
    pub index: usize,
    /// Of how many.
    pub of: usize,
}

/// A run that has a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEntry {
    /// Number of its point, from 0.
    pub point: usize,
    /// Number of the replication, from 0.
    pub replication: usize,
    /// Its seed.
    pub seed: u64,
    /// Its trace digest.
    pub digest: String,
}

/// A run that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedEntry {
    /// Number of its point, from 0.
    pub point: usize,
    /// Number of the replication, from 0.
    pub replication: usize,
    /// Its seed.
    pub seed: u64,
    /// What was said of it.
    pub error: String,
    /// The command that repeats it.
    pub command: String,
}

impl Origin {
    /// The origin of a sweep.
    ///
    /// # Errors
    /// One of `files`, which are relative to the scenario's folder, cannot be read.
    pub fn of(
        source: &Source,
        plan: &Plan,
        set: &[Change],
        duration: Option<SimDuration>,
        profile: toml::Value,
        seed: u64,
        files: &BTreeSet<String>,
    ) -> io::Result<Origin> {
        let hash = |file: &String| {
            let bytes = std::fs::read(source.folder().join(file))?;
            Ok((file.clone(), hex(&Sha256::digest(bytes))))
        };
        Ok(Origin {
            icsim: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: source.path.display().to_string(),
            scenario_sha256: hex(&Sha256::digest(&source.text[source.own()])),
            files: files.iter().map(hash).collect::<io::Result<_>>()?,
            set: set.iter().map(Change::argument).collect(),
            duration: duration.map(|duration| duration.to_string()),
            profile,
            seed,
            seeds: plan.settings.seeds.clone(),
            common_random_numbers: plan.settings.common,
            until: plan.settings.until.as_ref().map(ToString::to_string),
            metrics: plan.settings.metrics.clone(),
            fields: plan.fields.clone(),
            points: (0..plan.points.len()).map(|point| plan.shown(point)).collect(),
        })
    }

    /// A hash over the origin, without where the scenario file lies.
    pub fn hash(&self) -> String {
        let origin = Origin { scenario: String::new(), ..self.clone() };
        hex(&Sha256::digest(serde_json::to_vec(&origin).unwrap_or_default()))
    }
}

impl Shard {
    /// The runs of this part.
    pub fn of<'a>(&self, runs: &'a [Run]) -> &'a [Run] {
        let bound = |index: usize| (runs.len() as u128 * index as u128 / self.of as u128) as usize;
        &runs[bound(self.index - 1)..bound(self.index)]
    }

    /// Reads `i/n`.
    ///
    /// # Errors
    /// It is none, in words.
    pub fn parse(text: &str) -> Result<Shard, String> {
        let numbers = text
            .split_once('/')
            .and_then(|(index, of)| Some((index.trim().parse().ok()?, of.trim().parse().ok()?)));
        match numbers {
            Some((index, of)) if (1..=of).contains(&index) => Ok(Shard { index, of }),
            _ => Err("expected i/n, such as 1/4 for the first of four parts".to_owned()),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl Manifest {
    /// Reads the manifest of a folder.
    ///
    /// # Errors
    /// There is none, or it is none.
    pub fn read(folder: &Path) -> io::Result<Manifest> {
        Ok(serde_json::from_slice(&std::fs::read(folder.join(MANIFEST))?)?)
    }

    /// Writes the manifest into a folder, whole or not at all.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.write_all(b"\n")?;
        readable(&file)?;
        file.persist(folder.join(MANIFEST)).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Temporary files belong to their owner alone; this one becomes an ordinary one.
#[cfg(unix)]
fn readable(file: &tempfile::NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &tempfile::NamedTempFile) -> io::Result<()> {
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_contiguous_disjoint_and_complete() {
        let runs: Vec<Run> =
            (0..10).map(|replication| Run { point: 0, replication, seed: 1 }).collect();
        for of in [1, 3, 10, 12] {
            let parts = (1..=of).flat_map(|index| Shard { index, of }.of(&runs));
            assert_eq!(parts.copied().collect::<Vec<_>>(), runs);
        }
    }

    #[test]
    fn a_shard_is_one_of_its_number() {
        assert_eq!(Shard::parse("2/4"), Ok(Shard { index: 2, of: 4 }));
        for text in ["", "2", "0/4", "5/4", "1/0", "a/b"] {
            assert!(Shard::parse(text).is_err(), "{text}");
        }
    }
}
