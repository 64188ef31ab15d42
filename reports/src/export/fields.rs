//! Records as named fields, whatever their kind: for JSON Lines, and for telling what differs.
//!
//! Names are those of [`sim_core::record::Event`], with the unit at the end of durations. Amounts
//! of cycles are decimal strings, since they have up to 128 bits; messages are written as
//! `subnet.sequence`, canisters as principals, with the scenario's name beside them.

use crate::names::Names;
use ciborium::Value as Tree;
use ic_principal::Principal;
use serde_json::Value;
use sim_core::id::{CanisterId, MessageId};
use sim_core::record::Record;

/// What a record tells, without its time.
#[derive(Clone, Debug, PartialEq)]
pub struct Fields {
    /// The kind of event, such as `executed`.
    pub event: String,
    /// Its fields in order.
    pub fields: Vec<(String, Value)>,
}

impl Fields {
    /// The value of a field; null if there is none of that name.
    pub fn get(&self, name: &str) -> &Value {
        let field = self.fields.iter().find(|(known, _)| known == name);
        field.map_or(&Value::Null, |(_, value)| value)
    }
}

/// The fields of a record.
pub fn of(record: &Record, names: &Names) -> Fields {
    let tree = Tree::serialized(&record.event).unwrap_or(Tree::Null);
    let (event, content) = variant(tree);
    let mut fields = Vec::new();
    for (name, value) in entries(content) {
        add(&mut fields, &name, value, names);
    }
    Fields { event, fields }
}

/// An enum's value: the name of the variant, and what it holds.
fn variant(tree: Tree) -> (String, Tree) {
    match tree {
        Tree::Map(entries) => match entries.into_iter().next() {
            Some((Tree::Text(name), content)) => (name, content),
            _ => (String::new(), Tree::Null),
        },
        Tree::Text(name) => (name, Tree::Null),
        _ => (String::new(), Tree::Null),
    }
}

fn entries(tree: Tree) -> Vec<(String, Tree)> {
    let Tree::Map(entries) = tree else { return Vec::new() };
    let named = entries.into_iter().filter_map(|(key, value)| Some((key.into_text().ok()?, value)));
    named.collect()
}

/// A named field.
type Field = (String, Value);

fn add(fields: &mut Vec<Field>, name: &str, value: Tree, names: &Names) {
    match (name, &value) {
        ("message" | "parent", Tree::Integer(_)) => {
            let text = number(&value).map(|id| MessageId::from_u64(id as u64).to_string());
            fields.push((name.to_owned(), text.into()));
        }
        ("canister" | "caller", Tree::Integer(_)) => {
            let principal = number(&value).map(|id| canister(id as u64));
            add_principal(fields, name, principal, names);
        }
        ("callee", Tree::Bytes(bytes)) => {
            add_principal(fields, name, Principal::try_from_slice(bytes).ok(), names);
        }
        // Structures within an event: their amounts of cycles are written like any other.
        ("entry" | "state", Tree::Map(_)) => {
            for (name, value) in entries(value) {
                add(fields, &name, value, names);
            }
        }
        ("duration", _) => fields.push(("duration_ns".to_owned(), plain(value))),
        ("fee" | "balance" | "cost" | "cycles" | "reserved" | "burned", _) => {
            fields.push((name.to_owned(), amounts(value)));
        }
        ("line", _) => fields.push((name.to_owned(), text(value))),
        _ => fields.push((name.to_owned(), plain(value))),
    }
}

/// A principal, and the scenario's name of the canister it is.
fn add_principal(
    fields: &mut Vec<Field>,
    field: &str,
    principal: Option<Principal>,
    names: &Names,
) {
    fields.push((field.to_owned(), principal.map(|id| id.to_text()).into()));
    let canister = principal.and_then(|id| CanisterId::from_principal(&id));
    if let Some(name) = canister.and_then(|id| names.given(id)) {
        fields.push((format!("{field}_name"), name.into()));
    }
}

/// The principal of a canister's number.
fn canister(number: u64) -> Principal {
    if number == CanisterId::MANAGEMENT.as_u64() {
        return Principal::management_canister();
    }
    let mut bytes = [1u8; 10];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Principal::from_slice(&bytes)
}

fn number(value: &Tree) -> Option<u128> {
    value.as_integer().and_then(|number| u128::try_from(i128::from(number)).ok())
}

/// Amounts of cycles as decimal strings.
fn amounts(value: Tree) -> Value {
    match value {
        Tree::Array(items) => items.into_iter().map(amounts).collect(),
        value => number(&value).map(|number| number.to_string()).into(),
    }
}

/// Bytes as text, as far as they are text.
fn text(value: Tree) -> Value {
    let Tree::Array(bytes) = value else { return plain(value) };
    let bytes: Vec<u8> = bytes.iter().filter_map(|byte| u8::try_from(number(byte)?).ok()).collect();
    String::from_utf8_lossy(&bytes).into_owned().into()
}

fn plain(value: Tree) -> Value {
    match value {
        Tree::Integer(number) => match i128::from(number) {
            number if number < 0 => i64::try_from(number).ok().into(),
            number => u64::try_from(number).ok().into(),
        },
        Tree::Bytes(bytes) => crate::tables::canisters::hex(&bytes).into(),
        Tree::Float(number) => number.into(),
        Tree::Text(text) => text.into(),
        Tree::Bool(flag) => flag.into(),
        Tree::Array(items) => items.into_iter().map(plain).collect(),
        Tree::Map(_) => {
            let named = entries(value).into_iter().map(|(name, value)| (name, plain(value)));
            Value::Object(named.collect())
        }
        _ => Value::Null,
    }
}
