// Counts without Candid: argument and reply are bytes, so that what is measured is not their encoding.
use std::cell::Cell;

thread_local! { static COUNT: Cell<u64> = const { Cell::new(0) }; }

fn length(argument: Vec<u8>) -> usize {
    argument.len()
}

fn bytes(count: u64) -> Vec<u8> {
    count.to_le_bytes().to_vec()
}

#[ic_cdk::update(decode_with = "length", encode_with = "bytes")]
fn inc(_length: usize) -> u64 {
    COUNT.with(|count| {
        count.set(count.get() + 1);
        count.get()
    })
}

#[ic_cdk::query(decode_with = "length", encode_with = "bytes")]
fn get(_length: usize) -> u64 {
    COUNT.with(Cell::get)
}
