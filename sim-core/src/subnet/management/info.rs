//! `canister_info`, `canister_metadata`, `node_metrics_history`, `subnet_info`.

use super::{Answer, Subnet, Used, failure};
use crate::canister::Canister;
use crate::management::info::{
    Details, Details2024, InfoArgs, InfoReply, MetadataArgs, MetadataReply, NodeMetrics,
    NodeMetricsDay, SubnetArgs, SubnetInfoReply,
};
use crate::management::{decode, reply};
use crate::message::ManagementCall;
use crate::profile::InterfaceForm;
use crate::reject::ErrorCode;
use crate::runtime::Failure;
use ic_principal::Principal;

impl Subnet {
    /// `canister_info`: anybody may ask; the latest changes in order of age.
    pub(super) fn canister_info(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let args: InfoArgs = decode(&call.arg)?;
        let place = self.place(args.canister_id, used)?;
        let canister = &self.canisters[place];
        let count = args.num_requested_changes.unwrap_or(0);
        let hash = canister.code.as_ref().map(|code| code.program.hash());
        let Canister { history, controllers, .. } = canister;
        let (total, changes) = (history.total(), history.latest(count));
        Ok(match self.profile.management.interface {
            InterfaceForm::Y2024 => {
                reply(&InfoReply::<Details2024>::new(total, changes, hash, controllers))
            }
            InterfaceForm::Y2026 => {
                reply(&InfoReply::<Details>::new(total, changes, hash, controllers))
            }
        })
    }

    /// `canister_metadata`: custom sections; private ones only for controllers.
    pub(super) fn canister_metadata(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let args: MetadataArgs = decode(&call.arg)?;
        let place = self.place(args.canister_id, used)?;
        let canister = &self.canisters[place];
        let Some(code) = &canister.code else {
            let message = format!("canister {} has no code", canister.id);
            return Err(failure(ErrorCode::CanisterWasmModuleNotFound, message));
        };
        let controls = canister.controllers.contains(&call.origin.caller());
        let readable = controls || !code.program.is_private(&args.name);
        let section = code.program.metadata(&args.name).filter(|_| readable);
        let value = section.map(<[u8]>::to_vec).ok_or_else(|| {
            let message = format!("canister {} has no public section {}", canister.id, args.name);
            failure(ErrorCode::CanisterRejectedMessage, message)
        })?;
        Ok(reply(&MetadataReply { value }))
    }

    fn check_subnet(&self, subnet: Principal) -> Result<(), Failure> {
        match subnet == self.id.principal() {
            true => Ok(()),
            false => Err(failure(
                ErrorCode::CanisterRejectedMessage,
                format!("the subnet {subnet} is not the one that was asked"),
            )),
        }
    }

    /// `node_metrics_history`: a snapshot of the end of each day; nodes take turns in proposing blocks.
    pub(super) fn node_metrics_history(&mut self, call: &ManagementCall) -> Answer {
        #[derive(candid::CandidType, candid::Deserialize)]
        struct Args {
            subnet_id: Principal,
            start_at_timestamp_nanos: u64,
        }
        let args: Args = decode(&call.arg)?;
        self.check_subnet(args.subnet_id)?;
        let wanted = self.days.iter().filter(|(at, _)| *at >= args.start_at_timestamp_nanos);
        let days: Vec<_> = wanted.map(|(at, height)| self.node_metrics(*at, *height)).collect();
        Ok(reply(&days))
    }

    fn node_metrics(&self, at: u64, height: u64) -> NodeMetricsDay {
        let nodes = self.spec.nodes.max(1);
        let metrics = |node: u64| {
            let mut id = self.id.principal().as_slice().to_vec();
            id[8..16].copy_from_slice(&node.to_be_bytes());
            NodeMetrics {
                node_id: Principal::from_slice(&id),
                num_blocks_proposed_total: height / nodes + u64::from(node < height % nodes),
                num_block_failures_total: 0,
            }
        };
        let node_metrics = (0..self.spec.nodes).map(metrics).collect();
        NodeMetricsDay { timestamp_nanos: at, node_metrics }
    }

    /// `subnet_info`.
    pub(super) fn subnet_info(&mut self, call: &ManagementCall) -> Answer {
        let args: SubnetArgs = decode(&call.arg)?;
        self.check_subnet(args.subnet_id)?;
        let replica_version = self.profile.name.clone();
        Ok(reply(&SubnetInfoReply { replica_version, registry_version: 1 }))
    }
}
