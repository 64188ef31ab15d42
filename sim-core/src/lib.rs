//! The model of icsim: a network of subnets in the manner of the Internet Computer, as a
//! deterministic discrete-event simulation.
//!
//! It knows no Wasm, reads no clock, and does no input or output: canister code runs behind the
//! [`runtime`] seam, and a run leaves a [`history`] behind.
//!
//! Modules in the order in which data flows through them:
//!
//! | module | what it is |
//! |---|---|
//! | [`units`], [`time`], [`id`], [`reject`] | quantities, instants, names, failure codes |
//! | [`profile`], [`fees`] | every price, limit and duration; the prices of one subnet |
//! | [`random`], [`distribution`], [`choice`] | named random streams; what is drawn from them |
//! | [`network`] | subnets and links |
//! | [`action`], [`fault`] | what is done to canisters meanwhile; what goes wrong on purpose |
//! | [`delivery`] | when messages are taken in, where the network leaves it open |
//! | [`world`] | what fixes a run, its set-up, and the run itself |
//! | [`look`] | examining and querying a world between two rounds |
//! | [`inside`] | a canister from the inside: queues, calls, globals, memory |
//! | [`engine`] | the event loop: processes, keys, windows |
//! | `subnet` | one process: block, induction, round, charging, streams, clients |
//! | `canister`, `queues`, `call_context`, `message` | a canister as its subnet keeps it |
//! | `roster` | the canisters of a subnet, and which of them are awake |
//! | `execution` | one message on one canister: paid, run, applied or dropped |
//! | [`runtime`] | the seam behind which code runs, and the effects that come back |
//! | [`modelled`] | a runtime of its own: canisters whose behaviour is data |
//! | [`scheduler`] | who is executed first, and on which virtual thread |
//! | [`management`] | the management canister as callers see it |
//! | [`ledger`] | the books: where cycles are and what they are burned for |
//! | [`record`], [`sink`], [`history`] | what a run hands over as it goes, or leaves behind |
//! | [`sandbox`] | a world driven by hand |

pub mod action;
mod call_context;
mod canister;
pub mod choice;
pub mod delivery;
pub mod distribution;
pub mod engine;
mod execution;
pub mod fault;
pub mod fees;
pub mod history;
pub mod id;
pub mod inside;
pub mod ledger;
pub mod look;
pub mod management;
pub mod message;
pub mod modelled;
pub mod network;
pub mod profile;
mod queues;
pub mod random;
pub mod record;
pub mod reject;
mod roster;
pub mod runtime;
pub mod sandbox;
pub mod scheduler;
pub mod sink;
mod subnet;
pub mod time;
pub mod units;
pub mod world;
