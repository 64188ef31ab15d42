//! A subnet driven by hand, for [`crate::sandbox`].

use super::{Slice, Subnet};
use crate::canister::{Canister, Status};
use crate::execution::reject_of;
use crate::fees::FeeSchedule;
use crate::id::{CanisterId, MessageId};
use crate::management::effective_canister;
use crate::message::{Ingress, Target};
use crate::record::{Record, RoundSummary};
use crate::reject::ErrorCode;
use crate::runtime::{Instance, Reject, Response};
use crate::sandbox::{CanisterView, Submission};
use crate::time::SimTime;
use crate::units::Bytes;
use crate::world::ModelFault;
use std::collections::BTreeMap;

const WASM_PAGE: u64 = 65_536;

impl Subnet {
    /// From now on answers to ingress messages are kept.
    pub(crate) fn keep_ingress_history(&mut self) {
        self.ingress_history = Some(BTreeMap::new());
    }

    pub(crate) fn response(&self, message: MessageId) -> Option<&Response> {
        self.ingress_history.as_ref()?.get(&message)
    }

    pub(crate) fn take_records(&mut self) -> Vec<Record> {
        self.traced = 0;
        self.content.clear();
        std::mem::take(&mut self.records)
    }

    pub(crate) fn fees(&self) -> &FeeSchedule {
        &self.fees
    }

    pub(crate) fn audit(&mut self) -> Result<(), ModelFault> {
        self.check_cycles();
        self.fault.clone().map_or(Ok(()), Err)
    }

    /// One round that takes no time. Iterations are counted on from `iteration`; returns what
    /// leaves for other subnets and the next number.
    pub(crate) fn tick(&mut self, now: SimTime, iteration: u32) -> (Vec<(usize, Slice)>, u32) {
        self.begin_round(now);
        let block = self.make_block();
        self.time_out();
        self.induct(block);
        let mut summary = RoundSummary::default();
        let next = self.execute(&mut summary, iteration);
        self.end_execution();
        self.route_output();
        self.shed_best_effort();
        let departures = self.certify(now);
        self.rest();
        let slices =
            departures.into_iter().map(|departure| (departure.peer as usize, departure.slice));
        (slices.collect(), next)
    }

    /// What a node checks before it takes a message from a client.
    pub(crate) fn submit(
        &mut self,
        submission: Submission,
        now: SimTime,
    ) -> Result<MessageId, Reject> {
        let Submission { target, method, arg, sender, .. } = submission;
        let target = match target {
            Target::Management { .. } => {
                let effective = effective_canister(&method, &arg).map_err(reject_of)?;
                Target::Management { effective }
            }
            target => target,
        };
        let expiry = now + self.profile.limits.ingress_time_to_live;
        let nonce = self.profile.limits.ingress_nonce;
        let id = self.messages.next();
        self.ingress_made += 1;
        let number = self.ingress_made;
        let arrived = now;
        let ingress = Ingress { id, number, target, method, arg, sender, nonce, arrived, expiry };
        self.filter(&ingress)?;
        self.ingress.push(ingress);
        Ok(id)
    }

    fn filter(&mut self, ingress: &Ingress) -> Result<(), Reject> {
        let refuse = |code: ErrorCode| Err(Reject { code, message: "refused by the node".into() });
        if Bytes::of_len(ingress.method.len() + ingress.arg.len()) > self.largest_ingress() {
            return refuse(ErrorCode::CanisterRejectedMessage);
        }
        let Some(id) = ingress.target.payer() else { return Ok(()) };
        let Some(canister) = self.existing(id) else { return refuse(ErrorCode::CanisterNotFound) };
        let fee = self.fees.ingress(ingress.charged_bytes());
        if !ingress.is_small_settings_call() && !canister.can_spend(fee) {
            return refuse(ErrorCode::CanisterOutOfCycles);
        }
        if let Target::Management { .. } = ingress.target {
            return match canister.controllers.contains(&ingress.sender) {
                true => Ok(()),
                false => refuse(ErrorCode::CanisterInvalidController),
            };
        }
        match canister.status {
            Status::Running if canister.code.is_none() => {
                refuse(ErrorCode::CanisterWasmModuleNotFound)
            }
            Status::Running => self.inspect_message(id, ingress),
            Status::Stopping => refuse(ErrorCode::CanisterStopping),
            Status::Stopped => refuse(ErrorCode::CanisterStopped),
        }
    }

    pub(super) fn existing(&self, id: CanisterId) -> Option<&Canister> {
        let canister = (id.subnet() == self.id).then(|| self.canisters.get(id.local())).flatten();
        canister.filter(|canister| !canister.deleted)
    }

    pub(crate) fn instance(&self, id: CanisterId) -> Option<&dyn Instance> {
        Some(&*self.existing(id)?.code.as_ref()?.instance)
    }

    pub(crate) fn view(&self, id: CanisterId) -> Option<CanisterView> {
        let canister = self.existing(id)?;
        let code = canister.code.as_ref();
        let pages = |bytes: Bytes| bytes.get() / WASM_PAGE;
        Some(CanisterView {
            id,
            balance: canister.account.balance(),
            consumed: canister.consumed(),
            version: canister.version,
            status: match canister.status {
                Status::Running => "Running",
                Status::Stopping => "Stopping",
                Status::Stopped => "Stopped",
            },
            module_hash: code.map(|code| code.program.hash()),
            execution_memory: canister.execution_memory(),
            history_memory: canister.history_memory(),
            memory_usage: canister.memory_usage(),
            message_memory: canister.message_memory(),
            reserved: canister.account.reserved(),
            certified_data: canister.certified_data.to_vec(),
            pages: code.map(|code| {
                let memory = code.instance.memory();
                (pages(memory.heap), pages(memory.stable))
            }),
            scheduled_as_first: canister.priority.scheduled_as_first,
            executed: canister.totals.executions,
            heap_delta_debit: canister.heap_delta_debit.get(),
            install_code_debit: canister.install_code_debit.get(),
        })
    }
}
