//! Recorded arrivals, read from a CSV file.

use super::Window;
use sim_core::random::Stream;
use sim_core::time::{SimDuration, SimTime};
use sim_core::world::Arrivals;
use std::sync::Arc;

pub(super) struct Trace {
    times: Arc<[SimDuration]>,
    next: usize,
    window: Window,
}

impl Trace {
    pub(super) fn new(times: Arc<[SimDuration]>, window: Window) -> Self {
        Trace { times, next: 0, window }
    }
}

impl Arrivals for Trace {
    fn next(&mut self, _previous: SimTime, _random: &mut Stream) -> Option<SimTime> {
        let time = self.window.start + *self.times.get(self.next)?;
        self.next += 1;
        (time < self.window.stop).then_some(time)
    }
}

/// A file that is no list of times.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}: `{found}` is no time; expected seconds such as 1.5, or a duration such as \"1500ms\""
)]
pub struct InvalidTrace {
    /// The line, from 1.
    pub line: u64,
    /// What stands there.
    pub found: String,
}

/// Reads times from the first column of CSV: seconds or durations, in any order. The first line may
/// be a head.
///
/// # Errors
/// The first cell that is no time.
pub fn read_trace(text: &str) -> Result<Vec<SimDuration>, InvalidTrace> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut times = Vec::new();
    for (index, row) in reader.records().enumerate() {
        let invalid = |line, found: &str| InvalidTrace { line, found: found.to_owned() };
        let row = row.map_err(|error| invalid(index as u64 + 1, &error.to_string()))?;
        let cell = row.get(0).unwrap_or_default();
        match time(cell) {
            Some(time) => times.push(time),
            None if index == 0 => {}
            None => return Err(invalid(row.position().map_or(0, csv::Position::line), cell)),
        }
    }
    times.sort_unstable();
    Ok(times)
}

fn time(cell: &str) -> Option<SimDuration> {
    // Seconds with up to nine digits after the point are exact as durations are.
    cell.parse().ok().or_else(|| format!("{cell}s").parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_seconds_and_as_durations() {
        let millis = |text: &str| {
            let times = read_trace(text).expect("are times");
            times.iter().map(|time| time.as_nanos() / 1_000_000).collect::<Vec<_>>()
        };
        assert_eq!(millis("time,user\n1.5,a\n250ms,b\n"), [250, 1_500]);
        assert_eq!(millis("0\n2"), [0, 2_000]);
    }

    #[test]
    fn what_is_no_time_is_found_at_its_line() {
        let error = read_trace("time\n1\nlater\n").expect_err("is no time");
        assert_eq!((error.line, error.found.as_str()), (3, "later"));
    }
}
