//! Reports of a synthetic run, from the history to the files.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod charts;
mod messages;
mod metrics;
mod report;
mod summary;
mod synthetic;
mod tables;
