//! Amounts of money: decimal numbers as texts.

/// Digits with at most one point, and a digit at the end.
pub(crate) fn is_amount(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').unwrap_or(("", text));
    digits(whole) && digits(fraction) && !fraction.is_empty()
}

/// As AWS gives an amount back: `100` as `100.0`, `12.50` as `12.5`.
pub(crate) fn shown(amount: &str) -> String {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let or_zero = |digits: &str| if digits.is_empty() { "0".to_owned() } else { digits.to_owned() };
    let (whole, fraction) = (or_zero(whole.trim_start_matches('0')), or_zero(fraction.trim_end_matches('0')));
    format!("{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_decimal_numbers() {
        for amount in ["0", "1", "100", "1.5", ".5", "0012.30"] {
            assert!(is_amount(amount), "{amount}");
        }
        for amount in ["", ".", "1.", "-1", "+1", "1e3", "1,5", "1.2.3", " 1", "١"] {
            assert!(!is_amount(amount), "{amount}");
        }
    }

    #[test]
    fn amounts_come_back_with_one_decimal_at_least() {
        for (given, back) in [
            ("100", "100.0"),
            ("12.50", "12.5"),
            (".5", "0.5"),
            ("007", "7.0"),
            ("0", "0.0"),
            ("0.00", "0.0"),
        ] {
            assert_eq!(shown(given), back);
        }
    }
}
