//! Reports of a synthetic run, from the history to the files.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod browser;
mod charts;
mod divergence;
mod export;
mod messages;
mod metrics;
#[cfg(feature = "parquet")]
mod parquet;
mod report;
mod store;
mod summary;
mod sweeps;
mod synthetic;
mod tables;
