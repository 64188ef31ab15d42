//! Canister execution on the `wasmi` interpreter, with the network's own metering.
//!
//! In the order in which a module and then a message pass through:
//!
//! - [`runtime`]: the entry; compiles a module once for all canisters that run it.
//! - `rules`: weights, overheads and limits of the profile, resolved for fast access.
//! - `operators`: Wasm operators and their names in the text format.
//! - `packed`: modules packed by gzip.
//! - `validation`: what the network accepts; gathers the `facts` of a module.
//! - `segments`: where instructions are counted, and how many.
//! - `sections`: the parts of a module that is written anew.
//! - `transform`: the module rewritten so that it counts its own instructions.
//! - `compile_cost`: what compiling costs.
//! - `program`: a compiled module, shared by its canisters.
//! - `instance`: a canister's code with its memories; runs tasks, pauses, commits, rolls back.
//! - `pool`: which canisters are live; the others are kept as an `image`.
//! - `meter`: what is left of the instructions granted, in a counter or in the interpreter's `fuel`.
//! - `stack`: what each function takes of the stack in the replica's compiled code.
//! - `live`: the interpreter's store behind an instance; `execution` runs a task on it.
//! - `entry`: entry points, as the System API tells them apart.
//! - `budget`: instructions granted and used, slice by slice.
//! - `host`: what System API functions work on; `message` is the part that lives for one task.
//! - `api`: the System API.
//! - `rollback`: the heap as it was before the task; `barrier` and `heap` see to it that code and
//!   System API record what they overwrite. `block_set` is a set of blocks. `stable`: stable memory with its overlay.
//! - `pages`: which pages a task has touched, where that is charged.
//! - [`inspection`]: a module seen from outside, accepted or not.
//! - `failure`: traps and violations as the replica reports them.
//! - `canary`: checks at start-up that the interpreter still behaves.

mod api;
mod barrier;
mod block_set;
mod budget;
mod canary;
mod compile_cost;
mod entry;
mod execution;
mod facts;
mod failure;
mod fuel;
mod heap;
mod host;
mod image;
pub mod inspection;
mod instance;
mod live;
mod message;
mod meter;
mod operators;
mod packed;
mod pages;
mod pool;
mod program;
mod rollback;
mod rules;
pub mod runtime;
mod sections;
mod segments;
mod stable;
mod stack;
mod transform;
mod validation;

pub use canary::BrokenInterpreter;
pub use runtime::{Options, WasmiRuntime};
