//! Reports of a synthetic run, from the history to the files.

mod charts;
mod report;
mod summary;
mod synthetic;
mod tables;
