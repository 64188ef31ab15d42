//! The canisters of the collection run, in every language and with either width of memory: each is
//! installed and called, and its Candid answers say what it did.

mod c;
mod kit;
mod motoko;
mod rust;
mod upgrades;
