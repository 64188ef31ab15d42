//! A script's results for the eye: every step and execution, the recorded beside the found.

use super::{fields, trace};
use serde_json::Value;

/// Lines that show a case's results beside those recorded. Where both say the same it stands once;
/// otherwise the recorded one is marked with `-` and the found one with `+`.
pub fn side_by_side(case: &Value, found: &[Value]) -> Vec<String> {
    let mut lines = Vec::new();
    let steps = case["steps"].as_array().into_iter().flatten();
    for (index, (step, found)) in steps.zip(found).enumerate() {
        let recorded = &case["results"][index];
        lines.push(format!("step {}: {}", index + 1, words(step)));
        let (old, new) = (trace::lines(&recorded["trace"]), trace::lines(&found["trace"]));
        for place in 0..old.len().max(new.len()) {
            pair(old.get(place), new.get(place), &mut lines);
        }
        for name in fields::names(recorded, found) {
            let line =
                |of: &Value| of.get(name).map(|value| format!("{name}: {}", fields::short(value)));
            pair(line(recorded).as_ref(), line(found).as_ref(), &mut lines);
        }
    }
    lines
}

fn pair(recorded: Option<&String>, found: Option<&String>, lines: &mut Vec<String>) {
    if recorded == found {
        lines.extend(found.map(|line| format!("    {line}")));
        return;
    }
    lines.extend(recorded.map(|line| format!("  - {line}")));
    lines.extend(found.map(|line| format!("  + {line}")));
}

/// The step without its module and other long values.
fn words(step: &Value) -> String {
    let fields = step.as_object().into_iter().flatten();
    let shown = fields.filter(|(name, _)| !["wat", "wasm_hex"].contains(&name.as_str()));
    let word = |(name, value): (&String, &Value)| match name.as_str() {
        "op" => fields::plain(value),
        _ => format!("{name}={}", fields::plain(value)),
    };
    let mut words: Vec<String> = shown.map(word).collect();
    words.sort_by_key(|word| word.contains('='));
    words.join(" ")
}
