//! The stored trace: a run in one compact file, from which everything else can be made again.
//!
//! ```text
//!   "icsim trace\n"  format (u32, little-endian)
//!   frame*           kind (u8)  length (u32, little-endian)  body (postcard)
//!       0  Head      what was run, and which level of records follows; first
//!       1  Chunk     up to 4,096 records of one subnet, in order
//!       2  Tail      digest, and the canisters as they ended; last
//!       3  Contents  what messages said whose records follow: texts, each once, and where they belong
//!       4  Epoch     the end of an epoch: what follows is later, on every subnet
//! ```
//!
//! A trace is written while the run goes on, epoch by epoch: in each the chunks of the subnets in order.
//! Put together subnet by subnet, the records are in canonical order, over which the trace digest is
//! taken. A file without its tail was cut off, and is refused. Writing holds one chunk at a time;
//! [`Stream`] reads one epoch at a time.
//!
//! A file is read by the version of the format that wrote it: records are stored as the fields of
//! [`sim_core::record`] in order, so a change there is a new [`FORMAT`], which a test reminds of.

mod contents;
mod level;
mod read;
mod stream;
mod write;

pub use level::Level;
pub use read::{ReadError, read, read_head};
pub use stream::Stream;
pub use write::{Writer, write};

use crate::candid::Interfaces;
use crate::charts::spec::Spec;
use crate::run::RunReport;
use serde::{Deserialize, Serialize};
use sim_core::history::{CanisterSummary, Digest, History};
use sim_core::id::SubnetId;
use sim_core::network::{CostSchedule, SubnetKind};
use sim_core::profile::Profile;
use sim_core::record::Record;
use sim_core::time::SimDuration;

/// The file's name within a results folder.
pub const FILE: &str = "trace.icsim";
/// The number of the format. To be raised whenever a stored record changes its fields.
pub const FORMAT: u32 = 2;

const MAGIC: &[u8; 12] = b"icsim trace\n";
const CHUNK: usize = 4_096;

/// A stored run, read back.
#[derive(Clone, Debug)]
pub struct Stored {
    /// What was run.
    pub head: Head,
    /// What happened, as far as the level of the trace tells.
    pub history: History,
    /// The profile the run obeyed.
    pub profile: Profile,
}

impl Stored {
    /// The run as a report is made of it.
    pub fn report(&self) -> RunReport<'_> {
        RunReport {
            history: &self.history,
            profile: &self.profile,
            title: &self.head.title,
            description: self.head.description.as_deref(),
            scenario_file: &self.head.scenario_file,
            command: &self.head.command,
            version: &self.head.version,
            figures: &self.head.figures,
            interfaces: &self.head.interfaces,
            disappointments: &[],
        }
    }
}

/// What was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The version of icsim that ran it.
    pub version: String,
    /// Which records follow.
    pub level: Level,
    /// The scenario's title.
    pub title: String,
    /// The question the scenario asks.
    pub description: Option<String>,
    /// The scenario file as the user named it.
    pub scenario_file: String,
    /// The command that repeats the run.
    pub command: String,
    /// The figures wanted.
    pub figures: Vec<Spec>,
    /// What its canisters declare.
    pub interfaces: Interfaces,
    /// The profile in force, as JSON.
    profile: String,
    seed: u64,
    tie_seed: Option<u64>,
    duration: SimDuration,
}

#[derive(Serialize, Deserialize)]
struct Tail {
    digest: Digest,
    events: u64,
    subnets: Vec<SubnetTail>,
}

#[derive(Serialize, Deserialize)]
struct SubnetTail {
    id: SubnetId,
    name: String,
    nodes: u64,
    kind: SubnetKind,
    cost_schedule: CostSchedule,
    canisters: Vec<CanisterSummary>,
}

/// Records of the subnet at a place in the history.
#[derive(Deserialize)]
struct Chunk {
    place: u32,
    records: Vec<Record>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FrameKind {
    Head = 0,
    Chunk = 1,
    Tail = 2,
    Contents = 3,
    Epoch = 4,
}

impl FrameKind {
    fn of(number: u8) -> Option<FrameKind> {
        [FrameKind::Head, FrameKind::Chunk, FrameKind::Tail, FrameKind::Contents, FrameKind::Epoch]
            .into_iter()
            .find(|kind| *kind as u8 == number)
    }
}
