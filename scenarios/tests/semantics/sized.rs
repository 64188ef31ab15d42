//! Modules of a given size: with so many globals, methods, bytes of names or of sections.

use std::fmt::Write as _;

/// The module that `name` describes: what there is of, and how much.
pub(crate) fn module(name: &str) -> Option<String> {
    let (what, count) = name.rsplit_once(' ')?;
    let count: usize = count.parse().ok()?;
    let mut text = String::from("(module ");
    let mut item =
        |item: std::fmt::Arguments<'_>| text.write_fmt(item).expect("text can be written to");
    match what {
        "globals" => (0..count).for_each(|_| item(format_args!("(global i32 (i32.const 0))"))),
        "methods" => (0..count).for_each(|number| {
            item(format_args!(r#"(func (export "canister_update m{number}"))"#))
        }),
        "method names" => {
            let (half, letter) = (count / 2, "m");
            for (kind, length) in [("update", half), ("query", count - half)] {
                let name = letter.repeat(length - 1);
                item(format_args!(r#"(func (export "canister_{kind} {}{name}"))"#, &kind[..1]));
            }
        }
        // The name counts, too.
        "custom sections" => {
            let content = "x".repeat(count - "s".len());
            item(format_args!(r#"(@custom "icp:public s" "{content}")"#));
        }
        "sections" => (0..count)
            .for_each(|number| item(format_args!(r#"(@custom "icp:private {number}" "")"#))),
        _ => return None,
    }
    Some(text + ")")
}
