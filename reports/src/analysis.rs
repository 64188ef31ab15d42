//! What every part of a report needs, computed once, from records as they come.
//!
//! An [`Analyst`] takes a run epoch by epoch and keeps counts, samples of bounded size and the slowest
//! trees of messages. So an analysis takes no more memory for a long run than for a short one. One
//! that is made of a whole history keeps every message beside that.

use crate::accounts::Accounts;
use crate::candid::Speech;
use crate::latency::Latencies;
use crate::littles_law::{LittlesLaw, LittlesLawBroken};
use crate::messages::{Joiner, Message, Part, whole};
use crate::metrics::WarmUp;
use crate::names::Names;
use crate::run::RunReport;
use crate::steady::Steady;
use crate::tallies::Tallies;
use crate::traffic::Traffic;
use crate::trees::Trees;
use sim_core::history::History;
use sim_core::id::MessageId;
use std::collections::{BTreeMap, BTreeSet};

/// A run, joined and sampled.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Names of its subnets and canisters.
    pub names: Names,
    /// How its canisters' arguments and answers are read.
    pub speech: Speech,
    /// Its messages in order of id: all of them, or the slowest with all that they led to.
    pub messages: Vec<Message>,
    /// How many messages the slowest led to, themselves included, if not all are there.
    pub sizes: BTreeMap<MessageId, u64>,
    /// Its samples of latency.
    pub latencies: Latencies,
    /// Of the messages that were sent after the warm-up.
    pub steady: Steady,
    /// What became of messages.
    pub tallies: Tallies,
    /// Calls between subnets.
    pub traffic: Traffic,
    /// What canisters had and did.
    pub accounts: Accounts,
    /// What must hold of every run.
    law: LittlesLaw,
}

impl Analysis {
    /// Analyses a run whose records are in memory.
    pub fn of(run: &RunReport<'_>) -> Self {
        let mut analyst = Analyst::new(run.history, Speech::of(run), Keep::All);
        analyst.take(&whole(run.history), |_| {});
        analyst.finish(|_| {})
    }

    /// Its answered messages, the slowest first.
    pub fn slowest(&self) -> impl Iterator<Item = &Message> {
        let mut answered: Vec<_> =
            self.messages.iter().filter(|message| message.finished.is_some()).collect();
        answered.sort_by_key(|message| (std::cmp::Reverse(message.latency_ns()), message.id));
        answered.into_iter()
    }

    /// Whether Little's law holds.
    ///
    /// # Errors
    /// It does not: a fault of icsim.
    pub fn check(&self) -> Result<(), LittlesLawBroken> {
        self.law.check()
    }
}

/// Which messages an analysis keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Every one.
    All,
    /// The slowest, and those that they led to.
    Slowest,
}

/// An analysis in the making.
#[derive(Clone, Debug)]
pub struct Analyst {
    analysis: Analysis,
    joiner: Joiner,
    trees: Trees,
    keep: Keep,
}

impl Analyst {
    /// Begins the analysis of a run with the subnets and canisters of `history`.
    pub fn new(history: &History, speech: Speech, keep: Keep) -> Self {
        let analysis = Analysis {
            names: Names::new(history),
            speech,
            messages: Vec::new(),
            sizes: BTreeMap::new(),
            latencies: Latencies::default(),
            steady: Steady::new(history.subnets.len(), WarmUp::None),
            tallies: Tallies::new(history),
            traffic: Traffic::new(history.subnets.len()),
            accounts: Accounts::default(),
            law: LittlesLaw::new(history.duration),
        };
        let (joiner, trees) = (Joiner::default(), Trees::default());
        Analyst { analysis, joiner, trees, keep }
    }

    /// Messages sent earlier are left out of [`Analysis::steady`].
    pub fn after(mut self, warm_up: WarmUp) -> Self {
        let subnets = self.analysis.steady.ingress.len();
        self.analysis.steady = Steady::new(subnets, warm_up);
        self
    }

    /// Keeps the trees of these messages in any case.
    pub fn wanting(self, wanted: BTreeSet<MessageId>) -> Self {
        Analyst { trees: Trees::new(wanted), ..self }
    }

    /// The names that are used.
    pub fn names(&self) -> &Names {
        &self.analysis.names
    }

    /// Takes an epoch, one part for each subnet; `see` is shown the messages whose life is over.
    pub fn take(&mut self, parts: &[Part<'_>], see: impl FnMut(&Message)) {
        let analysis = &mut self.analysis;
        for record in parts.iter().flat_map(|part| part.records) {
            analysis.tallies.note(record);
            analysis.accounts.note(record);
            analysis.law.note(record);
        }
        let begun = self.joiner.take(parts, &analysis.names);
        if self.keep == Keep::Slowest {
            begun.into_iter().for_each(|(id, parent)| self.trees.begin(id, parent));
            let ended = self.joiner.ended();
            self.add(ended, see);
        }
    }

    fn add(&mut self, ended: Vec<Message>, mut see: impl FnMut(&Message)) {
        let analysis = &mut self.analysis;
        for message in ended {
            see(&message);
            analysis.latencies.add(&message);
            analysis.steady.add(&message);
            analysis.tallies.add(&message);
            analysis.traffic.add(&message);
            analysis.law.add(&message);
            match self.keep {
                Keep::All => analysis.messages.push(message),
                Keep::Slowest => self.trees.end(message),
            }
        }
    }

    /// Ends the run; `see` is shown the messages that were still under way.
    pub fn finish(mut self, see: impl FnMut(&Message)) -> Analysis {
        let rest = std::mem::take(&mut self.joiner).rest();
        self.add(rest, see);
        let Analyst { mut analysis, trees, keep, .. } = self;
        if keep == Keep::Slowest {
            (analysis.messages, analysis.sizes) = trees.finish();
        }
        analysis.accounts.finish();
        analysis.steady.finish();
        analysis
    }
}
