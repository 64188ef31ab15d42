//! What expectations calculate with: numbers without bound, texts, and what Candid replies are made of.

use candid::types::Label;
use candid::types::value::{IDLField, IDLValue};
use candid::{Int, Nat, idl_hash};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: Candid's `null`, or an optional value that is absent.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(Int),
    /// A number with a fraction: a quotient, or one of Candid's.
    Float(f64),
    /// A text or a principal.
    Text(String),
    /// Candid's `vec` or `blob`.
    List(Vec<Value>),
    /// Candid's `record`: hash of each field's name, the name as far as it is known, the value.
    Record(Vec<(u32, String, Value)>),
    /// Candid's `variant`: hash of the name, the name, the value.
    Variant(u32, String, Box<Value>),
    /// One value for each of several canisters or subnets.
    Many(Vec<Value>),
}

/// Names of fields by their hashes, as far as they are known.
pub type Labels = BTreeMap<u32, String>;

/// A step into a value: `.field`, `[3]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A field of a record, or the value of a variant of that name.
    Field(String),
    /// An element of a list.
    Index(usize),
}

impl Value {
    /// A whole number.
    pub fn int(number: u128) -> Value {
        Value::Int(Int::from(Nat::from(number)))
    }

    /// A reply: its only value, or a record of several with the fields `0`, `1` and so on.
    pub fn of_reply(mut values: Vec<IDLValue>, labels: &Labels) -> Value {
        if values.len() == 1 {
            return Value::of(values.remove(0), labels);
        }
        let value = |value| Value::of(value, labels);
        let field = |(index, inner): (u32, IDLValue)| (index, index.to_string(), value(inner));
        match values.is_empty() {
            true => Value::Null,
            false => Value::Record((0u32..).zip(values).map(field).collect()),
        }
    }

    /// A Candid value. An optional one that is there is as good as itself.
    pub fn of(value: IDLValue, labels: &Labels) -> Value {
        let inner = |value| Value::of(value, labels);
        let field = |IDLField { id, val }: IDLField| {
            let name = match &id {
                Label::Named(name) => name.clone(),
                Label::Id(id) | Label::Unnamed(id) => match labels.get(id) {
                    Some(name) => name.clone(),
                    None => id.to_string(),
                },
            };
            (id.get_id(), name, inner(val))
        };
        match value {
            IDLValue::Null | IDLValue::None | IDLValue::Reserved => Value::Null,
            IDLValue::Bool(truth) => Value::Bool(truth),
            IDLValue::Text(text) | IDLValue::Number(text) => Value::Text(text),
            IDLValue::Float64(number) => Value::Float(number),
            IDLValue::Float32(number) => Value::Float(number.into()),
            IDLValue::Opt(value) => inner(*value),
            IDLValue::Vec(values) => Value::List(values.into_iter().map(inner).collect()),
            IDLValue::Blob(bytes) => {
                Value::List(bytes.into_iter().map(|byte| Value::int(byte.into())).collect())
            }
            IDLValue::Record(fields) => Value::Record(fields.into_iter().map(field).collect()),
            IDLValue::Variant(variant) => {
                let (id, name, value) = field(*variant.0);
                Value::Variant(id, name, Box::new(value))
            }
            IDLValue::Principal(id) | IDLValue::Service(id) => Value::Text(id.to_text()),
            IDLValue::Func(id, method) => Value::Text(format!("{id}.{method}")),
            number => Value::Int(whole(number)),
        }
    }

    /// What a step into the value leads to, if anything.
    pub fn step(&self, step: &Step) -> Option<Value> {
        match (self, step) {
            (Value::Many(values), step) => {
                values.iter().map(|value| value.step(step)).collect::<Option<_>>().map(Value::Many)
            }
            (Value::List(values), Step::Index(index)) => values.get(*index).cloned(),
            (Value::Record(fields), Step::Field(name)) => {
                let id = id_of(name);
                fields.iter().find(|field| field.0 == id).map(|field| field.2.clone())
            }
            (Value::Variant(id, _, value), Step::Field(name)) => {
                (*id == id_of(name)).then(|| (**value).clone())
            }
            _ => None,
        }
    }

    /// How two values compare; `None` if they cannot be compared. A variant compares with a text by
    /// its name.
    pub fn compare(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
            (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
                self.float()?.partial_cmp(&other.float()?)
            }
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Variant(id, ..), Value::Text(name)) => Some(id.cmp(&id_of(name))),
            (Value::Text(name), Value::Variant(id, ..)) => Some(id_of(name).cmp(id)),
            (Value::Null, Value::Null) => Some(Ordering::Equal),
            // An optional value that is there is more than none.
            (Value::Null, _) => Some(Ordering::Less),
            (_, Value::Null) => Some(Ordering::Greater),
            (a, b) => (a == b).then_some(Ordering::Equal),
        }
    }

    /// As a number with a fraction.
    pub fn float(&self) -> Option<f64> {
        match self {
            Value::Int(number) => number.to_string().replace('_', "").parse().ok(),
            Value::Float(number) => Some(*number),
            _ => None,
        }
    }
}

/// The hash a name has in Candid; a number stands for itself.
fn id_of(name: &str) -> u32 {
    name.parse().unwrap_or_else(|_| idl_hash(name))
}

fn whole(number: IDLValue) -> Int {
    match number {
        IDLValue::Int(number) => number,
        IDLValue::Nat(number) => number.into(),
        IDLValue::Nat8(number) => number.into(),
        IDLValue::Nat16(number) => number.into(),
        IDLValue::Nat32(number) => number.into(),
        IDLValue::Nat64(number) => number.into(),
        IDLValue::Int8(number) => number.into(),
        IDLValue::Int16(number) => number.into(),
        IDLValue::Int32(number) => number.into(),
        IDLValue::Int64(number) => number.into(),
        _ => Int::from(0),
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, values: &[Value]| {
            let shown: Vec<String> = values.iter().map(Value::to_string).collect();
            f.write_str(&shown.join(", "))
        };
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(truth) => write!(f, "{truth}"),
            Value::Int(number) => f.write_str(&number.to_string().replace('_', "")),
            Value::Float(number) => write!(f, "{number}"),
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Many(values) => list(f, values),
            Value::List(values) => {
                f.write_str("[")?;
                list(f, values)?;
                f.write_str("]")
            }
            Value::Record(fields) => {
                let shown: Vec<String> =
                    fields.iter().map(|(_, name, value)| format!("{name} = {value}")).collect();
                write!(f, "{{{}}}", shown.join("; "))
            }
            Value::Variant(_, name, value) if **value == Value::Null => f.write_str(name),
            Value::Variant(_, name, value) => write!(f, "{name}({value})"),
        }
    }
}
