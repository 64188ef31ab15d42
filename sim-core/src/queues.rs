//! A canister's message queues, after `rs/replicated_state/src/canister_state/queues.rs` of
//! `dfinity/ic`.
//!
//! [`InputQueues`] hold what the canister has yet to execute, [`OutputQueues`] what it has sent and
//! what has not left it yet. Each ordered pair of canisters has room for so many requests and for as
//! many responses; because every request that is taken in keeps a place for its response, a response
//! always finds room.

mod answers;
mod input;
mod output;
mod rotation;

pub use answers::Answers;
pub use input::{Input, InputQueues};
pub use output::OutputQueues;
pub use rotation::{Rotation, Source};

#[cfg(test)]
pub(crate) mod test_messages {
    //! Messages with nothing in them.

    use crate::id::{CanisterId, MessageId, SubnetId};
    use crate::ledger::Attached;
    use crate::message::{CallbackId, CanisterMessage, Ingress, Request, ResponseMessage, Target};
    use crate::runtime::Response;
    use crate::time::SimTime;
    use crate::units::Bytes;
    use ic_principal::Principal;

    pub const ME: CanisterId = CanisterId::on(SubnetId::new(0), 9);

    pub fn request(caller: CanisterId, callee: CanisterId, number: u64) -> CanisterMessage {
        CanisterMessage::Request(Request {
            id: MessageId::new(SubnetId::new(0), number),
            caller,
            callee,
            method: "m".into(),
            arg: [].into(),
            cycles: Attached::default(),
            callback: CallbackId(0),
            sent: 0,
            deadline: None,
        })
    }

    pub fn response(callee: CanisterId, caller: CanisterId, number: u64) -> CanisterMessage {
        CanisterMessage::Response(ResponseMessage {
            id: MessageId::new(SubnetId::new(0), number),
            callee,
            caller,
            callback: CallbackId(0),
            response: Response::Reply([].into()),
            refund: Attached::default(),
            deadline: None,
        })
    }

    pub fn ingress(target: CanisterId, number: u64) -> Ingress {
        Ingress {
            id: MessageId::new(SubnetId::new(0), number),
            number,
            target: Target::Canister(target),
            method: "m".into(),
            arg: [].into(),
            sender: Principal::anonymous(),
            nonce: Bytes::ZERO,
            arrived: SimTime::ZERO,
            expiry: SimTime::MAX,
        }
    }
}
