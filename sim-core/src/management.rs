//! The management canister as callers see it: its methods and their Candid forms, one file for each family.
//!
//! After the interface specification, "The IC management canister", and
//! `rs/types/management_canister_types` of `dfinity/ic`. What the calls do is in `subnet::management`.

pub(crate) mod bitcoin;
pub(crate) mod chunks;
pub(crate) mod info;
mod install;
pub(crate) mod logs;
pub(crate) mod method;
pub(crate) mod outcalls;
pub(crate) mod settings;
pub(crate) mod signing;
pub(crate) mod snapshots;
pub(crate) mod status;

pub use chunks::{ChunkHash, UploadChunkArgs};
pub use install::{
    InstallChunkedCodeArgs, InstallCodeArgs, InstallMode, UpgradeOptions, WasmMemoryPersistence,
};
pub use logs::{FetchLogsArgs, FetchLogsReply, LogEntry};
pub use settings::{CanisterSettings, EnvironmentVariable, Visibility};

use crate::id::{CanisterId, SubnetId};
use crate::message::Request;
use crate::reject::ErrorCode;
use crate::runtime::{Failure, Payload};
use candid::utils::{ArgumentDecoder, decode_args};
use candid::{CandidType, Deserialize, Encode, Nat, Principal};
use method::Method;

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

/// The argument of `provisional_top_up_canister`.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct ProvisionalTopUpArgs {
    /// The canister.
    pub canister_id: Principal,
    /// Cycles to add.
    pub amount: Option<Nat>,
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

/// An argument that names a canister, and the version of the canister that calls.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct UninstallArgs {
    /// The canister.
    pub canister_id: Principal,
    /// Version of the calling canister.
    pub sender_canister_version: Option<u64>,
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

/// A payload that is not what its method expects.
pub(crate) struct InvalidPayload(pub(crate) String);

impl From<InvalidPayload> for Failure {
    fn from(invalid: InvalidPayload) -> Failure {
        let message = format!("Error decoding candid: {}", invalid.0);
        Failure { code: ErrorCode::InvalidManagementPayload, message }
    }
}

/// Reads the one argument of a call.
///
/// # Errors
/// The payload is not what the method expects.
pub(crate) fn decode<T>(arg: &[u8]) -> Result<T, Failure>
where
    (T,): for<'a> ArgumentDecoder<'a>,
{
    let (value,) = decode_args::<(T,)>(arg).map_err(|error| InvalidPayload(error.to_string()))?;
    Ok(value)
}

/// The canister a client's call is about, which pays for it; none when one is created.
///
/// # Errors
/// The method does not exist, is not for clients, or does not say which canister it is about.
pub fn effective_canister(method: &str, arg: &[u8]) -> Result<Option<CanisterId>, Failure> {
    let Some(known) = Method::named(method) else {
        let message = format!("ic00 interface does not expose method {method}");
        return Err(Failure { code: ErrorCode::CanisterMethodNotFound, message });
    };
    match (known.audience(), known) {
        (method::Audience::Canisters | method::Audience::Queries, _) => {
            let message = format!("clients cannot call {method} of the management canister");
            Err(Failure { code: ErrorCode::CanisterRejectedMessage, message })
        }
        (_, Method::ProvisionalCreate) => Ok(None),
        (_, Method::InstallChunkedCode) => decode::<InstallChunkedCodeArgs>(arg)
            .and_then(|args| named(args.target_canister))
            .map(Some),
        _ => decode::<CanisterIdRecord>(arg).and_then(|args| named(args.canister_id)).map(Some),
    }
}

/// Where a canister's request goes: a call of the management canister goes to the subnet of the
/// canister it is about. Other requests go where they say.
///
/// # Errors
/// Nobody could answer the call, or it tells a wrong version of its sender
/// (`resolve_destination`, `rs/system_api/src/routing.rs`, and `validate_sender_canister_version`,
/// `rs/system_api/src/sandbox_safe_system_state.rs`).
pub(crate) fn route_management(
    request: &Request,
    own: SubnetId,
    sender_version: u64,
) -> Result<CanisterId, Failure> {
    if !request.callee.is_management() {
        return Ok(request.callee);
    }
    check_sender_version(&request.arg, sender_version)?;
    if request.callee != CanisterId::MANAGEMENT {
        let named = request.callee.subnet();
        return Ok(if named == own { CanisterId::MANAGEMENT } else { request.callee });
    }
    let unroutable = |why: &str| Failure {
        code: ErrorCode::UnroutableManagementCall,
        message: format!("Unable to route management canister request {}: {why}", request.method),
    };
    let method = Method::named(&request.method).ok_or_else(|| unroutable("MethodNotFound"))?;
    let subnet = if method.is_about_a_canister() {
        let canister = match method {
            Method::InstallChunkedCode => {
                decode::<InstallChunkedCodeArgs>(&request.arg).map(|args| args.target_canister)
            }
            _ => decode::<CanisterIdRecord>(&request.arg).map(|args| args.canister_id),
        };
        let canister = canister.map_err(|error| unroutable(&error.message))?;
        named(canister).map_err(|_| unroutable("SubnetNotFound"))?.subnet()
    } else if matches!(method, Method::NodeMetricsHistory | Method::SubnetInfo) {
        let args = decode::<info::SubnetArgs>(&request.arg);
        let args = args.map_err(|error| unroutable(&error.message))?;
        SubnetId::from_principal(&args.subnet_id).ok_or_else(|| unroutable("SubnetNotFound"))?
    } else {
        own
    };
    Ok(if subnet == own { CanisterId::MANAGEMENT } else { CanisterId::management_of(subnet) })
}

/// The version a canister says it has has to be the one it had when it called.
fn check_sender_version(arg: &[u8], version: u64) -> Result<(), Failure> {
    #[derive(CandidType, Deserialize)]
    struct Versioned {
        sender_canister_version: Option<u64>,
    }
    let told = decode::<Versioned>(arg).ok().and_then(|args| args.sender_canister_version);
    if told.is_none_or(|told| told == version) {
        return Ok(());
    }
    let message = format!(
        "Management canister call payload includes sender canister version {told:?} that does not \
         match the actual sender canister version {version}."
    );
    Err(Failure { code: ErrorCode::CanisterContractViolation, message })
}

/// The canister called `principal`.
///
/// # Errors
/// It has not the form of a canister id.
pub(crate) fn named(principal: Principal) -> Result<CanisterId, Failure> {
    CanisterId::from_principal(&principal).ok_or_else(|| Failure {
        code: ErrorCode::CanisterNotFound,
        message: format!("Canister {principal} not found."),
    })
}

/// A Candid `nat` of at most `most`.
///
/// # Errors
/// It is greater: names the setting.
pub(crate) fn whole(nat: &Nat, name: &str, most: u64) -> Result<u64, Failure> {
    let value = u64::try_from(&nat.0).ok().filter(|value| *value <= most);
    value.ok_or_else(|| out_of_range(nat, name, &most.to_string()))
}

/// A Candid `nat` of at most 128 bits.
///
/// # Errors
/// It is greater: names the setting.
pub(crate) fn number(nat: &Nat, name: &str) -> Result<u128, Failure> {
    u128::try_from(&nat.0).map_err(|_| out_of_range(nat, name, "2^128-1"))
}

fn out_of_range(nat: &Nat, name: &str, most: &str) -> Failure {
    let message = format!("{name} expected to be in the range [0..{most}], got {nat}");
    Failure { code: ErrorCode::CanisterContractViolation, message }
}

/// A Candid `nat` as cycles; more than fits is the largest amount.
pub(crate) fn saturated(nat: &Nat) -> crate::units::Cycles {
    crate::units::Cycles::new(u128::try_from(&nat.0).unwrap_or(u128::MAX))
}

/// The empty reply `()`.
pub(crate) fn empty_reply() -> Payload {
    b"DIDL\0\0".as_slice().into()
}

/// A reply of one value.
pub(crate) fn reply<T: CandidType>(value: &T) -> Payload {
    // Encoding plain numbers, texts and bytes into memory cannot fail.
    Encode!(value).unwrap_or_default().into()
}

/// A reply that names a canister.
pub(crate) fn canister_id_reply(canister: CanisterId) -> Payload {
    reply(&CanisterIdRecord { canister_id: canister.principal() })
}
