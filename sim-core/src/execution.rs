//! Executing one message or task on one canister: what is paid before, what runs, what is applied
//! after. After `rs/execution_environment/src/execution/{update,response,call_or_task}.rs` of
//! `dfinity/ic`.
//!
//! An [`Executor`] lends an execution what it needs of the subnet. It takes the canister's next
//! work ([`begin`](mod@begin)), runs a slice of it, and when it has ended applies its effects or
//! drops them ([`finish`](mod@finish)). [`install`](mod@install) puts code into a new canister.

mod begin;
mod finish;
mod install;
pub(crate) mod query;

use crate::call_context::CallContextId;
use crate::canister::Canister;
use crate::fees::{FeeSchedule, StorageUse};
use crate::id::{MessageId, SubnetId};
use crate::ledger::{Ledger, Prepaid};
use crate::profile::Profile;
use crate::record::{EntryKind, Event, Record};
use crate::runtime::{Closure, Failure, Response, Step, Task};
use crate::time::{SimDuration, SimTime};
use crate::units::{Cycles, Instructions};
use std::sync::Arc;

pub(crate) use begin::reject_of;
pub(crate) use install::{InstallOutcome, Installation};

/// Counts the messages made on a subnet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MessageIds {
    subnet: SubnetId,
    made: u64,
}

impl MessageIds {
    pub(crate) fn new(subnet: SubnetId) -> Self {
        MessageIds { subnet, made: 0 }
    }

    pub(crate) fn next(&mut self) -> MessageId {
        self.made += 1;
        MessageId::new(self.subnet, self.made)
    }
}

/// Where in the round an execution stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    /// When it begins.
    pub(crate) clock: SimTime,
    pub(crate) iteration: u32,
    pub(crate) thread: u32,
}

/// What an execution needs of its subnet.
pub(crate) struct Executor<'a> {
    pub(crate) subnet: SubnetId,
    pub(crate) profile: &'a Profile,
    pub(crate) fees: &'a Arc<FeeSchedule>,
    /// How full the subnet is.
    pub(crate) storage: StorageUse,
    /// Batch time, nanoseconds since 1970.
    pub(crate) batch_time: u64,
    pub(crate) place: Place,
    pub(crate) ledger: &'a mut Ledger,
    pub(crate) messages: &'a mut MessageIds,
    pub(crate) records: &'a mut Vec<Record>,
    /// Payloads, for the trace digest: records only tell their lengths.
    pub(crate) content: &'a mut Vec<u8>,
    /// Ingress messages that got their answer.
    pub(crate) answered: &'a mut Vec<(MessageId, Response)>,
}

/// An execution under way. It outlives rounds if it pauses.
pub(crate) struct Job {
    kind: EntryKind,
    message: Option<MessageId>,
    context: CallContextId,
    /// Pays for `limit` instructions.
    hold: Prepaid,
    limit: Instructions,
    /// Runs if this is a callback that fails.
    cleanup: Option<Closure>,
    /// This is a cleanup: why the callback before it failed, and what it used.
    failed_callback: Option<(Failure, Instructions)>,
    /// Kept to start over after an abort.
    task: Task,
    aborted: bool,
    /// A slice of it has run.
    resumed: bool,
}

impl Job {
    /// Whether its instance holds work of it.
    pub(crate) fn in_progress(&self) -> bool {
        !self.aborted
    }

    /// Cycles put aside for it.
    pub(crate) fn hold(&self) -> Cycles {
        self.hold.amount()
    }
}

#[cfg(test)]
impl Job {
    /// An update that has run a slice.
    pub(crate) fn under_way(id: crate::id::CanisterId) -> Job {
        let profile = Profile::default();
        let fees = Arc::new(FeeSchedule::new(&profile, 13));
        let (mut ledger, mut messages) = (Ledger::default(), MessageIds::new(id.subnet()));
        let executor = Executor {
            subnet: id.subnet(),
            profile: &profile,
            fees: &fees,
            storage: StorageUse::default(),
            batch_time: 0,
            place: Place::default(),
            ledger: &mut ledger,
            messages: &mut messages,
            records: &mut Vec::new(),
            content: &mut Vec::new(),
            answered: &mut Vec::new(),
        };
        let name = id.to_string().into();
        let mut canister = Canister::new(id, name, [].into(), &profile.management);
        let origin = crate::call_context::Origin::Task;
        let context = canister.calls.open(origin, Default::default(), None);
        let (limit, entry) = (Instructions::new(1), crate::runtime::Entry::Heartbeat);
        executor.job(&canister, EntryKind::Heartbeat, context, Prepaid::default(), limit, entry)
    }
}

impl Executor<'_> {
    /// Runs one slice of the canister's next work and returns the instructions it used.
    pub(crate) fn run_next(&mut self, canister: &mut Canister) -> Instructions {
        match canister.paused.take() {
            Some(job) => self.go_on(canister, *job),
            None => match self.next_job(canister) {
                Some(job) => self.start(canister, job),
                None => Instructions::ZERO,
            },
        }
    }

    fn start(&mut self, canister: &mut Canister, job: Job) -> Instructions {
        match &mut canister.code {
            Some(code) => {
                let step = code.instance.start(job.task.clone());
                self.after_slice(canister, job, step)
            }
            None => self.lose(canister, job),
        }
    }

    fn go_on(&mut self, canister: &mut Canister, mut job: Job) -> Instructions {
        if std::mem::take(&mut job.aborted) {
            return self.start(canister, job);
        }
        match &mut canister.code {
            Some(code) => {
                let step = code.instance.resume();
                self.after_slice(canister, job, step)
            }
            None => self.lose(canister, job),
        }
    }

    fn after_slice(&mut self, canister: &mut Canister, mut job: Job, step: Step) -> Instructions {
        match step {
            Step::Paused { instructions } => {
                let event = Event::Paused {
                    message: job.message,
                    canister: canister.id,
                    entry: job.kind,
                    iteration: self.place.iteration,
                    thread: self.place.thread,
                    instructions,
                    balance: canister.account.balance(),
                    resumed: std::mem::replace(&mut job.resumed, true),
                };
                self.record(self.place.clock, event);
                canister.paused = Some(Box::new(job));
                instructions
            }
            Step::Finished(finished) => self.finish(canister, job, *finished),
        }
    }

    /// Throws away what a paused execution has done; it starts over when its turn comes.
    pub(crate) fn abort(canister: &mut Canister, fees: &FeeSchedule, ledger: &mut Ledger) {
        if let (Some(job), Some(code)) = (&mut canister.paused, &mut canister.code)
            && !job.aborted
        {
            code.instance.abort();
            job.aborted = true;
            canister.pay_postponed(fees, ledger);
        }
    }

    /// How long `instructions` take on a thread of the subnet.
    fn duration(&self, instructions: Instructions) -> SimDuration {
        self.profile.timing.execution_time(instructions)
    }

    fn content(&mut self, payload: &[u8]) {
        self.content.extend_from_slice(payload);
    }

    fn record(&mut self, time: SimTime, event: Event) {
        self.records.push(Record { time, event });
    }
}
