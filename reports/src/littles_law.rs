//! Little's law, L = λ W, as a check of every run: what the records say of how many ingress messages
//! were in the system is held against what the joined messages say of how long each was in it.
//!
//! Over a whole run the law is an identity: the area under the number of messages in the system is the
//! sum of the times they spent there, to the nanosecond. So a difference is a fault of the model or
//! of the records, never chance.

use crate::messages::Message;
use sim_core::history::History;
use sim_core::record::{Event, Record};
use sim_core::time::{SimDuration, SimTime};

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
pub fn check(history: &History, messages: &[Message]) -> Result<(), LittlesLawBroken> {
    let mut law = LittlesLaw::new(history.duration);
    history.records().for_each(|record| law.note(record));
    messages.iter().for_each(|message| law.add(message));
    law.check()
}

/// Both sides of the law, summed up as records and messages come.
#[derive(Clone, Copy, Debug)]
pub struct LittlesLaw {
    end: SimTime,
    area: i128,
    sojourns: u128,
}

impl LittlesLaw {
    /// Of a run of some length.
    pub fn new(duration: SimDuration) -> Self {
        LittlesLaw { end: SimTime::ZERO + duration, area: 0, sojourns: 0 }
    }

    /// Takes a record: a message in the system adds to the area from when it enters until the end,
    /// and takes away from when it leaves until the end.
    pub fn note(&mut self, record: &Record) {
        let rest = i128::from(self.end.since(record.time.min(self.end)).as_nanos());
        match record.event {
            Event::Submitted { .. } => self.area += rest,
            Event::Completed { .. } => self.area -= rest,
            _ => {}
        }
    }

    /// Takes a message; one without an answer is in the system to the end.
    pub fn add(&mut self, message: &Message) {
        if message.is_ingress() {
            let finished = message.finished.unwrap_or(self.end).min(self.end);
            let time = finished.since(message.sent.min(self.end));
            self.sojourns += u128::from(time.as_nanos());
        }
    }

    /// Whether the law holds.
    ///
    /// # Errors
    /// It does not.
    pub fn check(&self) -> Result<(), LittlesLawBroken> {
        let (area, sojourns) = (u128::try_from(self.area).unwrap_or(0), self.sojourns);
        if area == sojourns { Ok(()) } else { Err(LittlesLawBroken { area, sojourns }) }
    }
}
