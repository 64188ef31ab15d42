//! A repriced run as JSON, for programs. Amounts of cycles are decimal strings, as in `summary.json`.

use super::compute::{Change, Fate, Repriced};
use super::read::RecordedRun;
use serde::Serialize;
use sim_core::ledger::UseCase;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Document<'a> {
    /// Whose prices were paid.
    profile: &'a str,
    /// Whose would be.
    repriced: &'a str,
    total: Amounts,
    subnets: Vec<SubnetAmounts<'a>>,
    use_cases: BTreeMap<&'static str, Amounts>,
    canisters: Vec<CanisterAmounts<'a>>,
    /// From when on the run would have gone another way, if at all.
    exact_until_ns: Option<u64>,
    fates: Vec<FateOut<'a>>,
}

#[derive(Serialize)]
struct Amounts {
    paid: String,
    would_pay: String,
}

#[derive(Serialize)]
struct SubnetAmounts<'a> {
    subnet: &'a str,
    rounds: Amounts,
    set_up: Amounts,
}

#[derive(Serialize)]
struct CanisterAmounts<'a> {
    subnet: &'a str,
    canister: &'a str,
    id: &'a str,
    #[serde(flatten)]
    amounts: Amounts,
}

#[derive(Serialize)]
struct FateOut<'a> {
    subnet: &'a str,
    canister: &'a str,
    id: &'a str,
    time_ns: u64,
    would: &'static str,
}

/// The document, indented.
///
/// # Errors
/// None in practice: every value can be written.
pub fn json(
    run: &RecordedRun,
    repriced: &Repriced,
    profile: &str,
) -> Result<String, serde_json::Error> {
    let subnet = |place: usize| run.subnets[place].name.as_str();
    let per_subnet = repriced.subnets.iter().zip(&repriced.set_up).enumerate();
    let use_cases = UseCase::ALL.iter().zip(&repriced.use_cases);
    let canisters = repriced.canisters.iter().map(|((place, id), (name, change))| {
        CanisterAmounts { subnet: subnet(*place), canister: name, id, amounts: amounts(change) }
    });
    let fates = repriced.fates.iter().map(|((place, id), (time_ns, fate))| FateOut {
        subnet: subnet(*place),
        canister: repriced.canisters.get(&(*place, id.clone())).map_or("", |(name, _)| name),
        id,
        time_ns: *time_ns,
        would: match fate {
            Fate::Frozen => "have been frozen",
            Fate::Died => "have run out of cycles",
            Fate::Thawed => "not have been frozen",
        },
    });
    let document = Document {
        profile: &run.profile.name,
        repriced: profile,
        total: amounts(&repriced.total()),
        subnets: per_subnet
            .map(|(place, (all, set_up))| SubnetAmounts {
                subnet: subnet(place),
                rounds: amounts(&all.without(*set_up)),
                set_up: amounts(set_up),
            })
            .collect(),
        use_cases: use_cases.map(|(use_case, change)| (use_case.name(), amounts(change))).collect(),
        canisters: canisters.collect(),
        exact_until_ns: repriced.exact_until(),
        fates: fates.collect(),
    };
    serde_json::to_string_pretty(&document)
}

fn amounts(change: &Change) -> Amounts {
    Amounts { paid: change.before.get().to_string(), would_pay: change.after.get().to_string() }
}
