//! A world driven by hand: messages are submitted, rounds are run one by one, state is looked at.
//!
//! This is how scripts compare the model with another system step by step. One round runs every
//! subnet in turn, a nanosecond after the round before; what a subnet sends is there for the next one
//! that runs.

use crate::distribution::Distribution;
use crate::fees::FeeSchedule;
use crate::id::{CanisterId, MessageId, SubnetId};
use crate::ledger::Burned;
use crate::message::Target;
use crate::network::{Route, SubnetSpec};
use crate::profile::Profile;
use crate::random::Stream;
use crate::record::Record;
use crate::runtime::{Payload, Reject, Response, Runtime};
use crate::subnet::{Subnet, SubnetSetup, SubnetStream};
use crate::time::{SimDuration, SimTime};
use crate::units::{Bytes, Cycles};
use crate::world::{CanisterSpec, ModelFault, SetupError, set_up_canister};
use ic_principal::Principal;
use std::sync::Arc;

/// What a sandbox is made from.
pub struct SandboxSpec {
    /// The subnets.
    pub subnets: Vec<SandboxSubnet>,
    /// What canisters see as the time at the start, nanoseconds since 1970.
    pub start_time: u64,
}

/// A subnet of a sandbox: subnets of one kind may count instructions otherwise than those of another.
pub struct SandboxSubnet {
    /// Its size and kind.
    pub spec: SubnetSpec,
    /// Prices, limits, weights.
    pub profile: Arc<Profile>,
    /// Executes its canisters.
    pub runtime: Arc<dyn Runtime>,
}

/// A message from a client.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The subnet it is sent to.
    pub subnet: SubnetId,
    /// Whom it is for.
    pub target: Target,
    /// The method called.
    pub method: Arc<str>,
    /// The payload.
    pub arg: Payload,
    /// Who sends it.
    pub sender: Principal,
}

/// A canister as seen from outside.
#[derive(Clone, Debug)]
pub struct CanisterView {
    /// Its id.
    pub id: CanisterId,
    /// Its balance.
    pub balance: Cycles,
    /// What it burned, by use case; what is prepaid for work under way counts as if it were used.
    pub consumed: Burned,
    /// Changes of code, settings and state so far.
    pub version: u64,
    /// `Running`, `Stopping` or `Stopped`.
    pub status: &'static str,
    /// SHA-256 of its module.
    pub module_hash: Option<[u8; 32]>,
    /// Heap, stable memory and module.
    pub execution_memory: Bytes,
    /// The recorded history of changes.
    pub history_memory: Bytes,
    /// Everything in use, chunks and snapshots included.
    pub memory_usage: Bytes,
    /// Room kept for guaranteed responses.
    pub message_memory: Bytes,
    /// Cycles reserved for memory.
    pub reserved: Cycles,
    /// Certified data.
    pub certified_data: Vec<u8>,
    /// Heap pages of 64 KiB, and stable ones; none without code.
    pub pages: Option<(u64, u64)>,
    /// How often it was first on a thread.
    pub scheduled_as_first: u64,
    /// Messages and tasks executed.
    pub executed: u64,
    /// Bytes of heap changed that count against its rate limit.
    pub heap_delta_debit: u64,
    /// Instructions of installs that count against its rate limit.
    pub install_code_debit: u64,
}

/// A world driven by hand.
pub struct Sandbox {
    subnets: Vec<Subnet>,
    now: SimTime,
    /// Inner iterations so far, on all subnets.
    iterations: u32,
}

impl Sandbox {
    /// Subnets without canisters.
    pub fn new(spec: SandboxSpec) -> Sandbox {
        let kinds: Vec<_> = spec.subnets.iter().map(|subnet| subnet.spec.kind).collect();
        let subnets = spec.subnets.into_iter().enumerate().map(|(index, subnet)| {
            let SandboxSubnet { spec: subnet, profile, runtime } = subnet;
            let id = SubnetId::new(index as u16);
            let stream = |peer: usize| {
                let none = Distribution::Fixed { value: SimDuration::ZERO };
                let latency = (peer != index).then(|| Route::direct(none));
                let random = Stream::new(0, &subnet.name, "latency");
                SubnetStream::new(latency, kinds[peer], &profile.timing, &profile.limits, random)
            };
            let streams = (0..kinds.len()).map(stream).collect();
            let mut subnet = Subnet::new(SubnetSetup {
                id,
                spec: subnet,
                profile,
                start_time: spec.start_time,
                seed: 0,
                tie_seed: None,
                streams,
                runtime,
                faults: Arc::from([]),
            });
            subnet.keep_ingress_history();
            subnet
        });
        Sandbox { subnets: subnets.collect(), now: SimTime::ZERO, iterations: 0 }
    }

    /// Creates and installs a canister, as it would exist before a run.
    ///
    /// # Errors
    /// It cannot be set up.
    pub fn set_up(&mut self, spec: CanisterSpec) -> Result<(), SetupError> {
        set_up_canister(&mut self.subnets, 0, spec)
    }

    /// How many subnets there are.
    pub fn subnets(&self) -> usize {
        self.subnets.len()
    }

    /// Hands a message to a subnet, as its nodes would take it from a client.
    ///
    /// # Errors
    /// The message is refused before it could get into a block.
    pub fn submit(&mut self, submission: Submission) -> Result<MessageId, Reject> {
        let now = self.now;
        let Some(subnet) = self.subnets.get_mut(submission.subnet.index()) else {
            let code = crate::reject::ErrorCode::SubnetNotFound;
            return Err(Reject { code, message: "no such subnet".into() });
        };
        subnet.submit(submission, now)
    }

    /// Runs one round on every subnet; answers what happened, as pairs of subnet and record.
    /// Iterations are counted on from round to round and subnet to subnet.
    pub fn tick(&mut self) -> Vec<(SubnetId, Record)> {
        let mut happened = Vec::new();
        self.now = self.now + SimDuration::from_nanos(1);
        for index in 0..self.subnets.len() {
            let id = SubnetId::new(index as u16);
            let (slices, last) = self.subnets[index].tick(self.now, self.iterations);
            self.iterations = last;
            for (peer, slice) in slices {
                if let Some(peer) = self.subnets.get_mut(peer) {
                    peer.receive_slice(slice);
                }
            }
            let records = self.subnets[index].take_records();
            happened.extend(records.into_iter().map(|record| (id, record)));
        }
        happened
    }

    /// Lets time pass without a round.
    pub fn advance(&mut self, time: SimDuration) {
        self.now = self.now + time;
    }

    /// The answer to an ingress message, once there is one.
    pub fn response(&self, message: MessageId) -> Option<&Response> {
        self.subnets.iter().find_map(|subnet| subnet.response(message))
    }

    /// Calls a query method, outside consensus: nothing it does is kept.
    pub fn query(
        &mut self,
        canister: CanisterId,
        method: &str,
        arg: Payload,
        sender: Principal,
    ) -> Response {
        let now = self.now;
        match self.subnets.get_mut(canister.subnet().index()) {
            Some(subnet) => subnet.query(canister, method, arg, sender, now),
            None => Response::Reject(Reject {
                code: crate::reject::ErrorCode::CanisterNotFound,
                message: "no such canister".into(),
            }),
        }
    }

    /// Queries the management canister of a subnet.
    pub fn query_management(
        &mut self,
        subnet: SubnetId,
        method: &str,
        arg: Payload,
        sender: Principal,
    ) -> Response {
        let now = self.now;
        match self.subnets.get_mut(subnet.index()) {
            Some(subnet) => subnet.query_management(method, &arg, sender, now),
            None => Response::Reject(Reject {
                code: crate::reject::ErrorCode::SubnetNotFound,
                message: "no such subnet".into(),
            }),
        }
    }

    /// A canister's state, if it exists.
    pub fn canister(&self, id: CanisterId) -> Option<CanisterView> {
        self.subnets.get(id.subnet().index())?.view(id)
    }

    /// Part of a canister's heap; `None` without code or out of bounds.
    pub fn heap(&self, id: CanisterId, offset: u64, len: u64) -> Option<Vec<u8>> {
        let subnet = self.subnets.get(id.subnet().index())?;
        subnet.instance(id)?.read_heap(offset, len)
    }

    /// Part of a canister's stable memory; `None` without code or out of bounds.
    pub fn stable(&self, id: CanisterId, offset: u64, len: u64) -> Option<Vec<u8>> {
        let subnet = self.subnets.get(id.subnet().index())?;
        subnet.instance(id)?.read_stable(offset, len)
    }

    /// A canister's mutable and exported globals, as text.
    pub fn globals(&self, id: CanisterId) -> Option<Vec<String>> {
        let subnet = self.subnets.get(id.subnet().index())?;
        Some(subnet.instance(id)?.globals())
    }

    /// Checks that no cycles appeared or vanished.
    ///
    /// # Errors
    /// They did.
    pub fn check_cycles(&mut self) -> Result<(), ModelFault> {
        self.subnets.iter_mut().try_for_each(Subnet::audit)
    }

    /// The prices of a subnet.
    pub fn fees(&self, subnet: SubnetId) -> Option<&FeeSchedule> {
        self.subnets.get(subnet.index()).map(Subnet::fees)
    }
}
