//! The steps of a script, one after the other.

use super::answer::{Fields, put_response, put_trace};
use super::step::Step;
use super::trace::Messages;
use super::values::{Names, hex, payload, sender, to_hex, wat};
use super::{management, state};
use crate::diagnostics::nearest;
use ic_principal::Principal;
use serde_json::{Value, json};
use sim_core::id::{CanisterId, MessageId, SubnetId};
use sim_core::message::Target;
use sim_core::runtime::{Reject, Response};
use sim_core::sandbox::{Sandbox, Submission};
use sim_core::time::SimDuration;
use sim_core::world::ModelFault;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rounds after which an update that was not answered is given up.
const PATIENCE: u64 = 2_000;
const WASM_PAGE: u64 = 65_536;
/// More rounds than any script needs; each `tick` may run so many.
const MOST_ROUNDS: u64 = 1_000_000;
/// More time than any script needs, in seconds.
const MOST_SECONDS: u64 = 1 << 32;
/// More bytes than anybody wants to see in hexadecimal digits.
const MOST_BYTES: u64 = 1 << 26;
/// The management canister, as `c` of a step.
const MANAGEMENT: &str = "aaaaa-aa";

/// A sandbox with the names a script gave to what is in it.
pub(super) struct Runner {
    sandbox: Sandbox,
    folder: PathBuf,
    names: Names,
    submitted: BTreeMap<String, Result<MessageId, Reject>>,
    messages: Messages,
    /// Rounds so far.
    rounds: u64,
}

impl Runner {
    pub(super) fn new(sandbox: Sandbox, folder: &Path) -> Self {
        Runner {
            sandbox,
            folder: folder.to_owned(),
            names: Names::new(),
            submitted: BTreeMap::new(),
            messages: Messages::default(),
            rounds: 0,
        }
    }

    /// Rounds so far.
    pub(super) fn rounds(&self) -> u64 {
        self.rounds
    }

    pub(super) fn check_cycles(&mut self) -> Result<(), ModelFault> {
        self.sandbox.check_cycles()
    }

    /// Runs a step and answers its result.
    pub(super) fn step(&mut self, written: &Value) -> Result<Value, String> {
        let step = Step::read(written)?;
        let mut result = match step.op {
            "create" => self.create(step)?,
            "install" => self.install(step)?,
            "update" => self.update(step)?,
            "submit" => self.submit(step)?,
            "poll" => self.poll(step)?,
            "query" => self.query(step)?,
            "mgmt" => self.manage(step)?,
            "settings" => self.settings(step)?,
            "tick" => self.tick(step)?,
            "advance" => self.advance(step)?,
            "state" => self.state(step)?,
            "stable" => self.memory(step, Sandbox::stable)?,
            _ => self.memory(step, Sandbox::heap)?,
        };
        result.insert("op".to_owned(), json!(step.op));
        for field in ["c", "as", "method", "label"] {
            if let Some(value) = written.get(field) {
                result.insert(field.to_owned(), value.clone());
            }
        }
        result.insert("balances".to_owned(), self.balances());
        Ok(Value::Object(result))
    }

    /// Balances by name; null for a canister that was deleted.
    fn balances(&self) -> Value {
        let balance = |(name, id): (&String, &CanisterId)| {
            let view = self.sandbox.canister(*id);
            (name.clone(), view.map_or(Value::Null, |view| json!(state::digits(view.balance))))
        };
        Value::Object(self.names.iter().map(balance).collect())
    }

    fn create(&mut self, step: Step<'_>) -> Result<Fields, String> {
        let name = step.needed("as", "the name of the new canister")?.to_owned();
        let subnet = self.subnet(step)?;
        let arg = management::create(step, &self.names)?;
        let method = "provisional_create_canister_with_cycles";
        let target = Target::Management { effective: None };
        let (mut result, reply) = self.run_call(subnet, target, method, arg, step)?;
        if let Some(Response::Reply(reply)) = reply {
            let record: sim_core::management::CanisterIdRecord =
                candid::decode_one(&reply).map_err(|error| error.to_string())?;
            let id = CanisterId::from_principal(&record.canister_id).ok_or("no canister id")?;
            result.insert("id".to_owned(), json!(id.to_string()));
            result.remove("reply");
            self.names.insert(name, id);
        }
        Ok(result)
    }

    fn subnet(&self, step: Step<'_>) -> Result<SubnetId, String> {
        let (index, count) = (step.number("subnet", 0)?, self.sandbox.subnets() as u64);
        match u16::try_from(index) {
            Ok(number) if index < count => Ok(SubnetId::new(number)),
            _ => Err(format!("`subnet`: expected a number below {count}, found {index}")),
        }
    }

    fn module(&self, step: Step<'_>) -> Result<Vec<u8>, String> {
        let given = ["wat", "wasm_hex", "wasm_file"].map(|field| step.text(field));
        match given {
            [Ok(Some(text)), Ok(None), Ok(None)] => wat(text, &self.names),
            [Ok(None), Ok(Some(digits)), Ok(None)] => {
                hex(digits, &self.names).map_err(|problem| format!("`wasm_hex`: {problem}"))
            }
            [Ok(None), Ok(None), Ok(Some(file))] => {
                let path = self.folder.join(file);
                let read = std::fs::read(&path);
                let shown = path.display();
                read.map_err(|error| format!("`wasm_file`: cannot read {shown}: {error}"))
            }
            [Err(problem), _, _] | [_, Err(problem), _] | [_, _, Err(problem)] => Err(problem),
            _ => Err("expected one of `wat`, `wasm_file`, `wasm_hex`".to_owned()),
        }
    }

    fn payload(&self, step: Step<'_>) -> Result<Vec<u8>, String> {
        payload(step.value("arg"), &self.names).map_err(|problem| format!("`arg`: {problem}"))
    }

    fn sender(&self, step: Step<'_>) -> Result<Principal, String> {
        sender(step.value("sender"), &self.names).map_err(|problem| format!("`sender`: {problem}"))
    }

    fn install(&mut self, step: Step<'_>) -> Result<Fields, String> {
        let id = step.canister(&self.names)?;
        let module = self.module(step)?;
        let (size, text) = (module.len(), step.text("wat")?.map(|_| to_hex(&module)));
        let arg = management::install(id, step.text("mode")?, module, self.payload(step)?)?;
        let bytes = arg.len();
        let mut result = self.managed(Some(id), "install_code", arg, step)?;
        result.insert("wasm_bytes".to_owned(), json!(size));
        result.extend(text.map(|digits| ("wasm_hex".to_owned(), json!(digits))));
        result.insert("payload_bytes".to_owned(), json!(bytes));
        Ok(result)
    }

    /// Without `c` the call is about the canister its argument names.
    fn manage(&mut self, step: Step<'_>) -> Result<Fields, String> {
        let method = step.needed("method", "a method of the management canister")?;
        let about = step.text("c")?.map(|_| step.canister(&self.names)).transpose()?;
        let arg = match (step.value("arg"), about) {
            (Value::Null, Some(id)) => management::about(id)?,
            (Value::Null, None) => return Err("expected `c` or `arg`".to_owned()),
            _ => self.payload(step)?,
        };
        self.managed(about.or_else(|| management::named(&arg)), method, arg, step)
    }

    fn settings(&mut self, step: Step<'_>) -> Result<Fields, String> {
        let id = step.canister(&self.names)?;
        let arg = management::update_settings(id, step.value("settings"), &self.names)?;
        self.managed(Some(id), "update_settings", arg, step)
    }

    fn managed(
        &mut self,
        about: Option<CanisterId>,
        method: &str,
        arg: Vec<u8>,
        step: Step<'_>,
    ) -> Result<Fields, String> {
        let subnet = match about {
            Some(id) => id.subnet(),
            None => self.subnet(step)?,
        };
        let target = Target::Management { effective: about };
        Ok(self.run_call(subnet, target, method, arg, step)?.0)
    }

    /// Whom a message is for, and the subnet it is sent to.
    fn target(&self, step: Step<'_>, arg: &[u8]) -> Result<(SubnetId, Target), String> {
        if step.text("c")? == Some(MANAGEMENT) {
            let effective = management::named(arg);
            let subnet = effective.map_or(SubnetId::new(0), CanisterId::subnet);
            return Ok((subnet, Target::Management { effective }));
        }
        let id = step.canister(&self.names)?;
        Ok((id.subnet(), Target::Canister(id)))
    }

    fn update(&mut self, step: Step<'_>) -> Result<Fields, String> {
        let method = step.needed("method", "the method called")?;
        let arg = self.payload(step)?;
        let (subnet, target) = self.target(step, &arg)?;
        Ok(self.run_call(subnet, target, method, arg, step)?.0)
    }

    /// Submits a message and runs rounds until it is answered.
    fn run_call(
        &mut self,
        subnet: SubnetId,
        target: Target,
        method: &str,
        arg: Vec<u8>,
        step: Step<'_>,
    ) -> Result<(Fields, Option<Response>), String> {
        let mut result = Fields::new();
        let message = match self.send(subnet, target, method, arg, step)? {
            Ok(message) => message,
            Err(reject) => {
                result.insert("at_submit".to_owned(), json!(true));
                result.insert("rounds".to_owned(), json!(0));
                put_response(&mut result, &Response::Reject(reject));
                return Ok((result, None));
            }
        };
        let mut trace = Vec::new();
        let mut rounds = 0;
        while self.sandbox.response(message).is_none() && rounds < PATIENCE {
            self.round(&mut trace);
            rounds += 1;
        }
        result.insert("rounds".to_owned(), json!(rounds));
        put_trace(&mut result, trace);
        let response = self.sandbox.response(message).cloned();
        if let Some(response) = &response {
            put_response(&mut result, response);
        }
        Ok((result, response))
    }

    fn send(
        &mut self,
        subnet: SubnetId,
        target: Target,
        method: &str,
        arg: Vec<u8>,
        step: Step<'_>,
    ) -> Result<Result<MessageId, Reject>, String> {
        let sender = self.sender(step)?;
        let (name, arg) = (method.into(), arg.into());
        let sent = self.sandbox.submit(Submission { subnet, target, method: name, arg, sender });
        if let Ok(message) = sent {
            self.messages.submitted(message, method);
            return Ok(Ok(message));
        }
        Ok(sent)
    }

    fn round(&mut self, trace: &mut Vec<Value>) {
        self.rounds += 1;
        for (_, record) in self.sandbox.tick() {
            trace.extend(self.messages.entry(&record, &self.names, self.rounds));
        }
    }

    fn submit(&mut self, step: Step<'_>) -> Result<Fields, String> {
        let name = step.needed("as", "a name for the message")?.to_owned();
        let method = step.needed("method", "the method called")?;
        let arg = self.payload(step)?;
        let (subnet, target) = self.target(step, &arg)?;
        let mut result = Fields::new();
        match self.send(subnet, target, method, arg, step)? {
            Ok(message) => {
                self.submitted.insert(name, Ok(message));
            }
            Err(reject) => {
                result.insert("at_submit".to_owned(), json!(true));
                put_response(&mut result, &Response::Reject(reject.clone()));
                self.submitted.insert(name, Err(reject));
            }
        }
        Ok(result)
    }

    fn poll(&mut self, step: Step<'_>) -> Result<Fields, String> {
        let name = step.needed("id", "the name of a submitted message")?;
        let message = self.submitted.get(name).ok_or_else(|| {
            let near = nearest(name, self.submitted.keys().map(String::as_str));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!("`id`: no message was submitted as `{name}`{hint}")
        })?;
        let mut result = Fields::new();
        match message {
            Ok(message) => {
                if let Some(response) = self.sandbox.response(*message) {
                    put_response(&mut result, response);
                }
            }
            Err(reject) => put_response(&mut result, &Response::Reject(reject.clone())),
        }
        Ok(result)
    }

    fn query(&mut self, step: Step<'_>) -> Result<Fields, String> {
        let method = step.needed("method", "the method called")?;
        let (arg, from) = (self.payload(step)?, self.sender(step)?);
        let mut result = Fields::new();
        let response = match self.target(step, &arg)? {
            (subnet, Target::Management { .. }) => {
                self.sandbox.query_management(subnet, method, arg.into(), from)
            }
            (_, Target::Canister(id)) => self.sandbox.query(id, method, arg.into(), from),
        };
        put_response(&mut result, &response);
        Ok(result)
    }

    fn tick(&mut self, step: Step<'_>) -> Result<Fields, String> {
        let rounds = step.number("n", 1)?;
        if rounds > MOST_ROUNDS {
            return Err(format!("`n`: expected at most {MOST_ROUNDS} rounds, found {rounds}"));
        }
        let mut trace = Vec::new();
        for _ in 0..rounds {
            self.round(&mut trace);
        }
        let mut result = Fields::new();
        put_trace(&mut result, trace);
        Ok(result)
    }

    fn advance(&mut self, step: Step<'_>) -> Result<Fields, String> {
        let (seconds, nanos) = (step.number("s", 0)?, step.number("ns", 0)?);
        // Whatever the start, the clock of canisters stays within its 64 bits.
        if seconds > MOST_SECONDS || nanos / 1_000_000_000 > MOST_SECONDS {
            return Err(format!("expected at most {MOST_SECONDS} seconds"));
        }
        let time = SimDuration::from_secs(seconds) + SimDuration::from_nanos(nanos);
        self.sandbox.advance(time);
        Ok(Fields::new())
    }

    fn state(&mut self, step: Step<'_>) -> Result<Fields, String> {
        let id = step.canister(&self.names)?;
        let view = self.sandbox.canister(id);
        let globals = self.sandbox.globals(id);
        let executed = self.messages.active_iterations(id);
        let missing = || Fields::from_iter([("missing".to_owned(), json!(true))]);
        Ok(view.map_or_else(missing, |view| state::describe(&view, globals, executed)))
    }

    fn memory(
        &mut self,
        step: Step<'_>,
        read: impl Fn(&Sandbox, CanisterId, u64, u64) -> Option<Vec<u8>>,
    ) -> Result<Fields, String> {
        let id = step.canister(&self.names)?;
        let (offset, len) = (step.number("offset", 0)?, step.number("len", 0)?);
        if len > MOST_BYTES {
            return Err(format!("`len`: expected at most {MOST_BYTES} bytes, found {len}"));
        }
        let pages = self.sandbox.canister(id).and_then(|view| view.pages);
        let (heap, stable) = pages.unwrap_or_default();
        let pages = if step.op == "heap" { heap } else { stable };
        let end = WASM_PAGE.saturating_mul(pages);
        // What lies beyond the end is left out.
        let offset = offset.min(end);
        let mut result = Fields::new();
        match read(&self.sandbox, id, offset, len.min(end - offset)) {
            Some(bytes) => {
                result.insert("bytes".to_owned(), json!(to_hex(&bytes)));
                result.insert("pages".to_owned(), json!(pages));
            }
            None => {
                result.insert("missing".to_owned(), json!(true));
            }
        }
        Ok(result)
    }
}
