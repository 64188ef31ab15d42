//! The steps of a script, one after the other.

use super::arguments::{Names, canister, hex, payload, sender, to_hex, wat};
use super::trace::Messages;
use super::{management, state};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
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
/// Replies longer than this are described by length, hash, head and tail.
const LONG_REPLY: usize = 4_096;
const EXCERPT: usize = 32;
const WASM_PAGE: u64 = 65_536;

/// A sandbox with the names a script gave to what is in it.
pub(super) struct Runner {
    sandbox: Sandbox,
    folder: PathBuf,
    names: Names,
    submitted: BTreeMap<String, MessageId>,
    messages: Messages,
}

type Fields = Map<String, Value>;

impl Runner {
    pub(super) fn new(sandbox: Sandbox, folder: &Path) -> Self {
        Runner {
            sandbox,
            folder: folder.to_owned(),
            names: Names::new(),
            submitted: BTreeMap::new(),
            messages: Messages::default(),
        }
    }

    pub(super) fn check_cycles(&mut self) -> Result<(), ModelFault> {
        self.sandbox.check_cycles()
    }

    /// Runs a step and answers its result.
    pub(super) fn step(&mut self, step: &Value) -> Result<Value, String> {
        let op = step["op"].as_str().ok_or("a step needs `op`")?;
        let mut result = match op {
            "create" => self.create(step)?,
            "install" => self.install(step)?,
            "update" => self.update(step)?,
            "submit" => self.submit(step)?,
            "poll" => self.poll(step)?,
            "query" => self.query(step)?,
            "mgmt" => self.manage(step)?,
            "settings" => self.settings(step)?,
            "tick" => self.tick(step),
            "advance" => self.advance(step),
            "state" => self.state(step)?,
            "stable" => self.memory(step, Sandbox::stable)?,
            "heap" => self.memory(step, Sandbox::heap)?,
            _ => return Err(format!("unknown step `{op}`")),
        };
        result.insert("op".to_owned(), json!(op));
        for field in ["c", "as", "method", "label"] {
            if let Some(value) = step.get(field) {
                result.insert(field.to_owned(), value.clone());
            }
        }
        result.insert("balances".to_owned(), self.balances());
        Ok(Value::Object(result))
    }

    fn balances(&self) -> Value {
        let balance = |(name, id): (&String, &CanisterId)| {
            let view = self.sandbox.canister(*id);
            (name.clone(), json!(view.map(|view| state::digits(view.balance))))
        };
        Value::Object(self.names.iter().map(balance).collect())
    }

    fn target(&self, step: &Value) -> Result<CanisterId, String> {
        canister(step["c"].as_str().ok_or("a step needs `c`, a canister")?, &self.names)
    }

    fn create(&mut self, step: &Value) -> Result<Fields, String> {
        let name = step["as"].as_str().ok_or("`create` needs `as`, a name")?.to_owned();
        let subnet = SubnetId::new(step["subnet"].as_u64().unwrap_or(0) as u16);
        let arg = management::create(step, &self.names)?;
        let method = "provisional_create_canister_with_cycles";
        let target = Target::Management { effective: None };
        let (mut result, reply) = self.run_call(subnet, target, method, arg, &step["sender"])?;
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

    fn module(&self, step: &Value) -> Result<Vec<u8>, String> {
        if let Some(text) = step["wat"].as_str() {
            return wat(text, &self.names);
        }
        if let Some(digits) = step["wasm_hex"].as_str() {
            return hex(digits, &self.names);
        }
        let file =
            step["wasm_file"].as_str().ok_or("`install` needs wat, wasm_file or wasm_hex")?;
        let path = self.folder.join(file);
        std::fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))
    }

    fn install(&mut self, step: &Value) -> Result<Fields, String> {
        let id = self.target(step)?;
        let module = self.module(step)?;
        let size = module.len();
        let arg = payload(&step["arg"], &self.names)?;
        let arg = management::install(id, &step["mode"], module, arg)?;
        let bytes = arg.len();
        let mut result = self.managed(id, "install_code", arg, step)?;
        result.insert("wasm_bytes".to_owned(), json!(size));
        result.insert("payload_bytes".to_owned(), json!(bytes));
        Ok(result)
    }

    fn manage(&mut self, step: &Value) -> Result<Fields, String> {
        let method = step["method"].as_str().ok_or("`mgmt` needs `method`")?.to_owned();
        let id = self.target(step)?;
        let arg = match &step["arg"] {
            Value::Null => management::about(id)?,
            arg => payload(arg, &self.names)?,
        };
        self.managed(id, &method, arg, step)
    }

    fn settings(&mut self, step: &Value) -> Result<Fields, String> {
        let id = self.target(step)?;
        let arg = management::update_settings(id, &step["settings"], &self.names)?;
        self.managed(id, "update_settings", arg, step)
    }

    fn managed(
        &mut self,
        id: CanisterId,
        method: &str,
        arg: Vec<u8>,
        step: &Value,
    ) -> Result<Fields, String> {
        let target = Target::Management { effective: Some(id) };
        Ok(self.run_call(id.subnet(), target, method, arg, &step["sender"])?.0)
    }

    fn update(&mut self, step: &Value) -> Result<Fields, String> {
        let id = self.target(step)?;
        let method = step["method"].as_str().ok_or("`update` needs `method`")?.to_owned();
        let arg = payload(&step["arg"], &self.names)?;
        let target = Target::Canister(id);
        Ok(self.run_call(id.subnet(), target, &method, arg, &step["sender"])?.0)
    }

    /// Submits a message and runs rounds until it is answered.
    fn run_call(
        &mut self,
        subnet: SubnetId,
        target: Target,
        method: &str,
        arg: Vec<u8>,
        from: &Value,
    ) -> Result<(Fields, Option<Response>), String> {
        let mut result = Fields::new();
        let message = match self.send(subnet, target, method, arg, from)? {
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
        from: &Value,
    ) -> Result<Result<MessageId, Reject>, String> {
        let sender = sender(from, &self.names)?;
        let (name, arg) = (method.into(), arg.into());
        let sent = self.sandbox.submit(Submission { subnet, target, method: name, arg, sender });
        if let Ok(message) = sent {
            self.messages.submitted(message, method);
            return Ok(Ok(message));
        }
        Ok(sent)
    }

    fn round(&mut self, trace: &mut Vec<Value>) {
        for (_, record) in self.sandbox.tick() {
            trace.extend(self.messages.entry(&record, &self.names));
        }
    }

    fn submit(&mut self, step: &Value) -> Result<Fields, String> {
        let id = self.target(step)?;
        let name = step["as"].as_str().ok_or("`submit` needs `as`, a name")?.to_owned();
        let method = step["method"].as_str().ok_or("`submit` needs `method`")?.to_owned();
        let arg = payload(&step["arg"], &self.names)?;
        let mut result = Fields::new();
        match self.send(id.subnet(), Target::Canister(id), &method, arg, &step["sender"])? {
            Ok(message) => {
                self.submitted.insert(name, message);
            }
            Err(reject) => {
                result.insert("at_submit".to_owned(), json!(true));
                put_response(&mut result, &Response::Reject(reject));
            }
        }
        Ok(result)
    }

    fn poll(&mut self, step: &Value) -> Result<Fields, String> {
        let name = step["id"].as_str().ok_or("`poll` needs `id`, the name of a message")?;
        let message = self.submitted.get(name).ok_or_else(|| format!("no message `{name}`"))?;
        let mut result = Fields::new();
        if let Some(response) = self.sandbox.response(*message) {
            put_response(&mut result, response);
        }
        Ok(result)
    }

    fn query(&mut self, step: &Value) -> Result<Fields, String> {
        let id = self.target(step)?;
        let method = step["method"].as_str().ok_or("`query` needs `method`")?;
        let arg = payload(&step["arg"], &self.names)?;
        let from = sender(&step["sender"], &self.names)?;
        let mut result = Fields::new();
        put_response(&mut result, &self.sandbox.query(id, method, arg.into(), from));
        Ok(result)
    }

    fn tick(&mut self, step: &Value) -> Fields {
        let mut trace = Vec::new();
        for _ in 0..step["n"].as_u64().unwrap_or(1) {
            self.round(&mut trace);
        }
        let mut result = Fields::new();
        put_trace(&mut result, trace);
        result
    }

    fn advance(&mut self, step: &Value) -> Fields {
        let seconds = SimDuration::from_secs(step["s"].as_u64().unwrap_or(0));
        self.sandbox.advance(seconds + SimDuration::from_nanos(step["ns"].as_u64().unwrap_or(0)));
        Fields::new()
    }

    fn state(&mut self, step: &Value) -> Result<Fields, String> {
        let id = self.target(step)?;
        let view = self.sandbox.canister(id);
        let globals = self.sandbox.globals(id);
        Ok(view.map_or_else(Fields::new, |view| state::describe(&view, globals)))
    }

    fn memory(
        &mut self,
        step: &Value,
        read: impl Fn(&Sandbox, CanisterId, u64, u64) -> Option<Vec<u8>>,
    ) -> Result<Fields, String> {
        let id = self.target(step)?;
        let (offset, len) =
            (step["offset"].as_u64().unwrap_or(0), step["len"].as_u64().unwrap_or(0));
        let pages = self.sandbox.canister(id).and_then(|view| view.pages);
        let (heap, stable) = pages.unwrap_or_default();
        let end = WASM_PAGE.saturating_mul(if step["op"] == "heap" { heap } else { stable });
        // What lies beyond the end is left out.
        let offset = offset.min(end);
        let mut result = Fields::new();
        match read(&self.sandbox, id, offset, len.min(end - offset)) {
            Some(bytes) => result.insert("bytes".to_owned(), json!(to_hex(&bytes))),
            None => result.insert("missing".to_owned(), json!(true)),
        };
        Ok(result)
    }
}

/// Iterations are numbered from that of the first entry.
fn put_trace(result: &mut Fields, mut trace: Vec<Value>) {
    let first = trace.first().and_then(|entry| entry["iter"].as_u64()).unwrap_or(0);
    for entry in &mut trace {
        let number = entry["iter"].as_u64().unwrap_or(0);
        entry["iter"] = json!(number.saturating_sub(first));
    }
    if !trace.is_empty() {
        result.insert("trace".to_owned(), Value::Array(trace));
    }
}

fn put_response(result: &mut Fields, response: &Response) {
    match response {
        Response::Reply(reply) if reply.len() > LONG_REPLY => {
            let described = json!({
                "len": reply.len(),
                "sha256": to_hex(&Sha256::digest(reply)),
                "head": to_hex(&reply[..EXCERPT]),
                "tail": to_hex(&reply[reply.len() - EXCERPT..]),
            });
            result.insert("reply".to_owned(), described);
        }
        Response::Reply(reply) => {
            result.insert("reply".to_owned(), json!(to_hex(reply)));
        }
        Response::Reject(reject) => {
            let described = json!({
                "code": reject.code.reject_code().number(),
                "error": reject.code.name(),
                "error_code": format!("IC0{}", reject.code.number()),
                "message": &*reject.message,
            });
            result.insert("reject".to_owned(), described);
        }
    }
}
