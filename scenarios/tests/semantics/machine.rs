//! A canister that does what each message tells it: the module in text form.
//!
//! A message's payload is a program for a stack of 64-bit numbers (see `program.rs` for how programs
//! are written). The module imports every System API function of its era, each an instruction of its own,
//! and has some instructions more: to remember bytes between messages, to branch, to work for a while.
//! Payloads are copied to fresh memory, so a program may name another one inside itself as a callback.

use std::fmt::Write as _;

/// The System API of June 2024: parameters and results, `i` for 32 and `I` for 64 bits.
const API_2024: &str = "
    accept_message() call_cycles_add(I) call_cycles_add128(II) call_data_append(ii)
    call_new(iiiiiiii) call_on_cleanup(ii) call_perform()i canister_cycle_balance()I
    canister_cycle_balance128(i) canister_self_copy(iii) canister_self_size()i canister_status()i
    canister_version()I certified_data_set(ii) cycles_burn128(IIi) data_certificate_copy(iii)
    data_certificate_present()i data_certificate_size()i debug_print(ii) global_timer_set(I)I
    in_replicated_execution()i is_controller(ii)i msg_arg_data_copy(iii) msg_arg_data_size()i
    msg_caller_copy(iii) msg_caller_size()i msg_cycles_accept(I)I msg_cycles_accept128(IIi)
    msg_cycles_available()I msg_cycles_available128(i) msg_cycles_refunded()I
    msg_cycles_refunded128(i) msg_method_name_copy(iii) msg_method_name_size()i msg_reject(ii)
    msg_reject_code()i msg_reject_msg_copy(iii) msg_reject_msg_size()i msg_reply()
    msg_reply_data_append(ii) performance_counter(i)I stable64_grow(I)I stable64_read(III)
    stable64_size()I stable64_write(III) stable_grow(i)i stable_read(iii) stable_size()i
    stable_write(iii) time()I trap(ii)";
/// What was added until August 2026.
const API_2026: &str = "
    call_with_best_effort_response(i) canister_liquid_cycle_balance128(i) msg_deadline()I";

/// Instructions of our own: what they pop, and their code, with `$p` the pointer into the program.
/// `@n` is the n-th number popped, as 32 bits, `@@n` all of it.
const OWN: [(&str, u32, &str); 25] = [
    ("drop", 1, ""),
    (
        "dup",
        1,
        "(local.set $wide @@0) (call $push (local.get $wide)) (call $push (local.get $wide))",
    ),
    ("swap", 2, "(local.set $wide @@0) (call $push @@1) (call $push (local.get $wide))"),
    ("add", 2, "(call $push (i64.add @@0 @@1))"),
    ("sub", 2, "(call $push (i64.sub @@0 @@1))"),
    ("div", 2, "(call $push (i64.div_u @@0 @@1))"),
    ("not", 1, "(call $push (i64.extend_i32_u (i64.eqz @@0)))"),
    ("if", 2, "(if (i32.wrap_i64 @@0) (then (call $run @1)))"),
    (
        "times",
        2,
        "(local.set $count @0) (local.set $body @1)
         (block (loop
           (br_if 1 (i32.eqz (local.get $count)))
           (local.set $count (i32.sub (local.get $count) (i32.const 1)))
           (call $run (local.get $body))
           (br 0)))",
    ),
    // About ten instructions each time.
    (
        "work",
        1,
        "(local.set $wide @@0)
         (loop (br_if 0 (i64.ne (i64.const 0)
           (local.tee $wide (i64.sub (local.get $wide) (i64.const 1))))))",
    ),
    ("set", 2, "(global.set $kept @0) (global.set $kept_len @1)"),
    ("get", 0, "(call $push2 (global.get $kept) (global.get $kept_len))"),
    (
        "int",
        1,
        "(i64.store (call $alloc (i32.const 8)) @@0)
         (call $push2 (i32.sub (global.get $free) (i32.const 8)) (i32.const 8))",
    ),
    ("bytes", 1, "(call $push2 (call $alloc @0) @0)"),
    ("load", 1, "(call $push (i64.load @0))"),
    ("store", 2, "(i64.store @0 @@1)"),
    ("grow", 1, "(call $push (i64.extend_i32_s (memory.grow @0)))"),
    ("pages", 0, "(call $push (i64.extend_i32_u (memory.size)))"),
    ("fail", 0, "(unreachable)"),
    ("arg", 0, "(call $take0)"),
    ("caller", 0, "(call $take1)"),
    ("self", 0, "(call $take2)"),
    ("reason", 0, "(call $take3)"),
    ("name", 0, "(call $take4)"),
    ("hook", 1, "(global.set $hook @0)"),
];
/// What `arg`, `caller` and their like copy.
const TAKEN: [&str; 5] =
    ["msg_arg_data", "msg_caller", "canister_self", "msg_reject_msg", "msg_method_name"];

/// Instructions that push what follows them in the program: a number, bytes, another program.
pub(crate) const NUMBER: u8 = 0;
pub(crate) const BYTES: u8 = 1;
pub(crate) const PROGRAM: u8 = 2;
const FIRST: u8 = 3;

/// A function of the System API.
struct Function {
    name: &'static str,
    parameters: &'static str,
    result: &'static str,
}

fn api(with_newer: bool) -> impl Iterator<Item = Function> {
    let newer = if with_newer { API_2026 } else { "" };
    API_2024.split_whitespace().chain(newer.split_whitespace()).map(|text| {
        let (name, rest) = text.split_once('(').expect("a function has parameters");
        let (parameters, result) = rest.split_once(')').expect("parameters end");
        Function { name, parameters, result }
    })
}

/// The number of an instruction.
pub(crate) fn opcode(name: &str) -> Option<u8> {
    let own = OWN.iter().map(|(name, ..)| *name);
    let found =
        own.chain(api(true).map(|function| function.name)).position(|known| known == name)?;
    Some(u8::try_from(found).expect("there are few instructions") + FIRST)
}

/// The module; `newer` with the functions added since June 2024. `hooks` are entry points beside those for
/// messages, installs and upgrades: each runs the program kept by `hook`.
pub(crate) fn module(newer: bool, hooks: &[&str]) -> String {
    let mut text = String::from("(module\n");
    for function in api(newer) {
        let width = |letter: char| if letter == 'i' { "i32" } else { "i64" };
        let parameters: Vec<&str> = function.parameters.chars().map(width).collect();
        let results: Vec<&str> = function.result.chars().map(width).collect();
        let name = function.name;
        let (parameters, results) = (parameters.join(" "), results.join(" "));
        writeln!(
            text,
            "(import \"ic0\" \"{name}\" (func ${name} (param {parameters}) (result {results})))"
        )
        .expect("text can be written to");
    }
    text.push_str(include_str!("machine.wat"));
    for (number, stem) in TAKEN.iter().enumerate() {
        writeln!(
            text,
            "(func $take{number} (local $size i32) (local $to i32)
               (local.set $size (call ${stem}_size))
               (local.set $to (call $alloc (local.get $size)))
               (call ${stem}_copy (local.get $to) (i32.const 0) (local.get $size))
               (call $push2 (local.get $to) (local.get $size)))"
        )
        .expect("text can be written to");
    }
    text.push_str(&interpreter(newer));
    for hook in hooks {
        let run = "(call $begin) (if (global.get $hook) (then (call $run (global.get $hook))))";
        writeln!(text, "(func (export \"canister_{hook}\") {run})")
            .expect("text can be written to");
    }
    text + ")"
}

fn interpreter(newer: bool) -> String {
    let mut cases = String::new();
    let mut case = |number: usize, pops: u32, body: &str| {
        let number = number + usize::from(FIRST);
        let pop = if pops > 0 { format!("(call $pop (i32.const {pops}))") } else { String::new() };
        writeln!(
            cases,
            "(if (i32.eq (local.get $op) (i32.const {number})) (then {pop} {body} (br $next)))"
        )
        .expect("text can be written to");
    };
    for (number, (_, pops, body)) in OWN.iter().enumerate() {
        case(number, *pops, &operands(body));
    }
    for (number, function) in api(newer).enumerate() {
        let arguments = function.parameters.chars().enumerate().map(|(place, letter)| {
            let at = if letter == 'i' { "$at32" } else { "$at" };
            format!(" (call {at} (i32.const {place}))")
        });
        let call = format!("(call ${}{})", function.name, arguments.collect::<String>());
        let body = match function.result {
            "i" => format!("(call $push (i64.extend_i32_s {call}))"),
            "I" => format!("(call $push {call})"),
            _ => call,
        };
        case(OWN.len() + number, function.parameters.len() as u32, &body);
    }
    include_str!("interpreter.wat").replace(";; INSTRUCTIONS", &cases)
}

/// Puts in what reads the numbers that were popped.
fn operands(body: &str) -> String {
    let mut text = body.to_owned();
    for place in 0..2 {
        let read = |function: &str| format!("(call {function} (i32.const {place}))");
        text = text.replace(&format!("@@{place}"), &read("$at"));
        text = text.replace(&format!("@{place}"), &read("$at32"));
    }
    text
}
