//! Rules in words that can be tried out: a rule is known by a phrase of it, its numbers are read.

use super::super::fees::numbers;
use super::{Difference, Of, Pair, Verdict, era};
use crate::script::{self, Runtimes, text_module};
use serde_json::{Value, json};
use sim_core::profile::Profile;
use std::path::Path;

/// Tries a rule under the profiles of its eras.
pub(super) fn judge(case: &Value, runtimes: &Runtimes) -> Verdict {
    let rule = case["rule"].as_str().unwrap_or_default();
    let profiles = match era::profiles(&case["era"], Of::Counts) {
        Ok(profiles) => profiles,
        Err(problem) => return Verdict::malformed(problem),
    };
    for profile in profiles {
        let (field, expected, found) = match tried(rule, &profile, runtimes) {
            Ok(Some(pair)) => pair,
            Ok(None) => return Verdict::Skipped("it is a rule in words".to_owned()),
            Err(problem) => return Verdict::malformed(problem),
        };
        if expected != found {
            let place = format!("under {}", profile.name);
            return Verdict::Differs(Difference { place, field, expected, found });
        }
    }
    Verdict::Agrees
}

/// What the rule says and what is found; `None` if it is not known how to try it.
fn tried(rule: &str, profile: &Profile, runtimes: &Runtimes) -> Result<Option<Pair>, String> {
    let stated = numbers::all(rule);
    // Scripts run under this profile.
    let recorded = profile.name == "2024-06";
    if rule.contains("instructions per Wasm operator") {
        return compile_cost(&stated, profile, runtimes);
    }
    if rule.contains("transmission budget is per message execution") && recorded {
        return budget_of_each_message(&stated, runtimes);
    }
    if rule.contains("more instruction per byte is charged") && recorded {
        let Some((before, _)) = rule.split_once(" more instruction per byte") else {
            return Ok(None);
        };
        return console_charge(numbers::all(before).last().copied(), runtimes);
    }
    Ok(None)
}

/// Operators by which two modules differ.
const MORE: u64 = 10;

fn compile_cost(
    stated: &[u64],
    profile: &Profile,
    runtimes: &Runtimes,
) -> Result<Option<Pair>, String> {
    let Some(stated) = stated.first() else { return Ok(None) };
    let runtime = runtimes.get(profile)?;
    let cost = |operators: u64| -> Result<u64, String> {
        let body = "(nop)".repeat(operators as usize);
        let text = format!("(module (func (export \"canister_update go\") {body}))");
        let program = runtime.compile(&text_module::binary(&text)?);
        program.map(|program| program.compile_cost().get()).map_err(|refused| refused.to_string())
    };
    let found = cost(2 * MORE)?.saturating_sub(cost(MORE)?) / MORE;
    Ok(Some(("instructions per operator".into(), stated.to_string(), found.to_string())))
}

/// Instructions of two messages that print `bytes` each.
fn printing(bytes: u64, config: &Value, runtimes: &Runtimes) -> Result<[u64; 2], String> {
    let module = format!(
        "(module (import \"ic0\" \"debug_print\" (func $print (param i32 i32)))
            (import \"ic0\" \"msg_reply\" (func $reply)) (memory 1)
            (func (export \"canister_update go\")
                (call $print (i32.const 0) (i32.const {bytes})) (call $reply)))"
    );
    let update = json!({ "op": "update", "c": "a", "method": "go" });
    let steps = json!([
        { "op": "create", "as": "a" }, { "op": "install", "c": "a", "wat": module }, update, update,
    ]);
    let case = json!({ "config": config, "steps": steps });
    let played = script::run(&case, Path::new(""), runtimes).map_err(|error| error.to_string())?;
    let count = |step: usize| {
        let count = played.results[step]["trace"][0]["instructions"].as_u64();
        count.ok_or("the message was not executed".to_owned())
    };
    Ok([count(2)?, count(3)?])
}

/// What printing costs beyond printing nothing is as stated, and the same each time.
fn budget_of_each_message(stated: &[u64], runtimes: &Runtimes) -> Result<Option<Pair>, String> {
    let ([_, bytes, ..], Some(charge)) = (stated, stated.last()) else { return Ok(None) };
    let config = json!({ "mainnet_debug_print": true });
    let [nothing, _] = printing(0, &config, runtimes)?;
    let found = printing(*bytes, &config, runtimes)?.map(|count| count.saturating_sub(nothing));
    Ok(Some(("charges".into(), format!("{:?}", [charge, charge]), format!("{found:?}"))))
}

/// Bytes printed; all of them fit into the log.
const PRINTED: u64 = 100;

/// What is shown costs more, on test networks and on system subnets.
fn console_charge(stated: Option<u64>, runtimes: &Runtimes) -> Result<Option<Pair>, String> {
    let Some(stated) = stated else { return Ok(None) };
    let each = |config: &Value| -> Result<u64, String> {
        let [nothing, _] = printing(0, config, runtimes)?;
        Ok(printing(PRINTED, config, runtimes)?[0].saturating_sub(nothing))
    };
    let hidden = each(&json!({ "mainnet_debug_print": true }))?;
    let shown = each(&json!({ "mainnet_debug_print": false }))?;
    let found = shown.saturating_sub(hidden) / PRINTED;
    Ok(Some(("instructions per byte".into(), stated.to_string(), found.to_string())))
}
