//! Answers and traces as results of steps hold them.

use super::values::to_hex;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use sim_core::runtime::Response;

/// Replies longer than this are described by length, hash, head and tail.
const LONG_REPLY: usize = 4_096;
const EXCERPT: usize = 32;

/// The fields of a result.
pub(super) type Fields = Map<String, Value>;

/// Iterations are numbered from that of the first entry.
pub(super) fn put_trace(result: &mut Fields, mut trace: Vec<Value>) {
    let first = trace.first().and_then(|entry| entry["iter"].as_u64()).unwrap_or(0);
    for entry in &mut trace {
        let number = entry["iter"].as_u64().unwrap_or(0);
        entry["iter"] = json!(number.saturating_sub(first));
    }
    if !trace.is_empty() {
        result.insert("trace".to_owned(), Value::Array(trace));
    }
}

/// A long reply by its length, hash, head and tail.
pub(crate) fn describe(reply: &[u8]) -> Value {
    let excerpt = EXCERPT.min(reply.len());
    json!({
        "len": reply.len(),
        "sha256": to_hex(&Sha256::digest(reply)),
        "head": to_hex(&reply[..excerpt]),
        "tail": to_hex(&reply[reply.len() - excerpt..]),
    })
}

pub(super) fn put_response(result: &mut Fields, response: &Response) {
    match response {
        Response::Reply(reply) if reply.len() > LONG_REPLY => {
            result.insert("reply".to_owned(), describe(reply));
        }
        Response::Reply(reply) => {
            result.insert("reply".to_owned(), json!(to_hex(reply)));
        }
        Response::Reject(reject) => {
            let described = json!({
                "code": reject.code.reject_code().number(),
                "error": reject.code.name(),
                "error_code": format!("IC0{}", reject.code.number()),
                "message": &*reject.message,
            });
            result.insert("reject".to_owned(), described);
        }
    }
}
