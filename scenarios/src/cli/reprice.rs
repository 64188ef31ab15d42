//! `icsim reprice`.

use super::arguments::RepriceArguments;
use super::terminal;
use crate::reprice;
use crate::run::exit::Exit;
use std::io::Write;

/// Prints what a finished run would have cost under other prices.
pub(super) fn run(arguments: &RepriceArguments) -> Exit {
    let answer = reprice::profile(&arguments.profile)
        .and_then(|profile| Ok((profile, reprice::read(&arguments.run)?)));
    let (profile, run) = match answer {
        Ok(answer) => answer,
        Err(reprice::ReadError::Mistakes(refusal)) => {
            eprint!("{}", refusal.render(terminal::look()));
            return Exit::WrongInput;
        }
        Err(error) => {
            eprintln!("icsim: {error}");
            return Exit::WrongInput;
        }
    };
    let repriced = reprice::compute(&run, &profile);
    let text = match arguments.json {
        false => reprice::text(&run, &repriced, &profile.name),
        true => match reprice::json(&run, &repriced, &profile.name) {
            Ok(json) => json + "\n",
            Err(error) => {
                eprintln!("icsim: a fault of icsim itself: {error}");
                return Exit::Fault;
            }
        },
    };
    // A closed pipe is no reason to fail: there is nobody left to tell.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Exit::Good
}
