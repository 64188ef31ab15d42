//! `fetch_canister_logs`.

use candid::{CandidType, Deserialize, Principal};

/// The argument of `fetch_canister_logs`.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct FetchLogsArgs {
    /// The canister.
    pub canister_id: Principal,
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct LogEntry {
    /// Its number since the canister was created.
    pub idx: u64,
    /// Nanoseconds since 1970.
    pub timestamp_nanos: u64,
    /// The line.
    #[serde(with = "serde_bytes")]
    pub content: Vec<u8>,
}

/// The reply of `fetch_canister_logs`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct FetchLogsReply {
    /// Lines that are kept, oldest first.
    pub canister_log_records: Vec<LogEntry>,
}
