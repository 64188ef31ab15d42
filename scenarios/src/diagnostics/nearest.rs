//! The nearest valid name to one that is not valid.

/// The candidate most like `name`, if any is alike at all.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.8)
        // On a draw the first candidate wins.
        .fold(None, |best: Option<(f64, &str)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
        .map(|(_, candidate)| candidate)
}

/// "did you mean `x`?", followed by all valid names of their `kind`.
pub fn did_you_mean<'a>(
    name: &str,
    kind: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    let all = match list(candidates.clone()) {
        names if names.is_empty() => format!("there are no {kind}"),
        names => format!("{kind}: {names}"),
    };
    match nearest(name, candidates) {
        Some(near) => format!("did you mean `{near}`? ({all})"),
        None => all,
    }
}

/// Names in backticks, separated by commas; at most a dozen of them.
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 12;
    let mut quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if quoted.len() > MOST {
        let more = quoted.len() - MOST;
        quoted.truncate(MOST);
        quoted.push(format!("… and {more} more"));
    }
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let fields = ["title", "duration", "profile"];
        assert_eq!(nearest("durration", fields), Some("duration"));
        assert_eq!(nearest("Title", fields), Some("title"));
        assert_eq!(nearest("zebra", fields), None);
    }

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (0..15).map(|i| format!("n{i}")).collect();
        assert!(list(names.iter().map(String::as_str)).ends_with("… and 3 more"));
    }
}
