//! The names of subnets, canisters and workloads, and the ids that follow from them.

use crate::diagnostics::{Mistake, Span, did_you_mean};
use crate::document::{CanisterEntry, Document, WorkloadEntry};
use sim_core::id::{CanisterId, SubnetId};
use std::collections::BTreeMap;
use toml::Spanned;

/// Canisters by name.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Ids of the canisters, `None` for one on an unknown subnet.
    ids: Vec<Option<CanisterId>>,
    /// Place in the file by name; the first of equal names.
    canisters: BTreeMap<String, usize>,
}

impl Names {
    /// The names in a document; reports those given twice and subnets that do not exist.
    pub(super) fn of(document: &Document, mistakes: &mut Vec<Mistake>) -> Names {
        let subnets = unique("subnet", document.subnet.iter().map(|s| plain(&s.name)), mistakes);
        let canisters =
            unique("canister", document.canister.iter().map(|c| plain(&c.name)), mistakes);
        unique("workload", document.workload.iter().map(workload_name), mistakes);
        let mut next = vec![0; document.subnet.len()];
        let mut ids = Vec::new();
        for entry in &document.canister {
            let subnet = subnets.get(entry.subnet.get_ref()).copied();
            if subnet.is_none() {
                mistakes.push(unknown_subnet(entry, subnets.keys()));
            }
            ids.push(subnet.map(|subnet| next_id(subnet, &mut next[subnet])));
        }
        Names { ids, canisters }
    }

    /// The id of the `index`-th canister of the file.
    pub(super) fn id(&self, index: usize) -> Option<CanisterId> {
        self.ids.get(index).copied().flatten()
    }

    /// Where in the file the canister called `name` comes.
    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.canisters.get(name).copied()
    }

    /// The names of all canisters.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> + Clone {
        self.canisters.keys().map(String::as_str)
    }

    /// The text of the id of the canister called `name`; for one on an unknown subnet that of the
    /// management canister, so that its other fields can still be checked.
    pub(super) fn principal_text(&self, name: &str) -> Option<String> {
        let id = self.id(self.index(name)?);
        Some(id.map_or("aaaaa-aa".to_owned(), |id| id.to_string()))
    }
}

/// The name of a workload, given or `target.method`, and where it stands.
pub(super) fn workload_name(entry: &WorkloadEntry) -> (String, Span) {
    match &entry.name {
        Some(name) => plain(name),
        None => {
            let name = format!("{}.{}", entry.target.get_ref(), entry.method.get_ref());
            (name, entry.method.span())
        }
    }
}

fn plain(name: &Spanned<String>) -> (String, Span) {
    (name.get_ref().clone(), name.span())
}

fn next_id(subnet: usize, next: &mut u32) -> CanisterId {
    let id = CanisterId::on(SubnetId::new(subnet as u16), *next);
    *next += 1;
    id
}

/// Places by name; reports names given twice and empty ones.
fn unique(
    kind: &str,
    names: impl Iterator<Item = (String, Span)>,
    mistakes: &mut Vec<Mistake>,
) -> BTreeMap<String, usize> {
    let mut places = BTreeMap::new();
    for (index, (name, span)) in names.enumerate() {
        if name.is_empty() {
            mistakes.push(Mistake::at(span.clone(), format!("a {kind} has an empty name")));
        }
        if places.contains_key(&name) {
            mistakes.push(duplicate(kind, &name, span));
        } else {
            places.insert(name, index);
        }
    }
    places
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

fn unknown_subnet<'a>(
    entry: &CanisterEntry,
    subnets: impl Iterator<Item = &'a String> + Clone,
) -> Mistake {
    let (canister, subnet) = (entry.name.get_ref(), entry.subnet.get_ref());
    let message = format!("canister `{canister}` is placed on `{subnet}`, which is no subnet");
    Mistake::at(entry.subnet.span(), message).label("no subnet of that name").help(did_you_mean(
        subnet,
        "subnets",
        subnets.map(String::as_str),
    ))
}
