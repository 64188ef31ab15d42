//! The small test kit that cross-crate tests share: where things are, and how to run a scenario.
