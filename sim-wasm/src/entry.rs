//! Entry points as the System API knows them: which of its functions may be called from which.

use sim_core::runtime::{Entry, Task};

/// A set of kinds of entry points, one bit each (interface specification, "Overview of imports").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entries(u16);

impl Entries {
    /// `canister_init`, `canister_post_upgrade`.
    pub(crate) const INIT: Entries = Entries(1);
    /// `canister_pre_upgrade`.
    pub(crate) const PRE_UPGRADE: Entries = Entries(1 << 1);
    /// `canister_update`.
    pub(crate) const UPDATE: Entries = Entries(1 << 2);
    /// `canister_query` in replicated mode.
    pub(crate) const REPLICATED_QUERY: Entries = Entries(1 << 3);
    /// `canister_query` outside of consensus.
    pub(crate) const QUERY: Entries = Entries(1 << 4);
    /// `canister_query` that transforms the response of an HTTP outcall.
    pub(crate) const TRANSFORM: Entries = Entries(1 << 5);
    /// `canister_composite_query`.
    pub(crate) const COMPOSITE_QUERY: Entries = Entries(1 << 6);
    /// Reply callbacks.
    pub(crate) const REPLY: Entries = Entries(1 << 7);
    /// Reject callbacks.
    pub(crate) const REJECT: Entries = Entries(1 << 8);
    /// Reply callbacks of composite queries.
    pub(crate) const COMPOSITE_REPLY: Entries = Entries(1 << 9);
    /// Reject callbacks of composite queries.
    pub(crate) const COMPOSITE_REJECT: Entries = Entries(1 << 10);
    /// Cleanup callbacks.
    pub(crate) const CLEANUP: Entries = Entries(1 << 11);
    /// Cleanup callbacks of composite queries.
    pub(crate) const COMPOSITE_CLEANUP: Entries = Entries(1 << 12);
    /// `canister_inspect_message`.
    pub(crate) const INSPECT: Entries = Entries(1 << 13);
    /// Heartbeat, global timer, the hook on low memory.
    pub(crate) const TASK: Entries = Entries(1 << 14);
    /// `(start)`.
    pub(crate) const START: Entries = Entries(1 << 15);

    /// Every entry point but `(start)`.
    pub(crate) const ALL: Entries = Entries(!Self::START.0);
    /// Every entry point.
    pub(crate) const ANY: Entries = Entries(u16::MAX);
    /// Callbacks of composite queries.
    pub(crate) const COMPOSITE_CALLBACK: Entries = Self::COMPOSITE_REPLY.or(Self::COMPOSITE_REJECT);
    /// What is executed by one replica alone, outside of consensus.
    pub(crate) const NOT_REPLICATED: Entries = Self::QUERY
        .or(Self::TRANSFORM)
        .or(Self::COMPOSITE_QUERY)
        .or(Self::COMPOSITE_CALLBACK)
        .or(Self::COMPOSITE_CLEANUP)
        .or(Self::INSPECT);
    /// What changes nothing that lasts.
    pub(crate) const QUERIES: Entries = Self::NOT_REPLICATED.or(Self::REPLICATED_QUERY);
    /// The stages of an install.
    pub(crate) const INSTALL: Entries = Self::INIT.or(Self::PRE_UPGRADE).or(Self::START);

    /// The entry points of either set.
    pub(crate) const fn or(self, other: Entries) -> Entries {
        Entries(self.0 | other.0)
    }

    /// The entry points of the first set that are not in the second.
    pub(crate) const fn without(self, other: Entries) -> Entries {
        Entries(self.0 & !other.0)
    }

    /// True if the sets share an entry point.
    pub(crate) const fn contains(self, other: Entries) -> bool {
        self.0 & other.0 != 0
    }

    /// The kind of `task`.
    pub(crate) fn of(task: &Task) -> Entries {
        let composite = task.surroundings.composite;
        match &task.entry {
            Entry::Start => Entries::START,
            Entry::Init { .. } | Entry::PostUpgrade { .. } => Entries::INIT,
            Entry::PreUpgrade => Entries::PRE_UPGRADE,
            Entry::Update { .. } => Entries::UPDATE,
            Entry::ReplicatedQuery { .. } => Entries::REPLICATED_QUERY,
            Entry::Query { .. } => Entries::QUERY,
            Entry::Transform { .. } => Entries::TRANSFORM,
            Entry::CompositeQuery { .. } => Entries::COMPOSITE_QUERY,
            Entry::InspectMessage { .. } => Entries::INSPECT,
            Entry::ReplyCallback { .. } if composite => Entries::COMPOSITE_REPLY,
            Entry::ReplyCallback { .. } => Entries::REPLY,
            Entry::RejectCallback { .. } if composite => Entries::COMPOSITE_REJECT,
            Entry::RejectCallback { .. } => Entries::REJECT,
            Entry::Cleanup { .. } if composite => Entries::COMPOSITE_CLEANUP,
            Entry::Cleanup { .. } => Entries::CLEANUP,
            Entry::Heartbeat | Entry::GlobalTimer | Entry::OnLowWasmMemory => Entries::TASK,
        }
    }

    /// What a message of this kind is called in errors.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Entries::INIT => "init",
            Entries::PRE_UPGRADE => "pre upgrade",
            Entries::UPDATE => "update",
            Entries::REPLICATED_QUERY => "replicated query",
            Entries::QUERY => "non replicated query",
            Entries::TRANSFORM => "transform",
            Entries::COMPOSITE_QUERY => "composite query",
            Entries::REPLY => "reply callback",
            Entries::REJECT => "reject callback",
            Entries::COMPOSITE_REPLY => "composite reply callback",
            Entries::COMPOSITE_REJECT => "composite reject callback",
            Entries::CLEANUP => "cleanup",
            Entries::COMPOSITE_CLEANUP => "composite cleanup",
            Entries::INSPECT => "inspect message",
            Entries::TASK => "system task",
            _ => "start",
        }
    }
}
