//! Traces in the formats of other tools. Each is written from a finished or stored run.

pub mod dot;
pub mod fields;
pub mod jsonl;
pub mod mermaid;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod perfetto;
