//! Messages of a method that behave alike, brought together by the calls that they lead to.

use super::observe::{Handled, Made};
use ic_principal::Principal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A method has no more cases than this.
pub const MOST_CASES: usize = 8;

/// Messages that make the same calls, as far as a case can tell.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// The messages.
    pub messages: Vec<&'a Handled>,
}

/// Whom a message calls, exactly.
type Exactly<'a> = Vec<(&'a Principal, &'a Arc<str>)>;
/// Which methods it calls, of whomever.
type Methods<'a> = Vec<&'a Arc<str>>;

/// Brings the messages of a method together: by whom they call and in which order; if that makes too many
/// cases, by which methods they call; if that does, by how many calls they make.
pub fn cases<'a>(messages: &[&'a Handled]) -> Vec<Case<'a>> {
    let exactly = |message: &'a Handled| -> Exactly<'a> {
        message.calls.iter().map(|call| (&call.callee, &call.method)).collect()
    };
    let methods = |message: &'a Handled| -> Methods<'a> {
        message.calls.iter().map(|call| &call.method).collect()
    };
    by(messages, exactly).or_else(|| by(messages, methods)).unwrap_or_else(|| by_count(messages))
}

/// The cases that a signature makes, unless they are too many.
fn by<'a, K: Ord>(
    messages: &[&'a Handled],
    signature: impl Fn(&'a Handled) -> K,
) -> Option<Vec<Case<'a>>> {
    let mut cases: BTreeMap<K, Vec<&Handled>> = BTreeMap::new();
    for message in messages {
        cases.entry(signature(message)).or_default().push(message);
        if cases.len() > MOST_CASES {
            return None;
        }
    }
    Some(cases.into_values().map(|messages| Case { messages }).collect())
}

/// The most frequent numbers of calls are cases; every message belongs to the nearest one.
fn by_count<'a>(messages: &[&'a Handled]) -> Vec<Case<'a>> {
    let mut counts: BTreeMap<usize, Vec<&Handled>> = BTreeMap::new();
    for message in messages {
        counts.entry(message.calls.len()).or_default().push(message);
    }
    let mut frequent: Vec<(usize, usize)> =
        counts.iter().map(|(count, messages)| (messages.len(), *count)).collect();
    frequent.sort_unstable_by(|a, b| b.cmp(a));
    let mut cases: BTreeMap<usize, Vec<&Handled>> =
        frequent.iter().take(MOST_CASES).map(|(_, count)| (*count, Vec::new())).collect();
    for (count, messages) in counts {
        let nearest = cases.iter_mut().min_by_key(|(kept, _)| kept.abs_diff(count));
        nearest.into_iter().for_each(|(_, case)| case.extend(&messages));
    }
    cases.into_values().map(|messages| Case { messages }).collect()
}

impl<'a> Case<'a> {
    /// The calls of the case, place by place: as many as most of its messages make, and what its messages
    /// called at each place.
    pub fn calls(&self) -> Vec<Vec<&'a Made>> {
        let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
        self.messages.iter().for_each(|m| *lengths.entry(m.calls.len()).or_default() += 1);
        let length = lengths.into_iter().max_by_key(|(_, count)| *count);
        let length = length.map_or(0, |(length, _)| length);
        (0..length)
            .map(|place| self.messages.iter().filter_map(|m| m.calls.get(place)).collect())
            .collect()
    }

    /// Whether each call waits for the callback of the one before, in most messages that make several.
    pub fn in_sequence(&self) -> bool {
        let several = self.messages.iter().filter(|message| message.calls.len() > 1);
        let waits = |message: &&&Handled| {
            let calls = message.calls.iter().enumerate();
            calls.skip(1).all(|(place, call)| call.callbacks_before >= place)
        };
        let (all, waiting) = (several.clone().count(), several.filter(waits).count());
        2 * waiting > all
    }

    /// How often messages are rejected by the method itself, in millionths.
    pub fn rejected_millionths(&self) -> u64 {
        let rejected = self.messages.iter().filter(|m| m.reply.is_none() && !m.call_failed).count();
        (rejected as u64 * sim_core::modelled::MILLION)
            .checked_div(self.messages.len() as u64)
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::units::Bytes;

    fn calling(callees: &[(u8, &str)]) -> Handled {
        let made = |(place, (callee, method)): (usize, &(u8, &str))| Made {
            callee: Principal::from_slice(&[*callee]),
            method: (*method).into(),
            payload: 10,
            cycles: 0,
            callbacks_before: place,
        };
        Handled {
            method: "go".into(),
            query: false,
            instructions: 1,
            writes: 0,
            growth: 0,
            reply: Some(Bytes::new(1)),
            calls: callees.iter().enumerate().map(made).collect(),
            callbacks: Vec::new(),
            call_failed: false,
        }
    }

    #[test]
    fn messages_that_call_the_same_are_a_case() {
        let messages = [calling(&[(1, "a")]), calling(&[(2, "a"), (2, "a")]), calling(&[(1, "a")])];
        let found = cases(&messages.iter().collect::<Vec<_>>());
        assert_eq!(found.iter().map(|c| c.messages.len()).collect::<Vec<_>>(), [2, 1]);
        assert!(!found[0].in_sequence() && found[1].in_sequence());
    }

    #[test]
    fn many_callees_are_told_apart_by_method_only() {
        let messages: Vec<Handled> = (0..20).map(|callee| calling(&[(callee, "a")])).collect();
        let found = cases(&messages.iter().collect::<Vec<_>>());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].calls()[0].len(), 20, "all callees can be drawn");
    }

    #[test]
    fn many_numbers_of_calls_join_the_most_frequent() {
        let messages: Vec<Handled> =
            (0..20).flat_map(|n| (0..=n % 3).map(move |_| calling(&vec![(1, "a"); n]))).collect();
        let found = cases(&messages.iter().collect::<Vec<_>>());
        assert_eq!(found.len(), MOST_CASES);
        assert_eq!(found.iter().map(|case| case.messages.len()).sum::<usize>(), messages.len());
    }

    #[test]
    fn a_reject_counts_unless_a_call_is_to_blame() {
        let rejected = Handled { reply: None, ..calling(&[]) };
        let passed_on = Handled { call_failed: true, ..rejected.clone() };
        let case = Case { messages: vec![&rejected, &passed_on] };
        assert_eq!(case.rejected_millionths(), 500_000);
    }
}
