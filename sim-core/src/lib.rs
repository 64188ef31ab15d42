//! The model of icsim.
pub mod distribution;
pub mod engine;
pub mod fees;
pub mod history;
pub mod id;
pub mod ledger;
pub mod network;
pub mod profile;
pub mod random;
pub mod record;
pub mod reject;
pub mod runtime;
pub mod time;
pub mod units;
pub mod world;
