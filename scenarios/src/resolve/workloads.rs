//! The workloads.

use super::modules::Modules;
use super::names::{Names, workload_name};
use super::{argument, canisters, choice, interface, model, pace};
use crate::arrivals::Window;
use crate::diagnostics::{Mistake, Span, did_you_mean};
use crate::document::{ChoiceEntry, Document, Texts, WorkloadEntry, each};
use crate::scenario::{Argument, Pace, Workload};
use crate::source::Source;
use ic_principal::Principal;
use sim_core::choice::Choice;
use sim_core::id::CanisterId;
use sim_core::runtime::Program;
use sim_core::time::{SimDuration, SimTime};
use std::sync::Arc;
use toml::Spanned;

/// What workloads are resolved against.
pub(super) struct Context<'a, 'm> {
    /// The scenario file.
    pub(super) source: &'a Source,
    /// The names of canisters.
    pub(super) names: &'a Names,
    /// The modules of the canisters.
    pub(super) modules: &'a Modules<'m>,
    /// The whole document.
    pub(super) document: &'a Document,
    /// Where mistakes go.
    pub(super) mistakes: &'a mut Vec<Mistake>,
}

/// The workloads in the order of the file, or `None` if one of them cannot be had.
pub(super) fn resolve(context: &mut Context<'_, '_>) -> Option<Vec<Workload>> {
    let document = context.document;
    let workloads: Vec<Option<Workload>> =
        document.workload.iter().map(|entry| context.workload(entry)).collect();
    workloads.into_iter().collect()
}

impl Context<'_, '_> {
    fn workload(&mut self, entry: &WorkloadEntry) -> Option<Workload> {
        let targets = self.targets(entry);
        let callable = self.check_method(entry, &targets);
        let args = if callable { self.args(entry, &targets) } else { None };
        let sender = self.sender(entry);
        let window = self.window(entry);
        let pace = self.pace(entry);
        let target_choice = self.choice(entry.target_choice.as_ref());
        let arg_choice = self.choice(entry.arg_choice.as_ref());
        let ids: Vec<CanisterId> =
            targets.iter().map(|index| self.names.id(*index)).collect::<Option<_>>()?;
        let (pace, args) = (pace?, args?);
        self.check_home(entry, &ids, &pace);
        let (target_choice, arg_choice) = (target_choice?, arg_choice?);
        let bytes: Vec<_> = args.iter().map(|arg| arg.bytes.clone()).collect();
        let targets_among =
            self.among(ids, target_choice.as_ref(), entry.target_choice.as_ref())?;
        let args_among = self.among(bytes, arg_choice.as_ref(), entry.arg_choice.as_ref())?;
        let copies = self.names.canisters.copies();
        Some(Workload {
            name: workload_name(entry).0,
            targets: targets_among,
            target_names: targets.iter().map(|index| copies[*index].1.clone()).collect(),
            target_choice,
            method: entry.method.get_ref().as_str().into(),
            args: args_among,
            arg_texts: args.into_iter().map(|arg| arg.text).collect(),
            arg_choice,
            sender: sender?,
            pace,
            window: window?,
            place: entry.target.span(),
            arg_place: entry.arg.as_ref().map(Spanned::span),
        })
    }

    fn keep<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    fn choice(
        &mut self,
        entry: Option<&Spanned<crate::document::Tree>>,
    ) -> Option<Option<ChoiceEntry>> {
        self.keep(choice::read(entry))
    }

    fn among<T>(
        &mut self,
        items: Vec<T>,
        choice: Option<&ChoiceEntry>,
        place: Option<&Spanned<crate::document::Tree>>,
    ) -> Option<Choice<T>> {
        if items.is_empty() {
            return None;
        }
        self.keep(choice::among(items, choice, place))
    }

    fn targets(&mut self, entry: &WorkloadEntry) -> Vec<usize> {
        let unknown = |name: &str| format!("a workload targets `{name}`, which is no canister");
        self.names.canisters.find_all(&entry.target, "canister", unknown, self.mistakes)
    }

    fn pace(&mut self, entry: &WorkloadEntry) -> Option<Pace> {
        // A field that could not be read is not there any more; it is not missing.
        let place = entry.arrivals.span();
        let lies_within = |span: &Span| place.start <= span.start && span.end <= place.end;
        let mut spans = self.mistakes.iter().filter_map(|mistake| mistake.span.as_ref());
        if spans.any(lies_within) {
            return None;
        }
        match pace::resolve(&entry.arrivals, self.source) {
            Ok(pace) => Some(pace),
            Err(mistakes) => {
                self.mistakes.extend(mistakes);
                None
            }
        }
    }

    /// Users stay with one subnet: what they do next depends on what they heard there.
    fn check_home(&mut self, entry: &WorkloadEntry, ids: &[CanisterId], pace: &Pace) {
        let apart = ids.windows(2).any(|pair| pair[0].subnet() != pair[1].subnet());
        if apart && matches!(pace, Pace::Closed { .. }) {
            let message = "the users of a closed workload target canisters on different subnets";
            let mistake = Mistake::at(entry.target.span(), message).label("not all on one subnet");
            self.mistakes.push(mistake.help("give each subnet a workload of its own"));
        }
    }

    /// Whether every target has the method, as far as that is known.
    fn check_method(&mut self, entry: &WorkloadEntry, targets: &[usize]) -> bool {
        let copies = self.names.canisters.copies();
        let mut entries: Vec<usize> = targets.iter().map(|index| copies[*index].0).collect();
        entries.dedup();
        let refused = entries.into_iter().find_map(|index| {
            let canister = self.document.canister.get(index)?;
            let (methods, composite) = model::methods(canister, self.modules)?;
            lacks(entry, canister.name.get_ref(), &methods, &composite)
        });
        let fits = refused.is_none();
        self.mistakes.extend(refused);
        fits
    }

    fn program(&self, target: usize) -> Option<Arc<dyn Program>> {
        let (entry, _) = self.names.canisters.copies().get(target)?;
        let wasm = self.document.canister.get(*entry)?.wasm.as_ref()?;
        self.modules.known(wasm.get_ref())
    }

    /// The arguments, encoded as the first target declares them.
    fn args(&mut self, entry: &WorkloadEntry, targets: &[usize]) -> Option<Vec<Argument>> {
        let program = targets.first().and_then(|target| self.program(*target));
        let method = entry.method.get_ref();
        let none = Spanned::new(entry.method.span(), Texts::One("()".to_owned()));
        let written = entry.arg.as_ref().unwrap_or(&none);
        let encode = |text: Spanned<String>| {
            let signature = program.as_deref().and_then(|p| interface::of_method(p, method));
            let written = entry.arg.is_some().then_some(&text);
            argument::encode(written, signature, self.source, self.names, entry.method.span())
        };
        let encoded: Vec<Result<Argument, Mistake>> =
            each(written).into_iter().map(encode).collect();
        encoded.into_iter().map(|arg| self.keep(arg)).collect()
    }

    fn sender(&mut self, entry: &WorkloadEntry) -> Option<Principal> {
        match &entry.sender {
            None => Some(Principal::anonymous()),
            Some(text) => self.keep(canisters::principal(text)),
        }
    }

    fn window(&mut self, entry: &WorkloadEntry) -> Option<Window> {
        let time = |text: &Option<Spanned<SimDuration>>, default| {
            text.as_ref().map_or(default, |duration| *duration.get_ref())
        };
        let start = time(&entry.start, SimDuration::ZERO);
        let stop = time(&entry.stop, *self.document.duration.get_ref());
        if let (Some(written), true) = (entry.stop.as_ref().or(entry.start.as_ref()), stop <= start)
        {
            let message = format!("the workload stops at {stop}, before it starts at {start}");
            let mistake = Mistake::at(written.span(), message)
                .label("leaves no time")
                .help("expected `start` < `stop`; without `stop` it ends with the run");
            return self.keep(Err(mistake));
        }
        Some(Window { start: SimTime::ZERO + start, stop: SimTime::ZERO + stop })
    }
}

/// The mistake of a target that clients cannot call the method of.
fn lacks(
    entry: &WorkloadEntry,
    target: &str,
    methods: &[String],
    composite: &[String],
) -> Option<Mistake> {
    let method = entry.method.get_ref();
    if methods.contains(method) {
        return None;
    }
    // Names with two underscores are the compiler's own.
    let known = methods.iter().map(String::as_str).filter(|name| !name.starts_with("__"));
    let message = match composite.contains(method) {
        true => {
            format!("`{method}` of `{target}` is a composite query, which has no replicated form")
        }
        false => format!("the module of `{target}` has no method `{method}`"),
    };
    let mistake = Mistake::at(entry.method.span(), message).label("cannot be called");
    Some(mistake.help(did_you_mean(method, "methods", known)))
}
