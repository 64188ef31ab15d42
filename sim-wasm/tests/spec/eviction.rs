//! A canister that was put aside and brought back is the same: whichever of them the runtime keeps
//! live, messages have the same results, counts and effects on all memories.

use crate::kit::{scenario_canister, surroundings, update, usual, wat};
use proptest::prelude::*;
use sim_core::runtime::{
    Entry, Finished, Instance, InstructionLimits, Program, Runtime, Step, Task,
};
use sim_core::units::Instructions;
use sim_wasm::{Options, WasmiRuntime};
use std::sync::Arc;

/// Writes, grows, traps, and changes its table; each method takes its numbers from the argument.
const KEEPER: &str = r#"
(module
  (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "stable64_grow" (func $stable_grow (param i64) (result i64)))
  (import "ic0" "stable64_size" (func $stable_size (result i64)))
  (import "ic0" "stable64_write" (func $stable_write (param i64 i64 i64)))
  (memory 2 20)
  (data (i32.const 70000) "initial content, some of which is overwritten later")
  (global $count (mut i64) (i64.const 5)) (global $float (mut f64) (f64.const 0.5))
  (func $arg (param i32) (result i32)
    (call $copy (i32.const 0) (local.get 0) (i32.const 1)) (i32.load8_u (i32.const 0)))
  (func $answer
    (global.set $count (i64.add (global.get $count) (i64.const 1)))
    (global.set $float (f64.mul (global.get $float) (f64.const 1.25)))
    (i64.store (i32.const 8) (global.get $count))
    (i32.store (i32.const 16) (memory.size))
    (call $append (i32.const 0) (i32.const 64)) (call $reply))
  (func (export "canister_update write") (local $at i32)
    (local.set $at (i32.add (i32.const 60000) (i32.mul (call $arg (i32.const 0)) (i32.const 251))))
    (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (call $arg (i32.const 1))))
    (call $answer))
  (func (export "canister_update grow")
    (i32.store (i32.const 32) (memory.grow (i32.rem_u (call $arg (i32.const 0)) (i32.const 4))))
    (i32.store (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 4)) (i32.const 9))
    (call $answer)
    (br_if 0 (i32.and (call $arg (i32.const 1)) (i32.const 1)))
    (unreachable))
  (func (export "canister_update stable")
    (drop (call $stable_grow (i64.extend_i32_u (i32.rem_u (call $arg (i32.const 0)) (i32.const 3)))))
    (if (i64.ne (call $stable_size) (i64.const 0)) (then
      (call $stable_write (i64.extend_i32_u (i32.mul (call $arg (i32.const 1)) (i32.const 199)))
        (i64.const 69990) (i64.const 60))))
    (call $answer))
  (func (export "canister_update work") (local $left i32)
    (local.set $left (i32.mul (call $arg (i32.const 0)) (i32.const 100)))
    (loop $next
      (i32.store (i32.add (i32.const 80000) (local.get $left)) (local.get $left))
      (br_if $next (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 7)))
        (i32.const 0))))
    (call $answer)))"#;

/// Its table starts afresh with every message.
const TABLE: &str = r#"
(module
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (memory 1) (table $t 2 funcref) (elem (i32.const 0) func $one $two)
  (type $number (func (result i32)))
  (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2))
  (func (export "canister_update swap") 
    (i32.store (i32.const 4096) (i32.add (i32.mul (i32.load (i32.const 4096)) (i32.const 3))
      (call_indirect (type $number) (i32.const 0))))
    (table.set $t (i32.const 0) (table.get $t (i32.const 1)))
    (i32.store8 (i32.const 0) (call_indirect (type $number) (i32.const 0)))
    (call $append (i32.const 0) (i32.const 1)) (call $append (i32.const 4096) (i32.const 4))
    (call $reply)))"#;

const IC_CDK: &[u8] = include_bytes!("../data/ic-cdk-counter.wasm");
/// Candid: no arguments.
const NOTHING: &[u8] = b"DIDL\0\0";
/// Candid: the natural number 5.
const FIVE: &[u8] = b"DIDL\0\x01\x7d\x05";
/// Some messages need several of these.
const SLICE: u64 = 3_000;
const LIMIT: u64 = 1_000_000;

/// What is done to one of the canisters.
#[derive(Clone, Debug)]
enum Deed {
    /// A message begins; whatever was under way is thrown away.
    Start(u8, [u8; 2]),
    /// The paused message goes on.
    Resume,
    Abort,
    Commit,
    Rollback,
    /// A fork of it takes its place.
    Fork,
}

fn deed() -> impl Strategy<Value = (usize, Deed)> {
    let deed = prop_oneof![
        12 => (any::<u8>(), any::<[u8; 2]>()).prop_map(|(method, arg)| Deed::Start(method, arg)),
        6 => Just(Deed::Resume),
        1 => Just(Deed::Abort),
        9 => Just(Deed::Commit),
        2 => Just(Deed::Rollback),
        1 => Just(Deed::Fork),
    ];
    (0usize..6, deed)
}

/// Six canisters on one runtime.
struct House {
    programs: Vec<Arc<dyn Program>>,
    canisters: Vec<Box<dyn Instance>>,
}

/// What a deed showed.
type Shown = Option<Result<(String, u64, u64), u64>>;

fn entry(canister: usize, method: u8, arg: [u8; 2]) -> Entry {
    let (method, arg): (&str, &[u8]) = match (canister, method % 4) {
        (0..3, 0) => ("write", &arg),
        (0..3, 1) => ("grow", &arg),
        (0..3, 2) => ("stable", &arg),
        (0..3, _) => ("work", &arg),
        (3, _) => ("swap", b""),
        (4, 0) => ("boom", NOTHING),
        (4, _) => ("inc", NOTHING),
        (_, 0) => ("fail", NOTHING),
        (_, _) => ("ping", FIVE),
    };
    update(method, arg)
}

impl House {
    fn new(live_instances: usize) -> House {
        let options = Options { live_instances, ..Options::default() };
        let runtime = WasmiRuntime::with_options(&usual(), options);
        let runtime = runtime.expect("the interpreter is sound");
        let (keeper, table) = (wat(KEEPER), wat(TABLE));
        let motoko = scenario_canister("PingPong.wasm");
        let modules: [&[u8]; 6] = [&keeper, &keeper, &keeper, &table, IC_CDK, &motoko];
        let compile = |module: &&[u8]| runtime.compile(module).expect("is accepted");
        let programs: Vec<_> = modules.iter().map(compile).collect();
        let instance = |program: &Arc<dyn Program>| program.instantiate().expect("can be");
        let canisters = programs.iter().map(instance).collect();
        let mut house = House { programs, canisters };
        for canister in [4, 5] {
            let init = Entry::Init { arg: NOTHING.into() };
            while matches!(house.start(canister, init.clone(), 1 << 40), Step::Paused { .. }) {}
            house.canisters[canister].commit();
        }
        house
    }

    fn start(&mut self, canister: usize, entry: Entry, slice: u64) -> Step {
        let limits = InstructionLimits {
            message: Instructions::new(slice.max(LIMIT)),
            slice: Instructions::new(slice),
        };
        let surroundings = surroundings(&usual());
        self.canisters[canister].start(Task { entry, surroundings, limits })
    }

    fn show(step: Step) -> Shown {
        Some(match step {
            Step::Paused { instructions } => Err(instructions.get()),
            Step::Finished(finished) => {
                let Finished { instructions, slice_instructions, outcome, log } = *finished;
                let text = format!("{outcome:?} {log:?}");
                Ok((text, instructions.get(), slice_instructions.get()))
            }
        })
    }

    fn act(&mut self, canister: usize, deed: &Deed) -> Shown {
        let instance = &mut self.canisters[canister];
        match deed {
            Deed::Start(method, arg) => {
                let slice = if *method < 128 { SLICE } else { LIMIT };
                return Self::show(self.start(canister, entry(canister, *method, *arg), slice));
            }
            Deed::Resume => return Self::show(instance.resume()),
            Deed::Abort => instance.abort(),
            Deed::Commit => instance.commit(),
            Deed::Rollback => instance.rollback(),
            Deed::Fork => {
                let fork = self.programs[canister].restore(&instance.image());
                *instance = fork.expect("is of the same program");
            }
        }
        None
    }
}

impl House {
    /// Runs a message, which has to succeed, and commits it.
    fn run(&mut self, canister: usize, method: u8, arg: [u8; 2]) {
        let mut step = self.start(canister, entry(canister, method, arg), SLICE);
        let finished = loop {
            match step {
                Step::Paused { .. } => step = self.canisters[canister].resume(),
                Step::Finished(finished) => break finished,
            }
        };
        finished.outcome.expect("succeeds");
        self.canisters[canister].commit();
    }
}

/// All that a canister keeps.
fn state(instance: &dyn Instance) -> (Option<Vec<u8>>, Option<Vec<u8>>, Vec<String>) {
    let memory = instance.memory();
    let heap = instance.read_heap(0, memory.heap.get());
    (heap, instance.read_stable(0, memory.stable.get()), instance.globals())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn how_many_canisters_are_live_is_never_visible(
        deeds in prop::collection::vec(deed(), 1..120)
    ) {
        let (mut few, mut many) = (House::new(1), House::new(1_000));
        for (number, (canister, deed)) in deeds.iter().enumerate() {
            let shown = (few.act(*canister, deed), many.act(*canister, deed));
            prop_assert_eq!(shown.0, shown.1, "deed {}: {:?}", number, deed);
            let memory = |house: &House| house.canisters[*canister].memory();
            prop_assert_eq!(memory(&few), memory(&many));
        }
        for (few, many) in few.canisters.iter().zip(&many.canisters) {
            prop_assert!(state(&**few) == state(&**many));
        }
    }
}

#[test]
fn a_fork_goes_its_own_way() {
    let mut house = House::new(10);
    house.run(0, 0, [1, 2]);
    house.run(0, 2, [2, 9]);
    let image = house.canisters[0].image();
    let before = state(&*house.canisters[0]);
    house.run(0, 2, [2, 9]);
    let after = state(&*house.canisters[0]);
    for _ in 0..2 {
        house.canisters[1] = house.programs[1].restore(&image).expect("is of the same program");
        assert!(state(&*house.canisters[1]) == before);
        house.run(1, 2, [2, 9]);
        assert!(state(&*house.canisters[1]) == after);
    }
    assert!(house.programs[3].restore(&image).is_err());
}

#[test]
fn an_image_is_without_the_message_under_way() {
    let mut house = House::new(10);
    house.run(0, 0, [1, 2]);
    let before = state(&*house.canisters[0]);
    let paused = house.act(0, &Deed::Start(3, [250, 0]));
    assert!(matches!(paused, Some(Err(_))));
    let image = house.canisters[0].image();
    let fork = house.programs[0].restore(&image).expect("is of the same program");
    assert!(state(&*fork) == before);
    assert!(state(&*house.canisters[0]) != before);
}
