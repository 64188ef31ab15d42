//! What a report is about.

use crate::candid::Interfaces;
use crate::charts::spec::Spec;
use sim_core::history::History;
use sim_core::profile::Profile;

/// A finished run and the words that go with it.
#[derive(Clone, Copy, Debug)]
pub struct RunReport<'a> {
    /// What happened.
    pub history: &'a History,
    /// The profile the run obeyed, overrides included.
    pub profile: &'a Profile,
    /// The scenario's title.
    pub title: &'a str,
    /// The question the scenario asks, if it says so.
    pub description: Option<&'a str>,
    /// The scenario file as the user named it.
    pub scenario_file: &'a str,
    /// The command that repeats the run.
    pub command: &'a str,
    /// The version of icsim that ran it.
    pub version: &'a str,
    /// The figures wanted.
    pub figures: &'a [Spec],
    /// How the canisters' arguments and answers are read.
    pub interfaces: &'a Interfaces,
    /// What was expected of the run in vain, a sentence each.
    pub disappointments: &'a [String],
}
