//! The `icsim` command.
fn main() {}
