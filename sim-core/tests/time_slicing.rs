//! Executions and installs that take several rounds. Tests named `rNNN_…` are cases of a catalogue of the
//! replica's own scheduler tests; `docs/cases.md` lists them all.

mod kit;

use kit::stage::*;
use kit::*;
use sim_core::record::{EntryKind, Outcome};
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Entry, Task};
use sim_core::units::Instructions;

/// A canister whose timer is due in every round.
fn always_due(task: &Task) -> Act {
    let mut act = Act::silence().using(1);
    if matches!(task.entry, Entry::Init { .. } | Entry::GlobalTimer) {
        act.effects.global_timer = Some(1);
    }
    act
}

#[test]
fn r028_drain_subnet_all_long() {
    let mut stage = Stage::new(|limits| Stage::plain(limits, 2, 100, 100, 1_000));
    let canisters: Vec<_> = (0..2).map(|_| stage.canister(consume)).collect();
    for canister in &canisters {
        stage.send(*canister, 500);
    }
    stage.round();
    for canister in canisters.iter().chain(&canisters) {
        stage.manage(*canister, "canister_status", &Named::of(*canister));
    }
    assert!(stage.round().managed.is_empty());
    let managed: usize = stage.rounds(5).iter().map(|round| round.managed.len()).sum();
    assert_eq!(managed, 4);
}

#[test]
fn r038_dts_exceeds() {
    let mut stage = Stage::new(|limits| Stage::plain(limits, 2, 100, 100, 1_000));
    let canister = stage.canister(consume);
    let message = stage.send(canister, 1_001);
    let rounds = stage.rounds(10);
    let paused = rounds.iter().flat_map(|round| &round.steps).filter(|step| !step.ended).count();
    assert_eq!(paused, 9);
    assert!(stage.is_answered(message));
    let exceeded = Outcome::Reject(ErrorCode::CanisterInstructionLimitExceeded);
    assert_eq!(rounds[9].completed, [exceeded]);
}

#[test]
fn r040_concurrent_long() {
    for (threads, canisters, slices) in [(2, 3, 4), (4, 6, 3), (4, 10, 5)] {
        let mut stage = Stage::new(|limits| {
            Stage::plain(limits, threads, 100 * slices, 100, 100 * slices);
            limits.round_overhead_per_message = Instructions::new(100 * slices);
            limits.paused_executions = canisters;
        });
        let messages: Vec<_> = (0..canisters)
            .map(|_| {
                let canister = stage.canister(consume);
                stage.send(canister, 100 * slices)
            })
            .collect();
        stage.rounds((canisters * slices / threads + slices) as usize + 1);
        assert!(messages.into_iter().all(|message| stage.is_answered(message)));
    }
}

#[test]
fn r042_short_not_starved_by_long() {
    let (threads, slice) = (2u64, 1_000_000);
    let mut stage = Stage::new(|limits| {
        Stage::plain(limits, threads, 2 * slice, slice, 2 * slice);
        limits.round_overhead_per_message = Instructions::new(1);
    });
    let long = stage.canister(consume);
    for _ in 0..10 {
        stage.send(long, slice + 1);
    }
    let short: Vec<_> = (1..2 * threads).map(|_| stage.canister(consume)).collect();
    for canister in &short {
        for _ in 0..4 {
            stage.send(*canister, slice);
        }
    }
    let rounds = stage.rounds(8);
    for canister in short {
        assert_eq!(rounds.iter().map(|round| round.ended_by(canister)).sum::<usize>(), 4);
    }
}

#[test]
fn r043_no_new_execution_after_resumed_long() {
    let slice = 1_000;
    let mut stage = Stage::new(|limits| {
        Stage::plain(limits, 2, 2 * slice, slice, 2 * slice);
        limits.round_overhead_per_message = Instructions::new(1);
    });
    let canister = stage.canister(consume);
    stage.send(canister, slice + 1);
    stage.send(canister, slice + 1);
    let steps: Vec<Vec<bool>> = stage
        .rounds(2)
        .iter()
        .map(|round| round.steps.iter().map(|step| step.ended).collect())
        .collect();
    assert_eq!(steps, [vec![false], vec![true]]);
}

#[test]
fn r047_heartbeat_then_update_dts() {
    let mut stage = Stage::new(|limits| {
        Stage::plain(limits, 2, 300, 100, 1_000);
        limits.query_instructions = Instructions::new(200);
    });
    stage.exports.heartbeat = true;
    let canister = stage.canister(move |task| match task.entry {
        Entry::Heartbeat => {
            let first = task.surroundings.time == 1_700_000_000_000_000_001;
            Act::silence().using(if first { 200 } else { 100 })
        }
        _ => Act::reply(b"").using(300),
    });
    let message = stage.send(canister, 0);
    assert_eq!(stage.round().entries(), [EntryKind::Heartbeat, EntryKind::Heartbeat]);
    let second = stage.round();
    assert!(second.steps.iter().any(|step| step.entry == EntryKind::Update && !step.ended));
    stage.round();
    assert!(stage.is_answered(message));
}

/// Limits with installs of `slices` slices, one slice a round.
fn with_long_installs(slices: u64) -> Stage {
    Stage::new(|limits| {
        Stage::plain(limits, 2, 1_000, 100, 1_000);
        limits.install_instructions = Instructions::new(100 * slices);
        limits.install_slice_instructions = Instructions::new(100);
        limits.round_overhead_per_message = Instructions::new(1_000);
    })
}

#[test]
fn r059_dts_long_running_install_and_update() {
    let mut stage = with_long_installs(5);
    let module = stage.module(500, consume);
    let (installed, other) = (stage.canister(consume), stage.canister(consume));
    let install = stage.upgrade(installed, &module);
    let update = stage.send(other, 400);
    let waiting = stage.send(installed, 10);
    stage.rounds(4);
    assert!(stage.is_answered(update));
    assert!(!stage.is_answered(install) && !stage.is_answered(waiting));
    stage.rounds(3);
    assert!(stage.is_answered(install) && stage.is_answered(waiting));
}

#[test]
fn r060_dts_scheduling_of_install_code() {
    let mut stage = with_long_installs(3);
    let module = stage.module(300, consume);
    let canisters: Vec<_> = (0..3).map(|_| stage.canister(consume)).collect();
    let installs: Vec<_> = canisters.iter().map(|id| stage.upgrade(*id, &module)).collect();
    let other = stage.canister(consume);
    let mut answered = Vec::new();
    for _ in 0..12 {
        let message = stage.send(other, 10);
        stage.round();
        assert!(stage.is_answered(message), "other canisters get on");
        answered.push(installs.iter().filter(|call| stage.is_answered(**call)).count());
    }
    let first = |wanted| answered.iter().position(|count| *count == wanted);
    assert!(first(1) < first(2) && first(2) < first(3), "{answered:?}");
}

#[test]
fn r061_dts_pending_execution_blocks_subnet_messages_to_the_same_canister() {
    let mut stage = with_long_installs(1);
    let canister = stage.canister(consume);
    stage.send(canister, 300);
    stage.round();
    let status = stage.manage(canister, "canister_status", &Named::of(canister));
    stage.round();
    assert!(!stage.is_answered(status));
    stage.rounds(3);
    assert!(stage.is_answered(status));
}

#[test]
fn r062_dts_pending_install_code_does_not_block_subnet_messages_of_other_canisters() {
    let mut stage = with_long_installs(4);
    let module = stage.module(400, consume);
    let (installed, other) = (stage.canister(consume), stage.canister(consume));
    stage.upgrade(installed, &module);
    stage.round();
    let own = stage.manage(installed, "canister_status", &Named::of(installed));
    let others = stage.manage(other, "canister_status", &Named::of(other));
    stage.round();
    assert!(stage.is_answered(others) && !stage.is_answered(own));
}

#[test]
fn r063_dts_unrelated_subnet_messages_make_progress() {
    let mut stage = with_long_installs(1);
    let (busy, other) = (stage.canister(consume), stage.canister(consume));
    stage.send(busy, 500);
    stage.round();
    let status = stage.manage(other, "canister_status", &Named::of(other));
    stage.round();
    assert!(stage.is_answered(status));
}

#[test]
fn r065_dts_heartbeat_does_not_starve_when_global_timer_is_long() {
    let mut stage = with_long_installs(1);
    stage.exports.heartbeat = true;
    stage.exports.init = true;
    stage.exports.global_timer = true;
    stage.canister(|task| match task.entry {
        Entry::GlobalTimer => always_due(task).using(250),
        _ => always_due(task),
    });
    let entries: Vec<_> = stage.rounds(12).iter().flat_map(|round| round.entries()).collect();
    let count = |kind| entries.iter().filter(|entry| **entry == kind).count();
    assert!(count(EntryKind::Heartbeat) >= 2, "{entries:?}");
    assert!(count(EntryKind::GlobalTimer) >= 6, "{entries:?}");
}

#[test]
fn a_checkpoint_aborts_what_is_paused_and_it_starts_over() {
    let mut stage = Stage::new(|limits| {
        Stage::plain(limits, 2, 100, 100, 1_000);
        limits.checkpoint_interval = 4;
    });
    let canister = stage.canister(consume);
    let message = stage.send(canister, 300);
    stage.rounds(2);
    let other = stage.send(canister, 300);
    stage.rounds(1);
    assert!(stage.is_answered(message));
    // The second message runs one slice, which the checkpoint of round 4 throws away.
    let steps: Vec<_> = stage.rounds(4).iter().map(|round| round.steps.len()).collect();
    assert_eq!(steps, [1, 1, 1, 1]);
    assert!(stage.is_answered(other));
}

#[test]
fn at_most_so_many_executions_stay_paused() {
    let mut stage = Stage::new(|limits| {
        Stage::plain(limits, 4, 100, 100, 1_000);
        limits.paused_executions = 1;
    });
    let messages: Vec<_> = (0..4)
        .map(|_| {
            let canister = stage.canister(consume);
            stage.send(canister, 200)
        })
        .collect();
    // Of four executions that paused, one goes on; the others begin anew.
    stage.rounds(2);
    let done = messages.iter().filter(|message| stage.is_answered(**message)).count();
    assert_eq!(done, 1);
    stage.rounds(12);
    assert!(messages.into_iter().all(|message| stage.is_answered(message)));
}
