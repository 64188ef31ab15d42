//! Clients: sources of ingress messages, each with a random stream of its own.

use super::{Subnet, SubnetEvent};
use crate::engine::{Context, EventQueue};
use crate::message::{Ingress, Target};
use crate::random::Stream;
use crate::record::Event;
use crate::time::SimTime;
use crate::world::WorkloadSpec;
use std::sync::Arc;

pub(crate) struct Client {
    workload: WorkloadSpec,
    /// The workload's name, shared by its records.
    name: Arc<str>,
    random: Stream,
}

impl Client {
    pub(crate) fn new(workload: WorkloadSpec, seed: u64) -> Self {
        let random = Stream::new(seed, &workload.name, "arrivals");
        let name = workload.name.as_str().into();
        Client { workload, name, random }
    }

    /// When it sends after `previous`, if it does.
    pub(crate) fn next_arrival(&mut self, previous: SimTime) -> Option<SimTime> {
        self.workload.arrivals.next(previous, &mut self.random)
    }
}

impl Subnet {
    /// A client sends a message and plans its next one.
    pub(super) fn client_sends<Q: EventQueue<SubnetEvent>>(
        &mut self,
        index: usize,
        context: &mut Context<'_, SubnetEvent, Q>,
    ) {
        let Some(client) = self.clients.get_mut(index) else { return };
        let now = context.now();
        let arrival = now + self.profile.timing.ingress_delivery;
        self.ingress_made += 1;
        let target = client.workload.target;
        let ingress = Ingress {
            id: self.messages.next(),
            number: self.ingress_made,
            target: Target::Canister(client.workload.target),
            method: client.workload.method.clone(),
            arg: client.workload.arg.clone(),
            sender: client.workload.sender,
            nonce: self.profile.limits.ingress_nonce,
            arrived: arrival,
            expiry: now + self.profile.limits.ingress_time_to_live,
        };
        let next = client.next_arrival(now);
        let submitted = Event::Submitted {
            message: ingress.id,
            workload: client.name.clone(),
            canister: target,
            method: ingress.method.clone(),
            bytes: ingress.charged_bytes(),
        };
        self.content.extend_from_slice(&ingress.arg);
        self.record(now, submitted);
        let event = SubnetEvent::IngressArrives(Box::new(ingress));
        context.schedule(arrival, event.class(), event);
        if let Some(time) = next {
            let event = SubnetEvent::ClientSends(index);
            context.schedule(time, event.class(), event);
        }
    }
}
