//! What a finished run would have cost under other prices, without running it again.
//!
//! The run's `charges.csv` holds the quantities every price was made from, so each charge is priced
//! anew, with its own rounding, under the other profile: `read` takes the tables in,
//! `compute` prices them, `print` and `json` show the result. The history stays the
//! one that was recorded. That is exact as long as no canister would have acted, or been treated,
//! differently: until the first one would have been frozen or out of cycles, or would not have been.

mod compute;
mod json;
mod print;
mod read;

pub use compute::{Change, Fate, Repriced, compute};
pub use json::json;
pub use print::text;
pub use read::{Account, Paid, ReadError, RecordedRun, read};

use crate::diagnostics::Refusal;
use crate::source::Source;
use sim_core::profile::Profile;
use std::path::Path;

/// The profile called `name`: a built-in one, or that of a file.
///
/// # Errors
/// There is none, or the file does not hold one.
pub fn profile(name: &str) -> Result<Profile, ReadError> {
    if let Some(profile) = Profile::named(name) {
        return Ok(profile);
    }
    if !Path::new(name).exists() {
        return Err(ReadError::NoProfile { name: name.to_owned() });
    }
    let path = Path::new(name).to_owned();
    let source = Source { text: read::text(&path)?, path, ..Source::default() };
    let profile = crate::resolve::profile_of_text(&source.text);
    profile.map_err(|mistakes| ReadError::Mistakes(Refusal::new(source, mistakes)))
}
