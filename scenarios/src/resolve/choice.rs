//! Which of several things comes next.

use super::placed::problem;
use crate::diagnostics::Mistake;
use crate::document::{ChoiceEntry, Tree};
use sim_core::choice::Choice;
use toml::Spanned;

/// What an entry says of a choice; all alike without one.
pub(super) fn read(entry: Option<&Spanned<Tree>>) -> Result<Option<ChoiceEntry>, Mistake> {
    let Some(entry) = entry else { return Ok(None) };
    let read = entry.get_ref().to_value().try_into();
    let choice: ChoiceEntry =
        read.map_err(|error: toml::de::Error| problem(error.message(), entry))?;
    match choice {
        ChoiceEntry::Zipf { exponent } if !(0.0..=100.0).contains(&exponent) => {
            Err(Mistake::at(entry.span(), format!("an exponent of {exponent} is out of bounds"))
                .label("expected a number from 0 to 100"))
        }
        choice => Ok(Some(choice)),
    }
}

/// The choice among items, of which there is at least one.
pub(super) fn among<T>(
    items: Vec<T>,
    entry: Option<&ChoiceEntry>,
    place: Option<&Spanned<Tree>>,
) -> Result<Choice<T>, Mistake> {
    let choice = match entry {
        None | Some(ChoiceEntry::Uniform) => Choice::uniform(items),
        Some(ChoiceEntry::Zipf { exponent }) => Choice::zipf(items, *exponent),
        Some(ChoiceEntry::Weighted { weights }) => Choice::weighted(items, weights),
    };
    choice.map_err(|error| {
        let mistake = Mistake::new(error.to_string()).label("does not fit");
        Mistake { span: place.map(Spanned::span), ..mistake }
    })
}
