//! What is measured of a run: its messages without those that were sent during the warm-up.

use crate::latency::{Answers, Latencies};
use crate::messages::Message;
use crate::metrics::WarmUp;
use sim_core::time::SimTime;

/// Counts and samples of the messages that were sent after the warm-up.
#[derive(Clone, Debug)]
pub struct Steady {
    /// When the warm-up ended.
    pub from: SimTime,
    /// Samples of latency.
    pub latencies: Latencies,
    /// Ingress messages to each subnet, by its place.
    pub ingress: Vec<Answers>,
    /// Calls from each subnet, by its place.
    pub calls: Vec<Answers>,
    warm_up: WarmUp,
    /// All messages, as long as it is not known when the warm-up ended.
    held: Vec<Message>,
}

impl Steady {
    /// Nothing yet, of a run of so many subnets.
    pub fn new(subnets: usize, warm_up: WarmUp) -> Self {
        let none = vec![Answers::default(); subnets];
        Steady {
            from: warm_up.fixed().unwrap_or(SimTime::ZERO),
            latencies: Latencies::default(),
            ingress: none.clone(),
            calls: none,
            warm_up,
            held: Vec::new(),
        }
    }

    /// Takes a message. A warm-up that only the whole run tells costs the memory of all messages.
    pub fn add(&mut self, message: &Message) {
        match self.warm_up.fixed() {
            Some(_) => self.count(message),
            None => self.held.push(message.clone()),
        }
    }

    /// Ends the run.
    pub fn finish(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        if self.warm_up.fixed().is_none() {
            held.sort_by_key(|message| message.id);
            self.from = self.warm_up.end(&held);
            held.iter().for_each(|message| self.count(message));
        }
    }

    fn count(&mut self, message: &Message) {
        if message.sent < self.from {
            return;
        }
        self.latencies.add(message);
        let place = message.caller_subnet.or(message.callee_subnet);
        let of_subnets = if message.is_ingress() { &mut self.ingress } else { &mut self.calls };
        if let Some(answers) = place.and_then(|place| of_subnets.get_mut(place)) {
            answers.add(message);
        }
    }
}
