//! Messages that could be taken in and wait because somebody chose so (see [`crate::delivery`]).

use super::block::Block;
use super::{Subnet, inside};
use crate::delivery::{Choices, Kind, MessageName, Offered, Turn};
use crate::id::CanisterId;
use crate::inside::MessageInside;
use crate::message::{CanisterMessage, Ingress, Target};
use crate::record::Event;
use crate::reject::ErrorCode;
use crate::units::Cycles;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A message to take in, and where it came from.
enum Arrival {
    Ingress(Ingress),
    /// Of the own subnet.
    Local(CanisterMessage),
    /// Of a peer.
    Remote(CanisterMessage, usize),
}

impl Arrival {
    fn name(&self) -> Option<MessageName> {
        match self {
            Arrival::Ingress(ingress) => {
                let Target::Canister(to) = ingress.target else { return None };
                let method = ingress.method.clone();
                Some(MessageName { kind: Kind::Ingress, from: None, to, method, number: 0 })
            }
            Arrival::Local(message) | Arrival::Remote(message, _) => {
                let (from, to) = (Some(message.sender()), message.receiver());
                let (kind, method) = match message {
                    CanisterMessage::Request(request) => (Kind::Request, request.method.clone()),
                    CanisterMessage::Response(_) => (Kind::Response, Arc::from("")),
                };
                // Calls to the management canister are never made to wait.
                let free = to.is_management();
                (!free).then_some(MessageName { kind, from, to, method, number: 0 })
            }
        }
    }

    /// Who sends a request to whom, if it is one: these keep their order.
    fn pair(&self) -> Option<(CanisterId, CanisterId)> {
        match self {
            Arrival::Local(message) | Arrival::Remote(message, _) if message.is_request() => {
                Some((message.sender(), message.receiver()))
            }
            _ => None,
        }
    }

    fn cycles(&self) -> Cycles {
        match self {
            Arrival::Ingress(_) => Cycles::ZERO,
            Arrival::Local(message) | Arrival::Remote(message, _) => message.cycles().amount(),
        }
    }
}

struct Waiting {
    arrival: Arrival,
    offer: Option<Offered>,
}

/// What waits, and who chooses.
pub(super) struct Held {
    choices: Box<dyn Choices>,
    waiting: Vec<Waiting>,
    /// How many messages of a name there were.
    numbers: BTreeMap<MessageName, u64>,
    /// Records shown to the one who chooses.
    shown: usize,
}

impl Held {
    pub(super) fn new(choices: Box<dyn Choices>) -> Self {
        Held { choices, waiting: Vec::new(), numbers: BTreeMap::new(), shown: 0 }
    }

    pub(super) fn cycles(&self) -> Cycles {
        self.waiting.iter().map(|waiting| waiting.arrival.cycles()).sum()
    }

    /// Messages to canisters that wait.
    pub(super) fn messages(&self) -> impl Iterator<Item = MessageInside> {
        self.waiting.iter().filter_map(|waiting| match &waiting.arrival {
            Arrival::Ingress(ingress) => {
                let Target::Canister(to) = ingress.target else { return None };
                Some(inside::of_ingress(ingress, to))
            }
            Arrival::Local(message) | Arrival::Remote(message, _) => {
                Some(inside::of_message(message))
            }
        })
    }

    fn add(&mut self, arrival: Arrival) {
        let message = match &arrival {
            Arrival::Ingress(ingress) => ingress.id,
            Arrival::Local(message) | Arrival::Remote(message, _) => message.id(),
        };
        let offer = arrival.name().map(|mut name| {
            let number = self.numbers.entry(name.clone()).or_default();
            *number += 1;
            name.number = *number;
            Offered { name, message, held_for: 0, behind: false }
        });
        self.waiting.push(Waiting { arrival, offer });
    }

    /// How many requests of `pair` wait.
    fn requests_of(&self, pair: (CanisterId, CanisterId)) -> u64 {
        self.waiting.iter().filter(|waiting| waiting.arrival.pair() == Some(pair)).count() as u64
    }

    /// Takes out what does not wait for another turn, in the order of arrival.
    fn due(&mut self, turn: &Turn<'_>) -> Vec<Waiting> {
        if self.waiting.is_empty() {
            return Vec::new();
        }
        let here =
            |waiting: &Waiting| turn.opens_round || matches!(waiting.arrival, Arrival::Local(_));
        let mut pairs = BTreeSet::new();
        let mut offered = Vec::new();
        for waiting in self.waiting.iter_mut().filter(|waiting| here(waiting)) {
            let behind = waiting.arrival.pair().is_some_and(|pair| !pairs.insert(pair));
            if let Some(offer) = &mut waiting.offer {
                offer.behind = behind;
                offered.push(offer.clone());
            }
        }
        let mut waits = self.choices.wait(turn, &offered).into_iter();
        let mut blocked = BTreeSet::new();
        let (mut due, mut kept) = (Vec::new(), Vec::new());
        for mut waiting in std::mem::take(&mut self.waiting) {
            let pair = waiting.arrival.pair();
            let is_here = here(&waiting);
            let forced = pair.is_some_and(|pair| blocked.contains(&pair));
            let chosen = match &mut waiting.offer {
                Some(offer) if is_here => {
                    let waits = waits.next().unwrap_or(false);
                    offer.held_for += u32::from(waits && !forced);
                    waits
                }
                _ => !is_here,
            };
            if forced || chosen {
                blocked.extend(pair);
                kept.push(waiting);
            } else {
                due.push(waiting);
            }
        }
        self.waiting = kept;
        due
    }
}

impl Subnet {
    /// From now on `choices` decides which messages wait.
    pub(crate) fn choose(&mut self, choices: Box<dyn Choices>) {
        self.held = Some(Box::new(Held::new(choices)));
    }

    /// Offers the messages of a block, with those that waited, and takes in what does not wait.
    pub(super) fn induct_chosen(&mut self, mut held: Box<Held>, block: Block) {
        for message in self.loopback.take() {
            held.add(Arrival::Local(message));
        }
        for (peer, messages) in block.streams.into_iter().enumerate() {
            for rejected in self.streams[peer].take_rejected() {
                held.add(Arrival::Remote(CanisterMessage::Response(rejected), peer));
            }
            messages.into_iter().for_each(|message| held.add(Arrival::Remote(message, peer)));
        }
        block.ingress.into_iter().for_each(|ingress| held.add(Arrival::Ingress(ingress)));
        for waiting in self.due(&mut held, true) {
            match waiting.arrival {
                Arrival::Ingress(ingress) => self.induct_late_ingress(ingress),
                Arrival::Local(message) => self.induct_canister_message(message, None),
                Arrival::Remote(message, peer) => self.induct_canister_message(message, Some(peer)),
            }
        }
        self.held = Some(held);
    }

    fn due(&self, held: &mut Held, opens_round: bool) -> Vec<Waiting> {
        let shown = std::mem::replace(&mut held.shown, self.records.len());
        let records = self.records.get(shown..).unwrap_or_default();
        let turn = Turn {
            subnet: self.id,
            round: self.height,
            time: self.round_start,
            opens_round,
            records,
        };
        held.due(&turn)
    }

    /// A message may have waited beyond its time.
    fn induct_late_ingress(&mut self, ingress: Ingress) {
        let message = ingress.id;
        let inducted = match ingress.expiry < self.round_start {
            true => Err(ErrorCode::IngressMessageTimeout),
            false => self.induct_ingress(ingress),
        };
        match inducted {
            Ok(fee) => self.record(self.clock, Event::Inducted { message, fee }),
            Err(code) => self.refuse_ingress(message, code),
        }
    }

    /// Offers messages between canisters of this subnet, and takes in what does not wait. One that
    /// its receiver has no room for goes on waiting, with those behind it.
    pub(super) fn deliver_chosen(&mut self, mut held: Box<Held>) {
        let capacity = self.profile.limits.queue_capacity;
        let own = self.id;
        for (_, canister) in self.canisters.awake_mut() {
            let receivers = canister.output.receivers();
            let receivers: Vec<_> = receivers.filter(|receiver| receiver.subnet() == own).collect();
            for receiver in receivers {
                while held.requests_of((canister.id, receiver)) < capacity {
                    let Some(message) = canister.output.pop(receiver) else { break };
                    held.add(Arrival::Local(message));
                }
            }
        }
        let mut blocked = BTreeSet::new();
        let mut back = Vec::new();
        for waiting in self.due(&mut held, false) {
            let pair = waiting.arrival.pair();
            if pair.is_some_and(|pair| blocked.contains(&pair)) {
                back.push(waiting);
                continue;
            }
            let Arrival::Local(message) = waiting.arrival else { continue };
            if let Err((_, refused)) = self.take_in(message, true) {
                blocked.extend(pair);
                back.push(Waiting { arrival: Arrival::Local(refused), offer: waiting.offer });
            }
        }
        back.append(&mut held.waiting);
        held.waiting = back;
        self.held = Some(held);
    }
}
