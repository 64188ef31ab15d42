//! Sweeps: one scenario at many points, each point from many seeds.
//!
//! Modules in the order in which a sweep flows through them:
//!
//! | module | what it is |
//! |---|---|
//! | [`plan`] | `[sweep]` of a scenario file as points: changes laid over the scenario |
//! | [`axis`], [`quantity`], [`latin`] | one swept field: lists, ranges, Latin hypercubes |
//! | [`seeds`] | the seed of each replication |
//! | [`programs`] | modules compiled once for all runs |
//! | [`execute`] | all runs, in parallel, streamed to whoever writes them down |
//! | [`journal`] | finished runs on disk, so that a sweep can be resumed |
//! | [`table`], [`precision`] | results as tidy rows; whether they are precise enough |
//! | [`figures`] | the results drawn |
//! | [`manifest`] | what a sweep was made from, and the digest of every run |
//! | [`job`] | all of these together |
//! | `columnar` | the tables as Parquet, with the feature `parquet` |
//! | [`merge`] | the shards of one sweep brought together |
//! | [`emit`] | shards and merge as jobs of a cluster |

pub mod axis;
#[cfg(feature = "parquet")]
pub mod columnar;
pub mod emit;
pub mod execute;
pub mod figures;
pub mod job;
pub mod journal;
pub mod latin;
pub mod manifest;
pub mod merge;
pub mod plan;
pub mod precision;
pub mod programs;
pub mod quantity;
pub mod seeds;
pub mod table;
