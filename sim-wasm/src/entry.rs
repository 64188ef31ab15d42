//! Entry points as the System API knows them: which of its functions may be called from which.

use sim_core::runtime::Entry;

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
    /// Reply callbacks.
    pub(crate) const REPLY: Entries = Entries(1 << 4);
    /// Reject callbacks.
    pub(crate) const REJECT: Entries = Entries(1 << 5);
    /// Cleanup callbacks.
    pub(crate) const CLEANUP: Entries = Entries(1 << 6);
    /// Heartbeat and global timer.
    pub(crate) const TASK: Entries = Entries(1 << 7);
    /// `(start)`.
    pub(crate) const START: Entries = Entries(1 << 8);
    /// No entry point that is modelled (only queries and message inspection).
    pub(crate) const NONE: Entries = Entries(0);
    /// Every entry point but `(start)`.
    pub(crate) const ALL: Entries = Entries((1 << 8) - 1);
    /// Every entry point.
    pub(crate) const ANY: Entries = Entries((1 << 9) - 1);

    /// The entry points of either set.
    pub(crate) const fn or(self, other: Entries) -> Entries {
        Entries(self.0 | other.0)
    }

    /// True if the sets share an entry point.
    pub(crate) const fn contains(self, other: Entries) -> bool {
        self.0 & other.0 != 0
    }

    /// The kind of `entry`.
    pub(crate) fn of(entry: &Entry) -> Entries {
        match entry {
            Entry::Start => Entries::START,
            Entry::Init { .. } | Entry::PostUpgrade { .. } => Entries::INIT,
            Entry::PreUpgrade => Entries::PRE_UPGRADE,
            Entry::Update { .. } => Entries::UPDATE,
            Entry::ReplicatedQuery { .. } => Entries::REPLICATED_QUERY,
            Entry::ReplyCallback { .. } => Entries::REPLY,
            Entry::RejectCallback { .. } => Entries::REJECT,
            Entry::Cleanup { .. } => Entries::CLEANUP,
            Entry::Heartbeat | Entry::GlobalTimer => Entries::TASK,
        }
    }

    /// What a message of this kind is called in errors.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Entries::INIT => "init",
            Entries::PRE_UPGRADE => "pre upgrade",
            Entries::UPDATE => "update",
            Entries::REPLICATED_QUERY => "replicated query",
            Entries::REPLY => "reply callback",
            Entries::REJECT => "reject callback",
            Entries::CLEANUP => "cleanup",
            Entries::TASK => "system task",
            _ => "start",
        }
    }
}
