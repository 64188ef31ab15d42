//! What an expectation comes to, given what is found for its operands.

use super::parse::{Function, Node, Operator};
use super::value::Value;
use std::cmp::Ordering;

/// Why something has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// There is nothing of the kind, or it makes no sense: what needs it does not hold.
    Nothing(String),
    /// A canister does not answer queries at present: what needs it is neither true nor false.
    Silent(String),
}

/// A value, or why there is none.
pub type Found = Result<Value, Unknown>;

/// What a node comes to, with what was found for the operands.
pub fn value(node: &Node, operands: &[Found]) -> Found {
    match node {
        Node::Value(value) => Ok(value.clone()),
        Node::Operand(index) => match operands.get(*index) {
            Some(found) => found.clone(),
            None => Err(Unknown::Nothing("nothing".to_owned())),
        },
        Node::Not(inner) => truth(inner, operands).map(|truth| Value::Bool(!truth)),
        Node::Negative(inner) => {
            arithmetic(Operator::Minus, &Value::int(0), &value(inner, operands)?)
        }
        Node::Binary(Operator::And, left, right) => both(true, left, right, operands),
        Node::Binary(Operator::Or, left, right) => both(false, left, right, operands),
        Node::Binary(operator, left, right) => {
            let (left, right) = (value(left, operands)?, value(right, operands)?);
            match operator {
                Operator::Plus | Operator::Minus | Operator::Times | Operator::Over => {
                    each(&left, &right, &|a, b| arithmetic(*operator, a, b)).map(many)
                }
                _ => compare(*operator, &left, &right).map(Value::Bool),
            }
        }
        Node::Call(function, inner) => call(*function, value(inner, operands)?),
    }
}

/// Whether a node is true.
///
/// # Errors
/// It is neither true nor false.
pub fn truth(node: &Node, operands: &[Found]) -> Result<bool, Unknown> {
    match value(node, operands)? {
        Value::Bool(truth) => Ok(truth),
        Value::Many(values) if values.iter().all(|value| matches!(value, Value::Bool(_))) => {
            Ok(values.iter().all(|value| *value == Value::Bool(true)))
        }
        other => Err(Unknown::Nothing(format!("{other} is neither true nor false"))),
    }
}

/// The parts of a node that all have to be true.
pub fn conjuncts(node: &Node) -> Vec<&Node> {
    match node {
        Node::Binary(Operator::And, left, right) => [conjuncts(left), conjuncts(right)].concat(),
        node => vec![node],
    }
}

/// The numbers of the operands a node needs.
pub fn needs(node: &Node) -> Vec<usize> {
    match node {
        Node::Value(_) => Vec::new(),
        Node::Operand(index) => vec![*index],
        Node::Not(inner) | Node::Negative(inner) | Node::Call(_, inner) => needs(inner),
        Node::Binary(_, left, right) => [needs(left), needs(right)].concat(),
    }
}

/// `and` if `wanted` is true, else `or`: one side can decide alone, whatever is unknown of the other.
fn both(wanted: bool, left: &Node, right: &Node, operands: &[Found]) -> Found {
    let sides = [truth(left, operands), truth(right, operands)];
    if sides.contains(&Ok(!wanted)) {
        return Ok(Value::Bool(!wanted));
    }
    let [left, right] = sides;
    left.and(right).map(Value::Bool)
}

/// Compares; of many values all have to fulfil it.
fn compare(operator: Operator, left: &Value, right: &Value) -> Result<bool, Unknown> {
    let holds = |a: &Value, b: &Value| {
        let order = a.compare(b);
        let is = |fits: fn(Ordering) -> bool| order.map(fits);
        let holds = match operator {
            Operator::Less => is(Ordering::is_lt),
            Operator::LessOrEqual => is(Ordering::is_le),
            Operator::Greater => is(Ordering::is_gt),
            Operator::GreaterOrEqual => is(Ordering::is_ge),
            Operator::NotEqual => Some(order != Some(Ordering::Equal)),
            _ => Some(order == Some(Ordering::Equal)),
        };
        let incomparable = || Unknown::Nothing(format!("{a} and {b} cannot be compared"));
        holds.map(Value::Bool).ok_or_else(incomparable)
    };
    let results = each(left, right, &holds)?;
    Ok(results.iter().all(|result| *result == Value::Bool(true)))
}

/// A function of two values for each pair; single values go with each of many.
fn each(
    left: &Value,
    right: &Value,
    function: &dyn Fn(&Value, &Value) -> Found,
) -> Result<Vec<Value>, Unknown> {
    match (left, right) {
        (Value::Many(left), Value::Many(right)) if left.len() == right.len() => {
            left.iter().zip(right).map(|(a, b)| function(a, b)).collect()
        }
        (Value::Many(left), Value::Many(right)) => {
            let (left, right) = (left.len(), right.len());
            Err(Unknown::Nothing(format!("{left} values stand against {right}")))
        }
        (Value::Many(left), right) => left.iter().map(|value| function(value, right)).collect(),
        (left, Value::Many(right)) => right.iter().map(|value| function(left, value)).collect(),
        (left, right) => function(left, right).map(|value| vec![value]),
    }
}

fn many(mut values: Vec<Value>) -> Value {
    if values.len() == 1 { values.remove(0) } else { Value::Many(values) }
}

fn arithmetic(operator: Operator, left: &Value, right: &Value) -> Found {
    let impossible = || Unknown::Nothing(format!("{left} and {right} are not both numbers"));
    if let (Value::Int(a), Value::Int(b)) = (left, right) {
        let (a, b) = (a.clone(), b.clone());
        match operator {
            Operator::Plus => return Ok(Value::Int(a + b)),
            Operator::Minus => return Ok(Value::Int(a - b)),
            Operator::Times => return Ok(Value::Int(a * b)),
            _ => {}
        }
    }
    let (Some(a), Some(b)) = (left.float(), right.float()) else { return Err(impossible()) };
    Ok(Value::Float(match operator {
        Operator::Plus => a + b,
        Operator::Minus => a - b,
        Operator::Times => a * b,
        _ if b == 0.0 => return Err(Unknown::Nothing(format!("{left} is divided by zero"))),
        _ => a / b,
    }))
}

fn call(function: Function, value: Value) -> Found {
    let values = match value {
        Value::Many(values) | Value::List(values) => values,
        Value::Text(text) if function == Function::Len => {
            return Ok(Value::int(text.chars().count() as u128));
        }
        one => vec![one],
    };
    let better = |wanted: Ordering| {
        let best = values
            .iter()
            .cloned()
            .reduce(|best, value| if value.compare(&best) == Some(wanted) { value } else { best });
        best.ok_or_else(|| Unknown::Nothing("the list is empty".to_owned()))
    };
    match function {
        Function::Len => Ok(Value::int(values.len() as u128)),
        Function::Min => better(Ordering::Less),
        Function::Max => better(Ordering::Greater),
        Function::Sum => values
            .iter()
            .try_fold(Value::int(0), |sum, value| arithmetic(Operator::Plus, &sum, value)),
    }
}
