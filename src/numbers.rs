//! Numbers as people read them.

/// All digits, thousands apart: `1,234,567`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// At most four characters: `999`, `12k`, `1.2M`. For places where `grouped` has no room.
pub fn compact(count: u64) -> String {
    const UNITS: [(u64, &str); 6] = [
        (1_000, "k"),
        (1_000_000, "M"),
        (1_000_000_000, "G"),
        (1_000_000_000_000, "T"),
        (1_000_000_000_000_000, "P"),
        (1_000_000_000_000_000_000, "E"),
    ];
    if count < 1_000 {
        return count.to_string();
    }
    let mut text = String::new();
    for (size, unit) in UNITS {
        let value = count as f64 / size as f64;
        // Rounding decides the unit too: 999,600 is 1.0M, not 1000k.
        text = if value < 9.95 { format!("{value:.1}{unit}") } else { format!("{value:.0}{unit}") };
        if value < 999.5 {
            break;
        }
    }
    text
}

/// A share in percent with one digit: `81.4%`; `<0.1%` and `>99.9%` keep rare cases apart from none and all.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value > 0.0 && value < 0.05 {
        "<0.1%".to_string()
    } else if (99.95..100.0).contains(&value) {
        ">99.9%".to_string()
    } else {
        format!("{value:.1}%")
    }
}

/// A share in whole percent: `81%`.
pub fn whole_percent(share: f64) -> String {
    let value = share * 100.0;
    if value > 0.0 && value < 0.5 {
        "<1%".to_string()
    } else if (99.5..100.0).contains(&value) {
        ">99%".to_string()
    } else {
        format!("{value:.0}%")
    }
}

/// A score with three digits, or four significant ones where it is large; a real minus sign.
pub fn score(value: f64) -> String {
    let size = value.abs();
    let text = if size < 100.0 {
        format!("{size:.3}")
    } else if size < 1e15 {
        let decimals = usize::from(size < 1_000.0);
        let whole = grouped(size.trunc() as u64);
        if decimals == 0 { grouped(size.round() as u64) } else { whole + &format!("{:.1}", size.fract())[1..] }
    } else {
        format!("{size:.3e}")
    };
    if value < 0.0 { format!("\u{2212}{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_or_shortened() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(1_234_567), "1,234,567");
        for (count, text) in
            [(999, "999"), (1_000, "1.0k"), (9_960, "10k"), (999_600, "1.0M"), (1_234_567, "1.2M"), (45_000_000, "45M")]
        {
            assert_eq!(compact(count), text);
        }
        assert!(compact(u64::MAX).len() <= 4);
    }

    #[test]
    fn shares_tell_rare_from_none() {
        assert_eq!(percent(0.0), "0.0%");
        assert_eq!(percent(0.0001), "<0.1%");
        assert_eq!(percent(0.9999), ">99.9%");
        assert_eq!(percent(1.0), "100.0%");
        assert_eq!(whole_percent(0.004), "<1%");
        assert_eq!(whole_percent(0.814), "81%");
    }

    #[test]
    fn scores_keep_their_sign_and_size() {
        assert_eq!(score(0.81249), "0.812");
        assert_eq!(score(-0.5), "\u{2212}0.500");
        assert_eq!(score(123.456), "123.5");
        assert_eq!(score(12_345.6), "12,346");
    }
}
