//! What executing a canister means, as examples. Each file is one subject.

mod kit;

mod calls;
mod counts;
mod engine;
mod entry_points;
mod eviction;
mod growth;
mod hostile;
mod limits;
mod metering;
mod motoko;
mod pages;
mod pausing;
mod refusals;
mod replica;
mod replies;
mod rollback;
mod stack;
mod surroundings;
mod wasm64;
mod wasmtime;
