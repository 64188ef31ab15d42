//! What can be found in a world between two rounds.

use super::answers::Answers;
use super::evaluate::{Found, Unknown};
use super::value::{Labels, Step, Value};
use candid::types::value::IDLArgs;
use ic_principal::Principal;
use reports::metrics::Metric;
use sim_core::id::{CanisterId, SubnetId};
use sim_core::ledger::{Burned, UseCase};
use sim_core::look::{CanisterLook, SubnetLook};
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Payload, Reject, Response};
use sim_core::units::Cycles;
use sim_core::world::World;
use std::sync::Arc;

/// What an operand stands for.
#[derive(Clone, Debug)]
pub enum Source {
    /// A metric of the finished run.
    Metric(String),
    /// How clients fared, those of one workload or all.
    Answers(Option<String>, AnswerValue),
    /// Cycles burned on all subnets, for one purpose or all.
    Burned(Option<UseCase>),
    /// A value of one subnet or several.
    Subnet(Vec<SubnetId>, SubnetValue),
    /// A value of one canister or several.
    Canister(Vec<CanisterId>, CanisterValue),
    /// The replies of one canister or several to a query.
    Query(Arc<Query>),
}

/// A query and how its reply is read.
#[derive(Debug)]
pub struct Query {
    /// Whom to ask.
    pub canisters: Vec<CanisterId>,
    /// The method.
    pub method: String,
    /// The encoded argument.
    pub argument: Payload,
    /// The names of fields that the canister declares: a reply holds only their hashes.
    pub labels: Labels,
    /// Steps into the reply.
    pub path: Vec<Step>,
}

/// The names of an enumeration's values, with their units.
macro_rules! values {
    ($(#[$doc:meta])* $name:ident { $($value:ident = $text:literal $unit:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "they are what they are called")]
        pub enum $name { $($value,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$value,)*];

            /// How it is written.
            pub const fn name(self) -> &'static str {
                match self { $($name::$value => $text,)* }
            }

            /// Its unit; empty for counts.
            pub const fn unit(self) -> &'static str {
                match self { $($name::$value => $unit,)* }
            }
        }
    };
}

values! {
    /// What is counted of clients' messages.
    AnswerValue {
        Submitted = "submitted" "",
        Replied = "replied" "",
        Rejected = "rejected" "",
        Open = "open" "",
    }
}

values! {
    /// What a canister can be asked for between rounds.
    CanisterValue {
        Balance = "balance" "cycles",
        Burned = "burned" "cycles",
        Held = "held" "cycles",
        Executions = "executions" "",
        Failures = "failures" "",
        Instructions = "instructions" "instructions",
        Calls = "calls" "",
        Memory = "memory" "bytes",
        Heap = "heap" "bytes",
        Stable = "stable" "bytes",
        Queued = "queued" "messages",
        Frozen = "frozen" "",
        Status = "status" "",
    }
}

/// What a subnet can be asked for between rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubnetValue {
    /// A count.
    Count(SubnetCount),
    /// Cycles burned, for one purpose or all.
    Burned(Option<UseCase>),
}

values! {
    /// What is counted of a subnet.
    SubnetCount {
        Rounds = "rounds" "",
        Canisters = "canisters" "",
        Executions = "executions" "",
        Instructions = "instructions" "instructions",
        Queued = "queued" "messages",
        InStreams = "in_streams" "messages",
        IngressWaiting = "ingress_waiting" "messages",
    }
}

/// The names of what is burned: by purpose, and `total`.
pub fn burned_names() -> impl Iterator<Item = (&'static str, Option<UseCase>)> {
    let purposes = UseCase::ALL.iter().map(|purpose| (purpose.name(), Some(*purpose)));
    purposes.chain([("total", None)])
}

impl Source {
    /// Whether it can be true or false by itself.
    pub fn can_be_true(&self) -> bool {
        matches!(self, Source::Canister(_, CanisterValue::Frozen) | Source::Query(_))
    }

    /// Whether the messages of clients have to be counted for it.
    pub(super) fn counts_answers(&self) -> bool {
        matches!(self, Source::Answers(..))
    }

    /// Its unit; empty for counts and replies. Metrics bring their own.
    pub fn unit(&self, metrics: &[Metric]) -> &'static str {
        match self {
            Source::Metric(name) => {
                let metric = metrics.iter().find(|metric| metric.name == *name);
                metric.map_or("", |metric| metric.unit)
            }
            Source::Query(_) => "",
            Source::Answers(_, value) => value.unit(),
            Source::Subnet(_, SubnetValue::Count(count)) => count.unit(),
            Source::Burned(_) | Source::Subnet(_, SubnetValue::Burned(_)) => "cycles",
            Source::Canister(_, value) => value.unit(),
        }
    }

    /// Its value in a world.
    pub(crate) fn find(&self, world: &mut World, answers: &Answers) -> Found {
        match self {
            Source::Metric(name) => Err(nothing(format!("{name} is known at the end only"))),
            Source::Answers(workload, value) => {
                Ok(Value::int(answers.count(workload.as_deref(), *value).into()))
            }
            Source::Burned(purpose) => {
                let subnets = (0..world.subnet_count()).map(|index| SubnetId::new(index as u16));
                let looks = subnets.filter_map(|id| world.subnet(id));
                let burned = looks.map(|look| burned(&look.burned, *purpose));
                Ok(Value::int(burned.sum::<Cycles>().get()))
            }
            Source::Subnet(ids, value) => all(ids, |id| {
                let look = world.subnet(*id).ok_or_else(|| nothing("no such subnet"))?;
                Ok(subnet_value(&look, *value))
            }),
            Source::Canister(ids, value) => all(ids, |id| {
                let look = world.canister(*id).ok_or_else(|| nothing("the canister is gone"))?;
                Ok(canister_value(&look, *value))
            }),
            Source::Query(query) => all(&query.canisters, |id| query.ask(*id, world)),
        }
    }
}

impl Query {
    fn ask(&self, canister: CanisterId, world: &mut World) -> Found {
        let (method, argument) = (&self.method, self.argument.clone());
        match world.query(canister, method, argument, Principal::anonymous()) {
            Response::Reply(reply) => self.read(&reply),
            Response::Reject(reject) => Err(refused(&reject)),
        }
    }

    /// What a reply says.
    fn read(&self, reply: &[u8]) -> Found {
        let values = IDLArgs::from_bytes(reply)
            .map_err(|error| nothing(format!("a reply that is no Candid: {error}")))?;
        let whole = Value::of_reply(values.args, &self.labels);
        let mut value = whole.clone();
        for step in &self.path {
            value = value.step(step).ok_or_else(|| nothing(format!("nothing there in {whole}")))?;
        }
        Ok(value)
    }
}

/// A query that was not answered: by a canister that answers none at present, or otherwise.
fn refused(reject: &Reject) -> Unknown {
    let said = format!("rejected: {}", reject.message);
    match reject.code {
        ErrorCode::CanisterStopped
        | ErrorCode::CanisterStopping
        | ErrorCode::CanisterOutOfCycles
        | ErrorCode::CanisterWasmModuleNotFound => Unknown::Silent(said),
        _ => Unknown::Nothing(said),
    }
}

fn nothing(why: impl Into<String>) -> Unknown {
    Unknown::Nothing(why.into())
}

/// The value of one thing, or those of several.
fn all<T>(ids: &[T], mut find: impl FnMut(&T) -> Found) -> Found {
    match ids {
        [one] => find(one),
        several => several.iter().map(find).collect::<Result<_, _>>().map(Value::Many),
    }
}

fn burned(burned: &Burned, purpose: Option<UseCase>) -> Cycles {
    match purpose {
        Some(purpose) => burned[purpose as usize],
        None => burned.iter().copied().sum(),
    }
}

fn subnet_value(look: &SubnetLook, value: SubnetValue) -> Value {
    let count = match value {
        SubnetValue::Burned(purpose) => return Value::int(burned(&look.burned, purpose).get()),
        SubnetValue::Count(count) => count,
    };
    let number = match count {
        SubnetCount::Rounds => look.rounds,
        SubnetCount::Canisters => look.canisters,
        SubnetCount::Executions => look.executions,
        SubnetCount::Instructions => look.instructions.get(),
        SubnetCount::Queued => look.queued,
        SubnetCount::InStreams => look.in_streams,
        SubnetCount::IngressWaiting => look.ingress_waiting,
    };
    Value::int(number.into())
}

fn canister_value(look: &CanisterLook, value: CanisterValue) -> Value {
    let summary = &look.summary;
    let number: u128 = match value {
        CanisterValue::Frozen => return Value::Bool(look.frozen),
        CanisterValue::Status => return Value::Text(look.status.to_owned()),
        CanisterValue::Balance => summary.balance.get(),
        CanisterValue::Burned => burned(&summary.burned, None).get(),
        CanisterValue::Held => summary.held.get(),
        CanisterValue::Executions => summary.executions.into(),
        CanisterValue::Failures => summary.failures.into(),
        CanisterValue::Instructions => summary.instructions.get().into(),
        CanisterValue::Calls => summary.calls.into(),
        CanisterValue::Memory => summary.memory.get().into(),
        CanisterValue::Heap => summary.heap.get().into(),
        CanisterValue::Stable => summary.stable.get().into(),
        CanisterValue::Queued => look.queued.into(),
    };
    Value::int(number)
}
