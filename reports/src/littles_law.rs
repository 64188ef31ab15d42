//! Little's law, L = λ W, as a check of every run: what the records say of how many ingress messages
//! were in the system is held against what the joined messages say of how long each was in it.
//!
//! Over a whole run the law is an identity: the area under the number of messages in the system is the
//! sum of the times they spent there, to the nanosecond. So a difference is a fault of the model or
//! of the records, never chance.

use crate::messages::Message;
use sim_core::history::History;
use sim_core::record::Event;
use sim_core::time::SimTime;

/// The law does not hold: a fault of icsim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Little's law does not hold: {area} message-nanoseconds in the system by the records, {sojourns} \
     by the messages"
)]
pub struct LittlesLawBroken {
    /// The area under the number of messages in the system.
    pub area: u128,
    /// The sum of the times that messages were in it.
    pub sojourns: u128,
}

/// Checks the law for the ingress messages of a run, from sending to the certified answer.
///
/// # Errors
/// It does not hold.
pub fn check(history: &History, messages: &[Message<'_>]) -> Result<(), LittlesLawBroken> {
    let end = SimTime::ZERO + history.duration;
    let (area, sojourns) = (area(history, end), sojourns(messages, end));
    if area == sojourns { Ok(()) } else { Err(LittlesLawBroken { area, sojourns }) }
}

/// The area under the number of messages in the system, from the records alone.
fn area(history: &History, end: SimTime) -> u128 {
    let records = history.subnets.iter().flat_map(|subnet| &subnet.records);
    let mut steps: Vec<(SimTime, i64)> = records
        .filter_map(|record| match record.event {
            Event::Submitted { .. } => Some((record.time.min(end), 1)),
            Event::Completed { .. } => Some((record.time.min(end), -1)),
            _ => None,
        })
        .collect();
    steps.sort_unstable();
    let (mut area, mut inside, mut since) = (0i128, 0i64, SimTime::ZERO);
    for (time, step) in steps.into_iter().chain([(end, 0)]) {
        area += i128::from(inside) * i128::from(time.since(since).as_nanos());
        inside += step;
        since = time;
    }
    u128::try_from(area).unwrap_or(0)
}

/// The sum of the times that messages were in the system; one without an answer is in it to the end.
fn sojourns(messages: &[Message<'_>], end: SimTime) -> u128 {
    let ingress = messages.iter().filter(|message| message.is_ingress());
    let time = |message: &Message<'_>| {
        let finished = message.finished.unwrap_or(end).min(end);
        u128::from(finished.since(message.sent.min(end)).as_nanos())
    };
    ingress.map(time).sum()
}
