//! Reject codes and error codes, numbered as in `rs/types/error_types/src/lib.rs` of `dfinity/ic`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a caller sees as the kind of a failure (interface specification, "Reject codes").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[repr(u8)]
pub enum RejectCode {
    /// Fatal system error, a retry is unlikely to help.
    SysFatal = 1,
    /// Transient system error, a retry might help.
    SysTransient = 2,
    /// The destination does not exist.
    DestinationInvalid = 3,
    /// The canister rejected the call by itself.
    CanisterReject = 4,
    /// The canister failed (trapped, did not reply, is stopped…).
    CanisterError = 5,
    /// Nobody knows whether the call was executed.
    SysUnknown = 6,
}

impl RejectCode {
    /// The number canisters see.
    pub const fn number(self) -> u8 {
        self as u8
    }
}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal),* $(,)?) => {
        /// The precise cause of a failure; its hundreds digit decides the reject code.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize
        )]
        #[repr(u16)]
        pub enum ErrorCode { $($(#[$doc])* $name = $number),* }

        impl ErrorCode {
            /// The code's name, as in the replica's sources.
            pub const fn name(self) -> &'static str {
                match self { $(ErrorCode::$name => stringify!($name)),* }
            }

            /// Every code, in order of number.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name),*];
        }
    };
}

error_codes! {
    /// Something outside the network failed; the network has no error code of its own for it.
    OutcallFailed = 100,
    /// The subnet has no room left.
    SubnetOversubscribed = 101,
    /// The subnet has as many canisters as it may.
    MaxNumberOfCanistersReached = 102,
    /// A queue between two canisters is full.
    CanisterQueueFull = 201,
    /// An ingress message expired before it was inducted, or a request waited too long for room in
    /// a stream.
    IngressMessageTimeout = 202,
    /// The canister has messages in its queues.
    CanisterQueueNotEmpty = 203,
    /// The ingress history is full.
    IngressHistoryFull = 204,
    /// The canister did not stop in time.
    StopCanisterRequestTimeout = 206,
    /// Not enough cycles above the freezing threshold.
    CanisterOutOfCycles = 207,
    /// Recent installs of the canister used too many instructions.
    CanisterInstallCodeRateLimited = 209,
    /// The canister changed too much memory in recent rounds.
    CanisterHeapDeltaRateLimited = 210,
    /// No subnet can be found for a management call; the network has no error code of its own for
    /// it.
    UnroutableManagementCall = 300,
    /// There is no such canister.
    CanisterNotFound = 301,
    /// The canister has no such snapshot.
    CanisterSnapshotNotFound = 305,
    /// The canister needs more memory than it was allocated.
    InsufficientMemoryAllocation = 402,
    /// Too few cycles to create a canister.
    InsufficientCyclesForCreateCanister = 403,
    /// There is no such subnet.
    SubnetNotFound = 404,
    /// The subnet does not own the canister id.
    CanisterNotHostedBySubnet = 405,
    /// The canister rejected the message itself.
    CanisterRejectedMessage = 406,
    /// The management canister has no such method.
    UnknownManagementMessage = 407,
    /// The payload of a management call cannot be read.
    InvalidManagementPayload = 408,
    /// The Wasm code trapped.
    CanisterTrapped = 502,
    /// The canister called `ic0.trap`.
    CanisterCalledTrap = 503,
    /// The canister used the System API against its rules.
    CanisterContractViolation = 504,
    /// The module was refused.
    CanisterInvalidWasm = 505,
    /// The canister answered nothing and waits for nothing.
    CanisterDidNotReply = 506,
    /// The canister needs more memory than there is.
    CanisterOutOfMemory = 507,
    /// The canister is stopped.
    CanisterStopped = 508,
    /// The canister is stopping.
    CanisterStopping = 509,
    /// The canister is not stopped.
    CanisterNotStopped = 510,
    /// The wait for a canister to stop was called off.
    CanisterStoppingCancelled = 511,
    /// The sender is no controller of the canister.
    CanisterInvalidController = 512,
    /// The canister has code already.
    CanisterNonEmpty = 514,
    /// A composite query called itself, by way of others or not.
    QueryCallGraphLoopDetected = 517,
    /// The call carries fewer cycles than the canister asks for.
    InsufficientCyclesInCall = 520,
    /// The execution engine itself failed.
    CanisterWasmEngineError = 521,
    /// The message used more instructions than allowed.
    CanisterInstructionLimitExceeded = 522,
    /// The message touched more stable memory than allowed.
    CanisterMemoryAccessLimitExceeded = 524,
    /// Calls of a composite query are nested too deeply.
    QueryCallGraphTooDeep = 525,
    /// A composite query and what it called used too many instructions together.
    QueryCallGraphTotalInstructionLimitExceeded = 526,
    /// A composite query was called from an update call.
    CompositeQueryCalledInReplicatedMode = 527,
    /// The balance is too low for the compute allocation asked for.
    InsufficientCyclesInComputeAllocation = 530,
    /// The balance is too low for the memory allocation asked for.
    InsufficientCyclesInMemoryAllocation = 531,
    /// The balance is too low for the memory the message asked for.
    InsufficientCyclesInMemoryGrow = 532,
    /// More cycles would have to be reserved for the allocation than the canister allows.
    ReservedCyclesLimitExceededInMemoryAllocation = 533,
    /// More cycles would have to be reserved for the memory than the canister allows.
    ReservedCyclesLimitExceededInMemoryGrow = 534,
    /// The balance is too low for the memory of the message sent.
    InsufficientCyclesInMessageMemoryGrow = 535,
    /// The canister has no such method.
    CanisterMethodNotFound = 536,
    /// The canister has no code.
    CanisterWasmModuleNotFound = 537,
    /// The canister id is taken.
    CanisterAlreadyInstalled = 538,
    /// The canister's Wasm memory limit is exceeded.
    CanisterWasmMemoryLimitExceeded = 539,
    /// A limit of reserved cycles below what is reserved already.
    ReservedCyclesLimitIsTooLow = 540,
    /// A best-effort call was not answered in time.
    DeadlineExpired = 601,
    /// The response to a best-effort call was dropped for lack of memory.
    ResponseDropped = 602,
}

impl ErrorCode {
    /// The number shown to users, as in "IC0503".
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The reject code this cause is reported under.
    pub const fn reject_code(self) -> RejectCode {
        match self.number() / 100 {
            1 => RejectCode::SysFatal,
            2 => RejectCode::SysTransient,
            3 => RejectCode::DestinationInvalid,
            4 => RejectCode::CanisterReject,
            5 => RejectCode::CanisterError,
            _ => RejectCode::SysUnknown,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IC0{} {}", self.number(), self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hundreds_digit_decides_the_reject_code() {
        assert_eq!(ErrorCode::CanisterOutOfCycles.reject_code(), RejectCode::SysTransient);
        assert_eq!(ErrorCode::CanisterNotFound.reject_code(), RejectCode::DestinationInvalid);
        assert_eq!(ErrorCode::CanisterCalledTrap.reject_code(), RejectCode::CanisterError);
    }

    #[test]
    fn every_code_has_a_number_of_its_own() {
        assert!(ErrorCode::ALL.windows(2).all(|pair| pair[0].number() < pair[1].number()));
    }
}
