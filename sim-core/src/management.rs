//! Calls to the management canister: their Candid forms, and what they ask for.
//!
//! After the interface specification, "The IC management canister", and `rs/types/management_canister_types`
//! of `dfinity/ic`.

use crate::id::CanisterId;
use crate::reject::ErrorCode;
use crate::runtime::{Failure, Payload};
use crate::units::Cycles;
use candid::{CandidType, Decode, Deserialize, Encode, Nat, Principal};

/// Settings as given with `create_canister` and `update_settings`; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, CandidType, Deserialize)]
pub struct CanisterSettings {
    /// At most ten.
    pub controllers: Option<Vec<Principal>>,
    /// Percent of a thread, 0 to 100.
    pub compute_allocation: Option<Nat>,
    /// Bytes.
    pub memory_allocation: Option<Nat>,
    /// Seconds.
    pub freezing_threshold: Option<Nat>,
    /// Cycles.
    pub reserved_cycles_limit: Option<Nat>,
    /// Who may read the log.
    pub log_visibility: Option<LogVisibility>,
    /// Bytes.
    pub wasm_memory_limit: Option<Nat>,
}

/// Who may read a canister's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub enum LogVisibility {
    /// Its controllers.
    controllers,
    /// Everybody.
    public,
}

/// The argument of `provisional_create_canister_with_cycles`.
#[derive(Clone, Debug, Default, CandidType, Deserialize)]
pub struct ProvisionalCreateArgs {
    /// Cycles to create it with.
    pub amount: Option<Nat>,
    /// Its settings.
    pub settings: Option<CanisterSettings>,
    /// The id it is to have.
    pub specified_id: Option<Principal>,
    /// Version of the calling canister.
    pub sender_canister_version: Option<u64>,
}

/// The argument of `create_canister`.
#[derive(Clone, Debug, Default, CandidType, Deserialize)]
pub struct CreateArgs {
    /// Its settings.
    pub settings: Option<CanisterSettings>,
    /// Version of the calling canister.
    pub sender_canister_version: Option<u64>,
}

/// An argument that names a canister.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct CanisterIdRecord {
    /// The canister.
    pub canister_id: Principal,
}

/// The argument of `update_settings`.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct UpdateSettingsArgs {
    /// The canister.
    pub canister_id: Principal,
    /// The new settings.
    pub settings: CanisterSettings,
    /// Version of the calling canister.
    pub sender_canister_version: Option<u64>,
}

/// How `install_code` treats what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub enum InstallMode {
    /// Into an empty canister.
    install,
    /// Throwing away code and state.
    reinstall,
    /// Keeping stable memory.
    upgrade(Option<UpgradeOptions>),
}

/// Options of an upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct UpgradeOptions {
    /// Do not run `canister_pre_upgrade`.
    pub skip_pre_upgrade: Option<bool>,
}

/// The argument of `install_code`.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct InstallCodeArgs {
    /// What to do with what is there.
    pub mode: InstallMode,
    /// The canister.
    pub canister_id: Principal,
    /// The module.
    pub wasm_module: Vec<u8>,
    /// The argument of its entry point.
    pub arg: Vec<u8>,
    /// Percent of a thread.
    pub compute_allocation: Option<Nat>,
    /// Bytes.
    pub memory_allocation: Option<Nat>,
    /// Version of the calling canister.
    pub sender_canister_version: Option<u64>,
}

/// What a management call asks for.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    ProvisionalCreate { cycles: Option<Cycles>, settings: CanisterSettings },
    Create { settings: CanisterSettings },
    Install { canister: CanisterId, mode: InstallMode, module: Payload, arg: Payload },
    UpdateSettings { canister: CanisterId, settings: CanisterSettings },
    Start(CanisterId),
    Stop(CanisterId),
    Uninstall(CanisterId),
    Delete(CanisterId),
    Status(CanisterId),
    Deposit(CanisterId),
}

impl Command {
    /// Reads a call.
    ///
    /// # Errors
    /// The method does not exist, or its payload is not what it expects.
    pub(crate) fn decode(method: &str, arg: &[u8]) -> Result<Command, Failure> {
        let invalid = |error: candid::Error| Failure {
            code: ErrorCode::InvalidManagementPayload,
            message: format!("the payload of `{method}` cannot be read: {error}"),
        };
        let canister = || -> Result<CanisterId, Failure> {
            let record = Decode!(arg, CanisterIdRecord).map_err(invalid)?;
            named(record.canister_id)
        };
        Ok(match method {
            "provisional_create_canister_with_cycles" => {
                let args = Decode!(arg, ProvisionalCreateArgs).map_err(invalid)?;
                let settings = args.settings.unwrap_or_default();
                Command::ProvisionalCreate { cycles: args.amount.map(cycles), settings }
            }
            "create_canister" => {
                let args = Decode!(arg, CreateArgs).map_err(invalid)?;
                Command::Create { settings: args.settings.unwrap_or_default() }
            }
            "install_code" => {
                let args = Decode!(arg, InstallCodeArgs).map_err(invalid)?;
                let canister = named(args.canister_id)?;
                let (module, arg) = (args.wasm_module.into(), args.arg.into());
                Command::Install { canister, mode: args.mode, module, arg }
            }
            "update_settings" => {
                let args = Decode!(arg, UpdateSettingsArgs).map_err(invalid)?;
                let canister = named(args.canister_id)?;
                Command::UpdateSettings { canister, settings: args.settings }
            }
            "start_canister" => Command::Start(canister()?),
            "stop_canister" => Command::Stop(canister()?),
            "uninstall_code" => Command::Uninstall(canister()?),
            "delete_canister" => Command::Delete(canister()?),
            "canister_status" => Command::Status(canister()?),
            "deposit_cycles" => Command::Deposit(canister()?),
            _ => {
                let message = format!("the management canister has no method `{method}`");
                return Err(Failure { code: ErrorCode::UnknownManagementMessage, message });
            }
        })
    }
}

fn named(principal: Principal) -> Result<CanisterId, Failure> {
    CanisterId::from_principal(&principal).ok_or_else(|| Failure {
        code: ErrorCode::CanisterNotFound,
        message: format!("{principal} is no canister"),
    })
}

/// A Candid `nat` as cycles; more than fits is the largest amount.
pub(crate) fn cycles(nat: Nat) -> Cycles {
    Cycles::new(u128::try_from(nat.0).unwrap_or(u128::MAX))
}

/// The empty reply `()`.
pub(crate) fn empty_reply() -> Payload {
    b"DIDL\0\0".as_slice().into()
}

/// A reply that names a canister.
pub(crate) fn canister_id_reply(canister: CanisterId) -> Payload {
    let record = CanisterIdRecord { canister_id: canister.principal() };
    // Encoding a principal into memory cannot fail.
    Encode!(&record).unwrap_or_default().into()
}
