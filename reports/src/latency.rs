//! Samples of latency: what users and callers waited for.

use crate::messages::{Message, Scope};

/// Latencies in nanoseconds, each sample in ascending order.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    /// Ingress messages, from sending to the certified answer.
    pub ingress: Vec<u64>,
    /// Calls within a subnet, from the call to the start of its callback.
    pub same_subnet: Vec<u64>,
    /// Calls between subnets, likewise.
    pub cross_subnet: Vec<u64>,
    /// Messages of these kinds whose end was not seen; they are in no sample.
    pub open: u64,
}

impl Latencies {
    /// The samples of a run. Calls to what is no canister of any subnet belong to none.
    pub fn of(messages: &[Message<'_>]) -> Self {
        let mut latencies = Latencies::default();
        for message in messages {
            latencies.add(message);
        }
        latencies.ingress.sort_unstable();
        latencies.same_subnet.sort_unstable();
        latencies.cross_subnet.sort_unstable();
        latencies
    }

    fn add(&mut self, message: &Message<'_>) {
        let sample = match (message.is_ingress(), message.scope()) {
            (true, _) => &mut self.ingress,
            (false, Some(Scope::SameSubnet)) => &mut self.same_subnet,
            (false, Some(Scope::CrossSubnet)) => &mut self.cross_subnet,
            (false, None) => return,
        };
        match message.latency_ns() {
            Some(nanos) => sample.push(nanos),
            None => self.open += 1,
        }
    }
}
