//! Cases without a module: one call of the System API, or accesses to stable memory in a few words.
//! A module is written for them; whatever else is said in words cannot be run.

use super::case::Case;
use super::{Verdict, judge_read};
use crate::script::{Runtimes, text_module};
use serde_json::Value;
use sim_wasm::inspection::system_api_type;
use std::fmt::Write;

/// Bytes of a page that accesses to stable memory are counted in.
const OS_PAGE: u64 = 4_096;

/// Runs a case that describes what it does.
pub(super) fn judge(case: &Value, runtimes: &Runtimes) -> Verdict {
    let text = |field: &str| case[field].as_str().unwrap_or_default();
    if let Some(input) = case["input"].as_str() {
        let reason = format!("its module is not among the recordings; it is compiled from {input}");
        return Verdict::Skipped(reason);
    }
    let described = match (text("call"), text("action")) {
        ("", "") => None,
        ("", action) => accesses(text("setup"), action),
        (call, _) => {
            Call::read(call).map(|call| Described { calls: vec![call], access_pages: None })
        }
    };
    let Some(described) = described else {
        return Verdict::Skipped(
            "what it does is said in words that are not understood".to_owned(),
        );
    };
    match described.judge(case, runtimes) {
        Ok(verdict) => verdict,
        Err(problem) => Verdict::malformed(problem),
    }
}

/// What a case does, one call after the other in one message.
struct Described {
    calls: Vec<Call>,
    /// Pages of stable memory a message may touch.
    access_pages: Option<u64>,
}

/// A call of a System API function.
#[derive(Debug, PartialEq, Eq)]
struct Call {
    function: String,
    arguments: Vec<(Option<String>, i64)>,
}

impl Call {
    /// Reads `name(1, 0xff)` or `name(offset 1, size 2)`.
    fn read(text: &str) -> Option<Call> {
        let (function, rest) = text.trim().split_once('(')?;
        let inside = rest.strip_suffix(')')?;
        let argument = |part: &str| {
            let mut words = part.split_whitespace().rev();
            let value = number(words.next()?)?;
            Some((words.next().map(str::to_owned), value))
        };
        let parts = inside.split(',').filter(|part| !part.trim().is_empty());
        let arguments = parts.map(argument).collect::<Option<_>>()?;
        Some(Call { function: function.to_owned(), arguments })
    }

    fn new(function: &str, arguments: &[(&str, u64)]) -> Call {
        let named = |(name, value): &(&str, u64)| (Some((*name).to_owned()), *value as i64);
        Call { function: function.to_owned(), arguments: arguments.iter().map(named).collect() }
    }

    /// Arguments in the order of the function's parameters.
    fn ordered(&self) -> Vec<i64> {
        let order: &[&str] = match self.function.as_str() {
            "stable_read" | "stable64_read" => &["dst", "offset", "size"],
            "stable_write" | "stable64_write" => &["offset", "src", "size"],
            _ => &[],
        };
        let mut ordered = self.arguments.clone();
        let place = |name: &Option<String>| {
            order.iter().position(|known| name.as_deref() == Some(*known)).unwrap_or(order.len())
        };
        ordered.sort_by_key(|(name, _)| place(name));
        ordered.into_iter().map(|(_, value)| value).collect()
    }
}

fn number(text: &str) -> Option<i64> {
    let text = text.replace('_', "");
    match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok().map(|number| number as i64),
        None => text.parse().ok(),
    }
}

/// Reads set-ups such as `stable_grow 10; read 5 B at 100; write 5 B at 4094`.
fn accesses(setup: &str, action: &str) -> Option<Described> {
    let mut described = Described { calls: Vec::new(), access_pages: None };
    for clause in setup.split(';').map(str::trim).filter(|clause| !clause.is_empty()) {
        let words: Vec<&str> = clause.split_whitespace().collect();
        let value = |text: &str| number(text).and_then(|number| u64::try_from(number).ok());
        match words[..] {
            ["stable_memory_accessed_page_limit", "=", pages, "OS", "page" | "pages"] => {
                described.access_pages = Some(value(pages)?);
            }
            ["stable_grow", pages] => {
                described.calls.push(Call::new("stable_grow", &[("pages", value(pages)?)]));
            }
            ["read", size, "B", "at", offset] => {
                let arguments = [("dst", 0), ("offset", value(offset)?), ("size", value(size)?)];
                described.calls.push(Call::new("stable_read", &arguments));
            }
            ["write", size, "B", "at", offset] => {
                let arguments = [("offset", value(offset)?), ("src", 0), ("size", value(size)?)];
                described.calls.push(Call::new("stable_write", &arguments));
            }
            _ => return None,
        }
    }
    described.calls.push(Call::read(action)?);
    Some(described)
}

impl Described {
    fn judge(&self, case: &Value, runtimes: &Runtimes) -> Result<Verdict, String> {
        let module = text_module::binary(&self.module()?)?;
        let mut fields = case.clone();
        fields["entry"] = "canister_update go".into();
        // The set-up is in the module.
        fields["setup"] = Value::Null;
        if let Some(pages) = self.access_pages {
            fields["stable_access"] = (pages * OS_PAGE).into();
        }
        let difference = judge_read(&Case::read(&fields, module)?, runtimes)?;
        Ok(difference.map_or(Verdict::Agrees, Verdict::Differs))
    }

    fn module(&self) -> Result<String, String> {
        let (mut imports, mut body) = (String::new(), String::new());
        let mut imported: Vec<&str> = Vec::new();
        for call in &self.calls {
            let name = call.function.as_str();
            let (params, results) = system_api_type(name, false)
                .ok_or_else(|| format!("the System API has no function `{name}`"))?;
            let arguments = call.ordered();
            if arguments.len() != params.len() {
                return Err(format!("`{name}` takes {} arguments", params.len()));
            }
            if !imported.contains(&name) {
                imported.push(name);
                let (params, results) = (params.join(" "), results.join(" "));
                let import = format!("(param {params}) (result {results})");
                write!(imports, "(import \"ic0\" \"{name}\" (func ${name} {import}))")
                    .map_err(|error| error.to_string())?;
            }
            for (ty, value) in params.iter().zip(arguments) {
                let value = if *ty == "i32" { i64::from(value as i32) } else { value };
                body.push_str(&format!("({ty}.const {value})"));
            }
            body.push_str(&format!("(call ${name})"));
            body.push_str(&"(drop)".repeat(results.len()));
        }
        Ok(format!("(module {imports} (memory 1) (func (export \"canister_update go\") {body}))"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_with_their_numbers() {
        let call = Call::read("msg_reject(0, 0xFFFFFFFF)").expect("is a call");
        assert_eq!(call.ordered(), [0, 0xffff_ffff]);
        assert_eq!(Call::read("msg_reject"), None);
    }

    #[test]
    fn named_arguments_find_their_place() {
        let call = Call::read("stable_read(offset 4094, dst 10, size 8194)").expect("is a call");
        assert_eq!(call.ordered(), [10, 4_094, 8_194]);
    }

    #[test]
    fn a_set_up_in_other_words_is_not_understood() {
        assert!(accesses("stable_grow 10; read 5 B at 100", "stable_size()").is_some());
        assert!(accesses("sing a song", "stable_size()").is_none());
    }
}
