//! Numbers as people read them: three significant digits and a unit.
//!
//! Only for text and charts; tables for machines carry the exact integers.

/// Names of powers of a thousand, as scenarios write them.
const AMOUNTS: [(f64, &str); 5] = [(1e15, "Q"), (1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")];
const DURATIONS: [(f64, &str); 6] =
    [(86_400e9, " d"), (3_600e9, " h"), (1e9, " s"), (1e6, " ms"), (1e3, " µs"), (1.0, " ns")];
const SIZES: [(f64, &str); 4] = [
    ((1u64 << 40) as f64, " TiB"),
    ((1u64 << 30) as f64, " GiB"),
    ((1u64 << 20) as f64, " MiB"),
    (1024.0, " KiB"),
];

/// An amount of cycles or instructions: `1.23B`.
pub fn amount(amount: u128) -> String {
    scaled(amount as f64, &AMOUNTS, "")
}

/// An amount with so many digits behind the point, in the largest unit that it reaches: `1.250T`.
pub fn amount_to(amount: u128, digits: usize) -> String {
    let value = amount as f64;
    match AMOUNTS.iter().find(|(size, _)| value >= *size) {
        Some((size, unit)) => format!("{:.digits$}{unit}", value / size),
        None => amount.to_string(),
    }
}

/// A duration in nanoseconds: `667 ms`, `1.33 s`; minutes only as part of hours.
pub fn duration(nanos: u64) -> String {
    scaled(nanos as f64, &DURATIONS, " s")
}

/// A time from the start of a run: seconds with all digits to the microsecond, `12.345678 s`.
pub fn instant(nanos: u64) -> String {
    format!("{}.{:06} s", nanos / 1_000_000_000, nanos % 1_000_000_000 / 1_000)
}

/// A size in bytes: `1.5 MiB`.
pub fn bytes(bytes: u64) -> String {
    scaled(bytes as f64, &SIZES, " B")
}

/// A count with its digits in groups of three: `12,345`.
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place != 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The size of a sample, which no line break parts: `n = 12`.
pub fn sample(size: usize) -> String {
    format!("n\u{a0}=\u{a0}{}", count(size as u64))
}

/// `text`, cut to `width` characters with an ellipsis if it is longer.
pub fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    kept + "…"
}

fn scaled(value: f64, units: &[(f64, &str)], bare: &str) -> String {
    // Three digits of anything nearer to a unit than this would read "1000".
    match units.iter().find(|(size, _)| value >= *size * 0.9995) {
        Some((size, unit)) => three_digits(value / size) + unit,
        None => three_digits(value) + bare,
    }
}

/// Three significant digits, without zeros at the end of a fraction.
fn three_digits(value: f64) -> String {
    let decimals = match value {
        value if value >= 99.95 => 0,
        value if value >= 9.995 => 1,
        _ => 2,
    };
    trim(format!("{value:.decimals$}"))
}

/// Takes zeros off the end of a fraction.
pub(crate) fn trim(number: String) -> String {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_three_digits_and_a_unit() {
        let texts = [0, 12, 590_000, 999_999, 1_234_567_890, 2_000_000_000_000].map(amount);
        assert_eq!(texts, ["0", "12", "590K", "1M", "1.23B", "2T"]);
    }

    #[test]
    fn durations_and_sizes_have_units() {
        let texts = [0, 999, 1_500, 667_000_000, 60_000_000_000].map(duration);
        assert_eq!(texts, ["0 s", "999 ns", "1.5 µs", "667 ms", "60 s"]);
        assert_eq!([0, 1536, 3 << 20].map(bytes), ["0 B", "1.5 KiB", "3 MiB"]);
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!([0, 999, 12_345, 1_234_567].map(count), ["0", "999", "12,345", "1,234,567"]);
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(shorten("ledger", 6), "ledger");
        assert_eq!(shorten("ledgers", 6), "ledge…");
    }
}
