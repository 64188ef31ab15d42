//! The rounds of a run, subnet by subnet.

use sim_core::history::SubnetHistory;
use sim_core::record::{Event, RoundSummary};
use sim_core::time::SimTime;

/// The rounds of a subnet with their starts, in order.
pub fn of(subnet: &SubnetHistory) -> impl Iterator<Item = (SimTime, &RoundSummary)> {
    subnet.records.iter().filter_map(|record| match &record.event {
        Event::Round(round) => Some((record.time, &**round)),
        _ => None,
    })
}
