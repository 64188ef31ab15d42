//! Job scripts: the shards of a sweep as jobs of a cluster, and the step that brings them together.
//!
//! A script does one of three things: without arguments, or with options for the scheduler, it
//! submits; `shard I` does one shard; `merge` brings all together. So every job is the script itself, and
//! what it does can be done by hand as well. A shard that is complete is not done again, and one that
//! was interrupted goes on, so submitting twice does no harm.

use super::manifest::MANIFEST;
use std::fmt;

/// What runs the jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Scheduler {
    /// Slurm: a job array, and a job that depends on it
    Slurm,
    /// HyperQueue: a task array, then the merge
    Hyperqueue,
    /// GNU parallel: one shard at a time on each machine, then the merge
    Parallel,
}

/// A sweep to be done in jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jobs {
    /// What runs them.
    pub scheduler: Scheduler,
    /// The words of the sweep after `icsim`, quoted for a shell, without `--out` and `--shard`.
    pub sweep: String,
    /// Where the results go, quoted for a shell, and options of the merge.
    pub out: String,
    /// Where the shards lie, quoted for a shell.
    pub parts: String,
    /// How many shards there are.
    pub shards: usize,
    /// How many runs the sweep has.
    pub runs: usize,
}

impl fmt::Display for Jobs {
    /// The script.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Jobs { sweep, out, parts, shards, runs, .. } = self;
        let version = env!("CARGO_PKG_VERSION");
        let jobs = self.cores();
        write!(
            f,
            r#"#!/bin/sh
# icsim {version}: {runs} runs in {shards} shards, then the merge.
#   sh SCRIPT [OPTION…]   submits; options go to {to}
#   sh SCRIPT shard I     does one shard
#   sh SCRIPT merge       brings the shards together in {out}
# To be started in the folder that its paths are relative to.
# ICSIM names the program, if it is not on the PATH.
set -eu
export ICSIM="${{ICSIM:-icsim}}"

case "${{1:-}}" in
shard)
    part={parts}/"$2"
    if [ -e "$part/{MANIFEST}" ]; then exit 0; fi
    code=0
    "$ICSIM" {sweep} --out "$part" --shard "$2/{shards}" --resume --quiet{jobs} || code=$?
    # 1: some runs failed. They are in the manifest, and no reason to keep the others from the merge.
    if [ "$code" -eq 1 ]; then exit 0; fi
    exit "$code" ;;
merge)
    exec "$ICSIM" merge {parts}/* --out {out} ;;
esac
{submit}"#,
            to = self.scheduler.command(),
            submit = self.submission(),
        )
    }
}

impl Jobs {
    /// How a shard learns how many cores it has, if it cannot see that itself.
    fn cores(&self) -> &'static str {
        match self.scheduler {
            Scheduler::Slurm => " --jobs \"${SLURM_CPUS_PER_TASK:-1}\"",
            Scheduler::Hyperqueue | Scheduler::Parallel => "",
        }
    }

    fn submission(&self) -> String {
        let shards = self.shards;
        match self.scheduler {
            Scheduler::Slurm => format!(
                r#"
array=$(sbatch --parsable --job-name=icsim --array=1-{shards} "$@" \
    --wrap="sh '$0' shard \"\$SLURM_ARRAY_TASK_ID\"")
sbatch --job-name=icsim-merge --dependency=afterok:"${{array%%;*}}" --kill-on-invalid-dep=yes \
    --wrap="sh '$0' merge"
"#
            ),
            Scheduler::Hyperqueue => format!(
                r#"
hq submit --name=icsim --array=1-{shards} --pin=taskset --wait "$@" \
    -- sh -c 'exec sh "$1" shard "$HQ_TASK_ID"' sh "$0"
sh "$0" merge
"#
            ),
            Scheduler::Parallel => format!(
                r#"
seq {shards} | parallel --jobs 1 "$@" sh "$0" shard
sh "$0" merge
"#
            ),
        }
    }
}

impl Scheduler {
    /// The command that takes the options.
    fn command(self) -> &'static str {
        match self {
            Scheduler::Slurm => "sbatch, for the shards, such as --cpus-per-task=8 --time=1:00:00",
            Scheduler::Hyperqueue => "hq submit, such as --cpus=8",
            Scheduler::Parallel => "parallel, such as --sshloginfile machines --workdir .",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(scheduler: Scheduler) -> String {
        Jobs {
            scheduler,
            sweep: "sweep a.toml --seed 0".to_owned(),
            out: "out".to_owned(),
            parts: "out.shards".to_owned(),
            shards: 4,
            runs: 40,
        }
        .to_string()
    }

    #[test]
    fn each_scheduler_gets_all_shards_and_the_merge_after_them() {
        for (scheduler, array) in [
            (Scheduler::Slurm, "--array=1-4"),
            (Scheduler::Hyperqueue, "--array=1-4"),
            (Scheduler::Parallel, "seq 4 |"),
        ] {
            let text = script(scheduler);
            let merge = text.rfind("merge").expect("is there");
            assert!(text.rfind(array).is_some_and(|at| at < merge), "{text}");
            assert!(text.contains("--shard \"$2/4\" --resume"), "{text}");
        }
    }
}
