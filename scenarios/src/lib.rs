//! The scenario language, workloads, and the `icsim` command.
//!
//! Modules in the order in which a scenario flows through them:
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`source`] | a path | the scenario file's text |
//! | [`document`] | TOML text | the file's fields as written, each with its place |
//! | [`resolve`] | the fields | a scenario in which every name, number and argument is settled |
//! | [`rate`], [`share`], [`arrivals`] | `"5/s"`, `"25%"` | the times at which a workload sends |
//! | [`schedule`] | `every = "10s"` | the times at which something planned happens |
//! | [`expect`] | `"latency.p99 < 2s"` | what has to hold in a run, checked while it runs |
//! | [`probe`] | `query.bank.total()` | what is recorded of it every so often |
//! | [`scenario`] | a scenario and a seed | what `sim_core` runs, and `scenario.toml` |
//! | [`setup`] | a world that cannot be set up | the place in the file that is to blame |
//! | [`diagnostics`] | mistakes | text with file, line and column |
//! | [`run`] | a scenario | a folder of results |
//! | [`reprice`] | a folder of results | what it would have cost under other prices |
//! | [`schema`] | the types of [`document`] | a JSON Schema, for editors |
//! | [`script`] | steps in a JSON file | their results |
//! | [`conformance`] | recordings of a real replica | verdicts: agreement, or the first difference |
//! | [`calibrate`] | a run of canisters with code | modelled canisters that do the like |
//! | [`explore`] | a scenario | an order of messages under which it goes wrong, made small and explained |
//! | [`sweep`] | a scenario with `[sweep]` | tables over points and replications |
//! | [`cli`] | command-line arguments | an exit code |

pub mod arrivals;
pub mod calibrate;
pub mod cli;
pub mod conformance;
pub mod diagnostics;
pub mod document;
pub mod expect;
pub mod explore;
pub mod probe;
pub mod rate;
pub mod reprice;
pub mod resolve;
pub mod run;
pub mod scenario;
pub mod schedule;
pub mod schema;
pub mod script;
pub mod setup;
pub mod share;
pub mod source;
pub mod sweep;
