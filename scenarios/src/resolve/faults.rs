//! What goes wrong on purpose.

use super::fields::Fields;
use super::modules::Modules;
use super::names::{Names, Register};
use super::quantity::distribution;
use super::{argument, interface};
use crate::diagnostics::{Mistake, Span, did_you_mean};
use crate::document::{Document, FaultEntry, FaultKind, Texts, each};
use crate::scenario::{FaultPlan, Lasts};
use crate::schedule::Schedule;
use crate::share::Share;
use crate::source::Source;
use sim_core::fault::{CallFilter, Fault};
use sim_core::id::{CanisterId, SubnetId};
use sim_core::reject::ErrorCode;
use sim_core::time::SimTime;
use std::collections::BTreeSet;
use toml::Spanned;

/// What faults are resolved against.
pub(super) struct Context<'a, 'm> {
    pub(super) document: &'a Document,
    /// The scenario file.
    pub(super) source: &'a Source,
    pub(super) names: &'a Names,
    pub(super) modules: &'m mut Modules<'a>,
    /// Where mistakes go.
    pub(super) mistakes: &'m mut Vec<Mistake>,
}

const TIMES: [&str; 5] = ["name", "at", "for", "until", "every"];

/// The fields a kind needs, and those it can have besides its times.
const fn fields(kind: FaultKind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        FaultKind::SubnetStalls | FaultKind::SubnetRestarts => (&["subnet"], &[]),
        FaultKind::LinkCut => (&["link"], &["one_way"]),
        FaultKind::LinkSlow => (&["link", "factor"], &["one_way"]),
        FaultKind::LinkLossy => (&["link", "share"], &["one_way"]),
        FaultKind::CanisterFrozen | FaultKind::CanisterStopped => (&["canister"], &[]),
        FaultKind::CanisterUpgraded => (&["canister"], &["wasm", "arg"]),
        FaultKind::CallsRejected => (&["code"], &["caller", "callee", "method", "share"]),
        FaultKind::AnswersLate => (&["by"], &["caller", "callee", "share"]),
    }
}

const fn name(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::SubnetStalls => "subnet-stalls",
        FaultKind::SubnetRestarts => "subnet-restarts",
        FaultKind::LinkCut => "link-cut",
        FaultKind::LinkSlow => "link-slow",
        FaultKind::LinkLossy => "link-lossy",
        FaultKind::CanisterFrozen => "canister-frozen",
        FaultKind::CanisterStopped => "canister-stopped",
        FaultKind::CanisterUpgraded => "canister-upgraded",
        FaultKind::CallsRejected => "calls-rejected",
        FaultKind::AnswersLate => "answers-late",
    }
}

/// The fields that are there, with their places.
fn given(entry: &FaultEntry) -> Vec<(&'static str, Span)> {
    let place = |field: &'static str, span: Option<Span>| span.map(|span| (field, span));
    let fields = [
        place("at", Some(entry.at.span())),
        place("name", entry.name.as_ref().map(Spanned::span)),
        place("for", entry.lasts.as_ref().map(Spanned::span)),
        place("until", entry.until.as_ref().map(Spanned::span)),
        place("every", entry.every.as_ref().map(Spanned::span)),
        place("subnet", entry.subnet.as_ref().map(Spanned::span)),
        place("link", entry.link.as_ref().map(Spanned::span)),
        place("one_way", entry.one_way.as_ref().map(Spanned::span)),
        place("factor", entry.factor.as_ref().map(Spanned::span)),
        place("share", entry.share.as_ref().map(Spanned::span)),
        place("canister", entry.canister.as_ref().map(Spanned::span)),
        place("wasm", entry.wasm.as_ref().map(Spanned::span)),
        place("arg", entry.arg.as_ref().map(Spanned::span)),
        place("caller", entry.caller.as_ref().map(Spanned::span)),
        place("callee", entry.callee.as_ref().map(Spanned::span)),
        place("method", entry.method.as_ref().map(Spanned::span)),
        place("code", entry.code.as_ref().map(Spanned::span)),
        place("by", entry.by.as_ref().map(Spanned::span)),
    ];
    fields.into_iter().flatten().collect()
}

impl Context<'_, '_> {
    /// The faults in the order of the file; those that cannot be had are left out.
    pub(super) fn resolve(&mut self) -> Vec<FaultPlan> {
        let mut names = BTreeSet::new();
        let document = self.document;
        document.fault.iter().filter_map(|entry| self.plan(entry, &mut names)).collect()
    }

    fn keep<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    fn plan(
        &mut self,
        entry: &Spanned<FaultEntry>,
        names: &mut BTreeSet<String>,
    ) -> Option<FaultPlan> {
        let fault = entry.get_ref();
        let kind = *fault.kind.get_ref();
        let (needed, possible) = fields(kind);
        let possible = [possible, &TIMES].concat();
        let fields = Fields { what: "faults", kind: name(kind), needed, possible: &possible };
        let misfits = fields.misfits(entry.span(), &given(fault));
        if !misfits.is_empty() {
            self.mistakes.extend(misfits);
            return None;
        }
        let schedule = self.schedule(fault);
        let lasts = self.lasts(fault);
        let faults = self.faults(kind, fault)?;
        Some(FaultPlan {
            entry: fault.clone(),
            name: own_name(fault, names),
            schedule: schedule?,
            lasts: lasts?,
            faults,
        })
    }

    fn schedule(&mut self, entry: &FaultEntry) -> Option<Schedule> {
        let every = match &entry.every {
            Some(every) => Some(self.keep(distribution(every))?),
            None => None,
        };
        let at = SimTime::ZERO + *entry.at.get_ref();
        Some(Schedule { at, every, end: SimTime::ZERO + *self.document.duration.get_ref() })
    }

    fn lasts(&mut self, entry: &FaultEntry) -> Option<Lasts> {
        match (&entry.lasts, &entry.until) {
            (Some(_), Some(until)) => {
                let mistake = Mistake::at(until.span(), "a fault has `for` and `until`");
                self.keep(Err(mistake.label("one of the two")))
            }
            (Some(lasts), None) => self.keep(distribution(lasts)).map(Lasts::For),
            (None, Some(until)) if entry.every.is_some() => {
                let message = "a fault that recurs ends once only";
                let mistake = Mistake::at(until.span(), message).label("not with `every`");
                self.keep(Err(mistake.help("say how long it lasts each time with `for`")))
            }
            (None, Some(until)) if until.get_ref() <= entry.at.get_ref() => {
                let message = format!("the fault is over at {}, before it begins", until.get_ref());
                let mistake = Mistake::at(until.span(), message).label("leaves no time");
                self.keep(Err(mistake.help("expected `at` < `until`")))
            }
            (None, Some(until)) => Some(Lasts::Until(SimTime::ZERO + *until.get_ref())),
            (None, None) => Some(Lasts::ToTheEnd),
        }
    }

    /// The faults of one occurrence.
    fn faults(&mut self, kind: FaultKind, entry: &FaultEntry) -> Option<Vec<Fault>> {
        let subnets = self.subnets(entry.subnet.as_ref());
        let canisters = self.canisters(entry.canister.as_ref());
        let of_subnets = |fault: fn(SubnetId) -> Fault| subnets.iter().copied().map(fault);
        let of_canisters = |fault: fn(CanisterId) -> Fault| canisters.iter().copied().map(fault);
        Some(match kind {
            FaultKind::SubnetStalls => {
                of_subnets(|subnet| Fault::SubnetStalls { subnet }).collect()
            }
            FaultKind::SubnetRestarts => {
                of_subnets(|subnet| Fault::SubnetRestarts { subnet }).collect()
            }
            FaultKind::CanisterFrozen => {
                of_canisters(|canister| Fault::CanisterFrozen { canister }).collect()
            }
            FaultKind::CanisterStopped => {
                of_canisters(|canister| Fault::CanisterStopped { canister }).collect()
            }
            FaultKind::CanisterUpgraded => self.upgrades(entry, &canisters)?,
            FaultKind::LinkCut => self.links(entry, |from, to| Fault::LinkCut { from, to })?,
            FaultKind::LinkSlow => {
                let factor = entry.factor.as_ref()?;
                let percent = self.keep(slower(factor))?;
                self.links(entry, |from, to| Fault::LinkSlow { from, to, percent })?
            }
            FaultKind::LinkLossy => {
                let percent = self.percent(entry.share.as_ref())?.unwrap_or(100);
                self.links(entry, |from, to| Fault::LinkLossy { from, to, percent })?
            }
            FaultKind::CallsRejected => {
                let code = self.keep(error_code(entry.code.as_ref()?))?;
                let filters = self.filters(entry)?;
                filters.into_iter().map(|calls| Fault::CallsRejected { calls, code }).collect()
            }
            FaultKind::AnswersLate => {
                let by = *entry.by.as_ref()?.get_ref();
                let filters = self.filters(entry)?;
                filters.into_iter().map(|calls| Fault::AnswersLate { calls, by }).collect()
            }
        })
    }

    fn find(&mut self, texts: &Spanned<Texts>, kind: &str, register: &Register) -> Vec<usize> {
        let unknown = |name: &str| format!("a fault befalls `{name}`, which is no {kind}");
        register.find_all(texts, kind, unknown, self.mistakes)
    }

    fn subnets(&mut self, texts: Option<&Spanned<Texts>>) -> Vec<SubnetId> {
        let Some(texts) = texts else { return Vec::new() };
        let names = self.names;
        let found = self.find(texts, "subnet", &names.subnets);
        found.into_iter().map(|index| SubnetId::new(index as u16)).collect()
    }

    fn canisters(&mut self, texts: Option<&Spanned<Texts>>) -> Vec<CanisterId> {
        let Some(texts) = texts else { return Vec::new() };
        let names = self.names;
        let found = self.find(texts, "canister", &names.canisters);
        found.into_iter().filter_map(|index| names.id(index)).collect()
    }

    fn links(
        &mut self,
        entry: &FaultEntry,
        fault: impl Fn(SubnetId, SubnetId) -> Fault,
    ) -> Option<Vec<Fault>> {
        let (from, to) = entry.link.as_ref()?.get_ref();
        let one =
            |name: &Spanned<String>| Spanned::new(name.span(), Texts::One(name.get_ref().clone()));
        let (from, to) = (self.subnets(Some(&one(from))), self.subnets(Some(&one(to))));
        let one_way = entry.one_way.as_ref().is_some_and(|one_way| *one_way.get_ref());
        let mut faults = Vec::new();
        for (from, to) in from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))) {
            if from == to {
                continue;
            }
            faults.push(fault(from, to));
            if !one_way {
                faults.push(fault(to, from));
            }
        }
        Some(faults)
    }

    /// Which calls are meant: those of each caller to each callee.
    fn filters(&mut self, entry: &FaultEntry) -> Option<Vec<CallFilter>> {
        let percent = self.percent(entry.share.as_ref())?;
        let method = entry.method.as_ref().map(|method| method.get_ref().as_str().into());
        let mut any_of = |texts: &Option<Spanned<Texts>>| match texts {
            None => vec![None],
            Some(texts) => self.canisters(Some(texts)).into_iter().map(Some).collect(),
        };
        let (callers, callees) = (any_of(&entry.caller), any_of(&entry.callee));
        let filter =
            |caller, callee| CallFilter { caller, callee, method: Option::clone(&method), percent };
        let pairs =
            callers.iter().flat_map(|caller| callees.iter().map(move |callee| (*caller, *callee)));
        Some(pairs.map(|(caller, callee)| filter(caller, callee)).collect())
    }

    /// A share as whole percent; `None` within for all.
    fn percent(&mut self, share: Option<&Spanned<Share>>) -> Option<Option<u64>> {
        const PERCENT: u64 = 10_000;
        let Some(share) = share else { return Some(None) };
        let millionths = share.get_ref().millionths();
        match millionths % PERCENT {
            0 => Some(Some(millionths / PERCENT)),
            _ => {
                self.keep(Err(Mistake::at(share.span(), "shares of faults are whole percentages")
                    .label("expected, for example, \"5%\"")))
            }
        }
    }

    fn upgrades(&mut self, entry: &FaultEntry, canisters: &[CanisterId]) -> Option<Vec<Fault>> {
        let texts = entry.canister.as_ref()?;
        let name = each(texts);
        let wasm = match &entry.wasm {
            Some(wasm) => wasm.clone(),
            None => self.keep(self.own_module(name.first()?))?,
        };
        let program = self.modules.program(&wasm);
        let program = self.keep(program)?;
        let signature = interface::of_init(program.as_ref());
        let arg = entry.arg.as_ref();
        let arg = argument::encode(arg, signature, self.source, self.names, entry.kind.span());
        let arg = self.keep(arg)?.bytes;
        let fault = |canister: &CanisterId| Fault::CanisterUpgraded {
            canister: *canister,
            program: program.clone(),
            arg: arg.clone(),
        };
        Some(canisters.iter().map(fault).collect())
    }

    /// The module that a canister has.
    fn own_module(&self, name: &Spanned<String>) -> Result<Spanned<String>, Mistake> {
        let copies = self.names.canisters.find(name.get_ref());
        let entry = copies.and_then(|copies| self.names.canisters.copies().get(copies.start));
        let entry = entry.and_then(|(entry, _)| self.document.canister.get(*entry));
        let wasm = entry.and_then(|entry| entry.wasm.clone());
        wasm.ok_or_else(|| {
            let message = format!("`{}` has no module to be upgraded with", name.get_ref());
            Mistake::at(name.span(), message).label("not a canister with a module")
        })
    }
}

/// The name given, or the kind with what it befalls; made different from those before.
fn own_name(entry: &FaultEntry, names: &mut BTreeSet<String>) -> String {
    let texts = |texts: &Option<Spanned<Texts>>| -> Vec<String> {
        let texts = texts.as_ref().map(each).unwrap_or_default();
        texts.into_iter().map(Spanned::into_inner).collect()
    };
    let link = entry.link.as_ref().map(|link| {
        let (from, to) = link.get_ref();
        vec![from.get_ref().clone(), to.get_ref().clone()]
    });
    let befalls = [
        vec![name(*entry.kind.get_ref()).to_owned()],
        texts(&entry.subnet),
        link.unwrap_or_default(),
        texts(&entry.canister),
        texts(&entry.caller),
        texts(&entry.callee),
    ]
    .concat()
    .join(" ");
    let name = entry.name.as_ref().map_or(befalls, |name| name.get_ref().clone());
    different(name, names)
}

/// A name that none of `names` is, made from the one wanted; it becomes one of them.
pub(super) fn different(wanted: String, names: &mut BTreeSet<String>) -> String {
    let mut own = wanted.clone();
    let mut number = 1;
    while !names.insert(own.clone()) {
        number += 1;
        own = format!("{wanted} {number}");
    }
    own
}

/// How slow a link is, in percent of its latency.
fn slower(factor: &Spanned<f64>) -> Result<u64, Mistake> {
    let percent = libm::round(*factor.get_ref() * 100.0);
    if (100.0..=1e6).contains(&percent) {
        return Ok(percent as u64);
    }
    let message = format!("a link cannot be {} times as slow", factor.get_ref());
    Err(Mistake::at(factor.span(), message).label("expected a number from 1 to 10000"))
}

fn error_code(code: &Spanned<String>) -> Result<ErrorCode, Mistake> {
    let written = code.get_ref();
    let named = ErrorCode::ALL.iter().find(|known| known.name() == written);
    named.copied().ok_or_else(|| {
        let names = ErrorCode::ALL.iter().map(|code| code.name());
        Mistake::at(code.span(), format!("there is no error code `{written}`"))
            .label("not an error code")
            .help(did_you_mean(written, "codes", names))
    })
}
