//! Everything that leaves a run: tables, a summary, figures and a page that shows them.
//!
//! The one input is a finished run ([`run::RunReport`], around a [`sim_core::history::History`]);
//! the one entry is [`write_report`]. The same run gives the same files, byte for byte.
//!
//! The modules, in the order in which data flows through them:
//!
//! - [`run`]: what a report is about; [`error`]: what can go wrong
//! - [`names`], [`messages`], [`rounds`]: the history, joined and named
//! - [`candid`]: arguments and answers in words
//! - [`latency`], [`durations`], [`quantiles`], [`bins`]: samples and what is said of them
//! - [`accounts`], [`tallies`], [`traffic`], [`trees`]: what is counted and kept while a run goes on
//! - [`revenue`]: what cycles are worth
//! - [`steady`]: what was measured after the warm-up; [`analysis`]: these together, computed once
//! - [`reporter`]: a report in the making, which takes a run epoch by epoch
//! - [`tables`]: the CSV tables (`sorted_rows` brings rows into order); [`summary`]: the key figures; [`human`]: numbers for people
//! - [`littles_law`]: what must hold of every run
//! - [`metrics`]: a run as named numbers, for sweeps; [`statistics`]: what samples of them say
//! - [`theme`], [`scene`], [`ticks`], [`panel`], [`legend`], [`decimate`]: the parts of a figure;
//!   `font` and [`canvas`]: how it becomes SVG and PNG (`pdf`: PDF)
//! - [`charts`]: the figures
//! - [`page`]: the HTML report
//! - [`store`]: the trace file; [`export`]: the same for other tools
//! - [`causes`], [`sequence`], [`diagram`], [`story`]: what led to what; [`divergence`]: where two runs part
//! - [`mod@write`]: all of it, as files

pub mod accounts;
pub mod analysis;
pub mod bins;
pub mod candid;
pub mod canvas;
pub mod causes;
pub mod charts;
pub mod decimate;
pub mod diagram;
pub mod divergence;
pub mod durations;
pub mod error;
pub mod export;
mod font;
pub mod human;
pub mod latency;
pub mod legend;
pub mod littles_law;
pub mod messages;
pub mod metrics;
pub mod names;
pub mod page;
pub mod panel;
#[cfg(feature = "pdf")]
mod pdf;
pub mod quantiles;
pub mod reporter;
pub mod revenue;
pub mod rounds;
pub mod run;
pub mod scene;
pub mod sequence;
mod sorted_rows;
pub mod statistics;
pub mod steady;
pub mod store;
pub mod story;
pub mod summary;
pub mod tables;
pub mod tallies;
pub mod theme;
pub mod ticks;
pub mod traffic;
pub mod trees;
pub mod write;

pub use error::ReportError;
pub use run::RunReport;
pub use summary::Summary;
pub use write::{summarise, write_report};
