//! Putting code into a canister that has none, before the run begins.

use super::Executor;
use super::begin::failure;
use crate::canister::{Canister, Code};
use crate::ledger::UseCase;
use crate::record::{EntryKind, Event};
use crate::reject::ErrorCode;
use crate::runtime::{
    Effects, Entry, Failure, Instance, InstructionLimits, Payload, Program, Step, Task,
};
use crate::units::Instructions;
use std::sync::Arc;

/// A canister's new code, and what its first entry points did.
type Installed = (Box<dyn Instance>, Effects);

impl Executor<'_> {
    /// Compiles nothing and copies nothing: instantiates `program`, runs `(start)` and
    /// `canister_init`, and charges for compilation and execution as an install does.
    ///
    /// # Errors
    /// The canister cannot pay, or its code failed; it is left without code.
    pub(crate) fn install(
        &mut self,
        canister: &mut Canister,
        program: Arc<dyn Program>,
        arg: Payload,
    ) -> Result<(), Failure> {
        let limits = &self.profile.limits;
        let limit = limits.install_instructions;
        let hold = self.prepay(canister, limit)?;
        let budget = limit.min(program.compile_cost() + limits.setup_instructions);
        let (used, installed) = self.run_install(canister, &program, arg, budget);
        let refund = self.fees.execution_refund(limit.saturating_sub(used));
        let cost = hold.amount().saturating_sub(refund);
        self.ledger.settle(hold, cost, UseCase::Execution, &mut canister.account);
        canister.totals.instructions += used;
        canister.totals.executions += 1;
        let event = Event::Executed {
            message: None,
            canister: canister.id,
            entry: EntryKind::Install,
            iteration: 0,
            thread: 0,
            instructions: used,
            duration: self.duration(used),
            cost,
            failure: installed.as_ref().err().map(|failure| failure.code),
        };
        self.record(self.place.clock, event);
        let (instance, effects) = installed?;
        canister.code = Some(Code { program, instance });
        canister.version += 1;
        canister.measure(self.fees, limits);
        canister.timer = effects.global_timer.filter(|time| *time != 0);
        canister.certified_data = effects.certified_data.unwrap_or_default();
        if canister.account.balance() < canister.freezing_threshold() {
            let message = format!(
                "its balance of {} cycles is below its freezing threshold of {} cycles",
                canister.account.balance(),
                canister.freezing_threshold()
            );
            return Err(failure(ErrorCode::CanisterOutOfCycles, message));
        }
        Ok(())
    }

    /// Runs `(start)`, then `canister_init`. Returns the instructions used, compilation included,
    /// also if they failed.
    fn run_install(
        &mut self,
        canister: &Canister,
        program: &Arc<dyn Program>,
        arg: Payload,
        budget: Instructions,
    ) -> (Instructions, Result<Installed, Failure>) {
        let mut used = program.compile_cost();
        let mut instance = match program.instantiate() {
            Ok(instance) => instance,
            Err(failure) => return (used, Err(failure)),
        };
        let mut effects = Effects::default();
        let exports = program.exports();
        let start = exports.start.then_some(Entry::Start);
        let init = exports.init.then_some(Entry::Init { arg });
        for entry in [start, init].into_iter().flatten() {
            let left = budget.saturating_sub(used);
            let task = Task {
                entry,
                surroundings: self.plain_surroundings(canister),
                limits: InstructionLimits { message: left, slice: left },
            };
            let finished = loop_to_end(&mut *instance, task);
            used += finished.0;
            match finished.1 {
                Ok(entry_effects) => {
                    instance.commit();
                    effects = merge(effects, entry_effects);
                }
                Err(failure) => return (used, Err(failure)),
            }
        }
        (used, Ok((instance, effects)))
    }
}

/// Runs a task with all its slices.
fn loop_to_end(
    instance: &mut dyn Instance,
    task: Task,
) -> (Instructions, Result<Effects, Failure>) {
    let mut step = instance.start(task);
    loop {
        match step {
            Step::Paused { .. } => step = instance.resume(),
            Step::Finished(finished) => return (finished.instructions, finished.outcome),
        }
    }
}

/// What `(start)` set stays unless `canister_init` sets it again.
fn merge(earlier: Effects, later: Effects) -> Effects {
    Effects {
        global_timer: later.global_timer.or(earlier.global_timer),
        certified_data: later.certified_data.or(earlier.certified_data),
        ..later
    }
}
