//! Types of the System API functions and the entry points they are allowed in
//! (interface specification 0.66, "Overview of imports").

use crate::entry::Entries;
use wasmparser::{FuncType, ValType};

/// A System API function as a module may import it.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) name: &'static str,
    /// One letter for each parameter: `i` for `i32`, `I` for `i64`, `p` for the one of these that
    /// has the width of the module's addresses.
    params: &'static str,
    /// Likewise for results.
    results: &'static str,
    pub(crate) entries: Entries,
}

const INIT: Entries = Entries::INIT.or(Entries::PRE_UPGRADE);
const QUERY: Entries = Entries::REPLICATED_QUERY.or(Entries::QUERY);
const CALLBACK: Entries = Entries::REPLY.or(Entries::REJECT);
/// Calls in replicated mode.
const PAID: Entries = Entries::UPDATE.or(Entries::REPLICATED_QUERY).or(CALLBACK);
/// Calls and their callbacks, outside of consensus as well.
const TIMED: Entries = Entries::UPDATE
    .or(QUERY)
    .or(Entries::COMPOSITE_QUERY)
    .or(CALLBACK)
    .or(Entries::COMPOSITE_CALLBACK);
/// What may answer.
const CALL: Entries = TIMED.or(Entries::TRANSFORM);
const SIGNED: Entries =
    TIMED.or(Entries::CLEANUP).or(Entries::COMPOSITE_CLEANUP).or(Entries::INSPECT);
/// What may send calls with cycles, and mint them.
const PAYER: Entries = Entries::UPDATE.or(CALLBACK).or(Entries::TASK);
/// What may send calls.
const SENDER: Entries = PAYER.or(Entries::COMPOSITE_QUERY).or(Entries::COMPOSITE_CALLBACK);
const ARG: Entries = Entries::INIT
    .or(Entries::UPDATE)
    .or(QUERY)
    .or(Entries::TRANSFORM)
    .or(Entries::COMPOSITE_QUERY)
    .or(Entries::REPLY)
    .or(Entries::COMPOSITE_REPLY)
    .or(Entries::INSPECT);
const REJECT_CODE: Entries = CALLBACK.or(Entries::COMPOSITE_CALLBACK).or(Entries::CLEANUP);
const REJECT: Entries = Entries::REJECT.or(Entries::COMPOSITE_REJECT);
const BURN: Entries = INIT.or(PAID).or(Entries::CLEANUP).or(Entries::TASK);
const CERTIFY: Entries = INIT.or(PAYER);
const TIMER: Entries = CERTIFY.or(Entries::CLEANUP);
const CERTIFICATE: Entries = Entries::QUERY.or(Entries::COMPOSITE_QUERY);
const INSPECT: Entries = Entries::INSPECT;
const ALL: Entries = Entries::ALL;
const ANY: Entries = Entries::ANY;

const fn row(
    name: &'static str,
    params: &'static str,
    results: &'static str,
    entries: Entries,
) -> Signature {
    Signature { name, params, results, entries }
}

/// All functions, sorted by name.
const SIGNATURES: &[Signature] = &[
    row("accept_message", "", "", INSPECT),
    row("call_cycles_add", "I", "", PAYER),
    row("call_cycles_add128", "II", "", PAYER),
    row("call_data_append", "pp", "", SENDER),
    row("call_new", "pppppppp", "", SENDER),
    row("call_on_cleanup", "pp", "", SENDER),
    row("call_perform", "", "i", SENDER),
    row("call_with_best_effort_response", "i", "", SENDER),
    row("canister_cycle_balance", "", "I", ALL),
    row("canister_cycle_balance128", "p", "", ALL),
    row("canister_liquid_cycle_balance128", "p", "", ALL),
    row("canister_self_copy", "ppp", "", ALL),
    row("canister_self_size", "", "p", ALL),
    row("canister_status", "", "i", ALL),
    row("canister_version", "", "I", ALL),
    row("certified_data_set", "pp", "", CERTIFY),
    row("cost_call", "IIp", "", ANY),
    row("cost_create_canister", "p", "", ANY),
    row("cost_http_request", "IIp", "", ANY),
    row("cost_sign_with_ecdsa", "ppip", "i", ANY),
    row("cost_sign_with_schnorr", "ppip", "i", ANY),
    row("cost_vetkd_derive_key", "ppip", "i", ANY),
    row("cycles_burn128", "IIp", "", BURN),
    row("data_certificate_copy", "ppp", "", CERTIFICATE),
    row("data_certificate_present", "", "i", ALL),
    row("data_certificate_size", "", "p", CERTIFICATE),
    row("debug_print", "pp", "", ANY),
    row("env_var_count", "", "p", ALL),
    row("env_var_name_copy", "pppp", "", ALL),
    row("env_var_name_exists", "pp", "i", ALL),
    row("env_var_name_size", "p", "p", ALL),
    row("env_var_value_copy", "ppppp", "", ALL),
    row("env_var_value_size", "pp", "p", ALL),
    row("global_timer_set", "I", "I", TIMER),
    row("in_replicated_execution", "", "i", ANY),
    row("is_controller", "pp", "i", ANY),
    row("mint_cycles", "I", "I", PAYER),
    row("mint_cycles128", "IIp", "", PAYER),
    row("msg_arg_data_copy", "ppp", "", ARG),
    row("msg_arg_data_size", "", "p", ARG),
    row("msg_caller_copy", "ppp", "", ALL),
    row("msg_caller_info_data_copy", "ppp", "", SIGNED),
    row("msg_caller_info_data_size", "", "p", SIGNED),
    row("msg_caller_info_signer_copy", "ppp", "", SIGNED),
    row("msg_caller_info_signer_size", "", "p", SIGNED),
    row("msg_caller_size", "", "p", ALL),
    row("msg_cycles_accept", "I", "I", PAID),
    row("msg_cycles_accept128", "IIp", "", PAID),
    row("msg_cycles_available", "", "I", PAID),
    row("msg_cycles_available128", "p", "", PAID),
    row("msg_cycles_refunded", "", "I", CALLBACK),
    row("msg_cycles_refunded128", "p", "", CALLBACK),
    row("msg_deadline", "", "I", TIMED),
    row("msg_method_name_copy", "ppp", "", INSPECT),
    row("msg_method_name_size", "", "p", INSPECT),
    row("msg_reject", "pp", "", CALL),
    row("msg_reject_code", "", "i", REJECT_CODE),
    row("msg_reject_msg_copy", "ppp", "", REJECT),
    row("msg_reject_msg_size", "", "p", REJECT),
    row("msg_reply", "", "", CALL),
    row("msg_reply_data_append", "pp", "", CALL),
    row("performance_counter", "i", "I", ANY),
    row("root_key_copy", "ppp", "", BURN),
    row("root_key_size", "", "p", BURN),
    row("stable64_grow", "I", "I", ANY),
    row("stable64_read", "III", "", ANY),
    row("stable64_size", "", "I", ANY),
    row("stable64_write", "III", "", ANY),
    row("stable_grow", "i", "i", ANY),
    row("stable_read", "iii", "", ANY),
    row("stable_size", "", "i", ANY),
    row("stable_write", "iii", "", ANY),
    row("subnet_self_copy", "ppp", "", ALL),
    row("subnet_self_size", "", "p", ALL),
    row("time", "", "I", ALL),
    row("trap", "pp", "", ANY),
];

/// The function called `name`.
pub(crate) fn signature(name: &str) -> Option<&'static Signature> {
    let place = SIGNATURES.binary_search_by_key(&name, |signature| signature.name).ok()?;
    SIGNATURES.get(place)
}

/// Functions that modules with 64-bit memory do not have: all have successors.
const ONLY_32: [&str; 10] = [
    "call_cycles_add",
    "canister_cycle_balance",
    "mint_cycles",
    "msg_cycles_accept",
    "msg_cycles_available",
    "msg_cycles_refunded",
    "stable_grow",
    "stable_read",
    "stable_size",
    "stable_write",
];

fn types(letters: &str, wasm64: bool) -> impl Iterator<Item = ValType> + '_ {
    letters.bytes().map(move |letter| match letter {
        b'i' => ValType::I32,
        b'p' if !wasm64 => ValType::I32,
        _ => ValType::I64,
    })
}

impl Signature {
    /// Types of its parameters and results in modules whose addresses have that width.
    pub(crate) fn types(&self, wasm64: bool) -> (Vec<ValType>, Vec<ValType>) {
        (types(self.params, wasm64).collect(), types(self.results, wasm64).collect())
    }

    /// True if modules whose addresses have that width may import it.
    pub(crate) fn exists(&self, wasm64: bool) -> bool {
        !wasm64 || !ONLY_32.contains(&self.name)
    }

    /// True if `found` is the function's type in modules whose addresses have that width.
    pub(crate) fn matches(&self, found: &FuncType, wasm64: bool) -> bool {
        types(self.params, wasm64).eq(found.params().iter().copied())
            && types(self.results, wasm64).eq(found.results().iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Live;
    use crate::program::CompiledProgram;
    use crate::rules::Rules;
    use sim_core::profile::Profile;
    use std::sync::Arc;

    #[test]
    fn names_are_sorted() {
        assert!(SIGNATURES.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    /// A module that imports every function there is with addresses of that width.
    fn imports_all(wasm64: bool) -> String {
        let list = |word: &str, letters: &str| -> String {
            let types = types(letters, wasm64).map(|ty| format!(" {ty}"));
            format!("({word}{})", types.collect::<String>())
        };
        let existing = SIGNATURES.iter().filter(|signature| signature.exists(wasm64));
        let imports = existing.map(|Signature { name, params, results, .. }| {
            let (params, results) = (list("param", params), list("result", results));
            format!("(import \"ic0\" \"{name}\" (func {params} {results}))")
        });
        let memory = if wasm64 { "(memory i64 1)" } else { "(memory 1)" };
        format!("(module {} {memory})", imports.collect::<String>())
    }

    #[test]
    fn every_function_is_implemented_with_its_type() {
        let rules = Arc::new(Rules::new(&Profile::default()));
        for wasm64 in [false, true] {
            let module = wat::parse_str(imports_all(wasm64)).expect("is valid");
            let program = CompiledProgram::new(&module, rules.clone()).expect("is accepted");
            Live::new(&program).expect("every import is defined");
        }
    }
}
