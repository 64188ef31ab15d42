//! How programs for the canister of `machine.rs` are written.
//!
//! Words stand apart by blanks. A number, or `'text'`, `x'hex'`, `c'(Candid)'` and `@name` (the id of a canister
//! of the script, `@management` that of the management canister), is pushed: bytes as address and length.
//! `[…]` is a program as bytes, `{…}` one as a callback or a branch. All else are instructions, those of
//! the System API by their names; `append` and `reply` are short for `msg_reply_data_append` and `msg_reply`,
//! `answer` is `int append reply`, `tell` is `append reply`.

use crate::arguments::Ids;
use crate::machine::{BYTES, NUMBER, PROGRAM, opcode};

/// Translates a program.
///
/// # Errors
/// A word that is none.
pub(crate) fn assemble(text: &str, ids: &Ids) -> Result<Vec<u8>, String> {
    let mut rest = text.trim_start();
    let code = sequence(&mut rest, None, ids)?;
    Ok(code)
}

fn sequence(rest: &mut &str, until: Option<char>, ids: &Ids) -> Result<Vec<u8>, String> {
    let mut code = Vec::new();
    loop {
        *rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            return match until {
                None => Ok(code),
                Some(end) => Err(format!("`{end}` is missing")),
            };
        };
        if Some(first) == until {
            *rest = &rest[1..];
            return Ok(code);
        }
        match first {
            '[' | '{' => {
                *rest = &rest[1..];
                let (end, kind) = if first == '[' { (']', BYTES) } else { ('}', PROGRAM) };
                let inner = sequence(rest, Some(end), ids)?;
                literal(&mut code, kind, &inner);
            }
            _ => word(rest, &mut code, ids)?,
        }
    }
}

fn literal(code: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    code.push(kind);
    code.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    code.extend_from_slice(bytes);
}

fn word(rest: &mut &str, code: &mut Vec<u8>, ids: &Ids) -> Result<(), String> {
    if let Some(form) = ["'", "x'", "c'"].into_iter().find(|form| rest.starts_with(form)) {
        let after = &rest[form.len()..];
        let end = after.find('\'').ok_or("a text does not end")?;
        let bytes = match form {
            "'" => after.as_bytes()[..end].to_vec(),
            "x'" => from_hex(&after[..end]).ok_or_else(|| format!("`{}`", &after[..end]))?,
            _ => ids.candid(&after[..end])?,
        };
        literal(code, BYTES, &bytes);
        *rest = &after[end + 1..];
        return Ok(());
    }
    let end = rest.find(|letter: char| letter.is_whitespace() || "[]{}".contains(letter));
    let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
    *rest = after;
    if let Some(name) = word.strip_prefix('@') {
        literal(code, BYTES, ids.principal(name)?.as_slice());
        return Ok(());
    }
    if let Ok(number) = word.replace('_', "").parse::<i128>() {
        code.push(NUMBER);
        code.extend_from_slice(&(number as u64).to_le_bytes());
        return Ok(());
    }
    let written: &[&str] = match word {
        "append" => &["msg_reply_data_append"],
        "reply" => &["msg_reply"],
        "tell" => &["msg_reply_data_append", "msg_reply"],
        "answer" => &["int", "msg_reply_data_append", "msg_reply"],
        other => &[other],
    };
    for name in written {
        code.push(opcode(name).ok_or_else(|| format!("there is no instruction `{name}`"))?);
    }
    Ok(())
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let digit = |byte: u8| (byte as char).to_digit(16);
    let pair = |pair: &[u8]| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8);
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(pair).collect())?
}
