//! Brings the shards of one sweep together.

use super::job::{SweepError, summarise};
use super::manifest::{Manifest, Shard};
use super::table::RESULTS;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Shards that do not make a sweep.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A folder without a manifest.
    #[error(
        "`{}` holds no complete shard: {error}; run `icsim sweep` with --resume until it is",
        folder.display()
    )]
    Incomplete {
        /// The folder.
        folder: PathBuf,
        /// What is the matter with its manifest.
        error: io::Error,
    },
    /// A folder with a whole sweep.
    #[error("`{}` holds a whole sweep and no shard of one", .0.display())]
    Whole(PathBuf),
    /// Shards of different sweeps.
    #[error(
        "`{}` and `{}` are of different sweeps: scenario, modules, seed or version of icsim differ",
        .0.display(), .1.display()
    )]
    OtherPlan(PathBuf, PathBuf),
    /// Shards of different divisions.
    #[error("`{}` is shard {first} and `{}` shard {second}: not of as many", .0.display(), .1.display(), first = .2, second = .3)]
    OtherDivision(PathBuf, PathBuf, Shard, Shard),
    /// A shard twice.
    #[error("`{}` and `{}` are both shard {shard}", .0.display(), .1.display(), shard = .2)]
    Twice(PathBuf, PathBuf, Shard),
    /// A shard is not there.
    #[error("shard {0} is missing")]
    Missing(Shard),
    /// The folder for the whole is there already.
    #[error("the output folder `{}` exists and is not empty; choose another", .0.display())]
    Exists(PathBuf),
    /// Something cannot be read or written.
    #[error("the shards cannot be brought together: {0}")]
    Io(#[from] io::Error),
    /// The tables cannot be written.
    #[error(transparent)]
    Tables(#[from] SweepError),
}

/// Writes the sweep whose shards lie in `folders` into the new or empty folder `out`; answers its
/// manifest. The result is that of the sweep run at once, byte for byte.
///
/// # Errors
/// The shards are not all of one sweep, each once; or a file cannot be read or written.
pub fn merge(folders: &[PathBuf], out: &Path) -> Result<Manifest, MergeError> {
    let shards = in_order(folders)?;
    if out.exists() && fs::read_dir(out)?.next().is_some() {
        return Err(MergeError::Exists(out.to_owned()));
    }
    fs::create_dir_all(out)?;
    join(&shards, &out.join(RESULTS))?;
    let (_, _, first) = &shards[0];
    let mut whole = Manifest {
        origin: first.origin.clone(),
        commands: first.commands.clone(),
        shard: None,
        runs: Vec::new(),
        failed: Vec::new(),
    };
    for (_, _, manifest) in shards {
        whole.runs.extend(manifest.runs);
        whole.failed.extend(manifest.failed);
    }
    summarise(out, &whole.origin)?;
    whole.write(out)?;
    Ok(whole)
}

/// A shard with its folder and its manifest.
type Found = (Shard, PathBuf, Manifest);

/// All shards of one sweep, the first first.
fn in_order(folders: &[PathBuf]) -> Result<Vec<Found>, MergeError> {
    let mut shards = folders.iter().map(|folder| found(folder)).collect::<Result<Vec<_>, _>>()?;
    shards.sort_by_key(|(shard, _, _)| *shard);
    for pair in shards.windows(2) {
        let [(a, first, one), (b, second, other)] = pair else { continue };
        let folders = || (first.clone(), second.clone());
        if one.origin.hash() != other.origin.hash() {
            let (first, second) = folders();
            return Err(MergeError::OtherPlan(first, second));
        }
        if a.of != b.of {
            let (first, second) = folders();
            return Err(MergeError::OtherDivision(first, second, *a, *b));
        }
        if a == b {
            let (first, second) = folders();
            return Err(MergeError::Twice(first, second, *a));
        }
    }
    let of = shards.first().map_or(1, |(shard, _, _)| shard.of);
    let is_there = |index| shards.iter().any(|(shard, _, _)| shard.index == index);
    match (1..=of).find(|index| !is_there(*index)) {
        Some(index) => Err(MergeError::Missing(Shard { index, of })),
        None => Ok(shards),
    }
}

fn found(folder: &Path) -> Result<Found, MergeError> {
    let manifest = Manifest::read(folder)
        .map_err(|error| MergeError::Incomplete { folder: folder.to_owned(), error })?;
    let shard = manifest.shard.ok_or_else(|| MergeError::Whole(folder.to_owned()))?;
    Ok((shard, folder.to_owned(), manifest))
}

/// One table below the other, with one head.
fn join(shards: &[Found], path: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for (number, (_, folder, _)) in shards.iter().enumerate() {
        let mut table = BufReader::new(File::open(folder.join(RESULTS))?);
        if number > 0 {
            table.skip_until(b'\n')?;
        }
        io::copy(&mut table, &mut out)?;
    }
    out.flush()
}
