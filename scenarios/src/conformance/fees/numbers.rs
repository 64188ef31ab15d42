//! Numbers in words: `1_000_000`, `1B`, `for 10 s`.

/// The whole numbers in a text, in their order; digits may be grouped by `_`.
pub(in crate::conformance) fn all(text: &str) -> Vec<u64> {
    let digit = |c: char| c.is_ascii_digit() || c == '_';
    let words = text.split(|c| !digit(c)).filter(|word| word.contains(|c: char| c != '_'));
    words.filter_map(|word| word.replace('_', "").parse().ok()).collect()
}

/// The first number after `word`.
pub(in crate::conformance) fn after(text: &str, word: &str) -> Option<u64> {
    let (_, rest) = text.split_once(word)?;
    all(rest).first().copied()
}

/// Seconds of a time such as `10 s`, `1 day` or `917 ms` that follows `word`, in milliseconds.
pub(in crate::conformance) fn milliseconds_after(text: &str, word: &str) -> Option<u64> {
    let (_, rest) = text.split_once(word)?;
    let mut words = rest.split_whitespace();
    let count: u64 = match words.next()? {
        "one" => 1,
        number => number.replace('_', "").parse().ok()?,
    };
    let unit = words.next()?.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    let milliseconds = match unit {
        "ms" => 1,
        "s" | "second" | "seconds" => 1_000,
        "minute" | "minutes" => 60_000,
        "h" | "hour" | "hours" => 3_600_000,
        "day" | "days" => 86_400_000,
        "year" | "years" => 365 * 86_400_000,
        _ => return None,
    };
    count.checked_mul(milliseconds)
}

/// Likewise, in seconds.
pub(in crate::conformance) fn seconds_after(text: &str, word: &str) -> Option<u64> {
    milliseconds_after(text, word).map(|milliseconds| milliseconds / 1_000)
}

/// The value of sums and differences of products, such as `100*100-60*60`.
pub(in crate::conformance) fn value(expression: &str) -> Option<u128> {
    let mut total: u128 = 0;
    let (mut adding, mut rest) = (true, expression.trim());
    loop {
        let end = rest.find(['+', '-']).unwrap_or(rest.len());
        let factors = rest[..end].split('*').map(|factor| factor.trim().parse::<u128>().ok());
        let product = factors.collect::<Option<Vec<u128>>>()?.into_iter().product::<u128>();
        total = if adding { total.checked_add(product)? } else { total.checked_sub(product)? };
        if end == rest.len() {
            return Some(total);
        }
        adding = rest[end..].starts_with('+');
        rest = &rest[end + 1..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_words() {
        assert_eq!(all("total 2_000_000, reserved 1_000_000"), [2_000_000, 1_000_000]);
        assert_eq!(after("reserved 1_000 vs reserved 0", "vs"), Some(0));
    }

    #[test]
    fn times_are_read_with_their_unit() {
        assert_eq!(seconds_after("1 GiB for one year, scaled", "for "), Some(31_536_000));
        assert_eq!(milliseconds_after("(every 917 ms)", "every "), Some(917));
        assert_eq!(seconds_after("for 5 moons", "for "), None);
    }

    #[test]
    fn products_are_added_and_taken_off() {
        assert_eq!(value("100*100-60*60"), Some(6_400));
        assert_eq!(value("30*x"), None);
    }
}
