//! The words of an expectation.

use super::parse::ParseError;
use super::value::Step;
use std::ops::Range;

/// A word, with its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

/// What a word is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// `and`, `or`, `not`, `true`, `false`, `null`, or the name of a value.
    Word(String),
    /// `sum(`: a name and the parenthesis after it.
    Function(String),
    /// `5T`, `2s`, `0.5`.
    Amount(String),
    /// `"text"`.
    Text(String),
    /// `query.bank.total()` with the steps after it; the range is that of the argument.
    Query { canister: String, method: String, argument: Range<usize>, path: Vec<Step> },
    /// `<=`, `+`, `(` and so on.
    Symbol(&'static str),
    /// The end of the text.
    End,
}

/// Longer spellings come first, so that `<=` is not read as `<`.
const SYMBOLS: [&str; 12] = ["<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "(", ")"];
/// Words that are no names.
pub(super) const KEYWORDS: [&str; 6] = ["and", "or", "not", "true", "false", "null"];
/// Where the name of a query begins.
const QUERY: &str = "query.";

/// All words of a text, the end included.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_space();
        let start = lexer.at;
        let kind = lexer.next()?;
        let ended = kind == Kind::End;
        tokens.push(Token { kind, range: start..lexer.at });
        if ended {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// The longest beginning of the rest all of whose characters fit.
    fn take(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !fits(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    fn next(&mut self) -> Result<Kind, ParseError> {
        let start = self.at;
        let Some(first) = self.peek() else { return Ok(Kind::End) };
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| self.rest().starts_with(**symbol)) {
            self.at += symbol.len();
            return Ok(Kind::Symbol(symbol));
        }
        match first {
            '"' => self.string().map(Kind::Text),
            '0'..='9' => {
                let amount = self.take(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '%'));
                Ok(Kind::Amount(amount.replace('_', "")))
            }
            c if is_of_name(c) => self.word(),
            c => {
                let message = format!("found `{c}`, expected a value or an operator");
                Err(ParseError::new(start..start + c.len_utf8(), message))
            }
        }
    }

    fn word(&mut self) -> Result<Kind, ParseError> {
        let start = self.at;
        let mut word = self.take(is_of_name).to_owned();
        if KEYWORDS.contains(&word.as_str()) {
            return Ok(Kind::Word(word));
        }
        if self.peek() == Some('(') {
            self.at += 1;
            return match word.strip_prefix(QUERY) {
                Some(call) => self.query(call, start),
                None => Ok(Kind::Function(word)),
            };
        }
        // Names of canisters, subnets and workloads may have spaces in them.
        while let Some(next) = self.continued() {
            word.push(' ');
            word.push_str(next);
        }
        Ok(Kind::Word(word))
    }

    /// The next part of a name with spaces in it.
    fn continued(&mut self) -> Option<&'a str> {
        let before = self.at;
        self.skip_space();
        let next = self.take(is_of_name);
        let ends = next.is_empty()
            || KEYWORDS.contains(&next)
            || !next.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if ends {
            self.at = before;
        }
        (!ends).then_some(next)
    }

    /// A query after its opening parenthesis.
    fn query(&mut self, call: &str, start: usize) -> Result<Kind, ParseError> {
        let Some((canister, method)) = call.rsplit_once('.') else {
            let message = "a query names a canister and a method".to_owned();
            let error = ParseError::new(start..self.at, message);
            return Err(error.help("for example `query.ledger.total_supply()`"));
        };
        let argument = self.argument(start)?;
        let (canister, method) = (canister.to_owned(), method.to_owned());
        Ok(Kind::Query { canister, method, argument, path: self.path()? })
    }

    /// The range of an argument up to its closing parenthesis, which is passed over.
    fn argument(&mut self, start: usize) -> Result<Range<usize>, ParseError> {
        let begin = self.at;
        let mut depth = 1;
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.string()?;
                    continue;
                }
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            self.at += c.len_utf8();
            if depth == 0 {
                return Ok(begin..self.at - 1);
            }
        }
        let message = "the argument of the query has no end".to_owned();
        Err(ParseError::new(start..self.at, message).help("a `)` is missing"))
    }

    fn path(&mut self) -> Result<Vec<Step>, ParseError> {
        let mut path = Vec::new();
        loop {
            let start = self.at;
            match self.peek() {
                Some('.') => {
                    self.at += 1;
                    let name = self.take(|c| c.is_alphanumeric() || c == '_');
                    if name.is_empty() {
                        let message = "the name of a field is missing".to_owned();
                        return Err(ParseError::new(start..self.at, message));
                    }
                    path.push(Step::Field(name.to_owned()));
                }
                Some('[') => {
                    self.at += 1;
                    let index = self.take(|c| c.is_ascii_digit()).parse();
                    let closed = self.rest().starts_with(']');
                    let (Ok(index), true) = (index, closed) else {
                        let message = "expected the number of an element, such as `[0]`".to_owned();
                        return Err(ParseError::new(start..self.at, message));
                    };
                    self.at += 1;
                    path.push(Step::Index(index));
                }
                _ => return Ok(path),
            }
        }
    }

    fn string(&mut self) -> Result<String, ParseError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(text),
                '\\' => {
                    let escaped = self.peek().unwrap_or('\\');
                    self.at += self.peek().map_or(0, char::len_utf8);
                    text.push(escaped);
                }
                c => text.push(c),
            }
        }
        Err(ParseError::new(start..self.at, "the text has no end".to_owned()))
    }
}

/// Whether a character can stand in a name. Operators of arithmetic can, so they need spaces around.
fn is_of_name(c: char) -> bool {
    !c.is_whitespace() && !"<>=!()[]\",".contains(c)
}
