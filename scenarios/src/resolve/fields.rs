//! Tables with a `kind`: which fields a kind needs, which it can have besides.

use crate::diagnostics::{Mistake, Span, list};

/// The fields of a table of some kind.
pub(super) struct Fields<'a> {
    /// What the table is about, in the plural, such as "faults".
    pub(super) what: &'a str,
    /// Its kind.
    pub(super) kind: &'a str,
    /// Fields it needs.
    pub(super) needed: &'a [&'a str],
    /// Fields it can have besides.
    pub(super) possible: &'a [&'a str],
}

impl Fields<'_> {
    /// Fields that are missing from the table at `place`, and fields given that mean nothing.
    pub(super) fn misfits(&self, place: Span, given: &[(&str, Span)]) -> Vec<Mistake> {
        let Fields { what, kind, needed, possible } = self;
        let is_given = |field: &&&str| given.iter().any(|(name, _)| name == *field);
        let missing = needed.iter().filter(|field| !is_given(field)).map(|field| {
            Mistake::at(place.clone(), format!("the field `{field}` is missing"))
                .label(format!("{what} of kind `{kind}` need `{field}`"))
        });
        let is_known = |name: &str| needed.contains(&name) || possible.contains(&name);
        let unknown = given.iter().filter(|(name, _)| !is_known(name)).map(|(name, place)| {
            let fields = list(needed.iter().chain(*possible).copied());
            Mistake::at(
                place.clone(),
                format!("`{name}` means nothing for {what} of kind `{kind}`"),
            )
            .label("not a field here")
            .help(format!("fields: `kind`, {fields}"))
        });
        missing.chain(unknown).collect()
    }
}
