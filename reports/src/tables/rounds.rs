//! `rounds.csv`: what every round of every subnet did.
//!
//! [`TABLE`] says what its columns mean.

use super::{BURNED, Column, Table, burned_cells, column, count};
use crate::rounds;
use sim_core::history::History;
use sim_core::record::RoundSummary;
use sim_core::time::SimTime;
use std::io::Write;

/// The description of `rounds.csv`.
pub const TABLE: Table = Table {
    file: "rounds.csv",
    rows: "one round of one subnet; by subnet, then by height",
    groups: &[COLUMNS, &BURNED],
};

const COLUMNS: &[Column] = &[
    column("subnet", "", "the subnet's name"),
    count("height", "number of the round, from 1"),
    column("start_ns", "ns", "when the round began, from the start of the run"),
    column("duration_ns", "ns", "the block interval, or the execution if that was longer"),
    column("ingress", "messages", "ingress messages in the block"),
    column("stream_messages", "messages", "stream messages in the block"),
    count("executions", "executions, slices counted singly"),
    count("iterations", "inner iterations that executed something"),
    column("instructions", "instructions", "executed on all threads together"),
    column("busiest_thread_instructions", "instructions", "of the busiest thread, with overheads"),
    column("queued", "messages", "in input queues when execution began, the block's among them"),
    column("left_over", "messages", "still in input queues at the end of the round"),
    column("in_streams", "messages", "in outgoing streams, not yet acknowledged"),
    column("ingress_waiting", "messages", "ingress messages no block has included yet"),
];

/// Writes the table.
///
/// # Errors
/// `out` cannot be written to.
pub fn write<W: Write>(out: W, history: &History) -> csv::Result<()> {
    let mut writer = TABLE.begin(out)?;
    for subnet in &history.subnets {
        for (start, round) in rounds::of(subnet) {
            let cells = cells(start, round).map(|cell| cell.to_string());
            let row = std::iter::once(subnet.name.clone()).chain(cells);
            writer.write_record(row.chain(burned_cells(&round.burned)))?;
        }
    }
    writer.flush()?;
    Ok(())
}

fn cells(start: SimTime, round: &RoundSummary) -> impl Iterator<Item = u64> {
    [
        round.height,
        start.as_nanos(),
        round.duration.as_nanos(),
        round.ingress,
        round.stream_messages,
        round.executions,
        round.iterations,
        round.instructions.get(),
        round.busiest_thread.get(),
        round.queued,
        round.left_over,
        round.in_streams,
        round.ingress_waiting,
    ]
    .into_iter()
}
