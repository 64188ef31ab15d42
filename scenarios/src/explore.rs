//! Looks for a legal order of messages under which a scenario goes wrong, reduces it, tells the story.
//!
//! Modules in the order in which a bug flows through them:
//!
//! | module | what it is |
//! |---|---|
//! | [`strategy`] | which messages wait: one strategy for each file, each after a paper |
//! | [`trial`] | one history: a scenario, a seed, and who chooses |
//! | [`violation`], [`judge`] | what can be wrong with a history, and what is |
//! | [`coverage`] | how many different orders were seen |
//! | [`search`] | many trials, until one goes wrong |
//! | [`reduction`], [`ddmin`], [`shrink`] | the same failure with less: fewer held messages, less workload, less time |
//! | [`names`], [`failure`] | a failure as a file that can be kept as a test |
//! | [`parting`], [`matter`], [`explain`], `graph` | the failure in words and pictures |
//! | [`look`] | the world at one moment of the failure |
//! | [`hunt`] | all of it in order, as `icsim explore` does it |

pub mod coverage;
pub mod ddmin;
pub mod explain;
pub mod failure;
mod graph;
pub mod hunt;
pub mod judge;
pub mod look;
pub mod matter;
pub mod names;
pub mod parting;
pub mod reduction;
pub mod search;
pub mod shrink;
pub mod strategy;
pub mod trial;
pub mod violation;
