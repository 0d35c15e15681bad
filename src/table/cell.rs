//! How the text of a cell is read.
//!
//! White space around a cell never matters. A number is what Rust and JSON call one
//! (`-1.5e3`); `inf`, `nan`, `1,5` and `1 000` are not numbers, and [`blame`] says why.

use crate::words::{self, EACH, LOW};
use std::ops::Range;

/// The spellings of a missing cell, compared without regard to case and outer white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    spellings: Vec<String>,
    /// For each byte, whether a spelling begins with it: most cells are told apart by it.
    begin: [bool; 256],
}

/// The spellings used where the config names none. The empty cell is always missing.
pub const DEFAULT_MISSING: [&str; 5] = ["NA", "N/A", "NaN", "null", "?"];

impl Missing {
    /// The spellings named.
    pub fn new<T: AsRef<str>>(spellings: &[T]) -> Missing {
        let spellings = spellings.iter().map(|s| s.as_ref().trim().to_lowercase()).filter(|s| !s.is_empty());
        let mut missing = Missing { spellings: spellings.collect(), begin: [false; 256] };
        for first in missing.spellings.iter().map(|s| s.as_bytes()[0]) {
            missing.begin[usize::from(first)] = true;
            missing.begin[usize::from(first.to_ascii_uppercase())] = true;
            if !first.is_ascii() {
                // A capital letter may have quite other bytes.
                missing.begin[128..].fill(true);
            }
        }
        missing
    }

    /// Whether a trimmed cell is missing.
    pub fn holds(&self, cell: &str) -> bool {
        match cell.as_bytes().first() {
            None => true,
            Some(first) => {
                self.begin[usize::from(*first)]
                    && match cell.is_ascii() {
                        true => self.spellings.iter().any(|s| s.eq_ignore_ascii_case(cell)),
                        false => self.spellings.contains(&cell.to_lowercase()),
                    }
            }
        }
    }

    /// The spellings, as the model keeps them.
    pub fn spellings(&self) -> &[String] {
        &self.spellings
    }
}

impl Default for Missing {
    fn default() -> Missing {
        Missing::new(&DEFAULT_MISSING)
    }
}

/// The finite number that a trimmed cell holds.
pub fn number(cell: &str) -> Option<f64> {
    short_number(cell.as_bytes()).or_else(|| any_number(cell))
}

/// The number of a cell that is [short](is_short_decimal) and has at most 15 digits. Digits and
/// the power of ten are then exact, and one division of exact numbers rounds as reading does
/// (Clinger, "How to read floating point numbers accurately", 1990).
fn short_number(cell: &[u8]) -> Option<f64> {
    const TENS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let text = cell.strip_prefix(b"-").unwrap_or(cell);
    let (mut value, mut digits, mut fraction) = (0u64, 0, None);
    for (i, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => (value, digits) = (10 * value + u64::from(byte - b'0'), digits + 1),
            b'.' if fraction.is_none() => fraction = Some(text.len() - 1 - i),
            _ => return None,
        }
        if digits > 15 {
            return None;
        }
    }
    let size = value as f64 / TENS[fraction.unwrap_or(0)];
    (digits > 0).then_some(if text.len() < cell.len() { -size } else { size })
}

/// The same for any number.
fn any_number(cell: &str) -> Option<f64> {
    // Letters other than an exponent are words: "inf", "nan", "infinity" parse as f64.
    let first = cell.bytes().find(|b| !matches!(b, b'+' | b'-'))?;
    if !(first.is_ascii_digit() || first == b'.') {
        return None;
    }
    cell.parse::<f64>().ok().filter(|v| v.is_finite())
}

/// Whether a trimmed cell holds a finite number: what [`number`] would say, without its value.
pub fn is_number(cell: &str) -> bool {
    is_short_decimal(cell.as_bytes()) || number(cell).is_some()
}

/// Whether a cell is a few digits with at most one sign before and one point among them, as
/// nearly all numbers are written. Such a number is finite; of other cells nothing is said.
pub fn is_short_decimal(cell: &[u8]) -> bool {
    is_short_decimal_at(cell, 0..cell.len())
}

/// The same of the cell that stands there in a text. What stands before it is read along and not
/// looked at, so that a short cell takes one look, however short it is.
pub fn is_short_decimal_at(text: &[u8], cell: Range<usize>) -> bool {
    let length = cell.len();
    let word = match cell.end.checked_sub(8).and_then(|start| text[start..cell.end].first_chunk()) {
        Some(last) if (1..=8).contains(&length) => u64::from_le_bytes(*last) >> (64 - 8 * length),
        _ => return is_decimal(&text[cell]),
    };
    let sign = usize::from(word as u8 == b'-');
    length > sign && is_decimal_word(word >> (8 * sign), length - sign)
}

/// The same, byte by byte.
fn is_decimal(cell: &[u8]) -> bool {
    let (mut digits, mut points) = (0, 0);
    for byte in cell.strip_prefix(b"-").unwrap_or(cell) {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' => points += 1,
            _ => return false,
        }
    }
    (1..=300).contains(&digits) && points <= 1
}

/// Whether the first `length` bytes of a word, 1 to 8, are digits with at most one point among
/// them, all looked at together: a loop over bytes would be left at a place that no processor
/// foresees.
fn is_decimal_word(word: u64, length: usize) -> bool {
    let highest = (EACH * 0x80) >> (64 - 8 * length);
    // The highest bit of a byte tells; the sum does not run over into the next byte.
    let digit = word ^ (EACH * u64::from(b'0'));
    let others = (((digit & LOW) + EACH * 0x76) | digit) & highest;
    let points = words::equal(word, b'.') & highest;
    // A single point is one bit; a point alone is no number.
    others == points && points & points.wrapping_sub(1) == 0 && (points == 0 || length > 1)
}

/// Days from 1970-01-01 to the date that a trimmed cell holds: `YYYY-MM-DD`,
/// `YYYY/MM/DD`, or the date of an RFC 3339 time.
pub fn date(cell: &str) -> Option<f64> {
    use chrono::NaiveDate;
    let day = cell.get(..10)?;
    if !cell.as_bytes().get(10).is_none_or(|b| matches!(b, b'T' | b' ')) {
        return None;
    }
    let parsed = plain_date(day.as_bytes())
        .or_else(|| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok())
        .or_else(|| NaiveDate::parse_from_str(day, "%Y/%m/%d").ok())?;
    Some(parsed.signed_duration_since(NaiveDate::default()).num_days() as f64)
}

/// The date of `YYYY-MM-DD` in digits, as nearly all dates are written; of other texts nothing is
/// said.
pub fn plain_date(text: &[u8]) -> Option<chrono::NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let read = |digits: &[u8]| {
        let all = digits.iter().all(u8::is_ascii_digit);
        all.then(|| digits.iter().fold(0, |number, digit| 10 * number + u32::from(digit - b'0')))
    };
    let (year, month, day) = (read(&[*y1, *y2, *y3, *y4])?, read(&[*m1, *m2])?, read(&[*d1, *d2])?);
    chrono::NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// The text of a cell without the white space around it, as [`str::trim`] has it.
pub fn trim(text: &str) -> &str {
    let is_bare = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    match text.as_bytes() {
        [] => text,
        bytes if is_bare(bytes.first()) && is_bare(bytes.last()) => text,
        _ => text.trim(),
    }
}

/// The date so many days after 1970-01-01, as `YYYY-MM-DD`; `None` for one that no calendar has.
pub fn date_text(days: f64) -> Option<String> {
    use chrono::{NaiveDate, TimeDelta};
    let date = NaiveDate::default().checked_add_signed(TimeDelta::try_days(days as i64)?)?;
    Some(date.to_string())
}

/// Whether a cell would be a number with a point where it has a comma.
pub fn has_decimal_comma(cell: &str) -> bool {
    cell.matches(',').count() == 1 && !cell.contains('.') && number(&cell.replace(',', ".")).is_some()
}

/// Says why a trimmed cell is not a number, and how to write it.
pub fn blame(cell: &str) -> (String, String) {
    let shown = shorten(cell);
    if has_decimal_comma(cell) {
        let fixed = cell.replace(',', ".");
        return (format!("{shown:?} has a decimal comma"), format!("write {fixed}"));
    }
    let word = cell.trim_start_matches(['+', '-']).to_lowercase();
    if matches!(word.as_str(), "inf" | "infinity" | "nan") || cell.parse::<f64>().is_ok_and(|v| !v.is_finite()) {
        return (
            format!("{shown:?} is not a finite number"),
            "leave the cell empty if the value is unknown".to_string(),
        );
    }
    (
        format!("{shown:?} is not a number"),
        "mend the cell, or declare the column a category in data.types, or name the spelling in data.missing"
            .to_string(),
    )
}

/// At most forty characters of a cell, for messages.
pub fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_any_language_match_in_any_case() {
        let missing = Missing::new(&["Н/Д", "nicht verfügbar", "Ñada"]);
        for cell in ["", "Н/Д", "н/д", "Н/д", "NICHT VERFÜGBAR", "Nicht verfügbar", "ñada", "ÑADA"] {
            assert!(missing.holds(cell), "{cell}");
        }
        for cell in ["Н", "Нет", "nicht", "nada", "Ü"] {
            assert!(!missing.holds(cell), "{cell}");
        }
    }

    #[test]
    fn numbers_are_finite_and_written_with_a_point() {
        assert_eq!(number("-1.5e3"), Some(-1500.0));
        assert_eq!(number("+7"), Some(7.0));
        assert_eq!(number(".5"), Some(0.5));
        for cell in ["", "inf", "-inf", "NaN", "1,5", "1 000", "0x10", "1e999", "abc", "-", "१२"] {
            assert_eq!(number(cell), None, "{cell}");
        }
    }

    #[test]
    fn missing_cells_are_known_by_any_case() {
        let missing = Missing::default();
        for cell in ["", "NA", "na", "N/A", "NaN", "nan", "NULL", "?"] {
            assert!(missing.holds(cell), "{cell}");
        }
        assert!(!missing.holds("0") && !missing.holds("none"));
        assert!(Missing::new(&["-"]).holds("-") && !Missing::new(&["-"]).holds("NA"));
    }

    #[test]
    fn dates_are_days_since_1970() {
        assert_eq!(date("1970-01-02"), Some(1.0));
        assert_eq!(date("2026-11-21"), Some(20778.0));
        assert_eq!(date_text(20778.0).as_deref(), Some("2026-11-21"));
        assert_eq!(date_text(1e300), None);
        assert_eq!(date("2026/11/21"), Some(20778.0));
        assert_eq!(date("2026-11-21T10:00:00Z"), Some(20778.0));
        for cell in ["2026-13-01", "2026-02-30", "21.11.2026", "2026-11-211", ""] {
            assert_eq!(date(cell), None, "{cell}");
        }
    }

    proptest! {
        #[test]
        fn quick_answers_are_those_of_the_slow_way(cell in "[-+0-9.eE]{0,8}|[0-9]{300,320}|-?[0-9]{1,9}\\.?[0-9]{0,6}|[a-z]{0,4}") {
            prop_assert_eq!(is_number(&cell), number(&cell).is_some());
            if let Some(value) = short_number(cell.as_bytes()) {
                prop_assert_eq!(Some(value.to_bits()), any_number(&cell).map(f64::to_bits));
            }
            prop_assert_eq!(is_short_decimal(cell.as_bytes()), is_decimal(cell.as_bytes()));
            let text = format!("some text,{cell},more");
            prop_assert_eq!(is_short_decimal_at(text.as_bytes(), 10..10 + cell.len()), is_decimal(cell.as_bytes()));
        }

        #[test]
        fn quick_dates_are_those_of_the_calendar(day in "[0-9]{4}-[0-3][0-9]-[0-3][0-9]|[0-9 +-]{10}") {
            let calendar = chrono::NaiveDate::parse_from_str(&day, "%Y-%m-%d").ok();
            prop_assert_eq!(plain_date(day.as_bytes()).or(calendar), calendar);
        }

        #[test]
        fn trimming_is_that_of_str(text in "[ \t\u{a0}aé\u{3000}]{0,5}") {
            prop_assert_eq!(trim(&text), text.trim());
        }
    }

    #[test]
    fn blame_tells_how_to_write_it() {
        assert_eq!(blame("1,5").1, "write 1.5");
        assert!(blame("-inf").0.contains("finite"));
        assert!(blame("1e999").0.contains("finite"));
        assert!(blame("abc").0.contains("not a number"));
    }
}
