//! `install_code` and `install_chunked_code`.

use super::{Answer, Subnet, Used, failure};
use crate::canister::InstallEnding;
use crate::canister::history::{ChangeDetails, Deployment};
use crate::execution::Installation;
use crate::management::method::Method;
use crate::management::settings::SettingsChange;
use crate::management::{
    CanisterSettings, InstallChunkedCodeArgs, InstallCodeArgs, InstallMode, decode, empty_reply,
};
use crate::message::ManagementCall;
use crate::profile::InterfaceForm;
use crate::reject::ErrorCode;
use crate::runtime::{Failure, Payload};
use crate::units::Instructions;
use sha2::{Digest, Sha256};

/// A module to be installed.
struct Module {
    bytes: Result<Payload, Failure>,
    /// What putting it together costs.
    assembly: Instructions,
    mode: InstallMode,
    arg: Payload,
    version: Option<u64>,
    /// Allocations that come with it.
    settings: SettingsChange,
}

impl Subnet {
    /// `install_code`.
    pub(super) fn install_code(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let args: InstallCodeArgs = decode(&call.arg)?;
        let place = self.controlled(args.canister_id, Method::InstallCode, call, used)?;
        let settings = self.allocations(place, &args)?;
        let module = Module {
            settings,
            bytes: Ok(args.wasm_module.into()),
            assembly: Instructions::ZERO,
            mode: args.mode,
            arg: args.arg.into(),
            version: args.sender_canister_version,
        };
        self.install_module(place, module, call, used)
    }

    /// `install_chunked_code`: the module is put together from chunks.
    pub(super) fn install_chunked_code(
        &mut self,
        call: &ManagementCall,
        used: &mut Used,
    ) -> Answer {
        let args: InstallChunkedCodeArgs = decode(&call.arg)?;
        let target = args.target_canister;
        let place = self.controlled(target, Method::InstallChunkedCode, call, used)?;
        let store = args.store_canister.unwrap_or(target);
        let store = self.chunk_source(store, call)?;
        let chunk = self.profile.management.chunk.get();
        let module = Module {
            settings: SettingsChange::default(),
            bytes: self.assemble(store, &args),
            assembly: Instructions::new(chunk.saturating_mul(args.chunk_hashes_list.len() as u64)),
            mode: args.mode,
            arg: args.arg.into(),
            version: args.sender_canister_version,
        };
        self.install_module(place, module, call, used)
    }

    /// Allocations that an install asks for, as it could until settings had a call of their own.
    fn allocations(&self, place: usize, args: &InstallCodeArgs) -> Result<SettingsChange, Failure> {
        let (compute, memory) = (&args.compute_allocation, &args.memory_allocation);
        let asked = compute.is_some() || memory.is_some();
        if !asked || self.profile.management.interface != InterfaceForm::Y2024 {
            return Ok(SettingsChange::default());
        }
        let settings = CanisterSettings {
            compute_allocation: compute.clone(),
            memory_allocation: memory.clone(),
            ..CanisterSettings::default()
        };
        let change = SettingsChange::read(settings, &self.profile.management)?;
        self.validate_change(place, &change)?;
        Ok(change)
    }

    /// The canister whose chunks are used: the sender has to control it, or be it.
    fn chunk_source(
        &self,
        store: ic_principal::Principal,
        call: &ManagementCall,
    ) -> Result<usize, Failure> {
        self.controlled(store, Method::StoredChunks, call, &mut Used::default()).map_err(|error| {
            match error.code {
                ErrorCode::CanisterNotFound => failure(
                    ErrorCode::CanisterContractViolation,
                    format!("Error from Wasm chunk store: Store canister {store} was not found"),
                ),
                _ => error,
            }
        })
    }

    fn assemble(&self, store: usize, args: &InstallChunkedCodeArgs) -> Result<Payload, Failure> {
        let wrong = |text: &str| {
            let message = format!("Error from Wasm chunk store: {text}");
            failure(ErrorCode::CanisterContractViolation, message)
        };
        let store = &self.canisters[store].chunks;
        let mut module = Vec::new();
        for chunk in &args.chunk_hashes_list {
            let id = chunk.hash.as_slice().try_into();
            let id = id.map_err(|_| wrong("Chunk hash is invalid. The length is not 32"))?;
            module.extend_from_slice(store.get(id).ok_or_else(|| wrong("a chunk was not found"))?);
        }
        match Sha256::digest(&module).as_slice() == args.wasm_module_hash {
            true => Ok(module.into()),
            false => Err(wrong("Wasm module hash does not match given hash")),
        }
    }

    fn install_module(
        &mut self,
        place: usize,
        module: Module,
        call: &ManagementCall,
        used: &mut Used,
    ) -> Answer {
        // These cost the fixed part of an execution, so they come after it is paid.
        let checked = self.check_install(place, module.mode);
        let runtime = self.runtime.clone();
        let (mut executor, canisters) = self.executor();
        let canister = &mut canisters[place];
        let sender = call.origin.caller();
        let Module { bytes: module, assembly, mode, arg, version, settings } = module;
        let installation = Installation { checked, mode, module, assembly, arg, sender };
        let outcome = executor.install_code(canister, &*runtime, installation);
        used.spend(outcome.instructions);
        let (hash, cost) = outcome.compiled;
        if outcome.result.is_ok() && !self.compiled.insert(hash) {
            let divisor = self.profile.metering.recompile_divisor.max(1);
            let cheap = Instructions::new(cost.get() / divisor);
            used.round_instructions = outcome.instructions.saturating_sub(cost) + cheap;
        }
        let mode = match mode {
            InstallMode::install => Deployment::Install,
            InstallMode::reinstall => Deployment::Reinstall,
            InstallMode::upgrade(_) => Deployment::Upgrade,
        };
        let origin = Self::change_origin(call, version);
        let ending = InstallEnding { outcome, settings, mode, origin };
        if used.round_instructions <= self.profile.limits.install_slice_instructions {
            return self.end_of_install(place, ending);
        }
        let answer = match &ending.outcome.result {
            Ok(_) => Ok(empty_reply()),
            Err(failure) => Err(failure.clone()),
        };
        self.canisters[place].ending = Some(Box::new(ending));
        answer
    }

    /// Lets an install take effect.
    pub(in crate::subnet) fn end_of_install(
        &mut self,
        place: usize,
        ending: InstallEnding,
    ) -> Answer {
        let InstallEnding { outcome, settings, mode, origin } = ending;
        let (instructions, (hash, _)) = (outcome.instructions, outcome.compiled);
        let (mut executor, canisters) = self.executor();
        executor.complete_install(&mut canisters[place], outcome)?;
        self.apply_settings(place, &settings);
        self.canisters[place].install_code_debit += instructions;
        self.note_change(place, origin, ChangeDetails::Deployment { mode, hash });
        Ok(empty_reply())
    }

    fn check_install(&self, place: usize, mode: InstallMode) -> Result<(), Failure> {
        let canister = &self.canisters[place];
        if mode == InstallMode::install && canister.code.is_some() {
            let message = format!(
                "Canister {} cannot be installed because the canister is not empty. Try installing \
                 with mode='reinstall' instead.",
                canister.id
            );
            return Err(failure(ErrorCode::CanisterNonEmpty, message));
        }
        if !canister.install_code_debit.is_zero() {
            let message = format!(
                "Canister {} is rate limited because it executed too many instructions in the \
                 previous install_code messages. Please retry installation after several minutes.",
                canister.id
            );
            return Err(failure(ErrorCode::CanisterInstallCodeRateLimited, message));
        }
        Ok(())
    }
}
