//! A canister from the inside, for [`crate::inside`].

use super::Subnet;
use crate::call_context::CallContext;
use crate::delivery::Kind;
use crate::id::CanisterId;
use crate::inside::{CanisterInside, ContextInside, MessageInside};
use crate::message::{CanisterMessage, Ingress};
use std::sync::Arc;

impl Subnet {
    pub(crate) fn inside(&self, id: CanisterId) -> Option<CanisterInside> {
        let canister = self.existing(id)?;
        let ingress = canister.input.ingress().map(|message| of_ingress(message, id));
        let input = ingress.chain(canister.input.messages().map(of_message));
        let held = self.held.iter().flat_map(|held| held.messages());
        let instance = canister.code.as_ref().map(|code| &code.instance);
        Some(CanisterInside {
            balance: canister.account.balance(),
            input: input.collect(),
            output: canister.output.messages().map(of_message).collect(),
            held: held.filter(|message| message.to == id).collect(),
            contexts: canister.calls.contexts().map(of_context).collect(),
            waiting_for: canister.calls.callees().collect(),
            timer: canister.timer,
            globals: instance.map(|instance| instance.globals()).unwrap_or_default(),
        })
    }
}

pub(super) fn of_ingress(ingress: &Ingress, to: CanisterId) -> MessageInside {
    let (message, method) = (ingress.id, ingress.method.clone());
    MessageInside { message, kind: Kind::Ingress, from: None, to, method }
}

pub(super) fn of_message(message: &CanisterMessage) -> MessageInside {
    let (kind, method) = match message {
        CanisterMessage::Request(request) => (Kind::Request, request.method.clone()),
        CanisterMessage::Response(_) => (Kind::Response, Arc::from("")),
    };
    let (from, to) = (Some(message.sender()), message.receiver());
    MessageInside { message: message.id(), kind, from, to, method }
}

fn of_context(context: &CallContext) -> ContextInside {
    ContextInside {
        message: context.origin.message(),
        caller: context.origin.caller(),
        responded: context.responded,
        outstanding: context.outstanding,
        available: context.available.amount(),
    }
}
