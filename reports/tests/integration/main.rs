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
#[cfg(feature = "pdf")]
mod pdf;
mod report;
mod reporter;
mod speech;
mod store;
mod summary;
mod sweeps;
mod synthetic;
mod tables;
