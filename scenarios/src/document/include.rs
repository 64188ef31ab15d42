//! Included files: their tables come before those of the file that includes them, and give way to its
//! values.

use crate::diagnostics::Mistake;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// The key that names included files.
const INCLUDE: &str = "include";

/// Lays the fields of an included file under those of a scenario.
///
/// # Errors
/// The included file includes others.
pub(super) fn merge<'i>(main: &mut DeTable<'i>, included: DeTable<'i>) -> Result<(), Mistake> {
    if let Some((key, _)) = included.iter().find(|(key, _)| key.get_ref() == INCLUDE) {
        return Err(Mistake::at(key.span(), "an included file includes others")
            .label("not here")
            .help("name all files in the `include` of the scenario itself"));
    }
    lay_under(main, included);
    Ok(())
}

fn lay_under<'i>(main: &mut DeTable<'i>, included: DeTable<'i>) {
    for (key, value) in included {
        let Some(own) = main.get_mut(key.get_ref().as_ref()) else {
            main.insert(key, value);
            continue;
        };
        match (own.get_mut(), value.into_inner()) {
            (DeValue::Table(own), DeValue::Table(included)) => lay_under(own, included),
            (DeValue::Array(own), DeValue::Array(included)) if are_tables(own) => {
                let rest = std::mem::replace(own, DeArray::new());
                *own = included.into_iter().chain(rest).collect();
            }
            _ => {}
        }
    }
}

/// Whether this is `[[…]]`; lists of values are not added to.
fn are_tables(items: &DeArray<'_>) -> bool {
    items.iter().all(|item: &Spanned<DeValue<'_>>| matches!(item.get_ref(), DeValue::Table(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::change::toml_text;

    fn merged(main: &str, included: &str) -> Result<String, Mistake> {
        let mut main = DeTable::parse(main).expect("is TOML").into_inner();
        merge(&mut main, DeTable::parse(included).expect("is TOML").into_inner())?;
        Ok(toml_text(&DeValue::Table(main)))
    }

    #[test]
    fn own_values_win_and_tables_come_after_the_included_ones() {
        let main = "duration = \"5s\"\n[[subnet]]\nname = \"b\"\n[sweep]\nseeds = [1]";
        let included =
            "duration = \"9s\"\ntitle = \"x\"\n[[subnet]]\nname = \"a\"\n[sweep]\nseeds = [2]";
        let text = merged(main, included).expect("can be merged");
        assert!(
            text.contains("\"duration\" = \"5s\"") && text.contains("\"title\" = \"x\""),
            "{text}"
        );
        assert!(text.find("\"a\"") < text.find("\"b\""), "{text}");
        assert!(text.contains("[1]") && !text.contains("[2]"), "{text}");
    }

    #[test]
    fn included_files_include_no_others() {
        assert!(merged("", "include = [\"x\"]").is_err());
    }
}
