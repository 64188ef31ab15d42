//! One subnet driven by hand, with canisters of the collection on it.

use candid::utils::ArgumentDecoder;
use candid::{CandidType, Decode, Encode, Principal};
use candid_parser::parse_idl_args;
use serde::Deserialize;
use sim_core::id::{CanisterId, SubnetId};
use sim_core::message::Target;
use sim_core::network::SubnetSpec;
use sim_core::profile::Profile;
use sim_core::runtime::{Reject, Response};
use sim_core::sandbox::{Sandbox, SandboxSpec, SandboxSubnet, Submission};
use sim_core::time::SimDuration;
use sim_wasm::WasmiRuntime;
use std::path::Path;
use std::sync::Arc;

const SUBNET: SubnetId = SubnetId::new(0);
/// 1 January 2026 in nanoseconds since 1970.
const START: u64 = 1_767_225_600_000_000_000;
/// Rounds after which a message that was not answered is given up.
const PATIENCE: usize = 1_000;

/// Who installs and calls.
pub fn user() -> Principal {
    Principal::self_authenticating([1])
}

/// Another one.
pub fn stranger() -> Principal {
    Principal::self_authenticating([2])
}

/// A subnet with canisters.
pub struct House {
    pub sandbox: Sandbox,
}

/// What `install_code` takes.
#[derive(CandidType)]
struct Install {
    mode: Mode,
    canister_id: Principal,
    wasm_module: Vec<u8>,
    arg: Vec<u8>,
}

/// How code is installed.
#[derive(CandidType, Clone, Copy)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub enum Mode {
    install,
    upgrade(Option<Options>),
}

/// What an upgrade heeds.
#[derive(CandidType, Clone, Copy, Default)]
pub struct Options {
    pub skip_pre_upgrade: Option<bool>,
    pub wasm_memory_persistence: Option<Persistence>,
}

/// What becomes of the heap in an upgrade.
#[derive(CandidType, Clone, Copy)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub enum Persistence {
    keep,
}

#[derive(CandidType, Deserialize)]
struct Created {
    canister_id: Principal,
}

/// A module of the collection.
fn module(file: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("canisters");
    std::fs::read(folder.join(file)).expect("is in the collection")
}

/// An argument in Candid's text format.
pub fn candid(text: &str) -> Vec<u8> {
    let args = parse_idl_args(text).expect("is Candid");
    args.to_bytes().expect("can be encoded")
}

impl House {
    /// An empty one.
    pub fn new() -> House {
        let profile = Profile::default();
        let runtime = WasmiRuntime::new(&profile).expect("the interpreter is sound");
        let spec = SubnetSpec { name: "left".to_owned(), nodes: 13, ..SubnetSpec::default() };
        let (profile, runtime) = (Arc::new(profile), Arc::new(runtime));
        let subnets = vec![SandboxSubnet { spec, profile, runtime }];
        let spec = SandboxSpec { subnets, start_time: START };
        House { sandbox: Sandbox::new(spec) }
    }

    /// A house with one canister in it.
    pub fn with(file: &str, arg: &str) -> (House, CanisterId) {
        let mut house = House::new();
        let canister = house.add(file, arg);
        (house, canister)
    }

    fn run(
        &mut self,
        target: Target,
        method: &str,
        arg: Vec<u8>,
        sender: Principal,
    ) -> Result<Vec<u8>, Reject> {
        let (method, arg) = (method.into(), arg.into());
        let submission = Submission { subnet: SUBNET, target, method, arg, sender };
        let message = self.sandbox.submit(submission)?;
        for _ in 0..PATIENCE {
            match self.sandbox.response(message) {
                None => drop(self.sandbox.tick()),
                Some(Response::Reply(reply)) => return Ok(reply.to_vec()),
                Some(Response::Reject(reject)) => return Err(reject.clone()),
            }
        }
        panic!("there is no answer");
    }

    /// A canister without code.
    pub fn create(&mut self) -> CanisterId {
        let method = "provisional_create_canister_with_cycles";
        let arg = candid("(record { amount = opt (100_000_000_000_000 : nat) })");
        let target = Target::Management { effective: None };
        let reply = self.run(target, method, arg, user()).expect("can be created");
        let created = Decode!(&reply, Created).expect("an id comes back");
        CanisterId::from_principal(&created.canister_id).expect("of a canister")
    }

    /// Installs a module.
    pub fn install(
        &mut self,
        canister: CanisterId,
        mode: Mode,
        file: &str,
        arg: &str,
    ) -> Result<(), Reject> {
        let install = Install {
            mode,
            canister_id: canister.principal(),
            wasm_module: module(file),
            arg: candid(arg),
        };
        let arg = Encode!(&install).expect("can be encoded");
        let target = Target::Management { effective: Some(canister) };
        self.run(target, "install_code", arg, user()).map(|_| ())
    }

    /// A canister with code.
    pub fn add(&mut self, file: &str, arg: &str) -> CanisterId {
        let canister = self.create();
        self.install(canister, Mode::install, file, arg).expect("can be installed");
        canister
    }

    /// The raw reply of an update.
    pub fn raw(&mut self, id: CanisterId, method: &str, arg: Vec<u8>) -> Result<Vec<u8>, Reject> {
        self.run(Target::Canister(id), method, arg, user())
    }

    /// The values an update replies with.
    pub fn update<T: for<'a> ArgumentDecoder<'a>>(
        &mut self,
        id: CanisterId,
        method: &str,
        arg: &str,
    ) -> T {
        let reply = self.raw(id, method, candid(arg)).expect("is answered");
        candid::decode_args(&reply).expect("the reply has these types")
    }

    /// The values a query replies with.
    pub fn query<T: for<'a> ArgumentDecoder<'a>>(
        &mut self,
        id: CanisterId,
        method: &str,
        arg: &str,
    ) -> T {
        let reply = self.sandbox.query(id, method, candid(arg).into(), user());
        let Response::Reply(reply) = reply else { panic!("{reply:?} is no reply") };
        candid::decode_args(&reply).expect("the reply has these types")
    }

    /// Seconds go by, with a round in each.
    pub fn wait(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.sandbox.advance(SimDuration::from_secs(1));
            self.sandbox.tick();
        }
    }
}

/// A canister's id as Candid text.
pub fn principal(id: CanisterId) -> String {
    format!("principal \"{}\"", id.principal())
}
