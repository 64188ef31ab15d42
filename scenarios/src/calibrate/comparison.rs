//! What a replacement changes: throughput and latency of the same clients under the same seed.

use reports::metrics::Metric;
use sim_core::time::SimDuration;

/// One number before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is.
    pub name: String,
    /// With code.
    pub code: f64,
    /// With models.
    pub model: f64,
}

impl Row {
    /// The change as a share of the value with code; none if that is zero.
    pub fn change(&self) -> Option<f64> {
        (self.code != 0.0).then(|| (self.model - self.code) / self.code)
    }
}

/// Throughput and latencies, of all messages and of each workload.
pub fn rows(code: &[Metric], model: &[Metric], duration: SimDuration) -> Vec<Row> {
    let compared = code.iter().filter_map(|metric| {
        let other = model.iter().find(|other| other.name == metric.name)?;
        let (scale, unit) = unit_of(&metric.name, duration)?;
        let (code, model) = (metric.value? as f64 * scale, other.value? as f64 * scale);
        Some(Row { name: format!("{} [{unit}]", metric.name), code, model })
    });
    compared.collect()
}

/// How a metric is shown, if it is one of throughput or latency.
fn unit_of(name: &str, duration: SimDuration) -> Option<(f64, &'static str)> {
    let is_client = !name.starts_with("calls.");
    let last = name.rsplit('.').next()?;
    match last {
        "replied" if is_client => Some((1.0 / duration.as_secs_f64(), "1/s")),
        "p50" | "p99" if is_client => Some((1e-9, "s")),
        _ => None,
    }
}

/// The rows as a table, and whether a throughput or median changed by more than `allowed`.
pub fn table(rows: &[Row], allowed: f64) -> (String, bool) {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    let mut text = format!("{:width$}  {:>12}  {:>12}  {:>8}\n", "", "code", "model", "change");
    for row in rows {
        let change = row.change().map_or(String::new(), |share| format!("{:+.2} %", 100.0 * share));
        let Row { name, code, model } = row;
        text.push_str(&format!("{name:width$}  {code:>12.4}  {model:>12.4}  {change:>8}\n"));
    }
    let matters = |row: &&Row| !row.name.contains("p99");
    let moved = |row: &Row| row.change().is_some_and(|share| libm::fabs(share) > allowed);
    (text, rows.iter().filter(matters).any(moved))
}
