//! Recorded prices of operations.

use super::Verdict;
use serde_json::Value;

/// Computes the price of a case and compares it.
pub(super) fn judge(_case: &Value) -> Verdict {
    Verdict::Skipped("prices are not compared yet".to_owned())
}
