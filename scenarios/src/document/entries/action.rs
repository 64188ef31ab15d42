//! `[[action]]`.

use super::super::Tree;
use super::super::names::Texts;
use super::SettingsEntry;
use crate::schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim_core::time::SimDuration;
use sim_core::units::Cycles;
use toml::Spanned;

/// Something that is done to canisters in the course of a run.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionEntry {
    /// Its name, which its messages bear; its kind and the canister if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub name: Option<Spanned<String>>,
    /// What is done.
    #[schemars(with = "ActionKind")]
    pub kind: Spanned<ActionKind>,
    /// The canisters it is done to.
    #[schemars(with = "schema::Texts")]
    pub canister: Spanned<Texts>,
    /// When.
    #[schemars(with = "schema::Duration")]
    pub at: Spanned<SimDuration>,
    /// It is done again so much later, a duration or a distribution, and so on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Quantity>")]
    pub every: Option<Spanned<Tree>>,
    /// Until when it is done again; the end of the run if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Duration>")]
    pub until: Option<Spanned<SimDuration>>,
    /// The principal that sends the messages; the first controller that is a user if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub sender: Option<Spanned<String>>,
    /// The path of the module that is installed; the one that the canister has if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub wasm: Option<Spanned<String>>,
    /// The argument of the entry point or method, as Candid text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub arg: Option<Spanned<String>>,
    /// The canister is stopped before and started afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<bool>")]
    pub stopped: Option<Spanned<bool>>,
    /// `canister_pre_upgrade` does not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<bool>")]
    pub skip_pre_upgrade: Option<Spanned<bool>>,
    /// The new settings; what is not given stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<SettingsEntry>")]
    pub settings: Option<Spanned<SettingsEntry>>,
    /// Cycles that the canister is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Cycles>")]
    pub cycles: Option<Spanned<Cycles>>,
    /// The method that is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub method: Option<Spanned<String>>,
}

/// What can be done to a canister.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActionKind {
    /// New code that keeps stable memory.
    Upgrade,
    /// Code for a canister without any.
    Install,
    /// New code; the state is lost.
    Reinstall,
    /// Code and state are removed.
    Uninstall,
    /// It takes no more calls.
    Stop,
    /// It takes calls again.
    Start,
    /// It is removed; it has to be stopped.
    Delete,
    /// It is given cycles from outside.
    TopUp,
    /// Its settings change.
    Settings,
    /// A method is called, once.
    Call,
}
