//! Paths to fields of a scenario, such as `workload.ping-across.arrivals.rate`.

use std::fmt;

/// Names of fields from the outermost inwards.
///
/// An item of an array of tables is addressed by its `name`, by its place from 0, or, for all of
/// them, by `*`. A name that holds a dot stands in quotes: `workload."ping.play".start`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldPath(Vec<String>);

/// A path that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no path to a field; expected names with dots between them, such as `network.latency.median`"
)]
pub struct InvalidPath(String);

impl FieldPath {
    /// Reads a path.
    ///
    /// # Errors
    /// A name is empty, or a quotation mark is missing.
    pub fn parse(text: &str) -> Result<FieldPath, InvalidPath> {
        let mut names = vec![String::new()];
        let mut quoted = false;
        for char in text.trim().chars() {
            match char {
                '"' => quoted = !quoted,
                '.' if !quoted => names.push(String::new()),
                _ => names.iter_mut().last().into_iter().for_each(|name| name.push(char)),
            }
        }
        match quoted || names.iter().any(|name| name.trim().is_empty()) {
            true => Err(InvalidPath(text.to_owned())),
            false => Ok(FieldPath(names)),
        }
    }

    /// The path that goes on from this one.
    pub fn join(&self, inner: &FieldPath) -> FieldPath {
        FieldPath([self.0.as_slice(), &inner.0].concat())
    }

    /// A path of one name, taken as it is.
    pub fn name(name: &str) -> FieldPath {
        FieldPath(vec![name.to_owned()])
    }

    /// The names, at least one.
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            match name.contains('.') {
                true => write!(f, "{dot}\"{name}\"")?,
                false => write!(f, "{dot}{name}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_back_as_itself() {
        for text in ["duration", "network.latency.median", "workload.\"ping.play\".arrivals.rate"] {
            assert_eq!(FieldPath::parse(text).map(|path| path.to_string()), Ok(text.to_owned()));
        }
        let path = FieldPath::parse("workload.\"ping.play\".arg").expect("a path");
        assert_eq!(path.names(), ["workload", "ping.play", "arg"]);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", ".", "a..b", "a.", "\"a"] {
            assert!(FieldPath::parse(text).is_err(), "{text}");
        }
    }
}
