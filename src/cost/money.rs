//! Amounts as people read them.

/// `2.65 USD`; below one of them two digits that say something: `0.086 USD`.
pub(crate) fn usd(amount: f64) -> String {
    let decimals = match amount {
        0.0 => 0,
        a if a >= 100.0 => 0,
        a if a >= 1.0 => 2,
        // The next power of ten below it has so many zeros.
        a => (1..12).find(|n| a * 10f64.powi(*n) >= 1.0).map_or(12, |n| n + 1),
    };
    let digits = usize::try_from(decimals).unwrap_or_default();
    format!("{amount:.digits$} USD")
}

#[cfg(test)]
mod tests {
    use super::usd;

    #[test]
    fn two_digits_that_say_something() {
        for (amount, want) in [
            (0.0, "0 USD"),
            (3024.0, "3024 USD"),
            (2.653, "2.65 USD"),
            (0.0856, "0.086 USD"),
            (0.5, "0.50 USD"),
            (0.000_008_33, "0.0000083 USD"),
        ] {
            assert_eq!(usd(amount), want);
        }
    }
}
