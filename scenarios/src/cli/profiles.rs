//! `icsim profiles`.

use super::arguments::{ProfilesArguments, ProfilesCommand};
use crate::run::exit::Exit;
use sim_core::profile::Profile;
use std::io::Write;

/// What each built-in profile is.
const ABOUT: [(&str, &str); Profile::NAMES.len()] = [
    ("2024-06", "the source tree of June 2024"),
    ("2026-mid", "published prices and limits of mid-2026"),
    ("2026-08", "the newest code read, of August 2026"),
];

/// Lists the profiles, or prints one.
pub(super) fn run(arguments: &ProfilesArguments) -> Exit {
    let text = match &arguments.command {
        None => Ok(list()),
        Some(ProfilesCommand::Show { name }) => show(name),
    };
    match text {
        // A closed pipe is no reason to fail: there is nobody left to tell.
        Ok(text) => drop(std::io::stdout().write_all(text.as_bytes())),
        Err(problem) => {
            eprintln!("icsim: {problem}");
            return Exit::WrongInput;
        }
    }
    Exit::Good
}

fn list() -> String {
    let line = |(name, about): &(&str, &str)| {
        let mark = if *name == Profile::DEFAULT { " (default)" } else { "" };
        format!("{name:<10} {about}{mark}\n")
    };
    ABOUT.iter().map(line).collect()
}

fn show(name: &str) -> Result<String, String> {
    // The arguments allow known profiles only.
    let profile = Profile::named(name).unwrap_or_default();
    toml::to_string(&profile).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_listed() {
        assert_eq!(ABOUT.map(|(name, _)| name), Profile::NAMES);
    }
}
