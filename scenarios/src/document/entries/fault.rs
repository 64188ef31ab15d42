//! `[[fault]]`.

use super::super::Tree;
use super::super::names::Texts;
use crate::schema;
use crate::share::Share;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim_core::time::SimDuration;
use toml::Spanned;

/// Something that goes wrong on purpose.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultEntry {
    /// Its name; its kind and what it befalls if not given. Names its random streams.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub name: Option<Spanned<String>>,
    /// What goes wrong.
    #[schemars(with = "FaultKind")]
    pub kind: Spanned<FaultKind>,
    /// When it begins.
    #[schemars(with = "schema::Duration")]
    pub at: Spanned<SimDuration>,
    /// How long it lasts: a duration or a distribution; to the end of the run if nothing is said.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Quantity>")]
    pub lasts: Option<Spanned<Tree>>,
    /// When it is over, instead of `for`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Duration>")]
    pub until: Option<Spanned<SimDuration>>,
    /// It happens again so much later, a duration or a distribution, and so on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Quantity>")]
    pub every: Option<Spanned<Tree>>,
    /// The subnets that stall or restart.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Texts>")]
    pub subnet: Option<Spanned<Texts>>,
    /// The two subnets of a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<(String, String)>")]
    pub link: Option<Spanned<(Spanned<String>, Spanned<String>)>>,
    /// Only the way from the first to the second is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<bool>")]
    pub one_way: Option<Spanned<bool>>,
    /// By how much a link is slower: 3 means three times the latency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub factor: Option<Spanned<f64>>,
    /// How many messages are lost, or how many calls are meant; all if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Share>")]
    pub share: Option<Spanned<Share>>,
    /// The canisters that are frozen, stopped or upgraded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Texts>")]
    pub canister: Option<Spanned<Texts>>,
    /// The new module of an upgrade; the one that the canister has if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub wasm: Option<Spanned<String>>,
    /// The argument of an upgrade, as Candid text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub arg: Option<Spanned<String>>,
    /// Calls of these canisters are meant; of all if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Texts>")]
    pub caller: Option<Spanned<Texts>>,
    /// Calls to these canisters are meant; to all if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Texts>")]
    pub callee: Option<Spanned<Texts>>,
    /// Calls of this method are meant; of all if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub method: Option<Spanned<String>>,
    /// The error code with which calls are rejected, such as `CanisterTrapped`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub code: Option<Spanned<String>>,
    /// How much later answers are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Duration>")]
    pub by: Option<Spanned<SimDuration>>,
}

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// A subnet makes no blocks.
    SubnetStalls,
    /// A subnet makes no blocks, and forgets what was in no certified state.
    SubnetRestarts,
    /// Nothing goes over a link until it is mended.
    LinkCut,
    /// A link takes longer.
    LinkSlow,
    /// A link loses best-effort messages.
    LinkLossy,
    /// A canister spends nothing.
    CanisterFrozen,
    /// A canister is stopped, and started when the fault is over.
    CanisterStopped,
    /// A canister is upgraded at once, without a message.
    CanisterUpgraded,
    /// Calls are rejected instead of being taken in.
    CallsRejected,
    /// Answers to calls are taken in late.
    AnswersLate,
}
