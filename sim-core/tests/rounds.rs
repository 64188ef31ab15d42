//! What a round executes under given limits. Tests named `rNNN_…` are cases of a catalogue of the
//! replica's own scheduler tests; `docs/cases.md` lists them all.

mod kit;

use kit::stage::*;
use kit::*;
use sim_core::id::CanisterId;
use sim_core::record::EntryKind;
use sim_core::runtime::{Entry, Task};
use sim_core::time::SimDuration;
use sim_core::units::{Bytes, Instructions};

fn small(round: u64, message: u64) -> Stage {
    Stage::new(|limits| Stage::plain(limits, 2, round, message, message))
}

fn with_heartbeat(round: u64, message: u64) -> Stage {
    let mut stage = small(round, message);
    stage.exports.heartbeat = true;
    stage
}

/// One instruction for each task and message.
fn single(_: &Task) -> Act {
    Act::silence().using(1)
}

#[test]
fn r005_inner_loop_idle_stop() {
    let mut stage = small(100, 50);
    let canister = stage.canister(consume);
    stage.send(canister, 50);
    let round = stage.round();
    assert_eq!((round.ended(), round.iterations()), (1, 1));
}

#[test]
fn r006_inner_loop_limit_stop() {
    let mut stage = small(100, 50);
    let canister = stage.canister(consume);
    for _ in 0..3 {
        stage.send(canister, 50);
    }
    assert_eq!(stage.round().ended(), 2);
    assert_eq!(stage.round().ended(), 1);
}

/// Calls `peer` as often as it is called.
fn ping_pong(peer: CanisterId) -> impl Fn(&Task) -> Act + Send + Sync + 'static {
    move |_| Act::silence().using(0).and_call(call(peer, "work", 0))
}

#[test]
fn r009_message_overhead_limits_count() {
    let mut stage = Stage::new(|limits| {
        Stage::plain(limits, 2, 7_000_000_000, 5_000_000_000, 5_000_000_000);
        limits.round_overhead_per_message = Instructions::new(2_000_000);
    });
    let (a, b) = (CanisterId::on(HERE, 0), CanisterId::on(HERE, 1));
    assert_eq!(stage.canister(ping_pong(b)), a);
    assert_eq!(stage.canister(ping_pong(a)), b);
    stage.send(a, 0);
    assert_eq!(stage.round().ended(), (7_000 - 5_000) / 2 + 1);
}

#[test]
fn r010_three_iterations() {
    let mut stage = small(200, 50);
    let callee = CanisterId::on(HERE, 1);
    let caller = stage.canister(move |task| match task.entry {
        Entry::Update { .. } => Act::silence().using(50).and_call(call(callee, "work", 0)),
        _ => Act::reply(b"").using(50),
    });
    stage.canister(|_| Act::reply(b"").using(50));
    stage.send(caller, 50);
    let round = stage.round();
    assert_eq!((round.ended(), round.iterations()), (3, 3));
}

#[test]
fn r011_self_call_chain() {
    let mut stage = small(300, 50);
    let myself = CanisterId::on(HERE, 0);
    stage.canister(move |_| Act::silence().using(50).and_call(call(myself, "work", 0)));
    stage.send(myself, 50);
    let round = stage.round();
    assert_eq!((round.ended(), round.iterations()), (6, 6));
}

#[test]
fn r012_round_smaller_than_message() {
    let mut stage = small(4, 5);
    for _ in 0..3 {
        let canister = stage.canister(consume);
        stage.send(canister, 5);
    }
    assert_eq!(stage.round().ended(), 0);
}

#[test]
fn r013_just_enough() {
    let mut stage = small(150, 50);
    for _ in 0..3 {
        let canister = stage.canister(consume);
        stage.send(canister, 50);
    }
    assert_eq!(stage.round().ended(), 3);
}

#[test]
fn r014_canister_overhead() {
    let mut stage = Stage::new(|limits| {
        Stage::plain(limits, 2, 100, 10, 10);
        limits.round_overhead_per_canister = Instructions::new(10);
    });
    for _ in 0..200 {
        let canister = stage.canister(consume);
        stage.send(canister, 10);
    }
    assert_eq!(stage.round().ended(), 10);
}

#[test]
fn r016_partial_canister() {
    let mut stage = small(18, 5);
    let canisters = [stage.canister(consume), stage.canister(consume)];
    for canister in canisters {
        for _ in 0..10 {
            stage.send(canister, 5);
        }
    }
    let round = stage.round();
    assert_eq!(canisters.map(|canister| round.ended_by(canister)), [3, 3]);
}

#[test]
fn r017_subnet_message_share() {
    let mut stage = Stage::new(|limits| {
        Stage::plain(limits, 2, 400, 10, 10);
        limits.install_instructions = Instructions::new(10);
        limits.install_slice_instructions = Instructions::new(10);
    });
    let canister = stage.canister(consume);
    for _ in 0..10 {
        stage.send(canister, 10);
    }
    for number in 0..20 {
        // Modules differ, so that none counts as compiled before.
        let target = stage.canister(consume);
        let module = stage.module(10, move |_| Act::silence().using(number));
        stage.upgrade(target, &module);
    }
    let round = stage.round();
    assert_eq!((round.managed.len(), round.ended()), (3, 10));
}

#[test]
fn r018_heartbeat_once_per_round() {
    let mut stage = with_heartbeat(7_000_000_000, 5_000_000_000);
    let canister = stage.canister(single);
    for _ in 0..3 {
        stage.send(canister, 1);
    }
    assert_eq!(stage.round().ended(), 4);
}

#[test]
fn r019_heartbeat_first() {
    let mut stage = with_heartbeat(1, 1);
    let canister = stage.canister(single);
    for _ in 0..3 {
        stage.send(canister, 1);
    }
    assert_eq!(stage.round().entries(), [EntryKind::Heartbeat]);
}

/// A canister whose timer is due in every round.
fn always_due(task: &Task) -> Act {
    let mut act = single(task);
    if matches!(task.entry, Entry::Init { .. } | Entry::GlobalTimer) {
        act.effects.global_timer = Some(1);
    }
    act
}

#[test]
fn r020_timer_first() {
    let mut stage = small(1, 1);
    stage.exports.init = true;
    stage.exports.global_timer = true;
    let canister = stage.canister(always_due);
    for _ in 0..3 {
        stage.send(canister, 1);
    }
    assert_eq!(stage.round().entries(), [EntryKind::GlobalTimer]);
}

#[test]
fn r022_timer_not_exported() {
    let mut stage = small(100, 1);
    stage.exports.init = true;
    stage.canister(always_due);
    assert_eq!(stage.round().ended(), 0);
}

#[test]
fn r023_heartbeat_stopped() {
    let mut stage = with_heartbeat(100, 1);
    let canister = stage.canister(single);
    stage.manage(canister, "stop_canister", &Named::of(canister));
    stage.round();
    assert_eq!(stage.status(canister), "Stopped");
    assert_eq!(stage.round().ended(), 0);
}

#[test]
fn r024_multiple_heartbeats() {
    let mut stage = Stage::new(|limits| Stage::plain(limits, 5, 1_000, 100, 100));
    stage.exports.heartbeat = true;
    for _ in 0..3 {
        let canister = stage.canister(single);
        for _ in 0..4 {
            stage.send(canister, 1);
        }
    }
    let ended: usize = stage.rounds(2).iter().map(Round::ended).sum();
    assert_eq!(ended, 3 * (4 + 2));
}

#[test]
fn r025_task_alternation() {
    let mut stage = with_heartbeat(100, 1);
    stage.exports.init = true;
    stage.exports.global_timer = true;
    let canister = stage.canister(always_due);
    let mut rounds = Vec::new();
    for _ in 0..4 {
        stage.send(canister, 1);
        rounds.push(stage.round().entries());
    }
    let (timer, heartbeat, message) =
        (EntryKind::GlobalTimer, EntryKind::Heartbeat, EntryKind::Update);
    assert_eq!(
        rounds,
        [
            vec![timer, heartbeat, message],
            vec![heartbeat, timer, message],
            vec![message],
            vec![timer, heartbeat, message],
        ]
    );
}

#[test]
fn a_task_that_got_no_turn_is_not_made_up_for() {
    let mut stage = with_heartbeat(2, 2);
    let canister = stage.canister(|task| Act::silence().using(1 + amount(task)));
    stage.send(canister, 1);
    // One instruction is left after the heartbeat, so the message follows, and the next round is
    // the messages' turn.
    let kinds: Vec<_> = stage.rounds(2).iter().map(Round::entries).collect();
    assert_eq!(kinds, [vec![EntryKind::Heartbeat], vec![EntryKind::Update]]);
}

#[test]
fn r029_cores_run_in_parallel() {
    let mut stage = small(150, 100);
    for _ in 0..2 {
        let canister = stage.canister(consume);
        stage.send(canister, 100);
    }
    let round = stage.round();
    let instructions: u64 = round.steps.iter().map(|step| step.instructions).sum();
    assert_eq!((round.iterations(), instructions), (1, 200));
}

#[test]
fn r033_round_limit_never_exceeded() {
    for round in [30, 45, 60, 200] {
        let mut stage = small(round, 30);
        for i in 0..7u64 {
            let canister = stage.canister(consume);
            for j in 0..5u64 {
                stage.send(canister, (i * 13 + j * 7) % 31);
            }
        }
        let steps = stage.round().steps;
        for thread in 0..2 {
            let on_thread = steps.iter().filter(|step| step.thread == thread);
            assert!(on_thread.map(|step| step.instructions).sum::<u64>() <= round);
        }
    }
}

#[test]
fn r049_charging_interval() {
    let mut stage = small(7_000_000_000, 5_000_000_000);
    let canister = stage.canister(consume);
    let balance = |stage: &Stage| stage.sandbox.canister(canister).expect("exists").balance;
    let before = balance(&stage);
    stage.sandbox.advance(SimDuration::from_secs(5));
    stage.round();
    assert_eq!(balance(&stage), before);
    stage.sandbox.advance(SimDuration::from_secs(5));
    stage.round();
    let view = stage.sandbox.canister(canister).expect("exists");
    let memory = view.execution_memory + view.history_memory;
    let fees = stage.sandbox.fees(HERE).expect("exists");
    assert_eq!(before.get() - balance(&stage).get(), {
        fees.idle_storage(memory, SimDuration::from_secs(10)).get()
    });
}

#[test]
fn r052_uninstall_on_zero_balance() {
    let mut stage = Stage::with(1, "2024-06", |profile| {
        profile.fees.storage_gib_second = sim_core::units::Cycles::new(1 << 70);
        profile.limits.freezing_threshold_seconds = 0;
    });
    let canister = stage.canister(consume);
    stage.sandbox.advance(SimDuration::from_secs(10));
    stage.round();
    let view = stage.sandbox.canister(canister).expect("exists");
    assert_eq!((view.module_hash, view.balance.get()), (None, 0));
}

#[test]
fn r053_stop_when_ready() {
    let mut stage = small(100, 1);
    let canister = stage.canister(single);
    let calls = [0; 2].map(|_| stage.manage(canister, "stop_canister", &Named::of(canister)));
    stage.round();
    assert_eq!(stage.status(canister), "Stopped");
    assert!(calls.into_iter().all(|call| stage.is_answered(call)));
}

#[test]
fn a_round_that_changes_too_much_memory_has_no_further_iteration() {
    let mut stage = Stage::new(|limits| {
        limits.heap_delta_per_iteration = Bytes::new(4_096 * 10);
    });
    let peer = CanisterId::on(HERE, 1);
    let caller = stage.canister(move |_| {
        let mut act = Act::silence().and_call(call(peer, "work", 0));
        act.effects.dirty_pages = 10;
        act
    });
    stage.canister(|_| Act::reply(b""));
    stage.send(caller, 0);
    assert_eq!(stage.round().ended(), 1);
    // The call goes through the loopback stream.
    assert_eq!(stage.round().ended_by(peer), 1);
}

#[test]
fn a_canister_that_changes_too_much_memory_sits_out_rounds() {
    let mut stage = Stage::new(|limits| limits.heap_delta_rate = Bytes::new(4_096 * 10));
    let canister = stage.canister(|_| {
        let mut act = Act::reply(b"");
        act.effects.dirty_pages = 35;
        act
    });
    stage.send(canister, 0);
    stage.round();
    stage.send(canister, 0);
    let ended: Vec<_> = stage.rounds(4).iter().map(Round::ended).collect();
    assert_eq!(ended, [0, 0, 1, 0]);
}

#[test]
fn a_subnet_that_changed_too_much_memory_executes_nothing_until_a_checkpoint() {
    let mut stage = Stage::new(|limits| {
        limits.heap_delta_capacity = Bytes::new(4_096 * 10);
        limits.heap_delta_initial = Bytes::new(4_096 * 10);
        limits.heap_delta_rate = Bytes::new(u64::MAX);
        limits.checkpoint_interval = 4;
    });
    let canister = stage.canister(|_| {
        let mut act = Act::reply(b"");
        act.effects.dirty_pages = 10;
        act
    });
    stage.send(canister, 0);
    assert_eq!(stage.round().ended(), 1);
    stage.send(canister, 0);
    let ended: Vec<_> = stage.rounds(5).iter().map(Round::ended).collect();
    assert_eq!(ended, [0, 0, 0, 1, 0]);
}
