//! Types of the System API functions and the entry points they are allowed in
//! (interface specification 0.66, "Overview of imports").

use crate::entry::Entries;
use wasmparser::{FuncType, ValType};

/// A System API function as it may be imported by a module with 32-bit memory.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) name: &'static str,
    /// One letter for each parameter: `i` for `i32`, `I` for `i64`.
    params: &'static str,
    /// Likewise for results.
    results: &'static str,
    pub(crate) entries: Entries,
}

const INIT: Entries = Entries::INIT.or(Entries::PRE_UPGRADE);
const CALLBACK: Entries = Entries::REPLY.or(Entries::REJECT);
/// Messages that belong to a call.
const CALL: Entries = Entries::UPDATE.or(Entries::REPLICATED_QUERY).or(CALLBACK);
/// What may send calls.
const SENDER: Entries = Entries::UPDATE.or(CALLBACK).or(Entries::TASK);
const ARG: Entries =
    Entries::INIT.or(Entries::UPDATE).or(Entries::REPLICATED_QUERY).or(Entries::REPLY);
const REJECT_CODE: Entries = CALLBACK.or(Entries::CLEANUP);
const BURN: Entries = INIT.or(CALL).or(Entries::CLEANUP).or(Entries::TASK);
const CERTIFY: Entries = INIT.or(SENDER);
const TIMER: Entries = INIT.or(SENDER).or(Entries::CLEANUP);

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
    row("accept_message", "", "", Entries::NONE),
    row("call_cycles_add", "I", "", SENDER),
    row("call_cycles_add128", "II", "", SENDER),
    row("call_data_append", "ii", "", SENDER),
    row("call_new", "iiiiiiii", "", SENDER),
    row("call_on_cleanup", "ii", "", SENDER),
    row("call_perform", "", "i", SENDER),
    row("call_with_best_effort_response", "i", "", SENDER),
    row("canister_cycle_balance", "", "I", Entries::ALL),
    row("canister_cycle_balance128", "i", "", Entries::ALL),
    row("canister_liquid_cycle_balance128", "i", "", Entries::ALL),
    row("canister_self_copy", "iii", "", Entries::ALL),
    row("canister_self_size", "", "i", Entries::ALL),
    row("canister_status", "", "i", Entries::ALL),
    row("canister_version", "", "I", Entries::ALL),
    row("certified_data_set", "ii", "", CERTIFY),
    row("cost_call", "IIi", "", Entries::ANY),
    row("cost_create_canister", "i", "", Entries::ANY),
    row("cycles_burn128", "IIi", "", BURN),
    row("data_certificate_copy", "iii", "", Entries::NONE),
    row("data_certificate_present", "", "i", Entries::ALL),
    row("data_certificate_size", "", "i", Entries::NONE),
    row("debug_print", "ii", "", Entries::ANY),
    row("global_timer_set", "I", "I", TIMER),
    row("in_replicated_execution", "", "i", Entries::ANY),
    row("is_controller", "ii", "i", Entries::ANY),
    row("msg_arg_data_copy", "iii", "", ARG),
    row("msg_arg_data_size", "", "i", ARG),
    row("msg_caller_copy", "iii", "", Entries::ALL),
    row("msg_caller_size", "", "i", Entries::ALL),
    row("msg_cycles_accept", "I", "I", CALL),
    row("msg_cycles_accept128", "IIi", "", CALL),
    row("msg_cycles_available", "", "I", CALL),
    row("msg_cycles_available128", "i", "", CALL),
    row("msg_cycles_refunded", "", "I", CALLBACK),
    row("msg_cycles_refunded128", "i", "", CALLBACK),
    row("msg_deadline", "", "I", CALL),
    row("msg_method_name_copy", "iii", "", Entries::NONE),
    row("msg_method_name_size", "", "i", Entries::NONE),
    row("msg_reject", "ii", "", CALL),
    row("msg_reject_code", "", "i", REJECT_CODE),
    row("msg_reject_msg_copy", "iii", "", Entries::REJECT),
    row("msg_reject_msg_size", "", "i", Entries::REJECT),
    row("msg_reply", "", "", CALL),
    row("msg_reply_data_append", "ii", "", CALL),
    row("performance_counter", "i", "I", Entries::ANY),
    row("stable64_grow", "I", "I", Entries::ANY),
    row("stable64_read", "III", "", Entries::ANY),
    row("stable64_size", "", "I", Entries::ANY),
    row("stable64_write", "III", "", Entries::ANY),
    row("stable_grow", "i", "i", Entries::ANY),
    row("stable_read", "iii", "", Entries::ANY),
    row("stable_size", "", "i", Entries::ANY),
    row("stable_write", "iii", "", Entries::ANY),
    row("subnet_self_copy", "iii", "", Entries::ALL),
    row("subnet_self_size", "", "i", Entries::ALL),
    row("time", "", "I", Entries::ALL),
    row("trap", "ii", "", Entries::ANY),
];

/// The function called `name`.
pub(crate) fn signature(name: &str) -> Option<&'static Signature> {
    let place = SIGNATURES.binary_search_by_key(&name, |signature| signature.name).ok()?;
    SIGNATURES.get(place)
}

fn types(letters: &str) -> impl Iterator<Item = ValType> + '_ {
    letters.bytes().map(|letter| if letter == b'i' { ValType::I32 } else { ValType::I64 })
}

impl Signature {
    /// True if `found` is the function's type.
    pub(crate) fn matches(&self, found: &FuncType) -> bool {
        types(self.params).eq(found.params().iter().copied())
            && types(self.results).eq(found.results().iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Host;
    use crate::live::Live;
    use crate::program::CompiledProgram;
    use crate::rules::Rules;
    use sim_core::profile::Profile;
    use std::sync::Arc;

    #[test]
    fn names_are_sorted() {
        assert!(SIGNATURES.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn every_function_is_implemented_with_its_type() {
        let list = |word: &str, letters: &str| -> String {
            let names = letters.bytes().map(|l| if l == b'i' { " i32" } else { " i64" });
            format!("({word}{})", names.collect::<String>())
        };
        let imports = SIGNATURES.iter().map(|Signature { name, params, results, .. }| {
            let (params, results) = (list("param", params), list("result", results));
            format!("(import \"ic0\" \"{name}\" (func {params} {results}))")
        });
        let text = format!("(module {})", imports.collect::<String>());
        let rules = Arc::new(Rules::new(&Profile::default()));
        let module = wat::parse_str(text).expect("is valid");
        let program = CompiledProgram::new(&module, rules.clone()).expect("is accepted");
        Live::new(&program, Host::new(rules)).expect("every import is defined");
    }
}
