//! What things cost, and that cycles are conserved whatever happens.

mod kit;

use kit::*;
use proptest::prelude::*;
use sim_core::choice::Choice;
use sim_core::fees::{Charge, FeeSchedule};
use sim_core::id::CanisterId;
use sim_core::ledger::UseCase;
use sim_core::profile::Profile;
use sim_core::record::{Event, Outcome};
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Entry, OutgoingCall, Payload};
use sim_core::time::SimDuration;
use sim_core::units::{Bytes, Cycles, Instructions};
use sim_core::world::{SetupError, World};

fn burned(history: &sim_core::history::History, id: CanisterId, use_case: UseCase) -> Cycles {
    canister(history, id).burned[use_case as usize]
}

#[test]
fn a_message_costs_ingress_and_execution_to_the_digit() {
    let mut world = Builder::new();
    let id = world.canister(RIGHT, 100 * T, |_| Act::reply(b"").using(12_345));
    world.send_at(id, "go", &[1_000]);
    let history = world.run();
    // Method name and an 8-byte nonce; 34 nodes against 13.
    let (base, byte) = (1_200_000 * 34 / 13, 2_000 * 34 / 13);
    assert_eq!(burned(&history, id, UseCase::Ingress).get(), base + 10 * byte);
    let fees = FeeSchedule::new(&Profile::default(), 34);
    let limit = Instructions::new(40_000_000_000);
    let update = fees
        .execution(limit)
        .saturating_sub(fees.execution_refund(Instructions::new(40_000_000_000 - 12_345)));
    let install = fees
        .execution(Instructions::new(300_000_000_000))
        .saturating_sub(fees.execution_refund(Instructions::new(300_000_000_000 - 6_000)));
    assert_eq!(burned(&history, id, UseCase::Execution), update + install);
    assert_eq!(burned(&history, id, UseCase::Creation), fees.canister_creation());
}

#[test]
fn a_call_costs_request_response_and_callback() {
    let mut world = Builder::new();
    let callee = world.canister(LEFT, 100 * T, |_| Act::reply(&[0; 100]));
    let caller = world.canister(LEFT, 100 * T, move |task| match task.entry {
        Entry::Update { .. } => Act::silence().and_call(call(callee, "work", 0)),
        _ => Act::reply(b""),
    });
    world.send_at(caller, "go", &[1_000]);
    let history = world.run();
    let transmission = 260_000 + 1_000 * 4 + 1_000 * 100;
    assert_eq!(burned(&history, caller, UseCase::Transmission).get(), transmission);
    assert_eq!(burned(&history, callee, UseCase::Transmission), Cycles::ZERO);
    assert_eq!(canister(&history, caller).held, Cycles::ZERO);
}

#[test]
fn memory_is_charged_at_intervals() {
    let mut world = Builder::new();
    world.spec.profile = Profile::named("2024-06").expect("is built in");
    world.spec.duration = SimDuration::from_secs(35);
    let id = world.canister_with_heap(LEFT, 100 * T, Bytes::new(1 << 30), |_| Act::reply(b""));
    let history = world.run();
    let charges: Vec<_> = records(&history)
        .filter_map(|record| match record.event {
            Event::Charged { canister, charge: Charge::Storage { .. }, entry }
                if canister == id =>
            {
                Some((record.time, entry.cycles))
            }
            _ => None,
        })
        .collect();
    assert_eq!(charges.len(), 3);
    // A GiB and the module, ten whole seconds at a time.
    assert!(
        charges
            .iter()
            .all(|(_, amount)| (1_270_000..1_280_000 * 11 / 10).contains(&(amount.get())))
    );
}

#[test]
fn a_canister_that_cannot_pay_for_its_memory_loses_code_and_state_and_answers_its_calls() {
    let mut world = Builder::new();
    // Installing needs 300 B cycles in advance; afterwards an endless wait drains the balance.
    world.spec.profile.fees.storage_gib_second = Cycles::new(100_000_000_000);
    world.spec.profile.limits.freezing_threshold_seconds = 0;
    world.spec.duration = SimDuration::from_secs(60);
    let poor = world.canister_with_heap(LEFT, 2 * T, Bytes::new(1 << 30), |_| Act::reply(b""));
    world.send_at(poor, "go", &[1_000, 50_000]);
    let history = world.run();
    let summary = canister(&history, poor);
    assert_eq!(
        (summary.module_hash, summary.memory, summary.balance),
        (None, Bytes::ZERO, Cycles::ZERO)
    );
    assert!(summary.burned[UseCase::Uninstall as usize] > Cycles::ZERO);
    assert_eq!(
        completed(&history),
        [Outcome::Reply(Bytes::ZERO), Outcome::Reject(ErrorCode::CanisterOutOfCycles)]
    );
}

/// Thirty days of a GiB cost about 849 B cycles: the freezing threshold.
const GIB: Bytes = Bytes::new(1 << 30);

#[test]
fn a_frozen_canister_takes_no_messages() {
    let mut world = Builder::new();
    // Half a trillion goes for creation; too little is left to put 40 B aside for a message.
    let frozen = world.canister_with_heap(LEFT, 1_370_000_000_000, GIB, |_| Act::reply(b""));
    world.send_at(frozen, "go", &[1_000]);
    let history = world.run();
    assert_eq!(completed(&history), [Outcome::Reject(ErrorCode::CanisterOutOfCycles)]);
    assert_eq!(
        canister(&history, frozen).instructions,
        Instructions::new(6_000),
        "only its install"
    );
}

#[test]
fn a_canister_that_would_be_born_frozen_is_not_installed() {
    let mut world = Builder::new();
    world.canister_with_heap(LEFT, 1_340_000_000_000, GIB, |_| Act::reply(b""));
    assert!(matches!(World::new(world.spec), Err(SetupError::InstallFailed { .. })));
}

#[test]
fn cycles_below_the_creation_fee_create_nothing() {
    let mut world = Builder::new();
    world.canister(RIGHT, T, |_| Act::reply(b""));
    let Err(SetupError::CyclesBelowCreationFee { given, fee, .. }) = World::new(world.spec) else {
        panic!("must be refused");
    };
    assert_eq!((given.get(), fee.get()), (T, 1_307_692_307_692));
}

/// What a canister of the random world does, drawn from the numbers of its call.
fn whim(task: &sim_core::runtime::Task, peers: &[CanisterId], salt: u64) -> Act {
    let view = &task.surroundings;
    let state = view.time ^ salt.rotate_left(7) ^ view.balance.get() as u64;
    let mix = state.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let peer = peers[(mix as usize / 7) % peers.len()];
    let act = match mix % 7 {
        0 => Act::trap(),
        1 => Act::reject("no"),
        2 => Act::silence(),
        3 => Act::reply(b"yes").using(mix * 100_000),
        4 => Act::silence().and_call(call(peer, "work", u128::from(mix) * 1_000)),
        5 => Act::reply(b"later")
            .and_call(call(peer, "ask", 5_000_000))
            .and_call(OutgoingCall { timeout: Some(2), ..call(peer, "go", 11_000_000) })
            .and_call(call(peer, "gone", 7)),
        _ => Act::silence().and_call(call(peer, "go", 1_000_000_000)).using(3_000_000_000),
    };
    match &task.entry {
        Entry::Start | Entry::Init { .. } => Act::silence(),
        Entry::ReplicatedQuery { .. } => Act::reply(b"q"),
        Entry::Cleanup { .. } => Act::silence(),
        _ if view.responded => Act::silence(),
        _ => act.and_accept(u128::from(mix) * 500),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The books are checked at the end of every round (debug builds) and of the run.
    #[test]
    fn random_worlds_conserve_cycles(
        seed: u64,
        poverty in 1u128..60,
        dear_memory: bool,
        era in 0usize..3,
    ) {
        let mut world = Builder::new();
        world.spec.profile = Profile::named(Profile::NAMES[era]).expect("is built in");
        world.spec.profile.limits.subnet_memory = Bytes::new(1 << 20);
        world.spec.profile.limits.storage_reservation_threshold = Bytes::new(1 << 12);
        world.spec.seed = seed;
        world.spec.duration = SimDuration::from_secs(60);
        if dear_memory {
            world.spec.profile.fees.storage_gib_second = Cycles::new(400_000_000_000_000);
            world.spec.profile.limits.freezing_threshold_seconds = 1;
        }
        let peers: Vec<_> = (0..6)
            .map(|i| CanisterId::on([LEFT, RIGHT][i % 2], (i / 2) as u32))
            .collect();
        for i in 0..6 {
            let (peers, salt) = (peers.clone(), seed.rotate_left(i) ^ u64::from(i));
            let cycles = 2 * T + poverty * T / 10;
            let behaviour = move |task: &_| whim(task, &peers, salt);
            let id = world.canister([LEFT, RIGHT][i as usize % 2], cycles, behaviour);
            world.send_every(id, "go", SimDuration::from_millis(700));
        }
        let history = world.run();
        prop_assert!(executed(&history).len() > 50);
    }
}

#[test]
fn a_method_that_does_not_exist_costs_as_much_as_one_that_does_nothing() {
    let cost = |method| {
        let mut world = Builder::new();
        world.spec.profile = Profile::named("2024-06").expect("is built in");
        let id = world.canister(RIGHT, 100 * T, |_| Act::reply(b"").using(0));
        world.send_at(id, method, &[1_000]);
        burned(&world.run(), id, UseCase::Execution)
    };
    assert_eq!(cost("go"), cost("gone"));
}

#[test]
fn what_a_canister_mints_is_in_its_account() {
    let mut world = Builder::new();
    let id = world.canister(LEFT, 100 * T, |_| {
        let mut act = Act::reply(b"");
        act.effects.cycles_minted = Cycles::new(900 * T);
        act.effects.cycles_burned = Cycles::new(500 * T);
        act
    });
    world.send_at(id, "go", &[1_000]);
    // What a run leaves is compared with the books at its end.
    assert_eq!(burned(&world.run(), id, UseCase::Burned), Cycles::new(500 * T));
}

#[test]
fn what_init_burns_is_booked() {
    let mut world = Builder::new();
    world.exports.init = true;
    let id = world.canister(LEFT, 100 * T, |task| {
        let mut act = Act::silence();
        if matches!(task.entry, Entry::Init { .. }) {
            act.effects.cycles_burned = Cycles::new(T);
        }
        act
    });
    assert_eq!(burned(&world.run(), id, UseCase::Burned), Cycles::new(T));
}

#[test]
fn expired_messages_take_no_room_in_blocks() {
    let mut world = Builder::new();
    world.spec.profile.limits.ingress_messages_per_block = 10;
    world.spec.profile.limits.ingress_time_to_live = SimDuration::from_secs(5);
    world.spec.duration = SimDuration::from_secs(60);
    let id = world.canister(LEFT, 100 * T, |_| Act::reply(b""));
    world.send_every(id, "go", SimDuration::from_millis(20));
    let replies = completed(&world.run())
        .into_iter()
        .filter(|outcome| matches!(outcome, Outcome::Reply(_)))
        .count();
    // About 90 rounds with ten messages each.
    assert!(replies > 700, "{replies}");
}

#[test]
fn rounds_too_short_to_simulate_are_refused() {
    let mut world = Builder::new();
    world.spec.profile.timing.block_interval = SimDuration::ZERO;
    assert!(matches!(World::new(world.spec), Err(SetupError::ShortBlockInterval { .. })));
}

#[test]
fn a_message_no_subnet_takes_is_refused() {
    let mut world = Builder::new();
    let id = world.canister(LEFT, 100 * T, |_| Act::reply(b""));
    world.send_at(id, "go", &[1_000]);
    let arg: Payload = vec![0; 5 << 20].into();
    world.spec.workloads[0].args = Choice::one(arg);
    assert!(matches!(World::new(world.spec), Err(SetupError::IngressTooLarge { .. })));
}
