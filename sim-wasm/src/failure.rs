//! Failures as the replica reports them (`HypervisorError`, `rs/types/embedders`).

use sim_core::reject::ErrorCode;
use sim_core::runtime::Failure;
use std::fmt;
use wasmi::errors::HostError;
use wasmi::{TrapCode, Val};

/// The canister broke a rule of the System API.
pub(crate) fn violation(message: impl Into<String>) -> Failure {
    let message = format!("Canister violated contract: {}", message.into());
    Failure { code: ErrorCode::CanisterContractViolation, message }
}

/// The code trapped.
pub(crate) fn trapped(message: impl fmt::Display) -> Failure {
    Failure { code: ErrorCode::CanisterTrapped, message: format!("Canister trapped: {message}") }
}

/// The calls were nested more deeply than the stack allows.
pub(crate) fn stack_overflow() -> Failure {
    trapped("stack overflow")
}

/// The message used more instructions than it may.
pub(crate) fn limit_exceeded() -> Failure {
    Failure {
        code: ErrorCode::CanisterInstructionLimitExceeded,
        message: "Canister exceeded the limit of instructions for single message execution"
            .to_owned(),
    }
}

/// The interpreter itself failed.
pub(crate) fn engine_error(message: impl fmt::Display) -> Failure {
    Failure {
        code: ErrorCode::CanisterWasmEngineError,
        message: format!("Canister encountered a Wasm engine error: {message}"),
    }
}

/// An error of the interpreter that no System API function raised.
pub(crate) fn from_wasmi(error: &wasmi::Error) -> Failure {
    match error.as_trap_code() {
        Some(TrapCode::BadSignature) => violation("function signature mismatch"),
        Some(code) => trapped(code),
        None => engine_error(error),
    }
}

/// Why a host function stopped the code.
#[derive(Clone, Debug)]
pub(crate) enum Interrupt {
    /// The slice is used up; when the task goes on, the host function answers with this.
    Pause(Result<Option<Val>, Failure>),
    /// The task is over.
    Fail(Failure),
}

impl fmt::Display for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Interrupt::Pause(_) => f.write_str("paused"),
            Interrupt::Fail(failure) => failure.fmt(f),
        }
    }
}

impl HostError for Interrupt {}
