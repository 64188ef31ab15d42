//! `[[canister]]` as it ran.

use crate::document::SettingsEntry;
use crate::scenario::{Canister, Code, Scenario};
use ic_principal::Principal;
use serde::Serialize;
use sim_core::distribution::Distribution;
use sim_core::modelled::{Behaviour, Call, MILLION, Method};
use sim_core::units::{Bytes, Cycles, Instructions};
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(super) struct CanisterOut<'a> {
    name: &'a str,
    subnet: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    wasm: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candid: Option<&'a str>,
    cycles: Cycles,
    init: &'a str,
    controllers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<SettingsEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<ModelOut<'a>>,
}

#[derive(Serialize)]
struct ModelOut<'a> {
    heap: Bytes,
    method: BTreeMap<&'a str, MethodOut<'a>>,
}

#[derive(Serialize)]
struct MethodOut<'a> {
    query: bool,
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
            candid: canister.candid.as_ref().map(|declared| declared.path.as_str()),
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
        MethodOut {
            query: method.query,
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
