//! An expectation as written: text to a tree.

use super::token::{KEYWORDS, Kind, Token, tokens};
use super::value::{Step, Value};
use crate::diagnostics::did_you_mean;
use sim_core::time::SimDuration;
use sim_core::units::{Bytes, Cycles};
use std::ops::Range;

/// An expectation that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// What was found, and what was expected.
    pub message: String,
    /// Where in the text.
    pub range: Range<usize>,
    /// What to do.
    pub help: Option<String>,
}

impl ParseError {
    pub(super) fn new(range: Range<usize>, message: String) -> ParseError {
        ParseError { message, range, help: None }
    }

    pub(super) fn help(self, help: impl Into<String>) -> ParseError {
        ParseError { help: Some(help.into()), ..self }
    }
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A value that is written out.
    Value(Value),
    /// The operand of that number.
    Operand(usize),
    /// `not`.
    Not(Box<Node>),
    /// A minus sign.
    Negative(Box<Node>),
    /// Two nodes with an operator between them.
    Binary(Operator, Box<Node>, Box<Node>),
    /// A function of one value.
    Call(Function, Box<Node>),
}

/// An operator between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are what they are called")]
pub enum Operator {
    Or,
    And,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Plus,
    Minus,
    Times,
    Over,
}

/// A function of several values, or of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are what they are called")]
pub enum Function {
    Sum,
    Min,
    Max,
    Len,
}

/// Something whose value is found in a world.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// As written.
    pub text: String,
    /// Where.
    pub range: Range<usize>,
    /// What.
    pub what: What,
}

/// What an operand is.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A named value, such as `canister.bank.balance`.
    Name(String),
    /// The reply to a query.
    Query {
        /// The canister.
        canister: String,
        /// The method.
        method: String,
        /// The place of the argument's Candid text, without parentheses.
        argument: Range<usize>,
        /// Steps into the reply.
        path: Vec<Step>,
    },
}

/// A text that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The whole.
    pub root: Node,
    /// What it speaks of, in the order of the text.
    pub operands: Vec<Operand>,
}

const FUNCTIONS: [(&str, Function); 4] = [
    ("sum", Function::Sum),
    ("min", Function::Min),
    ("max", Function::Max),
    ("len", Function::Len),
];

const COMPARISONS: [(&str, Operator); 6] = [
    ("<", Operator::Less),
    ("<=", Operator::LessOrEqual),
    (">", Operator::Greater),
    (">=", Operator::GreaterOrEqual),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
];

const EXAMPLES: &str = "for example \"latency.p99 < 2s\", \"canister.ping.balance > 1T and rejected == 0\" or \
     \"query.bank.total() == 1000\"";

/// Reads an expectation: an expression that compares something found in a run.
///
/// # Errors
/// It is no expression, or does not depend on the run.
pub fn condition(text: &str) -> Result<Parsed, ParseError> {
    let parsed = expression(text)?;
    if !is_condition(&parsed.root) || parsed.operands.is_empty() {
        let message = "this compares nothing of a run".to_owned();
        return Err(ParseError::new(0..text.len(), message).help(EXAMPLES));
    }
    Ok(parsed)
}

/// Reads an expression.
///
/// # Errors
/// It is none.
pub fn expression(text: &str) -> Result<Parsed, ParseError> {
    let mut parser = Parser { text, tokens: tokens(text)?, at: 0, operands: Vec::new() };
    let root = parser.or()?;
    match parser.peek() {
        Kind::End => Ok(Parsed { root, operands: parser.operands }),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

/// Whether a node is true or false. A query may reply either.
fn is_condition(node: &Node) -> bool {
    match node {
        Node::Value(value) => matches!(value, Value::Bool(_)),
        Node::Binary(operator, ..) => {
            use Operator::{Minus, Over, Plus, Times};
            !matches!(operator, Plus | Minus | Times | Over)
        }
        Node::Not(_) => true,
        Node::Operand(_) => true,
        Node::Negative(_) | Node::Call(..) => false,
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    operands: Vec<Operand>,
}

impl Parser<'_> {
    fn peek(&self) -> &Kind {
        &self.tokens[self.at].kind
    }

    fn range(&self) -> Range<usize> {
        self.tokens[self.at].range.clone()
    }

    fn next(&mut self) -> Token {
        let token = self.tokens[self.at].clone();
        // The end is never passed.
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn unexpected(&self, expected: &str) -> ParseError {
        let range = self.range();
        let found = match self.peek() {
            Kind::End => "the end".to_owned(),
            _ => format!("`{}`", &self.text[range.clone()]),
        };
        ParseError::new(range, format!("found {found}, expected {expected}")).help(EXAMPLES)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Kind::Word(found) if found == word)
    }

    fn operator(&self, known: &[(&str, Operator)]) -> Option<Operator> {
        let Kind::Symbol(found) = self.peek() else { return None };
        known.iter().find(|(symbol, _)| symbol == found).map(|(_, operator)| *operator)
    }

    fn or(&mut self) -> Result<Node, ParseError> {
        let mut left = self.and()?;
        while self.is_word("or") {
            self.next();
            left = binary(Operator::Or, left, self.and()?);
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Node, ParseError> {
        let mut left = self.not()?;
        while self.is_word("and") {
            self.next();
            left = binary(Operator::And, left, self.not()?);
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Node, ParseError> {
        if self.is_word("not") {
            self.next();
            return Ok(Node::Not(Box::new(self.not()?)));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Node, ParseError> {
        let left = self.sum()?;
        let Some(operator) = self.operator(&COMPARISONS) else { return Ok(left) };
        self.next();
        let right = self.sum()?;
        match self.operator(&COMPARISONS) {
            None => Ok(binary(operator, left, right)),
            Some(_) => Err(self.unexpected("`and` between comparisons")),
        }
    }

    fn sum(&mut self) -> Result<Node, ParseError> {
        let mut left = self.product()?;
        while let Some(operator) = self.operator(&[("+", Operator::Plus), ("-", Operator::Minus)]) {
            self.next();
            left = binary(operator, left, self.product()?);
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Node, ParseError> {
        let mut left = self.factor()?;
        while let Some(operator) = self.operator(&[("*", Operator::Times), ("/", Operator::Over)]) {
            self.next();
            left = binary(operator, left, self.factor()?);
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<Node, ParseError> {
        let range = self.range();
        match self.peek().clone() {
            Kind::Symbol("-") => {
                self.next();
                Ok(Node::Negative(Box::new(self.factor()?)))
            }
            Kind::Symbol("(") => {
                self.next();
                let inner = self.or()?;
                self.close().map(|()| inner)
            }
            Kind::Amount(text) => {
                let value = amount(&text).ok_or_else(|| not_an_amount(&text, range))?;
                self.next();
                Ok(Node::Value(value))
            }
            Kind::Text(text) => {
                self.next();
                Ok(Node::Value(Value::Text(text)))
            }
            Kind::Function(name) => self.call(&name, range),
            Kind::Word(word) => self.word(word),
            Kind::Query { canister, method, argument, path } => {
                Ok(self.operand(What::Query { canister, method, argument, path }))
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    fn word(&mut self, word: String) -> Result<Node, ParseError> {
        let value = match word.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            word if KEYWORDS.contains(&word) => return Err(self.unexpected("a value")),
            _ => return Ok(self.operand(What::Name(word))),
        };
        self.next();
        Ok(Node::Value(value))
    }

    fn operand(&mut self, what: What) -> Node {
        let range = self.next().range;
        let text = self.text[range.clone()].to_owned();
        self.operands.push(Operand { text, range, what });
        Node::Operand(self.operands.len() - 1)
    }

    fn call(&mut self, name: &str, range: Range<usize>) -> Result<Node, ParseError> {
        let known = FUNCTIONS.iter().find(|(known, _)| *known == name);
        let Some((_, function)) = known else {
            let help = did_you_mean(name, "functions", FUNCTIONS.iter().map(|(name, _)| *name));
            let range = range.start..range.end - 1;
            return Err(ParseError::new(range, format!("there is no function `{name}`")).help(help));
        };
        self.next();
        let inner = self.or()?;
        self.close()?;
        Ok(Node::Call(*function, Box::new(inner)))
    }

    fn close(&mut self) -> Result<(), ParseError> {
        match self.peek() {
            Kind::Symbol(")") => {
                self.next();
                Ok(())
            }
            _ => Err(self.unexpected("`)`")),
        }
    }
}

fn binary(operator: Operator, left: Node, right: Node) -> Node {
    Node::Binary(operator, Box::new(left), Box::new(right))
}

/// An amount in any unit: durations in nanoseconds.
fn amount(text: &str) -> Option<Value> {
    let duration = || text.parse::<SimDuration>().ok().map(|time| u128::from(time.as_nanos()));
    let cycles = || text.parse::<Cycles>().ok().map(Cycles::get);
    let bytes = || text.parse::<Bytes>().ok().map(|bytes| u128::from(bytes.get()));
    if let Some(amount) = duration().or_else(cycles).or_else(bytes) {
        return Some(Value::int(amount));
    }
    let (digits, share) = match text.strip_suffix('%') {
        Some(digits) => (digits, 100.0),
        None => (text, 1.0),
    };
    digits.parse::<f64>().ok().map(|number| Value::Float(number / share))
}

fn not_an_amount(text: &str, range: Range<usize>) -> ParseError {
    let message = format!("`{text}` is no amount");
    ParseError::new(range, message)
        .help("expected a number, or one with a unit: `2s`, `5T`, `4MiB`, `10%`")
}
