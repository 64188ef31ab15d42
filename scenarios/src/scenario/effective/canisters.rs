//! `[[canister]]` as it ran.

use crate::calibrate::subjects::Subject;
use crate::document::SettingsEntry;
use crate::scenario::{Canister, Code, Scenario};
use ic_principal::Principal;
use serde::Serialize;
use sim_core::distribution::Distribution;
use sim_core::modelled::{Behaviour, Call, MILLION, Method};
use sim_core::units::{Bytes, Cycles, Instructions};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Serialize)]
pub(super) struct CanisterOut<'a> {
    name: &'a str,
    subnet: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    wasm: Option<&'a str>,
    cycles: Cycles,
    init: &'a str,
    controllers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<SettingsEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<ModelOut<'a>>,
}

/// An entry of a modelled canister or of its copies, to be put into a scenario.
#[derive(Serialize)]
struct EntryOut<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    subnet: Vec<&'a str>,
    cycles: Cycles,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    controllers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<SettingsEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<ModelOut<'a>>,
}

#[derive(Serialize)]
struct EntriesOut<'a> {
    canister: [EntryOut<'a>; 1],
}

/// The `[[canister]]` entry of a subject whose canisters are modelled in `scenario`.
///
/// # Errors
/// The entry holds a value TOML cannot express.
pub fn entry_of_model(scenario: &Scenario, subject: &Subject) -> Result<String, toml::ser::Error> {
    let members = || subject.members.iter().map(|place| &scenario.canisters[*place]);
    let Some(first) = members().next() else { return Ok(String::new()) };
    let CanisterOut { cycles, controllers, settings, model, .. } = CanisterOut::of(first, scenario);
    // Copies take turns on the subnets of the entry, so these are named before one comes again.
    let mut subnet: Vec<&str> = Vec::new();
    for canister in members() {
        let name = &*scenario.subnets[canister.id.subnet().index()].spec.name;
        if subnet.contains(&name) {
            break;
        }
        subnet.push(name);
    }
    let count = subject.copies.then_some(subject.members.len());
    let name = &subject.name;
    let entry = EntryOut { name, count, subnet, cycles, controllers, settings, model };
    toml::to_string(&EntriesOut { canister: [entry] })
}

#[derive(Serialize)]
struct ModelOut<'a> {
    heap: Bytes,
    method: BTreeMap<&'a str, MethodOut<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum MethodOut<'a> {
    Plain {
        query: bool,
        #[serde(flatten)]
        behaviour: BehaviourOut<'a>,
    },
    Cases {
        query: bool,
        case: Vec<CaseOut<'a>>,
    },
}

#[derive(Serialize)]
struct CaseOut<'a> {
    weight: u64,
    #[serde(flatten)]
    behaviour: BehaviourOut<'a>,
}

#[derive(Serialize)]
struct BehaviourOut<'a> {
    instructions: &'a Distribution<Instructions>,
    reply: &'a Distribution<Bytes>,
    reject: f64,
    growth: &'a Distribution<Bytes>,
    writes: &'a Distribution<Bytes>,
    in_sequence: bool,
    callback: &'a Distribution<Instructions>,
    calls: Vec<CallOut<'a>>,
}

#[derive(Serialize)]
struct CallOut<'a> {
    to: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<WeightsOut>,
    method: &'a str,
    payload: &'a Distribution<Bytes>,
    cycles: Cycles,
    count: u64,
}

#[derive(Serialize)]
struct WeightsOut {
    kind: &'static str,
    weights: Vec<u64>,
}

impl<'a> CanisterOut<'a> {
    pub(super) fn of(canister: &'a Canister, scenario: &'a Scenario) -> Self {
        let (wasm, model) = match &canister.code {
            Code::Wasm { path, .. } => (Some(path.as_str()), None),
            Code::Model(behaviour) => (None, Some(ModelOut::of(behaviour, scenario))),
        };
        CanisterOut {
            name: &canister.name,
            subnet: &scenario.subnets[canister.id.subnet().index()].spec.name,
            wasm,
            cycles: canister.cycles,
            init: &canister.init.text,
            controllers: canister.controllers.iter().map(|id| id.to_text()).collect(),
            settings: Some(canister.settings).filter(|s| *s != SettingsEntry::default()),
            model,
        }
    }
}

impl<'a> ModelOut<'a> {
    fn of(behaviour: &'a Behaviour, scenario: &'a Scenario) -> Self {
        let method = behaviour.methods.iter();
        let method = method.map(|(name, method)| (&**name, MethodOut::of(method, scenario)));
        ModelOut { heap: behaviour.heap, method: method.collect() }
    }
}

impl<'a> MethodOut<'a> {
    fn of(method: &'a Method, scenario: &'a Scenario) -> Self {
        let query = method.query;
        let Some(cases) = &method.cases else {
            return MethodOut::Plain { query, behaviour: BehaviourOut::of(method, scenario) };
        };
        let case = |(method, weight): (&'a Arc<Method>, u64)| CaseOut {
            weight,
            behaviour: BehaviourOut::of(method, scenario),
        };
        let case = cases.items().iter().zip(cases.weights()).map(case).collect();
        MethodOut::Cases { query, case }
    }
}

impl<'a> BehaviourOut<'a> {
    fn of(method: &'a Method, scenario: &'a Scenario) -> Self {
        BehaviourOut {
            instructions: &method.instructions,
            reply: &method.reply,
            reject: method.reject_millionths as f64 / MILLION as f64,
            growth: &method.growth,
            writes: &method.writes,
            in_sequence: method.in_sequence,
            callback: &method.callback,
            calls: method.calls.iter().map(|call| CallOut::of(call, scenario)).collect(),
        }
    }
}

impl<'a> CallOut<'a> {
    fn of(call: &'a Call, scenario: &'a Scenario) -> Self {
        let name = |callee: &Principal| {
            let found = scenario.canisters.iter().find(|c| c.id.principal() == *callee);
            found.map_or("", |canister| &*canister.name)
        };
        let weights = call.callees.weights();
        let alike = weights.windows(2).all(|pair| pair[0] == pair[1]);
        CallOut {
            to: call.callees.items().iter().map(name).collect(),
            choice: (!alike).then_some(WeightsOut { kind: "weighted", weights }),
            method: &call.method,
            payload: &call.payload,
            cycles: call.cycles,
            count: call.count,
        }
    }
}
