//! Sizes in memory, as people write them.

use serde_json::Value;

/// What a text of a size looks like, as JSON Schema has it: a number and a unit.
pub const PATTERN: &str = r"^\s*[0-9]+(\.[0-9]+)?\s*([kKmMgGtT][iI]?)?[bB]?\s*$";

/// The bytes of a whole number, or of a text such as `512 MB` (powers of 1000) or `2 GiB`
/// (powers of 1024); `None` for anything else.
pub fn of(value: &Value) -> Option<u64> {
    let Some(text) = value.as_str() else { return value.as_u64() };
    let text = text.trim().to_ascii_lowercase();
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = &text[..text.len() - unit.len()];
    let (base, power) = match unit.trim().trim_end_matches('b') {
        "" => (1.0, 0),
        "k" => (1e3, 1),
        "m" => (1e3, 2),
        "g" => (1e3, 3),
        "t" => (1e3, 4),
        "ki" => (1024.0, 1),
        "mi" => (1024.0, 2),
        "gi" => (1024.0, 3),
        "ti" => (1024.0, 4),
        _ => return None,
    };
    let bytes = number.parse::<f64>().ok()? * f64::powi(base, power);
    (bytes < u64::MAX as f64).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sizes_are_read_with_their_units() {
        let cases = [
            (json!(1_048_576), Some(1 << 20)),
            (json!("512 MB"), Some(512_000_000)),
            (json!("512mb"), Some(512_000_000)),
            (json!(" 1.5 GiB "), Some(3 << 29)),
            (json!("64Ki"), Some(1 << 16)),
            (json!("100"), Some(100)),
            (json!("0.5 T"), Some(500_000_000_000)),
            (json!("MB"), None),
            (json!("12 parsecs"), None),
            (json!("1e3 MB"), None),
            (json!("5 bb b"), None),
            (json!("-1 MB"), None),
            (json!(1.5), None),
            (json!(null), None),
        ];
        for (value, bytes) in cases {
            assert_eq!(of(&value), bytes, "{value}");
        }
    }
}
