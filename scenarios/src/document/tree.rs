//! A TOML value of any shape, with the place of every key and value.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use std::fmt;
use toml::{Spanned, Value};

/// A TOML value whose fields are known only later: profile overrides, distributions.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// A table's keys and values.
    Table(Vec<(Spanned<String>, Spanned<Tree>)>),
    /// Anything else.
    Leaf(Value),
}

impl Tree {
    /// The same without places.
    pub fn to_value(&self) -> Value {
        match self {
            Tree::Leaf(value) => value.clone(),
            Tree::Table(entries) => {
                let plain = entries
                    .iter()
                    .map(|(key, value)| (key.get_ref().clone(), value.get_ref().to_value()));
                Value::Table(plain.collect())
            }
        }
    }

    /// The entries of a table; none for anything else.
    pub fn entries(&self) -> &[(Spanned<String>, Spanned<Tree>)] {
        match self {
            Tree::Table(entries) => entries,
            Tree::Leaf(_) => &[],
        }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or a table")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Leaf(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Leaf(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Leaf(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Leaf(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element::<Tree>()? {
            values.push(value.to_value());
        }
        Ok(Tree::Leaf(Value::Array(values)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Tree::Table(entries))
    }
}
