//! What executing canisters costs.

mod call;
mod kit;
mod metering;
mod plain;
mod rollback;
mod ten_thousand;

use criterion::{criterion_group, criterion_main};

criterion_group!(
    benches,
    call::call,
    call::counters,
    metering::metering,
    rollback::rollback,
    ten_thousand::ten_thousand
);
criterion_main!(benches);
