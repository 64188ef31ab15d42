//! What executing canisters costs.

mod call;
mod kit;
mod rollback;

use criterion::{criterion_group, criterion_main};

criterion_group!(benches, call::call, rollback::rollback);
criterion_main!(benches);
