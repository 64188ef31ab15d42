//! The tables of a results folder, as far as prices need them.

use crate::diagnostics::Refusal;
use reports::tables::{Table, accounts, charges};
use serde::Deserialize;
use sim_core::fees::{Charge, IdleUse};
use sim_core::network::SubnetSpec;
use sim_core::profile::Profile;
use sim_core::units::{Bytes, Cycles};
use std::path::Path;
use std::str::FromStr;

/// A results folder or a profile cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file is missing or unreadable.
    #[error("cannot read `{file}`: {error}")]
    File {
        /// The file.
        file: String,
        /// Why.
        error: std::io::Error,
    },
    /// A file holds something else than icsim wrote.
    #[error("`{file}`, line {line}: {problem}")]
    Content {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What was found and expected.
        problem: String,
    },
    /// There is no profile of that name.
    #[error(
        "there is no profile `{name}`, and no file of that name; profiles: {}",
        Profile::NAMES.join(", ")
    )]
    NoProfile {
        /// What was asked for.
        name: String,
    },
    /// A profile's file has mistakes.
    #[error(transparent)]
    Mistakes(#[from] Refusal),
    /// A file is no profile.
    #[error("`{file}` is no profile: {problem}")]
    Profile {
        /// The file.
        file: String,
        /// Why.
        problem: String,
    },
}

/// A run as its folder tells it.
#[derive(Clone, Debug)]
pub struct RecordedRun {
    /// The profile it obeyed.
    pub profile: Profile,
    /// Its subnets.
    pub subnets: Vec<SubnetSpec>,
    /// What was paid, in the order of the table.
    pub paid: Vec<Paid>,
    /// What was left, likewise.
    pub accounts: Vec<Account>,
}

/// What a canister paid in a round for things of one kind and size.
#[derive(Clone, Debug)]
pub struct Paid {
    /// Nanoseconds from the start of the run.
    pub time_ns: u64,
    /// Number of the subnet.
    pub subnet: usize,
    /// The canister's principal.
    pub id: String,
    /// Its name.
    pub canister: String,
    /// For what.
    pub charge: Charge,
    /// How many.
    pub count: u64,
    /// How much in all.
    pub cycles: Cycles,
}

/// What a canister had left after a round.
#[derive(Clone, Debug)]
pub struct Account {
    /// Nanoseconds from the start of the run.
    pub time_ns: u64,
    /// Number of the subnet.
    pub subnet: usize,
    /// The canister's principal.
    pub id: String,
    /// Its main balance.
    pub balance: Cycles,
    /// Cycles reserved for memory.
    pub reserved: Cycles,
    /// What it took up.
    pub idle: IdleUse,
    /// Its freezing threshold in seconds.
    pub freezing_seconds: u64,
    /// Its code had 64-bit memory.
    pub wasm64: bool,
}

#[derive(Deserialize)]
struct Summary {
    subnets: Vec<SubnetEntry>,
}

#[derive(Deserialize)]
struct SubnetEntry {
    name: String,
    nodes: u64,
    #[serde(rename = "type")]
    kind: sim_core::network::SubnetKind,
    cost_schedule: sim_core::network::CostSchedule,
}

/// Reads a results folder.
///
/// # Errors
/// A file is missing, or is not as icsim writes it.
pub fn read(folder: &Path) -> Result<RecordedRun, ReadError> {
    let profile_file = folder.join(crate::run::output::PROFILE);
    let profile = toml::from_str(&text(&profile_file)?).map_err(|error: toml::de::Error| {
        ReadError::Profile {
            file: profile_file.display().to_string(),
            problem: error.message().to_owned(),
        }
    })?;
    let summary_file = folder.join(reports::write::SUMMARY);
    let summary: Summary = serde_json::from_str(&text(&summary_file)?)
        .map_err(|error| content(&summary_file, error.line() as u64, error.to_string()))?;
    let subnets: Vec<SubnetSpec> = summary.subnets.into_iter().map(SubnetEntry::spec).collect();
    let paid = rows(folder, &charges::TABLE, &subnets, Paid::of)?;
    let accounts = rows(folder, &accounts::TABLE, &subnets, Account::of)?;
    Ok(RecordedRun { profile, subnets, paid, accounts })
}

/// A file's text.
pub(super) fn text(path: &Path) -> Result<String, ReadError> {
    let file = path.display().to_string();
    std::fs::read_to_string(path).map_err(|error| ReadError::File { file, error })
}

fn content(path: &Path, line: u64, problem: String) -> ReadError {
    ReadError::Content { file: path.display().to_string(), line, problem }
}

impl SubnetEntry {
    fn spec(self) -> SubnetSpec {
        let SubnetEntry { name, nodes, kind, cost_schedule } = self;
        // Prices do not depend on who runs first.
        SubnetSpec { name, nodes, kind, cost_schedule, scheduler: None }
    }
}

/// A row under its header.
struct Row<'a> {
    record: &'a csv::StringRecord,
    header: &'a csv::StringRecord,
    subnets: &'a [SubnetSpec],
}

impl Row<'_> {
    fn text(&self, column: &str) -> Result<&str, String> {
        let place = self.header.iter().position(|name| name == column);
        place
            .and_then(|place| self.record.get(place))
            .ok_or_else(|| format!("there is no column `{column}`"))
    }

    fn number<N: FromStr>(&self, column: &str) -> Result<N, String> {
        let text = self.text(column)?;
        text.parse().map_err(|_| format!("`{column}`: found `{text}`, expected a whole number"))
    }

    fn cycles(&self, column: &str) -> Result<Cycles, String> {
        self.number(column).map(Cycles::new)
    }

    fn bytes(&self, column: &str) -> Result<Bytes, String> {
        self.number(column).map(Bytes::new)
    }

    fn subnet(&self) -> Result<usize, String> {
        let name = self.text("subnet")?;
        let place = self.subnets.iter().position(|subnet| subnet.name == name);
        place.ok_or_else(|| format!("`subnet`: the summary has no subnet `{name}`"))
    }
}

fn rows<T>(
    folder: &Path,
    table: &Table,
    subnets: &[SubnetSpec],
    of: impl Fn(&Row<'_>) -> Result<T, String>,
) -> Result<Vec<T>, ReadError> {
    let path = folder.join(table.file);
    let text = text(&path)?;
    let bad = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        content(&path, line, error.to_string())
    };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(bad)?.clone();
    let mut read = Vec::new();
    for record in reader.records() {
        let record = record.map_err(bad)?;
        let line = record.position().map_or(1, csv::Position::line);
        let row = Row { record: &record, header: &header, subnets };
        read.push(of(&row).map_err(|problem| content(&path, line, problem))?);
    }
    Ok(read)
}

impl Paid {
    fn of(row: &Row<'_>) -> Result<Paid, String> {
        let name = row.text("charge")?;
        let quantities = [row.number("quantity")?, row.number("second_quantity")?];
        let charge = Charge::from_parts(name, quantities)
            .ok_or_else(|| format!("`charge`: found `{name}`, which is none of {quantities:?}"))?;
        Ok(Paid {
            time_ns: row.number("time_ns")?,
            subnet: row.subnet()?,
            id: row.text("id")?.to_owned(),
            canister: row.text("canister")?.to_owned(),
            charge,
            count: row.number("count")?,
            cycles: row.cycles("cycles")?,
        })
    }
}

impl Account {
    fn of(row: &Row<'_>) -> Result<Account, String> {
        Ok(Account {
            time_ns: row.number("time_ns")?,
            subnet: row.subnet()?,
            id: row.text("id")?.to_owned(),
            balance: row.cycles("balance")?,
            reserved: row.cycles("reserved")?,
            idle: IdleUse {
                memory: row.bytes("memory_bytes")?,
                messages: row.bytes("message_bytes")?,
                compute: row.number("compute_percent")?,
            },
            freezing_seconds: row.number("freezing_s")?,
            wasm64: row.number::<u8>("wasm64")? == 1,
        })
    }
}
