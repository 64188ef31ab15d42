//! Arguments and answers in words: Candid, read by the interfaces that modules and `.did` files declare.
//!
//! What no interface describes is read as far as the message describes itself, where fields are
//! numbers instead of names. What is no Candid is left out.

use crate::messages::Message;
use crate::names::Names;
use crate::run::RunReport;
use candid::types::{Function, Type};
use candid::{DecoderConfig, IDLArgs, TypeEnv};
use candid_parser::syntax::IDLProg;
use candid_parser::typing::check_prog;
use serde::{Deserialize, Serialize};
use sim_core::id::CanisterId;
use sim_core::sink::Said;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The management canister as it is written.
const MANAGEMENT_ID: &str = "aaaaa-aa";
const MANAGEMENT: &str = include_str!("candid/management.did");
/// Steps of decoding: some bytes describe more values than anybody could read.
const QUOTA: usize = 1_000_000;

/// What the canisters of a run declare.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interfaces {
    /// Declarations, each once.
    texts: Vec<String>,
    /// Canisters by their numbers, with the places of their declarations.
    canisters: Vec<(u64, u32)>,
}

impl Interfaces {
    /// Interfaces that stay empty.
    pub const NONE: &'static Interfaces = &Interfaces { texts: Vec::new(), canisters: Vec::new() };

    /// Adds what a canister declares, as the text of a `.did` file.
    pub fn add(&mut self, canister: CanisterId, text: &str) {
        let known = self.texts.iter().position(|known| known == text);
        let place = known.unwrap_or_else(|| {
            self.texts.push(text.to_owned());
            self.texts.len() - 1
        });
        self.canisters.push((canister.as_u64(), place as u32));
    }
}

/// Declarations that were understood.
#[derive(Debug)]
struct Service {
    environment: TypeEnv,
    service: Type,
}

impl Service {
    fn of(text: &str) -> Option<Service> {
        let declarations: IDLProg = text.parse().ok()?;
        let mut environment = TypeEnv::new();
        let service = check_prog(&mut environment, &declarations).ok()??;
        Some(Service { environment, service })
    }

    fn method<'a>(&'a self, name: &'a str) -> Option<&'a Function> {
        self.environment.get_method(&self.service, name).ok()
    }
}

/// Puts arguments and answers into words.
#[derive(Clone, Debug, Default)]
pub struct Speech {
    services: Vec<Option<Rc<Service>>>,
    /// Places of services by the numbers of canisters.
    canisters: BTreeMap<u64, u32>,
    management: Option<Rc<Service>>,
    /// Principals as they are written, and how the scenario writes them.
    names: Vec<(String, String)>,
}

impl Speech {
    /// As the canisters of a run speak.
    pub fn of(run: &RunReport<'_>) -> Self {
        Speech::new(run.interfaces, &Names::new(run.history))
    }

    /// By these interfaces; `"$name"` stands for the principal of a canister that has a name.
    pub fn new(interfaces: &Interfaces, names: &Names) -> Self {
        let services = interfaces.texts.iter().map(|text| Service::of(text).map(Rc::new));
        let written = |(id, name): (CanisterId, &str)| {
            (format!("principal \"{id}\""), format!("principal \"${name}\""))
        };
        Speech {
            services: services.collect(),
            canisters: interfaces.canisters.iter().copied().collect(),
            management: Service::of(MANAGEMENT).map(Rc::new),
            names: names.canisters().map(written).collect(),
        }
    }

    /// The argument of a message; none if it was not kept, or is no Candid.
    pub fn argument(&self, message: &Message) -> Option<String> {
        self.text(message, message.argument.as_deref()?, |method| &method.args)
    }

    /// The answer to a message: the values of a reply, or the text of a reject.
    pub fn answer(&self, message: &Message) -> Option<String> {
        match message.response.as_ref()? {
            Said::Reject(text) => Some(text.to_string()),
            Said::Reply(bytes) | Said::Argument(bytes) => {
                self.text(message, bytes, |method| &method.rets)
            }
        }
    }

    /// What a message asks: its method, and its argument where that can be read.
    pub fn request(&self, message: &Message) -> String {
        match self.argument(message) {
            Some(argument) => format!("{}{argument}", message.method),
            None => message.method.to_string(),
        }
    }

    fn service(&self, message: &Message) -> Option<&Service> {
        let is_management = message.callee == MANAGEMENT_ID;
        if is_management || message.callee_id.is_some_and(CanisterId::is_management) {
            return self.management.as_deref();
        }
        let place = *self.canisters.get(&message.callee_id?.as_u64())?;
        self.services.get(place as usize)?.as_deref()
    }

    fn text(
        &self,
        message: &Message,
        bytes: &[u8],
        types: fn(&Function) -> &[Type],
    ) -> Option<String> {
        let service = self.service(message);
        let method = service.and_then(|service| service.method(&message.method));
        let declared = service.zip(method).and_then(|(service, method)| {
            let (environment, types) = (&service.environment, types(method));
            let config = config();
            IDLArgs::from_bytes_with_types_with_config(bytes, environment, types, &config).ok()
        });
        let values = declared.or_else(|| IDLArgs::from_bytes_with_config(bytes, &config()).ok())?;
        let text = on_one_line(&values.to_string());
        Some(self.names.iter().fold(text, |text, (principal, name)| {
            if text.contains(principal.as_str()) { text.replace(principal, name) } else { text }
        }))
    }
}

fn config() -> DecoderConfig {
    let mut config = DecoderConfig::new();
    config.set_decoding_quota(QUOTA).set_skipping_quota(QUOTA);
    config
}

/// Text that was set over several lines, on one. Line breaks within values are escaped, so that no
/// value changes.
fn on_one_line(text: &str) -> String {
    let mut line = String::new();
    for part in text.lines().map(str::trim) {
        if part.starts_with([')', '}']) && line.ends_with([',', ';']) {
            line.pop();
        }
        let joins = line.is_empty() || line.ends_with('(') || part.starts_with(')');
        line.push_str(if joins { "" } else { " " });
        line.push_str(part);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_come_on_one_line() {
        let text = "(\n  record {\n    name = \"a  b\";\n    age = 7 : nat;\n  },\n  1 : nat,\n)";
        assert_eq!(on_one_line(text), "(record { name = \"a  b\"; age = 7 : nat }, 1 : nat)");
    }

    #[test]
    fn the_interface_of_the_management_canister_can_be_read() {
        let service = Service::of(MANAGEMENT).expect("it is Candid");
        assert_eq!(service.method("canister_status").map(|method| method.rets.len()), Some(1));
    }

    #[test]
    fn a_declaration_shared_by_canisters_is_kept_once() {
        let mut interfaces = Interfaces::default();
        let canister = |place| CanisterId::on(sim_core::id::SubnetId::new(0), place);
        (0..3).for_each(|place| interfaces.add(canister(place), "service : {}"));
        assert_eq!((interfaces.texts.len(), interfaces.canisters.len()), (1, 3));
    }
}
