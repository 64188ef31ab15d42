//! What has to hold at the end of a run.

use crate::diagnostics::{Mistake, did_you_mean};
use crate::document::{Document, ExpectEntry};
use crate::expect::Expectation;
use crate::resolve::Subnet;
use crate::scenario::{Canister, Workload};
use reports::metrics;

/// The expectations in the order of the file; those that cannot be read are left out.
pub(super) fn resolve(
    document: &Document,
    subnets: &[Subnet],
    canisters: &[Canister],
    workloads: &[Workload],
    mistakes: &mut Vec<Mistake>,
) -> Vec<Expectation> {
    if document.expect.is_empty() {
        return Vec::new();
    }
    let subnets: Vec<&str> = subnets.iter().map(|subnet| subnet.spec.name.as_str()).collect();
    let canisters: Vec<&str> = canisters.iter().map(|canister| &*canister.name).collect();
    let workloads: Vec<&str> = workloads.iter().map(|workload| workload.name.as_str()).collect();
    let known = metrics::names(&workloads, &subnets, &canisters);
    let read = document.expect.iter().map(|entry| expectation(entry, &known));
    read.filter_map(|result| result.map_err(|mistake| mistakes.push(mistake)).ok()).collect()
}

fn expectation(entry: &ExpectEntry, known: &[String]) -> Result<Expectation, Mistake> {
    let written = entry.that.get_ref();
    let expectation = Expectation::parse(written)
        .map_err(|error| Mistake::at(entry.that.span(), error.to_string()).label("not valid"))?;
    let unknown = expectation.metrics().find(|name| !known.iter().any(|known| known == name));
    match unknown {
        None => Ok(expectation),
        Some(name) => {
            let help = did_you_mean(name, "metrics", known.iter().map(String::as_str));
            Err(Mistake::at(entry.that.span(), format!("there is no metric `{name}`"))
                .label("speaks of it")
                .help(help))
        }
    }
}
