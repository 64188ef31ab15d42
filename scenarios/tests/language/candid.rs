//! Where a canister's interface is declared: in its module, or in a `.did` file.

use crate::support::{load, refused, with};

#[test]
fn a_module_declares_its_interface_and_a_file_may_say_otherwise() {
    let of_module = load(&with(&[])).expect("a valid scenario");
    let changed = with(&[("wasm = \"echo.wat\"", "wasm = \"echo.wat\"\ncandid = \"echo.did\"")]);
    let of_file = load(&changed).expect("a valid scenario");
    assert_ne!(of_module.interfaces(), of_file.interfaces());
    let declared = of_file.canisters[1].candid.as_ref().expect("a declaration");
    assert!(declared.text.contains("echo"), "{}", declared.text);
    assert!(of_file.inputs().any(|input| input == "echo.did"));
}

#[test]
fn a_file_that_is_not_there_or_declares_nothing_is_refused() {
    let missing =
        refused(&with(&[("wasm = \"echo.wat\"", "wasm = \"echo.wat\"\ncandid = \"no.did\"")]));
    assert!(
        missing.contains("`no.did` cannot be read") && missing.contains("relative"),
        "{missing}"
    );
    let other =
        refused(&with(&[("wasm = \"echo.wat\"", "wasm = \"echo.wat\"\ncandid = \"echo.wat\"")]));
    assert!(other.contains("`echo.wat` declares no service"), "{other}");
}
