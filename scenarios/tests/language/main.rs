//! The scenario language: what is understood, and what is said of mistakes.

mod arrivals;
mod candid;
mod experiments;
mod mistakes;
mod mistakes_in_arguments;
mod mistakes_in_setup;
mod module_reader;
mod resolved;
mod support;
