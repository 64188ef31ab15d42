//! Changes of single fields, laid over a scenario file before it is read: the points of a sweep,
//! and `--set` on the command line.

use super::path::FieldPath;
use crate::diagnostics::{Mistake, Span, did_you_mean};
use crate::source::Source;
use std::borrow::Cow;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A field, and the value it is to have.
#[derive(Clone, Debug)]
pub struct Change {
    /// The field.
    pub path: FieldPath,
    /// Where the change names the field.
    pub place: Span,
    /// The value as TOML.
    pub value: String,
    /// Where the value stands.
    pub value_place: Span,
}

/// What a change of the command line is called in diagnostics.
pub const COMMAND_LINE: &str = "--set";

impl Change {
    /// Reads `PATH=VALUE`; the value is TOML, or else plain text. The text becomes a part of
    /// `source`, so that mistakes in it can be shown.
    ///
    /// # Errors
    /// There is no `=`, or no path before it.
    pub fn read(text: &str, source: &mut Source) -> Result<Change, Mistake> {
        let range = source.add(COMMAND_LINE, text);
        let refused = |message: String| {
            Mistake::at(range.clone(), message)
                .label("expected PATH=VALUE")
                .help("for example `--set network.latency.median=40ms`")
        };
        let (path, value) =
            text.split_once('=').ok_or_else(|| refused(format!("`{text}` changes no field")))?;
        let place = range.start..range.start + path.len();
        let path = FieldPath::parse(path).map_err(|error| refused(error.to_string()))?;
        let value = match DeValue::parse(value.trim()) {
            Ok(value) => toml_text(value.get_ref()),
            Err(_) => toml::Value::from(value.trim()).to_string(),
        };
        let value_place = place.end + 1..range.end;
        Ok(Change { path, place, value, value_place })
    }

    /// The value as a person writes it: text without quotation marks.
    pub fn shown(&self) -> String {
        match self.value.parse::<toml::Value>() {
            Ok(toml::Value::String(text)) => text,
            _ => self.value.clone(),
        }
    }

    /// As `--set` takes it.
    pub fn argument(&self) -> String {
        let shown = self.shown();
        match DeValue::parse(&shown) {
            // Text that would be taken for something else keeps its quotation marks.
            Ok(_) => format!("{}={}", self.path, self.value),
            Err(_) => format!("{}={shown}", self.path),
        }
    }

    /// Lays the change over a table.
    ///
    /// # Errors
    /// The path leads to an item that does not exist, or into a value that has no fields.
    pub fn apply<'i>(&'i self, table: &mut DeTable<'i>) -> Result<(), Mistake> {
        profile_as_table(table, &self.path);
        self.set(table, self.path.names())
    }

    fn set<'i>(&'i self, table: &mut DeTable<'i>, path: &[String]) -> Result<(), Mistake> {
        let Some((name, rest)) = path.split_first() else { return Ok(()) };
        if rest.is_empty() {
            // Taken out first: a key keeps the place it was inserted with.
            table.remove(name.as_str());
            table.insert(self.key(name), self.parsed());
            return Ok(());
        }
        if !table.contains_key(name.as_str()) {
            table.insert(self.key(name), self.at(DeValue::Table(DeTable::new())));
        }
        match table.get_mut(name.as_str()).map(Spanned::get_mut) {
            Some(DeValue::Table(inner)) => self.set(inner, rest),
            Some(DeValue::Array(items)) => self.set_items(name, items, rest),
            _ => Err(self.refused(format!("`{name}` is a value and has no fields"))),
        }
    }

    fn set_items<'i>(
        &'i self,
        kind: &str,
        items: &mut [Spanned<DeValue<'i>>],
        path: &[String],
    ) -> Result<(), Mistake> {
        let Some((wanted, rest)) = path.split_first() else { return Ok(()) };
        let names: Vec<String> = items.iter().map(|item| name_of(item.get_ref())).collect();
        let mut found = false;
        for (index, item) in items.iter_mut().enumerate() {
            let is_wanted =
                wanted == "*" || names[index] == *wanted || index.to_string() == *wanted;
            if let (true, DeValue::Table(table)) = (is_wanted, item.get_mut()) {
                found = true;
                self.set(table, rest)?;
            }
        }
        match found {
            true => Ok(()),
            false => Err(self
                .refused(format!("there is no {kind} `{wanted}`"))
                .help(did_you_mean(wanted, "names", names.iter().map(String::as_str)))),
        }
    }

    fn key<'i>(&self, name: &str) -> Spanned<Cow<'i, str>> {
        Spanned::new(self.place.clone(), Cow::Owned(name.to_owned()))
    }

    fn at<'i>(&self, value: DeValue<'i>) -> Spanned<DeValue<'i>> {
        Spanned::new(self.value_place.clone(), value)
    }

    fn parsed(&self) -> Spanned<DeValue<'_>> {
        // What is no TOML is text.
        let parsed = DeValue::parse(&self.value).map(Spanned::into_inner);
        let mut value = parsed.unwrap_or(DeValue::String(Cow::Borrowed(&self.value)));
        place_all(&mut value, &self.value_place);
        self.at(value)
    }

    fn refused(&self, message: String) -> Mistake {
        Mistake::at(self.place.clone(), message).label("leads nowhere")
    }
}

/// `profile = "2026-mid"` becomes `profile = { base = "2026-mid" }` where a field of it is changed.
fn profile_as_table(table: &mut DeTable<'_>, path: &FieldPath) {
    const PROFILE: &str = "profile";
    if path.names().len() < 2 || path.names()[0] != PROFILE {
        return;
    }
    let Some(profile) = table.get_mut(PROFILE) else { return };
    if matches!(profile.get_ref(), DeValue::String(_)) {
        let span = profile.span();
        let base = std::mem::replace(profile, Spanned::new(span.clone(), DeValue::Boolean(true)));
        let mut fields = DeTable::new();
        fields.insert(Spanned::new(span.clone(), Cow::Borrowed("base")), base);
        *profile = Spanned::new(span, DeValue::Table(fields));
    }
}

/// What an item of an array of tables is called: its `name`, or `target.method` as workloads are.
fn name_of(item: &DeValue<'_>) -> String {
    let text = |key: &str| match item {
        DeValue::Table(table) => table.get(key).and_then(|value| value.get_ref().as_str()),
        _ => None,
    };
    match (text("name"), text("target"), text("method")) {
        (Some(name), _, _) => name.to_owned(),
        (None, Some(target), Some(method)) => format!("{target}.{method}"),
        _ => String::new(),
    }
}

/// Gives every part of a value the same place.
pub(crate) fn place_all(value: &mut DeValue<'_>, range: &Span) {
    match value {
        DeValue::Array(items) => {
            for item in items.iter_mut() {
                place_all(item.get_mut(), range);
                let inner = std::mem::replace(item.get_mut(), DeValue::Boolean(true));
                *item = Spanned::new(range.clone(), inner);
            }
        }
        DeValue::Table(table) => {
            let taken: Vec<_> = std::mem::take(table).into_iter().collect();
            for (key, mut value) in taken {
                place_all(value.get_mut(), range);
                let key = Spanned::new(range.clone(), key.into_inner());
                table.insert(key, Spanned::new(range.clone(), value.into_inner()));
            }
        }
        _ => {}
    }
}

/// A value as TOML on one line.
pub fn toml_text(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => toml::Value::from(text.as_ref()).to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| toml_text(item.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(table) => {
            let field = |(key, value): (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
                let key = toml::Value::from(key.get_ref().as_ref());
                format!("{key} = {}", toml_text(value.get_ref()))
            };
            let fields: Vec<String> = table.iter().map(field).collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "profile = \"2024-06\"\n[[subnet]]\nname = \"left\"\nnodes = 13\n[[subnet]]\n\
        name = \"right\"\nnodes = 34\n[network]\nlatency = { kind = \"fixed\", value = \"1ms\" }\n";

    fn changed(argument: &str) -> Result<String, Mistake> {
        let mut source = Source { text: FILE.to_owned(), ..Source::default() };
        let change = Change::read(argument, &mut source)?;
        let mut table = DeTable::parse(FILE).expect("is TOML");
        change.apply(table.get_mut())?;
        Ok(toml_text(&DeValue::Table(table.into_inner())))
    }

    #[test]
    fn fields_are_changed_by_name_by_place_and_all_at_once() {
        for (argument, found) in [
            ("network.latency.value=5ms", "\"value\" = \"5ms\""),
            ("subnet.right.nodes=40", "\"nodes\" = 40, \"name\" = \"right\""),
            ("subnet.0.nodes=40", "\"name\" = \"left\", \"nodes\" = 40"),
            ("profile.fees.call_base=1M", "\"base\" = \"2024-06\""),
            ("network.regions.x=[1, 2]", "\"x\" = [1, 2]"),
        ] {
            let text = changed(argument).expect(argument);
            let key_order_swapped = found.split(", ").all(|part| text.contains(part));
            assert!(text.contains(found) || key_order_swapped, "{argument}: {text}");
        }
        let all = changed("subnet.*.nodes=40").expect("all of them");
        assert_eq!(all.matches("\"nodes\" = 40").count(), 2, "{all}");
    }

    #[test]
    fn a_path_that_leads_nowhere_is_refused_with_the_nearest_name() {
        let mistake = changed("subnet.rigth.nodes=40").expect_err("no such subnet");
        assert!(mistake.help.is_some_and(|help| help.contains("did you mean `right`?")));
        assert!(changed("profile").is_err());
        assert!(changed("subnet.left.name.x=1").is_err());
    }

    #[test]
    fn a_change_is_shown_as_it_can_be_typed() {
        let mut source = Source::default();
        for argument in ["network.latency.value=5ms", "subnet.left.nodes=40", "title=\"5\""] {
            let change = Change::read(argument, &mut source).expect("is valid");
            assert_eq!(change.argument(), argument);
        }
    }
}
