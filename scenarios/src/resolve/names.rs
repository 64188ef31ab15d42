//! The names of subnets, canisters and workloads, and the ids that follow from them.

use crate::diagnostics::{Mistake, Span, did_you_mean};
use crate::document::{CanisterEntry, Document, Texts, WorkloadEntry, each};
use sim_core::id::{CanisterId, SubnetId};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// No entry stands for more subnets or canisters.
const MOST_COPIES: u64 = 100_000;

/// What the entries of one kind are called: each entry stands for one thing, or for `count` copies
/// called `name-1`, `name-2` and so on.
#[derive(Debug, Default)]
pub(super) struct Register {
    /// The copies, in order: the entry each comes from, and its name.
    copies: Vec<(usize, String)>,
    /// The copies that a name stands for: one, or all of an entry.
    by_name: BTreeMap<String, Range<usize>>,
}

impl Register {
    /// Adds an entry; answers whether its names were free.
    fn add(&mut self, entry: usize, name: &str, count: Option<u64>) -> bool {
        let start = self.copies.len();
        match count {
            None => self.copies.push((entry, name.to_owned())),
            Some(count) => {
                self.copies.extend((1..=count).map(|number| (entry, format!("{name}-{number}"))));
            }
        }
        let range = start..self.copies.len();
        let mut fresh = self.name(name, range.clone());
        for index in range.filter(|_| count.is_some()) {
            let name = self.copies[index].1.clone();
            fresh &= self.name(&name, index..index + 1);
        }
        fresh
    }

    /// Gives copies a name; of equal names the first stands. Answers whether the name was free.
    fn name(&mut self, name: &str, copies: Range<usize>) -> bool {
        let fresh = !self.by_name.contains_key(name);
        if fresh {
            self.by_name.insert(name.to_owned(), copies);
        }
        fresh
    }

    /// The copies, in order: the entry each comes from, and its name.
    pub(super) fn copies(&self) -> &[(usize, String)] {
        &self.copies
    }

    /// The copies that a name stands for.
    pub(super) fn find(&self, name: &str) -> Option<Range<usize>> {
        self.by_name.get(name).cloned()
    }

    /// All names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.by_name.keys().map(String::as_str)
    }

    /// The copies that several names stand for; a mistake for each that stands for none.
    pub(super) fn find_all(
        &self,
        texts: &Spanned<Texts>,
        kind: &str,
        unknown: impl Fn(&str) -> String,
        mistakes: &mut Vec<Mistake>,
    ) -> Vec<usize> {
        let mut found = Vec::new();
        for name in each(texts) {
            match self.find(name.get_ref()) {
                Some(range) => found.extend(range),
                None => mistakes.push(
                    Mistake::at(name.span(), unknown(name.get_ref()))
                        .label(format!("no {kind} of that name"))
                        .help(did_you_mean(name.get_ref(), &format!("{kind}s"), self.names())),
                ),
            }
        }
        found
    }
}

/// Subnets and canisters by name.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The subnets.
    pub(super) subnets: Register,
    /// The canisters.
    pub(super) canisters: Register,
    /// Ids of the canisters, `None` for one on an unknown subnet.
    ids: Vec<Option<CanisterId>>,
}

impl Names {
    /// The names in a document; reports those given twice and subnets that do not exist.
    pub(super) fn of(document: &Document, mistakes: &mut Vec<Mistake>) -> Names {
        let subnets = document.subnet.iter().map(|s| (plain(&s.name), s.count.as_ref()));
        let subnets = register("subnet", subnets, mistakes);
        let canisters = document.canister.iter().map(|c| (plain(&c.name), c.count.as_ref()));
        let canisters = register("canister", canisters, mistakes);
        register("workload", document.workload.iter().map(|w| (workload_name(w), None)), mistakes);
        let mut names = Names { subnets, canisters, ids: Vec::new() };
        names.place(document, mistakes);
        names
    }

    /// Deals the canisters out to their subnets.
    fn place(&mut self, document: &Document, mistakes: &mut Vec<Mistake>) {
        let homes: Vec<Vec<usize>> =
            document.canister.iter().map(|entry| self.homes(entry, mistakes)).collect();
        let mut turns = vec![0; homes.len()];
        let mut next: BTreeMap<usize, u32> = BTreeMap::new();
        for (entry, _) in self.canisters.copies() {
            let homes = &homes[*entry];
            let subnet = homes.get(turns[*entry] % homes.len().max(1)).copied();
            turns[*entry] += 1;
            self.ids.push(subnet.map(|subnet| {
                let local = next.entry(subnet).or_default();
                *local += 1;
                CanisterId::on(SubnetId::new(subnet as u16), *local - 1)
            }));
        }
    }

    fn homes(&self, entry: &CanisterEntry, mistakes: &mut Vec<Mistake>) -> Vec<usize> {
        let canister = entry.name.get_ref();
        let unknown = |subnet: &str| {
            format!("canister `{canister}` is placed on `{subnet}`, which is no subnet")
        };
        self.subnets.find_all(&entry.subnet, "subnet", unknown, mistakes)
    }

    /// The id of the `index`-th canister.
    pub(super) fn id(&self, index: usize) -> Option<CanisterId> {
        self.ids.get(index).copied().flatten()
    }

    /// The text of the id of the canister called `name`; for one on an unknown subnet that of the
    /// management canister, so that its other fields can still be checked.
    pub(super) fn principal_text(&self, name: &str) -> Option<String> {
        let range = self.canisters.find(name).filter(|range| range.len() == 1)?;
        let id = self.id(range.start);
        Some(id.map_or("aaaaa-aa".to_owned(), |id| id.to_string()))
    }
}

/// The name of a workload, given or `target.method`, and where it stands.
pub(super) fn workload_name(entry: &WorkloadEntry) -> (String, Span) {
    match &entry.name {
        Some(name) => plain(name),
        None => {
            let targets = each(&entry.target);
            let target = targets.first().map_or("", |target| target.get_ref());
            (format!("{target}.{}", entry.method.get_ref()), entry.method.span())
        }
    }
}

fn plain(name: &Spanned<String>) -> (String, Span) {
    (name.get_ref().clone(), name.span())
}

/// Names and their copies; reports names given twice, empty ones, and counts out of bounds.
fn register<'a>(
    kind: &str,
    entries: impl Iterator<Item = ((String, Span), Option<&'a Spanned<u64>>)>,
    mistakes: &mut Vec<Mistake>,
) -> Register {
    let mut register = Register::default();
    for (entry, ((name, span), count)) in entries.enumerate() {
        if name.is_empty() {
            mistakes.push(Mistake::at(span.clone(), format!("a {kind} has an empty name")));
        }
        let bounds = count.filter(|count| !(1..=MOST_COPIES).contains(count.get_ref()));
        mistakes.extend(bounds.map(|count| {
            Mistake::at(count.span(), format!("`{name}` stands for {} {kind}s", count.get_ref()))
                .label(format!("expected a number from 1 to {MOST_COPIES}"))
        }));
        let count = count.map(|count| (*count.get_ref()).min(MOST_COPIES));
        if !register.add(entry, &name, count) {
            mistakes.push(duplicate(kind, &name, span));
        }
    }
    register
}

fn duplicate(kind: &str, name: &str, span: Span) -> Mistake {
    let mistake =
        Mistake::at(span, format!("a second {kind} is called `{name}`")).label("the second");
    match kind {
        "workload" => mistake.help(
            "names of workloads differ: each names a random stream; the default is \
             `target.method`, so give one of them a `name`",
        ),
        _ => mistake.help(format!("give every {kind} a name of its own")),
    }
}
