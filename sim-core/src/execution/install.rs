//! Putting code into a canister: install, reinstall and upgrade, as one atomic step each.
//!
//! After `rs/execution_environment/src/execution/{install,upgrade}.rs` of `dfinity/ic`.

use super::Executor;
use super::begin::failure;
use crate::canister::low_memory::LowMemoryHook;
use crate::canister::{Canister, Code};
use crate::fees::Charge;
use crate::ledger::Prepaid;
use crate::management::{InstallMode, UpgradeOptions, WasmMemoryPersistence};
use crate::record::{EntryKind, Event};
use crate::reject::ErrorCode;
use crate::runtime::Step;
use crate::runtime::{
    Effects, Entry, Failure, GivenState, Instance, InstructionLimits, InvalidModule, Payload,
    Program, Runtime, StableImage, StableSource, Task,
};
use crate::units::{Cycles, Instructions};
use ic_principal::Principal;
use std::sync::Arc;

/// What `install_code` is to do.
pub(crate) struct Installation {
    /// Why it may not be done, if so.
    pub(crate) checked: Result<(), Failure>,
    pub(crate) mode: InstallMode,
    /// The module, or why it could not be put together.
    pub(crate) module: Result<Payload, Failure>,
    /// What putting it together costs.
    pub(crate) assembly: Instructions,
    pub(crate) arg: Payload,
    pub(crate) sender: Principal,
}

/// What it came to. Nothing of it can be seen before [`Executor::complete_install`].
pub(crate) struct InstallOutcome {
    pub(crate) instructions: Instructions,
    /// The module's hash, and what compiling it costs.
    pub(crate) compiled: ([u8; 32], Instructions),
    pub(crate) result: Result<Takeover, Failure>,
    /// What was put aside to pay for it; none if that was not possible.
    hold: Option<Prepaid>,
    wasm64: bool,
}

impl InstallOutcome {
    /// Cycles put aside for it.
    pub(crate) fn hold(&self) -> Cycles {
        self.hold.as_ref().map_or(Cycles::ZERO, Prepaid::amount)
    }
}

/// New code that is ready to take a canister over.
pub(crate) struct Takeover {
    code: Code,
    upgrade: bool,
    effects: Effects,
}

/// What an upgrade keeps of the old code's memories.
struct Kept {
    stable: StableImage,
    heap: Option<Vec<u8>>,
}

/// The custom section of modules whose heap survives an upgrade.
const PERSISTENT_HEAP: &str = "enhanced-orthogonal-persistence";

/// Whether an upgrade keeps the heap (`rs/execution_environment/src/execution/upgrade.rs`).
fn keeps_heap(
    old: &dyn Program,
    new: &dyn Program,
    options: UpgradeOptions,
) -> Result<bool, Failure> {
    match options.wasm_memory_persistence {
        Some(WasmMemoryPersistence::replace) => Ok(false),
        Some(WasmMemoryPersistence::keep) if new.metadata(PERSISTENT_HEAP).is_some() => Ok(true),
        Some(WasmMemoryPersistence::keep) => Err(failure(
            ErrorCode::CanisterContractViolation,
            "Invalid upgrade option: the new module has no persistent heap to keep".to_owned(),
        )),
        None if old.metadata(PERSISTENT_HEAP).is_some() => Err(failure(
            ErrorCode::CanisterContractViolation,
            "Missing upgrade option: the canister's heap is persistent; say whether to keep it"
                .to_owned(),
        )),
        None => Ok(false),
    }
}

/// A swap of code under way.
struct Swap {
    caller: Principal,
    budget: Instructions,
    used: Instructions,
    effects: Effects,
    /// Lines printed, kept even if it fails.
    log: Vec<Box<[u8]>>,
}

impl Executor<'_> {
    /// Installs code before the run begins.
    ///
    /// # Errors
    /// The canister cannot pay, or its code failed; it is left without code.
    pub(crate) fn set_up(
        &mut self,
        canister: &mut Canister,
        program: Arc<dyn Program>,
        arg: Payload,
    ) -> Result<(), Failure> {
        let limits = &self.profile.limits;
        let budget =
            limits.install_instructions.min(program.compile_cost() + limits.setup_instructions);
        let wasm64 = program.is_wasm64();
        let hold = self.prepay_install(canister, wasm64)?;
        let installer = canister.controllers.first().copied().unwrap_or(Principal::anonymous());
        let mut swap = Swap::new(installer, budget, program.compile_cost());
        let prepared = self.prepare_code(canister, program, InstallMode::install, arg, &mut swap);
        let cost = self.settle_install(canister, hold, swap.used, wasm64);
        let result = prepared.map(|takeover| self.take_over(canister, takeover));
        canister.totals.instructions += swap.used;
        canister.totals.executions += 1;
        let event = Event::Executed {
            message: None,
            canister: canister.id,
            entry: EntryKind::Install,
            iteration: 0,
            thread: 0,
            instructions: swap.used,
            duration: self.duration(swap.used),
            cost,
            balance: canister.account.balance(),
            heap_delta: crate::units::Bytes::ZERO,
            resumed: false,
            failure: result.as_ref().err().map(|failure| failure.code),
        };
        self.record(self.place.clock, event);
        result
    }

    /// Upgrades a canister to a compiled program, at its own expense.
    ///
    /// # Errors
    /// The canister cannot pay, or code failed; it is as it was.
    pub(crate) fn upgrade(
        &mut self,
        canister: &mut Canister,
        program: Arc<dyn Program>,
        arg: Payload,
    ) -> Result<(), Failure> {
        let limit = self.profile.limits.install_instructions;
        let wasm64 = program.is_wasm64();
        let hold = self.prepay_install(canister, wasm64)?;
        let caller = canister.controllers.first().copied().unwrap_or(Principal::anonymous());
        let mut swap = Swap::new(caller, limit, program.compile_cost());
        let mode = InstallMode::upgrade(None);
        let prepared = self.prepare_code(canister, program, mode, arg, &mut swap);
        self.settle_install(canister, hold, swap.used, wasm64);
        prepared.map(|takeover| self.take_over(canister, takeover))
    }

    /// Works out what installing code on behalf of a controller comes to.
    pub(crate) fn install_code(
        &mut self,
        canister: &mut Canister,
        runtime: &dyn Runtime,
        installation: Installation,
    ) -> InstallOutcome {
        let nothing = ([0; 32], Instructions::ZERO);
        let limit = self.profile.limits.install_instructions;
        // The new module's width decides the price; one that cannot be read costs as 32-bit code.
        let module = installation.module.as_deref().unwrap_or_default();
        let program = runtime.compile(module);
        let wasm64 = program.as_ref().is_ok_and(|program| program.is_wasm64());
        let hold = match self.prepay_install(canister, wasm64) {
            Ok(hold) => hold,
            Err(failure) => {
                let (instructions, result) = (Instructions::ZERO, Err(failure));
                let (compiled, hold) = (nothing, None);
                return InstallOutcome { instructions, compiled, result, hold, wasm64 };
            }
        };
        let mut used = Instructions::ZERO;
        let (compiled, result) = match self.admit(&installation, program, &mut used) {
            Err(failure) => (nothing, Err(failure)),
            Ok(program) => {
                let compiled = (program.hash(), program.compile_cost());
                let mut swap = Swap::new(installation.sender, limit, used + compiled.1);
                let Installation { mode, arg, .. } = installation;
                let result = self.prepare_code(canister, program, mode, arg, &mut swap);
                used = swap.used;
                (compiled, result)
            }
        };
        InstallOutcome { instructions: used, compiled, result, hold: Some(hold), wasm64 }
    }

    /// Lets an install that has ended take effect: it is paid for, and if it succeeded the new code
    /// takes over.
    ///
    /// # Errors
    /// It did not succeed.
    pub(crate) fn complete_install(
        &mut self,
        canister: &mut Canister,
        outcome: InstallOutcome,
    ) -> Result<(), Failure> {
        if let Some(hold) = outcome.hold {
            self.settle_install(canister, hold, outcome.instructions, outcome.wasm64);
        }
        outcome.result.map(|takeover| self.take_over(canister, takeover))
    }

    /// Checks an installation; `used` is what that and compiling its module in vain took.
    fn admit(
        &self,
        installation: &Installation,
        program: Result<Arc<dyn Program>, InvalidModule>,
        used: &mut Instructions,
    ) -> Result<Arc<dyn Program>, Failure> {
        installation.checked.clone()?;
        *used += installation.assembly;
        let module = installation.module.as_ref().map_err(Clone::clone)?;
        program.map_err(|invalid| {
            let weight = self.profile.metering.compile_per_operator;
            *used += weight.saturating_mul(module.len() as u64);
            failure(invalid.code, invalid.to_string())
        })
    }

    fn settle_install(
        &mut self,
        canister: &mut Canister,
        hold: Prepaid,
        used: Instructions,
        wasm64: bool,
    ) -> Cycles {
        let limit = self.profile.limits.install_instructions;
        let charge = Charge::Execution { limit, used, wasm64 };
        let price = self.fees.price(&charge);
        self.ledger.settle(hold, price, charge, &mut canister.account)
    }

    fn prepay_install(
        &mut self,
        canister: &mut Canister,
        wasm64: bool,
    ) -> Result<Prepaid, Failure> {
        let limit = self.profile.limits.install_instructions;
        let fees = if wasm64 { self.fees.wasm64() } else { self.fees.clone() };
        self.prepay_price(canister, fees.execution(limit))
    }

    /// Runs the entry points of old and new code. The canister is as it was afterwards; only if all
    /// succeed is there code to take it over.
    fn prepare_code(
        &mut self,
        canister: &mut Canister,
        program: Arc<dyn Program>,
        mode: InstallMode,
        arg: Payload,
        swap: &mut Swap,
    ) -> Result<Takeover, Failure> {
        let upgrade = mode.upgrade_options();
        let kept = match upgrade {
            Some(options) => Some(self.save(canister, &*program, options, swap)?),
            None => None,
        };
        let installed = self.start_new(canister, &program, kept, arg, swap);
        self.log(canister, std::mem::take(&mut swap.log), self.place.clock);
        let affordable = installed.and_then(|instance| {
            let code = Code { program, instance };
            self.check_not_frozen(canister, &code, swap).map(|()| code)
        });
        if let Some(code) = &mut canister.code {
            code.instance.rollback();
        }
        let effects = std::mem::take(&mut swap.effects);
        affordable.map(|code| Takeover { code, upgrade: upgrade.is_some(), effects })
    }

    /// `canister_pre_upgrade` of the old code, and the memories it leaves. Nothing is committed yet.
    fn save(
        &mut self,
        canister: &mut Canister,
        new: &dyn Program,
        options: UpgradeOptions,
        swap: &mut Swap,
    ) -> Result<Kept, Failure> {
        let surroundings = self.plain_surroundings(canister);
        let Some(code) = &mut canister.code else {
            let message = format!("canister {} has no code to upgrade", canister.id);
            return Err(failure(ErrorCode::CanisterWasmModuleNotFound, message));
        };
        let keep = keeps_heap(&*code.program, new, options)?;
        let skip = options.skip_pre_upgrade == Some(true);
        if code.program.exports().pre_upgrade && !skip {
            swap.run(&mut *code.instance, Entry::PreUpgrade, surroundings)?;
            // New code begins without a timer.
            swap.effects.global_timer = None;
        }
        let heap = match keep {
            true => code.instance.read_heap(0, code.instance.memory().heap.get()),
            false => None,
        };
        Ok(Kept { stable: code.instance.stable_image(), heap })
    }

    fn start_new(
        &mut self,
        canister: &Canister,
        program: &Arc<dyn Program>,
        kept: Option<Kept>,
        arg: Payload,
        swap: &mut Swap,
    ) -> Result<Box<dyn Instance>, Failure> {
        let upgrade = kept.is_some();
        let mut instance = match kept {
            Some(Kept { stable, heap: Some(heap) }) => {
                let stable = StableSource::Image(stable);
                program.instantiate_given(GivenState { heap, stable, globals: None })?
            }
            Some(Kept { stable, heap: None }) => program.instantiate_with(stable)?,
            None => program.instantiate()?,
        };
        let exports = program.exports();
        let start = exports.start.then_some(Entry::Start);
        let then = match upgrade {
            true => exports.post_upgrade.then_some(Entry::PostUpgrade { arg }),
            false => exports.init.then_some(Entry::Init { arg }),
        };
        for entry in [start, then].into_iter().flatten() {
            let mut surroundings = self.plain_surroundings(canister);
            surroundings.version += 1;
            // What the old code takes up is given back.
            surroundings.memory_room += canister.execution_memory();
            surroundings.global_timer = swap.effects.global_timer.unwrap_or(0);
            swap.run(&mut *instance, entry, surroundings)?;
            instance.commit();
        }
        Ok(instance)
    }

    fn take_over(&mut self, canister: &mut Canister, takeover: Takeover) {
        let Takeover { code, upgrade, effects } = takeover;
        self.reserve_for(canister, &code);
        // It was checked that the canister has as much.
        let burned = effects.cycles_burned;
        if !burned.is_zero() {
            let charge = Charge::Burn { amount: burned };
            let _ = self.ledger.burn(&mut canister.account, burned, charge);
        }
        if canister.code.is_some() && !upgrade {
            canister.log.clear();
        }
        canister.code = Some(code);
        canister.hook = LowMemoryHook::default();
        canister.version += 1;
        canister.tasks.clear();
        canister.timer = effects.global_timer.filter(|time| *time != 0);
        if !upgrade || effects.certified_data.is_some() {
            canister.certified_data = effects.certified_data.unwrap_or_default();
        }
        canister.measure(self.fees);
    }

    /// What memory that the new code takes in addition has to be paid for ahead.
    fn reservation(&self, canister: &Canister, code: &Code) -> Cycles {
        let more = canister.memory_with(code).saturating_sub(canister.memory());
        self.fees.reservation(more, self.storage)
    }

    fn reserve_for(&mut self, canister: &mut Canister, code: &Code) {
        let reserve = self.reservation(canister, code);
        // It was checked that the canister has as much.
        let _ = self.ledger.reserve(&mut canister.account, reserve);
    }

    /// With the new code the canister must not be frozen at once.
    fn check_not_frozen(
        &self,
        canister: &Canister,
        code: &Code,
        swap: &Swap,
    ) -> Result<(), Failure> {
        // What was put aside for the install and not used comes back.
        let unused = self.profile.limits.install_instructions.saturating_sub(swap.used);
        let unused = self.fees.execution_refund(unused);
        let balance = canister.account.balance() + unused;
        let burned = swap.effects.cycles_burned;
        let limit = canister.options.wasm_memory_limit;
        if !limit.is_zero() && code.instance.memory().heap > limit {
            let message = format!("the heap exceeds its limit of {limit} bytes");
            return Err(failure(ErrorCode::CanisterWasmMemoryLimitExceeded, message));
        }
        let reserve = self.reservation(canister, code);
        let reserved = canister.account.reserved() + reserve;
        if !reserve.is_zero() && reserved > canister.reserved_cycles_limit {
            let limit = canister.reserved_cycles_limit;
            let message = format!("{reserved} cycles would be reserved, and the limit is {limit}");
            return Err(failure(ErrorCode::ReservedCyclesLimitExceededInMemoryGrow, message));
        }
        let threshold = canister.freezing_threshold_with(code, self.fees, reserved);
        if balance >= threshold + burned + reserve {
            return Ok(());
        }
        let missing = (threshold + burned + reserve).saturating_sub(balance);
        let message = format!(
            "Canister cannot grow memory due to insufficient cycles. At least {missing} additional \
             cycles are required."
        );
        Err(failure(ErrorCode::InsufficientCyclesInMemoryGrow, message))
    }
}

impl Swap {
    fn new(caller: Principal, budget: Instructions, used: Instructions) -> Swap {
        Swap { caller, budget, used, effects: Effects::default(), log: Vec::new() }
    }

    /// Runs one entry point with all its slices and keeps what it set.
    fn run(
        &mut self,
        instance: &mut dyn Instance,
        entry: Entry,
        mut surroundings: crate::runtime::Surroundings,
    ) -> Result<(), Failure> {
        surroundings.caller = self.caller;
        let left = self.budget.saturating_sub(self.used);
        let limits = InstructionLimits { message: left, slice: left };
        let mut step = instance.start(Task { entry, surroundings, limits });
        let finished = loop {
            match step {
                Step::Paused { .. } => step = instance.resume(),
                Step::Finished(finished) => break finished,
            }
        };
        self.used += finished.instructions;
        self.log.extend(finished.log);
        let effects = finished.outcome?;
        self.effects.cycles_burned += effects.cycles_burned;
        self.effects.global_timer = effects.global_timer.or(self.effects.global_timer);
        let certified = effects.certified_data.or(self.effects.certified_data.take());
        self.effects.certified_data = certified;
        Ok(())
    }
}
