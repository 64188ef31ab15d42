//! One text or several: `target = "a"`, `target = ["a", "b"]`.

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use std::fmt;
use toml::Spanned;

/// Texts, each with its place if it is one of several.
#[derive(Clone, Debug, PartialEq)]
pub enum Texts {
    /// One.
    One(String),
    /// Several.
    Many(Vec<Spanned<String>>),
}

/// The texts of an entry, each with its place.
pub fn each(texts: &Spanned<Texts>) -> Vec<Spanned<String>> {
    match texts.get_ref() {
        Texts::One(text) => vec![Spanned::new(texts.span(), text.clone())],
        Texts::Many(texts) => texts.clone(),
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Texts::One(text) => serializer.serialize_str(text),
            Texts::Many(texts) => texts.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of strings")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Texts, E> {
        Ok(Texts::One(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Texts, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = seq.next_element()? {
            texts.push(text);
        }
        match texts.is_empty() {
            true => Err(A::Error::invalid_length(0, &self)),
            false => Ok(Texts::Many(texts)),
        }
    }
}
