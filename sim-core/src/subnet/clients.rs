//! Clients: sources of ingress messages, each with random streams of its own. An open workload is
//! one client, a closed one a client for each user.

use super::{Subnet, SubnetEvent};
use crate::choice::Choice;
use crate::distribution::Distribution;
use crate::engine::{Context, EventQueue};
use crate::id::{CanisterId, SubnetId};
use crate::message::{Ingress, Target};
use crate::network::SubnetKind;
use crate::random::Stream;
use crate::record::Event;
use crate::runtime::Payload;
use crate::time::SimTime;
use crate::units::Bytes;
use crate::world::{Arrivals, Pace, WorkloadSpec};
use ic_principal::Principal;
use std::sync::Arc;

pub(crate) struct Client {
    what: Arc<What>,
    subnet: SubnetId,
    pace: ClientPace,
    /// When to send.
    times: Stream,
    /// Whom and what.
    choices: Stream,
    /// Chosen for the next message.
    next: Option<(CanisterId, Payload)>,
}

/// What the clients of a workload share.
struct What {
    name: Arc<str>,
    targets: Choice<CanisterId>,
    method: Arc<str>,
    args: Choice<Payload>,
    sender: Principal,
}

enum ClientPace {
    Open(Box<dyn Arrivals>),
    User { think: Distribution, start: SimTime, stop: SimTime },
}

impl Client {
    /// The clients of a workload.
    pub(crate) fn of(workload: WorkloadSpec, seed: u64) -> Vec<Client> {
        let WorkloadSpec { name, targets, method, args, sender, subnet, pace } = workload;
        let shared: Arc<str> = name.as_str().into();
        let what = Arc::new(What { name: shared, targets, method, args, sender });
        let client = |entity: &str, pace| Client {
            what: what.clone(),
            subnet,
            pace,
            times: Stream::new(seed, entity, "arrivals"),
            choices: Stream::new(seed, entity, "choices"),
            next: None,
        };
        match pace {
            Pace::Open(arrivals) => vec![client(&name, ClientPace::Open(arrivals))],
            Pace::Closed { users, think, start, stop } => {
                let user = |number| {
                    let pace = ClientPace::User { think: think.clone(), start, stop };
                    client(&format!("{name} user {number}"), pace)
                };
                (0..users).map(user).collect()
            }
        }
    }

    /// When it sends first, if it does.
    pub(crate) fn first(&mut self) -> Option<SimTime> {
        match &self.pace {
            ClientPace::Open(_) => self.next_arrival(SimTime::ZERO),
            ClientPace::User { start, .. } => self.thinks_from(*start),
        }
    }

    /// When an open workload sends after `previous`, if it does; none for a user.
    fn next_arrival(&mut self, previous: SimTime) -> Option<SimTime> {
        let mut previous = previous;
        loop {
            let ClientPace::Open(arrivals) = &mut self.pace else { return None };
            previous = arrivals.next(previous, &mut self.times)?;
            let (target, arg) = self.choose();
            if target.subnet() == self.subnet {
                self.next = Some((target, arg));
                return Some(previous);
            }
        }
    }

    /// When a user who has begun to think at `time` sends, if that is before the end.
    fn thinks_from(&mut self, time: SimTime) -> Option<SimTime> {
        let ClientPace::User { think, stop, .. } = &self.pace else { return None };
        let (time, stop) = (time + think.sample(&mut self.times), *stop);
        self.next = Some(self.choose());
        (time < stop).then_some(time)
    }

    fn choose(&mut self) -> (CanisterId, Payload) {
        let target = *self.what.targets.pick(&mut self.choices);
        (target, self.what.args.pick(&mut self.choices).clone())
    }
}

impl Subnet {
    /// Method name and payload of the largest message clients may send here.
    pub(crate) fn largest_ingress(&self) -> Bytes {
        let limits = &self.profile.limits;
        match self.spec.kind {
            SubnetKind::System => limits.ingress_message_system,
            SubnetKind::Application | SubnetKind::Verified => limits.ingress_message,
        }
    }

    /// A client sends a message; that of an open workload plans its next one.
    pub(super) fn client_sends<Q: EventQueue<SubnetEvent>>(
        &mut self,
        index: usize,
        context: &mut Context<'_, SubnetEvent, Q>,
    ) {
        let Some(client) = self.clients.get_mut(index) else { return };
        let Some((target, arg)) = client.next.take() else { return };
        let now = context.now();
        let arrival = now + self.profile.timing.ingress_delivery;
        self.ingress_made += 1;
        let what = client.what.clone();
        let ingress = Ingress {
            id: self.messages.next(),
            number: self.ingress_made,
            target: Target::Canister(target),
            method: what.method.clone(),
            arg,
            sender: what.sender,
            nonce: self.profile.limits.ingress_nonce,
            arrived: arrival,
            expiry: now + self.profile.limits.ingress_time_to_live,
        };
        if matches!(client.pace, ClientPace::User { .. }) {
            self.waiting_users.insert(ingress.id, index);
        }
        let next = client.next_arrival(now);
        let submitted = Event::Submitted {
            message: ingress.id,
            workload: what.name.clone(),
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

    /// Users whose messages are answered as of `certified`, and when they send again.
    pub(super) fn users_answered(&mut self, certified: SimTime) -> Vec<(SimTime, usize)> {
        if self.waiting_users.is_empty() {
            return Vec::new();
        }
        let mut sends = Vec::new();
        for (message, _) in &self.answered {
            let Some(index) = self.waiting_users.remove(message) else { continue };
            let next = self.clients.get_mut(index).and_then(|user| user.thinks_from(certified));
            sends.extend(next.map(|time| (time, index)));
        }
        sends
    }
}
