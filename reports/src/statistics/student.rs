//! Student's t distribution.

/// The value that a t-distributed number of `degrees` degrees of freedom does not exceed with
/// probability `p` (0.5 to below 1).
pub fn quantile(p: f64, degrees: usize) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while cumulative(high, degrees) < p && high < 1e300 {
        high *= 2.0;
    }
    // Halving until the ends are neighbours gives the same digits on every platform.
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if cumulative(middle, degrees) < p { low = middle } else { high = middle }
    }
    high
}

/// The probability that a t-distributed number does not exceed `t`, which is at least 0.
pub fn cumulative(t: f64, degrees: usize) -> f64 {
    let v = degrees as f64;
    1.0 - 0.5 * incomplete_beta(v / 2.0, 0.5, v / (v + t * t))
}

/// The regularised incomplete beta function by its continued fraction (Abramowitz and Stegun,
/// 26.5.8), evaluated by Lentz's method.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    let log_front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b)
        + a * libm::log(x)
        + b * libm::log(1.0 - x);
    let front = libm::exp(log_front);
    // The fraction converges fast on one side of the mean only.
    match x < (a + 1.0) / (a + b + 2.0) {
        true => front * continued_fraction(a, b, x) / a,
        false => 1.0 - front * continued_fraction(b, a, 1.0 - x) / b,
    }
}

fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if libm::fabs(value) < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for m in 1..10_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for coefficient in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + coefficient * d);
            c = away_from_zero(1.0 + coefficient / c);
            result *= c * d;
        }
        if libm::fabs(c * d - 1.0) < 1e-16 {
            break;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2: critical values of Student's t.
    #[test]
    fn quantiles_are_those_of_the_published_table() {
        for (degrees, at_95, at_975, at_995) in [
            (1, 6.314, 12.706, 63.657),
            (2, 2.920, 4.303, 9.925),
            (5, 2.015, 2.571, 4.032),
            (9, 1.833, 2.262, 3.250),
            (10, 1.812, 2.228, 3.169),
            (29, 1.699, 2.045, 2.756),
            (60, 1.671, 2.000, 2.660),
            (100, 1.660, 1.984, 2.626),
        ] {
            for (p, expected) in [(0.95, at_95), (0.975, at_975), (0.995, at_995)] {
                let found = quantile(p, degrees);
                assert!((found - expected).abs() < 0.000_6, "{degrees} {p}: {found}");
            }
        }
    }

    #[test]
    fn many_degrees_of_freedom_come_to_the_normal_distribution() {
        assert!((quantile(0.975, 1_000_000) - 1.959_964).abs() < 1e-5);
    }
}
