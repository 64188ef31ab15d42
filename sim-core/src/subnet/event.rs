//! What can happen to a subnet.

use super::{NextStep, Slice};
use crate::engine::Class;
use crate::message::Ingress;
use crate::units::Cycles;

/// What can happen to a subnet.
pub(crate) enum SubnetEvent {
    /// A slice of another subnet's stream has arrived.
    Slice(Box<Slice>),
    /// A client sends its next message.
    ClientSends(usize),
    /// An action goes on.
    ActionContinues(NextStep),
    /// A block maker has learned of an ingress message.
    IngressArrives(Box<Ingress>),
    /// The next round begins.
    Round,
}

impl SubnetEvent {
    /// Cycles that are on their way with it.
    pub(crate) fn cycles(&self) -> Cycles {
        match self {
            SubnetEvent::Slice(slice) => slice.cycles(),
            _ => Cycles::ZERO,
        }
    }

    /// Within an instant, what arrives comes before the round that could include it.
    pub(crate) fn class(&self) -> Class {
        Class(match self {
            SubnetEvent::Slice(_) => 0,
            SubnetEvent::ClientSends(_) | SubnetEvent::ActionContinues(_) => 1,
            SubnetEvent::IngressArrives(_) => 2,
            SubnetEvent::Round => 3,
        })
    }
}
