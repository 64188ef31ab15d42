//! The freestanding programs in C.

use crate::kit::{House, Mode, Options};

#[test]
fn the_counter_counts_and_an_upgrade_keeps_the_count() {
    for file in ["c/counter.wasm", "c/counter64.wasm"] {
        let (mut house, counter) = House::with(file, "()");
        for expected in 1..=3u64 {
            assert_eq!(house.update::<(u64,)>(counter, "inc", "()"), (expected,), "{file}");
        }
        assert_eq!(house.query::<(u64,)>(counter, "get", "()"), (3,), "{file}");
        let upgrade = Mode::upgrade(Some(Options::default()));
        house.install(counter, upgrade, file, "()").expect("can be upgraded");
        assert_eq!(house.query::<(u64,)>(counter, "get", "()"), (3,), "{file}");
    }
}

#[test]
fn a_forwarded_call_comes_back_with_the_reply() {
    let (mut house, wide) = House::with("c/counter64.wasm", "()");
    let narrow = house.add("c/counter.wasm", "()");
    for (from, to) in [(wide, narrow), (narrow, wide), (wide, wide)] {
        let before = house.query::<(u64,)>(to, "get", "()").0;
        let reply = house.raw(from, "forward", to.principal().as_slice().to_vec());
        let count = candid::decode_one::<u64>(&reply.expect("is answered"));
        assert_eq!(count.expect("is a number"), before + 1);
    }
}

#[test]
fn a_forwarded_call_to_nobody_is_rejected() {
    let (mut house, counter) = House::with("c/counter.wasm", "()");
    let nobody = candid::Principal::from_slice(&[0, 0, 0, 0, 0, 0, 0, 99, 1, 1]);
    let reject = house.raw(counter, "forward", nobody.as_slice().to_vec()).expect_err("fails");
    assert!(reject.message.contains("rejected"), "{}", reject.message);
}
