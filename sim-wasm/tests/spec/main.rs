//! What executing a canister means, as examples. Each file is one subject.

mod kit;

mod counts;
mod motoko;
mod replica;
