//! Actions on a subnet's canisters, step by step.

use super::{Subnet, SubnetEvent};
use crate::action::{ActionSpec, Step};
use crate::engine::{Context, EventQueue};
use crate::id::{CanisterId, MessageId};
use crate::message::{Ingress, Target};
use crate::record::Event;
use crate::runtime::Payload;
use crate::time::{SimDuration, SimTime};
use crate::units::Cycles;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A step of an action, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NextStep {
    pub(crate) action: usize,
    pub(crate) step: usize,
}

/// The actions of a subnet.
#[derive(Default)]
pub(super) struct Actions {
    specs: Vec<ActionSpec>,
    /// Messages whose answer a step waits for.
    waiting: BTreeMap<MessageId, NextStep>,
}

impl Subnet {
    /// Adds an action and answers its number.
    pub(crate) fn add_action(&mut self, action: ActionSpec) -> usize {
        self.actions.specs.push(action);
        self.actions.specs.len() - 1
    }

    /// Takes a step of an action; after the last there is nothing to do.
    pub(super) fn take_step<Q: EventQueue<SubnetEvent>>(
        &mut self,
        next: NextStep,
        context: &mut Context<'_, SubnetEvent, Q>,
    ) {
        let Some(action) = self.actions.specs.get(next.action) else { return };
        let following = NextStep { step: next.step + 1, ..next };
        match action.steps.get(next.step).cloned() {
            None => {}
            Some(Step::TopUp { canister, cycles }) => {
                let (step, time) = match self.top_up(canister, cycles) {
                    true => (following, context.now()),
                    // In the middle of an execution: again before the round after this one.
                    false => {
                        let instant = context.now() + SimDuration::from_nanos(1);
                        (next, self.next_round.max(instant))
                    }
                };
                let event = SubnetEvent::ActionContinues(step);
                context.schedule(time, event.class(), event);
            }
            Some(Step::Send { target, method, arg }) => {
                let message = self.send_for(next.action, target, method, arg, context);
                self.actions.waiting.insert(message, following);
            }
        }
    }

    fn top_up(&mut self, canister: CanisterId, cycles: Cycles) -> bool {
        let Some(canister) = self.canister_mut(canister) else { return true };
        if canister.is_paused() {
            return false;
        }
        let place = canister.id.local();
        self.give(place, cycles);
        true
    }

    fn send_for<Q: EventQueue<SubnetEvent>>(
        &mut self,
        action: usize,
        target: Target,
        method: Arc<str>,
        arg: Payload,
        context: &mut Context<'_, SubnetEvent, Q>,
    ) -> MessageId {
        let now = context.now();
        let arrived = now + self.profile.timing.ingress_delivery;
        let ActionSpec { name, sender, .. } = &self.actions.specs[action];
        let (workload, sender) = (name.clone(), *sender);
        self.ingress_made += 1;
        let id = self.messages.next();
        let expiry = now + self.profile.limits.ingress_time_to_live;
        let (number, nonce) = (self.ingress_made, self.profile.limits.ingress_nonce);
        let ingress = Ingress { id, number, target, method, arg, sender, nonce, arrived, expiry };
        if let Some(canister) = target.payer() {
            let (method, bytes) = (ingress.method.clone(), ingress.charged_bytes());
            let event = Event::Submitted { message: id, workload, canister, method, bytes };
            self.content.extend_from_slice(&ingress.arg);
            self.record(now, event);
        }
        let event = SubnetEvent::IngressArrives(Box::new(ingress));
        context.schedule(arrived, event.class(), event);
        id
    }

    /// Steps whose turn has come now that answers are certified.
    pub(super) fn steps_answered(&mut self, certified: SimTime) -> Vec<(SimTime, NextStep)> {
        if self.actions.waiting.is_empty() {
            return Vec::new();
        }
        let waiting = &mut self.actions.waiting;
        let steps = self.answered.iter().filter_map(|(message, _)| waiting.remove(message));
        steps.map(|step| (certified, step)).collect()
    }
}
