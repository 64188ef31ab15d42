//! What the records of a paused and of a finished execution have in common.

use super::{EntryKind, Event};
use crate::id::{CanisterId, MessageId};
use crate::units::{Cycles, Instructions};

/// What is recorded of every slice of an execution, the last one or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The message executed (for a callback: the call answered); none for a task.
    pub message: Option<MessageId>,
    /// The canister.
    pub canister: CanisterId,
    /// What was entered.
    pub entry: EntryKind,
    /// Inner iteration of the round, from 0.
    pub iteration: u32,
    /// Virtual execution thread, from 0.
    pub thread: u32,
    /// Instructions of the slice; of all slices if it is the last.
    pub instructions: Instructions,
    /// The canister's balance afterwards.
    pub balance: Cycles,
    /// Earlier slices came before this one.
    pub resumed: bool,
}

impl Event {
    /// The slice that was executed, if that is what the event tells.
    pub fn slice(&self) -> Option<Slice> {
        match *self {
            Event::Paused {
                message,
                canister,
                entry,
                iteration,
                thread,
                instructions,
                balance,
                resumed,
            }
            | Event::Executed {
                message,
                canister,
                entry,
                iteration,
                thread,
                instructions,
                balance,
                resumed,
                ..
            } => Some(Slice {
                message,
                canister,
                entry,
                iteration,
                thread,
                instructions,
                balance,
                resumed,
            }),
            _ => None,
        }
    }
}
