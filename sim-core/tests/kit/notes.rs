//! Canisters that note down what becomes of their calls.

use super::stage::*;
use super::*;
use std::sync::Mutex;

pub const THERE: SubnetId = SubnetId::new(1);

/// What canisters note down while they run.
pub type Notes = Arc<Mutex<Vec<String>>>;

pub fn notes() -> Notes {
    Notes::default()
}

pub fn note(notes: &Notes, text: impl Into<String>) {
    notes.lock().expect("no test panicked").push(text.into());
}

pub fn taken(notes: &Notes) -> Vec<String> {
    std::mem::take(&mut *notes.lock().expect("no test panicked"))
}

/// A caller that makes calls when it is called, and notes how each was answered.
pub fn caller(
    answers: &Notes,
    calls: impl Fn() -> Vec<OutgoingCall> + Send + Sync + 'static,
) -> impl Fn(&Task) -> Act + Send + Sync + 'static {
    let answers = answers.clone();
    move |task| match &task.entry {
        Entry::ReplyCallback { .. } => {
            note(&answers, format!("reply, {} back", task.surroundings.cycles_refunded.get()));
            Act::silence()
        }
        Entry::RejectCallback { reject, .. } => {
            let (code, back) = (reject.code.number(), task.surroundings.cycles_refunded.get());
            note(&answers, format!("{code}, {back} back"));
            Act::silence()
        }
        Entry::Update { .. } => calls().into_iter().fold(Act::reply(b""), Act::and_call),
        _ => Act::silence(),
    }
}

pub fn network() -> Stage {
    Stage::with(2, "2026-mid", |_| {})
}
