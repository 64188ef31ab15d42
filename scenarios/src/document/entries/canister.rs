//! `[[canister]]`.

use super::super::Tree;
use super::super::names::Texts;
use super::ChoiceEntry;
use crate::schema;
use crate::share::Share;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim_core::time::SimDuration;
use sim_core::units::{Bytes, Cycles};
use std::collections::BTreeMap;
use toml::Spanned;

/// A canister that exists when the run starts, or several alike.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CanisterEntry {
    /// Its name; `"$name"` stands for its id.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// How many there are, called `name-1`, `name-2` and so on; one, called `name`, if not given.
    #[schemars(with = "Option<u64>")]
    pub count: Option<Spanned<u64>>,
    /// The name of its subnet; of several, the copies take turns.
    #[schemars(with = "schema::Texts")]
    pub subnet: Spanned<Texts>,
    /// The path of its module, relative to the scenario file: `.wasm` or `.wat`.
    #[schemars(with = "Option<String>")]
    pub wasm: Option<Spanned<String>>,
    /// The path of a `.did` file that says how its arguments and replies are read; if it is not given, its
    /// module says so, or nothing does.
    #[schemars(with = "Option<String>")]
    pub candid: Option<Spanned<String>>,
    /// Its behaviour, instead of a module.
    #[schemars(with = "Option<ModelEntry>")]
    pub model: Option<Spanned<ModelEntry>>,
    /// Cycles it is given; the creation fee is taken from them.
    #[schemars(with = "schema::Cycles")]
    pub cycles: Spanned<Cycles>,
    /// The argument of `canister_init`, as Candid text.
    #[schemars(with = "Option<String>")]
    pub init: Option<Spanned<String>>,
    /// Principals, or `"$name"`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub controllers: Vec<Spanned<String>>,
    /// What differs from the settings of a new canister.
    #[schemars(with = "Option<SettingsEntry>")]
    pub settings: Option<Spanned<SettingsEntry>>,
}

/// Settings of a canister.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsEntry {
    /// Percent of an execution thread that is set aside for it, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compute_allocation: Option<u64>,
    /// Memory that is set aside for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Bytes>")]
    pub memory_allocation: Option<Bytes>,
    /// Time of idle cost below which it is frozen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Duration>")]
    pub freezing_threshold: Option<SimDuration>,
}

/// What a modelled canister does.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Heap when it is installed; none if not given.
    #[schemars(with = "Option<schema::Bytes>")]
    pub heap: Option<Spanned<Bytes>>,
    /// Its methods by name.
    pub method: BTreeMap<String, MethodEntry>,
}

/// What a method of a modelled canister does. Quantities are fixed ones, or distributions.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MethodEntry {
    /// It changes nothing.
    #[serde(default)]
    pub query: bool,
    /// Instructions until it replies or calls.
    #[schemars(with = "Option<schema::Quantity>")]
    pub instructions: Option<Spanned<Tree>>,
    /// Size of the reply.
    #[schemars(with = "Option<schema::Quantity>")]
    pub reply: Option<Spanned<Tree>>,
    /// How often it rejects instead.
    #[serde(default)]
    #[schemars(with = "schema::Share")]
    pub reject: Share,
    /// How much the heap grows.
    #[schemars(with = "Option<schema::Quantity>")]
    pub growth: Option<Spanned<Tree>>,
    /// How much memory it writes besides.
    #[schemars(with = "Option<schema::Quantity>")]
    pub writes: Option<Spanned<Tree>>,
    /// Calls it makes before it replies.
    #[serde(default)]
    pub calls: Vec<CallEntry>,
    /// It makes each call after the reply to the one before.
    #[serde(default)]
    pub in_sequence: bool,
    /// Instructions of each callback.
    #[schemars(with = "Option<schema::Quantity>")]
    pub callback: Option<Spanned<Tree>>,
    /// Instead of all this: ways to behave, one of which is drawn for each message.
    #[serde(default)]
    #[schemars(with = "Vec<MethodEntry>")]
    pub case: Vec<Spanned<MethodEntry>>,
    /// How likely a case is, against the weights of the others; 1 if not given.
    #[schemars(with = "Option<u64>")]
    pub weight: Option<Spanned<u64>>,
}

/// A call a method makes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallEntry {
    /// The name of the canister called; of several, one for each call.
    #[schemars(with = "schema::Texts")]
    pub to: Spanned<Texts>,
    /// Which of several.
    #[schemars(with = "Option<ChoiceEntry>")]
    pub choice: Option<Spanned<Tree>>,
    /// The method called.
    #[schemars(with = "String")]
    pub method: Spanned<String>,
    /// Size of the argument.
    #[schemars(with = "Option<schema::Quantity>")]
    pub payload: Option<Spanned<Tree>>,
    /// Cycles attached.
    #[schemars(with = "Option<schema::Cycles>")]
    pub cycles: Option<Cycles>,
    /// How many such calls; one if not given.
    pub count: Option<u64>,
}
