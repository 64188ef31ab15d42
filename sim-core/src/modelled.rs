//! Modelled canisters: behaviour as data instead of code, for experiments at the scale of the whole
//! network. They go through the same queues, rounds, fees and limits as Wasm ones.
//!
//! Each canister draws from a random stream of its own, named by the seed and its name. A message
//! draws all it needs when it starts; if its execution is thrown away and begun again, it does the
//! same again.

mod instance;

use crate::choice::Choice;
use crate::distribution::Distribution;
use crate::random::Stream;
use crate::runtime::{Exports, Failure, Instance, Program};
use crate::units::{Bytes, Cycles, Instructions};
use ic_principal::Principal;
use instance::ModelledInstance;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Probabilities are counted in millionths.
pub const MILLION: u64 = 1_000_000;

/// What a modelled canister does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// Heap when it is installed.
    pub heap: Bytes,
    /// Requests that may be under way to one callee, as the profile has it.
    pub queue_capacity: u64,
    /// No payload or reply is larger, as the profile has it: what is drawn beyond is cut off.
    pub largest_payload: Bytes,
    /// Its methods by name.
    pub methods: BTreeMap<Arc<str>, Arc<Method>>,
}

/// What a method does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// It changes nothing: a query, which can be called replicated too.
    pub query: bool,
    /// Instructions until it replies or calls.
    pub instructions: Distribution<Instructions>,
    /// Size of the reply.
    pub reply: Distribution<Bytes>,
    /// How often it rejects instead, in millionths.
    pub reject_millionths: u64,
    /// How much the heap grows.
    pub growth: Distribution<Bytes>,
    /// How much memory it writes besides.
    pub writes: Distribution<Bytes>,
    /// Calls it makes before it replies.
    pub calls: Vec<Call>,
    /// It makes each call after the reply to the one before, not all at once.
    pub in_sequence: bool,
    /// Instructions of each callback.
    pub callback: Distribution<Instructions>,
    /// Instead of all this: one of several ways to behave, drawn for each message. It says
    /// everything but `query`, and has no cases of its own.
    pub cases: Option<Choice<Arc<Method>>>,
}

impl Default for Method {
    /// Replies at once with nothing.
    fn default() -> Self {
        let nothing = Distribution::Fixed { value: Bytes::ZERO };
        Method {
            query: false,
            instructions: Distribution::Fixed { value: Instructions::ZERO },
            reply: nothing.clone(),
            reject_millionths: 0,
            growth: nothing.clone(),
            writes: nothing,
            calls: Vec::new(),
            in_sequence: false,
            callback: Distribution::Fixed { value: Instructions::ZERO },
            cases: None,
        }
    }
}

/// A call a method makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Whom; one of them for each call.
    pub callees: Choice<Principal>,
    /// Which method.
    pub method: Arc<str>,
    /// Size of the argument.
    pub payload: Distribution<Bytes>,
    /// Cycles attached.
    pub cycles: Cycles,
    /// How many such calls.
    pub count: u64,
}

/// A modelled canister's program: its behaviour and its random stream.
pub struct Modelled {
    behaviour: Arc<Behaviour>,
    exports: Exports,
    random: Stream,
    hash: OnceLock<[u8; 32]>,
}

impl Modelled {
    /// The program of the canister called `name` under `seed`.
    pub fn new(behaviour: Arc<Behaviour>, seed: u64, name: &str) -> Modelled {
        let mut exports = Exports::default();
        for (name, method) in &behaviour.methods {
            let names = if method.query { &mut exports.queries } else { &mut exports.updates };
            names.insert(name.to_string());
        }
        let random = Stream::new(seed, name, "behaviour");
        Modelled { behaviour, exports, random, hash: OnceLock::new() }
    }
}

impl Program for Modelled {
    fn exports(&self) -> &Exports {
        &self.exports
    }

    fn hash(&self) -> [u8; 32] {
        let hash = || *blake3::hash(format!("{:?}", self.behaviour).as_bytes()).as_bytes();
        *self.hash.get_or_init(hash)
    }

    fn stored_size(&self) -> Bytes {
        Bytes::ZERO
    }

    fn compile_cost(&self) -> Instructions {
        Instructions::ZERO
    }

    fn metadata(&self, _name: &str) -> Option<&[u8]> {
        None
    }

    fn instantiate(&self) -> Result<Box<dyn Instance>, Failure> {
        Ok(Box::new(ModelledInstance::new(self.behaviour.clone(), self.random.clone())))
    }
}
