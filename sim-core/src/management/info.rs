//! `canister_info` and `canister_metadata`; `node_metrics_history` and `subnet_info`.

use crate::canister::history::{Change, ChangeDetails, ChangeOrigin, Deployment};
use candid::{CandidType, Deserialize, Principal};

/// The argument of `canister_info`.
#[derive(CandidType, Deserialize)]
pub(crate) struct InfoArgs {
    pub(crate) canister_id: Principal,
    pub(crate) num_requested_changes: Option<u64>,
}

/// The argument of `canister_metadata`.
#[derive(CandidType, Deserialize)]
pub(crate) struct MetadataArgs {
    pub(crate) canister_id: Principal,
    pub(crate) name: String,
}

/// The reply of `canister_metadata`.
#[derive(CandidType)]
pub(crate) struct MetadataReply {
    pub(crate) value: Vec<u8>,
}

/// The argument of `node_metrics_history` and `subnet_info`.
#[derive(CandidType, Deserialize)]
pub(crate) struct SubnetArgs {
    pub(crate) subnet_id: Principal,
}

/// The reply of `subnet_info`.
#[derive(CandidType)]
pub(crate) struct SubnetInfoReply {
    pub(crate) replica_version: String,
    pub(crate) registry_version: u64,
}

/// One day of `node_metrics_history`.
#[derive(CandidType)]
pub(crate) struct NodeMetricsDay {
    pub(crate) timestamp_nanos: u64,
    pub(crate) node_metrics: Vec<NodeMetrics>,
}

/// One node on one day.
#[derive(CandidType)]
pub(crate) struct NodeMetrics {
    pub(crate) node_id: Principal,
    pub(crate) num_blocks_proposed_total: u64,
    pub(crate) num_block_failures_total: u64,
}

/// The reply of `canister_info`; `D` are the details of a change, which have grown over time.
#[derive(CandidType)]
pub(crate) struct InfoReply<D: CandidType> {
    total_num_changes: u64,
    recent_changes: Vec<RecentChange<D>>,
    module_hash: Option<Vec<u8>>,
    controllers: Vec<Principal>,
}

#[derive(CandidType)]
struct RecentChange<D: CandidType> {
    timestamp_nanos: u64,
    canister_version: u64,
    origin: OriginRecord,
    details: D,
}

#[derive(CandidType)]
#[expect(non_camel_case_types, reason = "Candid names")]
enum OriginRecord {
    from_user { user_id: Principal },
    from_canister { canister_id: Principal, canister_version: Option<u64> },
}

#[derive(CandidType)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum ModeRecord {
    install,
    reinstall,
    upgrade,
}

/// Details of a change as in June 2024: without snapshots.
#[derive(CandidType)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum Details2024 {
    creation { controllers: Vec<Principal> },
    code_uninstall,
    code_deployment { mode: ModeRecord, module_hash: Vec<u8> },
    controllers_change { controllers: Vec<Principal> },
}

/// Details of a change.
#[derive(CandidType)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum Details {
    creation { controllers: Vec<Principal>, environment_variables_hash: Option<Vec<u8>> },
    code_uninstall,
    code_deployment { mode: ModeRecord, module_hash: Vec<u8> },
    controllers_change { controllers: Vec<Principal> },
    load_snapshot { canister_version: u64, snapshot_id: Vec<u8>, taken_at_timestamp: u64 },
}

impl From<Deployment> for ModeRecord {
    fn from(mode: Deployment) -> Self {
        match mode {
            Deployment::Install => ModeRecord::install,
            Deployment::Reinstall => ModeRecord::reinstall,
            Deployment::Upgrade => ModeRecord::upgrade,
        }
    }
}

/// A form of the details of a change.
pub(crate) trait FromDetails: Sized {
    /// The details in this form; none if it does not know them.
    fn from_details(details: &ChangeDetails) -> Option<Self>;
}

impl FromDetails for Details2024 {
    fn from_details(details: &ChangeDetails) -> Option<Self> {
        Some(match details {
            ChangeDetails::Creation { controllers } => {
                Details2024::creation { controllers: controllers.to_vec() }
            }
            ChangeDetails::Uninstall => Details2024::code_uninstall,
            ChangeDetails::Deployment { mode, hash } => {
                Details2024::code_deployment { mode: (*mode).into(), module_hash: hash.to_vec() }
            }
            ChangeDetails::Controllers { controllers } => {
                Details2024::controllers_change { controllers: controllers.to_vec() }
            }
            ChangeDetails::LoadSnapshot { .. } => return None,
        })
    }
}

impl FromDetails for Details {
    fn from_details(details: &ChangeDetails) -> Option<Self> {
        Some(match details {
            ChangeDetails::Creation { controllers } => Details::creation {
                controllers: controllers.to_vec(),
                environment_variables_hash: None,
            },
            ChangeDetails::Uninstall => Details::code_uninstall,
            ChangeDetails::Deployment { mode, hash } => {
                Details::code_deployment { mode: (*mode).into(), module_hash: hash.to_vec() }
            }
            ChangeDetails::Controllers { controllers } => {
                Details::controllers_change { controllers: controllers.to_vec() }
            }
            ChangeDetails::LoadSnapshot { version, snapshot, taken_at } => Details::load_snapshot {
                canister_version: *version,
                snapshot_id: snapshot.to_vec(),
                taken_at_timestamp: *taken_at,
            },
        })
    }
}

impl<D: CandidType + FromDetails> InfoReply<D> {
    /// What is told of a canister, with `changes` in order of age.
    pub(crate) fn new<'a>(
        total: u64,
        changes: impl Iterator<Item = &'a Change>,
        module_hash: Option<[u8; 32]>,
        controllers: &[Principal],
    ) -> Self {
        let recent = |change: &Change| {
            Some(RecentChange {
                timestamp_nanos: change.at,
                canister_version: change.version,
                origin: match change.origin {
                    ChangeOrigin::User(user_id) => OriginRecord::from_user { user_id },
                    ChangeOrigin::Canister { canister, version } => OriginRecord::from_canister {
                        canister_id: canister,
                        canister_version: version,
                    },
                },
                details: D::from_details(&change.details)?,
            })
        };
        InfoReply {
            total_num_changes: total,
            recent_changes: changes.filter_map(recent).collect(),
            module_hash: module_hash.map(Vec::from),
            controllers: controllers.to_vec(),
        }
    }
}
