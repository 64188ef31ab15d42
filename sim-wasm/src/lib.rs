//! sim-wasm
