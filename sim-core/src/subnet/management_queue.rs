//! Calls to the management canister that wait for their turn.
//!
//! They rotate as a canister's input does, except that calls of clients rotate by the canister they are
//! about (`IngressQueue`, `rs/replicated_state/src/canister_state/queues/queue.rs` of `dfinity/ic`). A call
//! that cannot run yet, because the canister it is about is in the middle of something, is passed over.

use crate::call_context::Origin;
use crate::id::CanisterId;
use crate::management::CanisterIdRecord;
use crate::message::ManagementCall;
use crate::queues::{Rotation, Source};

/// A waiting call and the canister it is about.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) call: ManagementCall,
    pub(super) about: Option<CanisterId>,
}

impl Waiting {
    /// Whether it would install code.
    pub(super) fn is_install(&self) -> bool {
        matches!(&*self.call.method, "install_code" | "install_chunked_code")
    }
}

#[derive(Debug, Default)]
pub(super) struct ManagementQueue {
    local: Rotation<CanisterId, Waiting>,
    ingress: Rotation<Option<CanisterId>, Waiting>,
    remote: Rotation<CanisterId, Waiting>,
    turn: Source,
}

impl ManagementQueue {
    /// Adds a client's call, paid for by `payer`.
    pub(super) fn push_ingress(&mut self, call: ManagementCall, payer: Option<CanisterId>) {
        self.ingress.push(payer, Waiting { call, about: payer });
    }

    /// Adds the call of a canister on the own subnet (`local`) or another.
    pub(super) fn push(&mut self, call: ManagementCall, local: bool) {
        let Origin::Canister { caller, .. } = call.origin else { return };
        let about = candid::decode_one::<CanisterIdRecord>(&call.arg).ok();
        let about = about.and_then(|record| CanisterId::from_principal(&record.canister_id));
        let source = if local { &mut self.local } else { &mut self.remote };
        source.push(caller, Waiting { call, about });
    }

    /// How many calls of `caller` wait.
    pub(super) fn waiting_for(&self, caller: CanisterId) -> u64 {
        (self.local.of(caller).count() + self.remote.of(caller).count()) as u64
    }

    /// Takes the next call that may run.
    pub(super) fn pop(&mut self, may_run: impl Fn(&Waiting) -> bool) -> Option<ManagementCall> {
        let rest = self.local.ready() + self.ingress.ready() + self.remote.ready();
        // Each queue is looked at once, and a source with nothing to give is passed over.
        let mut looked_at = 0;
        while looked_at < rest {
            let source = self.turn;
            self.turn = source.next();
            let next = match source {
                Source::Local => self.local.peek(),
                Source::Ingress => self.ingress.peek(),
                Source::Remote => self.remote.peek(),
            };
            let Some(next) = next else { continue };
            if may_run(next) {
                let taken = match source {
                    Source::Local => self.local.pop(),
                    Source::Ingress => self.ingress.pop(),
                    Source::Remote => self.remote.pop(),
                };
                return taken.map(|waiting| waiting.call);
            }
            looked_at += 1;
            match source {
                Source::Local => self.local.skip(),
                Source::Ingress => self.ingress.skip(),
                Source::Remote => self.remote.skip(),
            }
        }
        None
    }

    /// All waiting calls.
    pub(super) fn iter(&self) -> impl Iterator<Item = &ManagementCall> {
        let canisters = self.local.iter().chain(self.remote.iter());
        canisters.chain(self.ingress.iter()).map(|waiting| &waiting.call)
    }
}
