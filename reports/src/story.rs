//! One message and all it led to, as text: what happened to it, when, and where the time went.

use crate::analysis::Analysis;
use crate::causes::Causes;
use crate::human;
use crate::messages::{Message, Sender};
use sim_core::id::MessageId;
use sim_core::record::Outcome;
use sim_core::time::SimTime;
use std::fmt::Write;

/// Messages told; a tree of more is cut, and says so.
const MOST: usize = 200;
/// Characters of an argument or an answer.
const LONGEST: usize = 240;

/// The story of a message: what led to it, itself, and what it led to. None if there is no such
/// message.
pub fn tell(causes: &Causes<'_>, id: MessageId, analysis: &Analysis) -> Option<String> {
    let line = causes.line(id);
    let mut teller = Teller { causes, analysis, out: String::new(), told: 0 };
    for (depth, message) in line.iter().skip(1).rev().enumerate() {
        teller.headline(message, depth, "led to it: ");
    }
    teller.tree(line.first()?, line.len() - 1);
    if teller.told >= MOST {
        let rest = causes.tree(id).len().saturating_sub(teller.told);
        let _ = writeln!(teller.out, "… and {} more messages", human::count(rest as u64));
    }
    Some(teller.out)
}

struct Teller<'a> {
    causes: &'a Causes<'a>,
    analysis: &'a Analysis,
    out: String,
    told: usize,
}

impl Teller<'_> {
    fn tree(&mut self, message: &Message, depth: usize) {
        if self.told >= MOST {
            return;
        }
        self.told += 1;
        self.headline(message, depth, "");
        self.life(message, depth);
        for child in self.causes.children(message.id) {
            self.tree(child, depth + 1);
        }
    }

    fn headline(&mut self, message: &Message, depth: usize, before: &str) {
        let names = &self.analysis.names;
        let from = match message.sender {
            Sender::Client => {
                format!("client ({})", message.workload.as_deref().unwrap_or("ingress"))
            }
            Sender::Canister { id, .. } => {
                place(&names.canister(id), names.subnet(message.caller_subnet))
            }
        };
        let to = place(&message.callee, names.subnet(message.callee_subnet));
        let request = self.analysis.speech.request(message);
        let (id, method) = (message.id, human::shorten(&request, LONGEST));
        self.line(depth, &format!("{before}{id}  {from} → {to}  {method}"));
    }

    /// One line for each point of a life, with the time since the one before.
    fn life(&mut self, message: &Message, depth: usize) {
        let bytes = human::bytes(message.bytes.get());
        let attached = match message.cycles.is_zero() {
            true => String::new(),
            false => format!(", {} cycles attached", human::amount(message.cycles.get())),
        };
        let executed = message
            .instructions
            .map(|count| format!("{} instructions", human::amount(count.get().into())));
        let finished = if message.is_ingress() { "certified" } else { "callback" };
        let points = [
            ("sent", Some(message.sent), format!("{bytes}{attached}")),
            ("inducted", message.inducted, String::new()),
            ("executed", message.executed, executed.unwrap_or_default()),
            (
                "answered",
                message.responded,
                answer(message.outcome, self.analysis.speech.answer(message)),
            ),
            (finished, message.finished, String::new()),
        ];
        let mut before = message.sent;
        for (what, time, detail) in points {
            match time {
                Some(time) => self.point(depth, what, time, before, &detail),
                None => self.line(depth, &format!("    {what:<10} –")),
            }
            before = time.unwrap_or(before);
        }
    }

    fn point(&mut self, depth: usize, what: &str, time: SimTime, before: SimTime, detail: &str) {
        let at = human::instant(time.as_nanos());
        let after = match time.since(before).as_nanos() {
            0 => String::new(),
            nanos => format!("+{}", human::duration(nanos)),
        };
        self.line(depth, &format!("    {what:<10} {at:>16}  {after:<9}  {detail}"));
    }

    fn line(&mut self, depth: usize, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{:width$}{}", "", text.trim_end(), width = depth * 2);
    }
}

fn place(canister: &str, subnet: &str) -> String {
    if subnet.is_empty() { canister.to_owned() } else { format!("{canister} on {subnet}") }
}

fn answer(outcome: Option<Outcome>, said: Option<String>) -> String {
    let said = said.map(|text| human::shorten(&text, LONGEST));
    match (outcome, said) {
        (None, _) => String::new(),
        (Some(Outcome::Reply(bytes)), None) => format!("reply of {}", human::bytes(bytes.get())),
        (Some(Outcome::Reply(bytes)), Some(values)) => {
            format!("reply of {}: {values}", human::bytes(bytes.get()))
        }
        (Some(Outcome::Reject(code)), None) => format!("reject: {code}"),
        (Some(Outcome::Reject(code)), Some(text)) => format!("reject: {code}: {text}"),
    }
}
