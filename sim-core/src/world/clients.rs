//! Setting up what is sent to a world from outside: workloads and actions.

use super::{SetupError, WorkloadSpec};
use crate::action::ActionSpec;
use crate::id::CanisterId;
use crate::subnet::{Client, NextStep, Subnet};
use crate::time::SimTime;
use crate::units::Bytes;

/// When a client sends first.
pub(super) struct FirstArrival {
    pub(super) subnet: usize,
    pub(super) client: usize,
    pub(super) time: SimTime,
}

/// One client for an open workload, one for each user of a closed one.
pub(super) fn set_up_clients(
    subnets: &mut [Subnet],
    index: usize,
    workload: WorkloadSpec,
    seed: u64,
    limit: Bytes,
) -> Result<Vec<FirstArrival>, SetupError> {
    let longest = workload.args.items().iter().map(|arg| arg.len()).max().unwrap_or(0);
    let bytes = Bytes::of_len(workload.method.len() + longest);
    if bytes > limit {
        return Err(SetupError::IngressTooLarge { index, workload: workload.name, bytes, limit });
    }
    let exists = |target: &CanisterId| {
        let subnet = subnets.get(target.subnet().index());
        subnet.is_some_and(|subnet| target.local() < subnet.canister_count())
    };
    if let Some(target) = workload.targets.items().iter().find(|target| !exists(target)) {
        let target = *target;
        return Err(SetupError::NoTarget { index, workload: workload.name, target });
    }
    let subnet = workload.subnet.index();
    let Some(known) = subnets.get_mut(subnet) else { return Ok(Vec::new()) };
    let mut arrivals = Vec::new();
    for mut client in Client::of(workload, seed) {
        let first = client.first();
        let client = known.add_client(client);
        arrivals.extend(first.map(|time| FirstArrival { subnet, client, time }));
    }
    Ok(arrivals)
}

/// Where and when actions begin, and their first steps; those on no subnet are dropped.
pub(super) fn set_up_actions(
    subnets: &mut [Subnet],
    actions: Vec<ActionSpec>,
) -> Vec<(usize, SimTime, NextStep)> {
    let mut beginnings = Vec::new();
    for action in actions {
        let (index, times) = (action.subnet.index(), action.times.clone());
        let Some(subnet) = subnets.get_mut(index) else { continue };
        let first = NextStep { action: subnet.add_action(action), step: 0 };
        beginnings.extend(times.into_iter().map(|time| (index, time, first)));
    }
    beginnings
}
