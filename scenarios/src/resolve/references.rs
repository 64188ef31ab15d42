//! `"$name"` in Candid text: the id of the canister called `name`.

use std::ops::Range;

/// Candid text with ids in place of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substituted {
    /// The text.
    pub text: String,
    /// What was replaced: its range in the result, and its range in the original.
    replaced: Vec<(Range<usize>, Range<usize>)>,
}

impl Substituted {
    /// Where in the original text a position of the result lies.
    pub fn original(&self, position: usize) -> usize {
        let before = self.replaced.iter().take_while(|(new, _)| new.start <= position).last();
        match before {
            None => position,
            Some((new, old)) if position < new.end => old.start,
            Some((new, old)) => old.end + (position - new.end),
        }
    }
}

/// A name that no canister has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// The name, without `$`.
    pub name: String,
    /// Its range in the text, with quotes.
    pub range: Range<usize>,
}

/// Replaces the name in every `principal "$name"`, `service "$name"` and `func "$name"` by the
/// text `id` answers for it. Other strings, such as `"$5"` as a text, stay as they are.
///
/// # Errors
/// The first name that `id` does not know.
pub fn substitute(
    text: &str,
    id: impl Fn(&str) -> Option<String>,
) -> Result<Substituted, UnknownName> {
    let mut result = Substituted { text: String::new(), replaced: Vec::new() };
    let mut rest = 0;
    while let Some(string) = next_string(text, rest) {
        result.text.push_str(&text[rest..string.start]);
        let inner = text[string.clone()].trim_matches('"');
        let name = inner.strip_prefix('$').filter(|_| follows_keyword(&text[..string.start]));
        let start = result.text.len();
        match name {
            None => result.text.push_str(&text[string.clone()]),
            Some(name) => {
                let unknown = || UnknownName { name: name.to_owned(), range: string.clone() };
                result.text.push_str(&format!("\"{}\"", id(name).ok_or_else(unknown)?));
                result.replaced.push((start..result.text.len(), string.clone()));
            }
        }
        rest = string.end;
    }
    result.text.push_str(&text[rest..]);
    Ok(result)
}

/// The range, quotes included, of the first string literal at or after `from`.
fn next_string(text: &str, from: usize) -> Option<Range<usize>> {
    let start = from + text[from..].find('"')?;
    let mut escaped = false;
    for (offset, char) in text[start + 1..].char_indices() {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(start..start + 1 + offset + 1),
            _ => {}
        }
    }
    None
}

fn follows_keyword(before: &str) -> bool {
    let before = before.trim_end();
    ["principal", "service", "func"].iter().any(|keyword| before.ends_with(keyword))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> Option<String> {
        (name == "pong").then(|| "aaaaa-aa".to_owned())
    }

    #[test]
    fn names_in_principals_are_replaced() {
        let result = substitute(r#"(principal "$pong", service "$pong", 3)"#, id);
        let text = result.map(|result| result.text);
        assert_eq!(text, Ok(r#"(principal "aaaaa-aa", service "aaaaa-aa", 3)"#.to_owned()));
    }

    #[test]
    fn other_strings_stay_as_they_are() {
        for text in [r#"("$pong")"#, r#"("principal \"$pong\"")"#, r#"("unfinished"#, ""] {
            assert_eq!(substitute(text, id).map(|result| result.text), Ok(text.to_owned()));
        }
    }

    #[test]
    fn an_unknown_name_is_found_at_its_place() {
        let unknown = UnknownName { name: "gong".to_owned(), range: 11..18 };
        assert_eq!(substitute(r#"(principal "$gong")"#, id), Err(unknown));
    }

    #[test]
    fn positions_lead_back_to_the_original() {
        let text = r#"(principal "$pong", x)"#;
        let result = substitute(text, id).expect("a known name");
        let x = result.text.find('x').expect("is kept");
        assert_eq!(result.original(x), text.find('x').expect("is there"));
        assert_eq!(result.original(3), 3);
        assert_eq!(result.original(15), 11);
    }
}
