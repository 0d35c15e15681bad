//! One column's cells as groups of rows.

use crate::table::cell::{date_text, shorten};
use crate::table::{Column, Type};

/// Rows that share something, and what it is in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// `north`, `31 to 44`, `missing`.
    pub value: String,
    /// Their places, ascending.
    pub rows: Vec<usize>,
}

/// Numbers of so many different values or fewer are taken value by value.
const FEW: usize = 4;

/// The rows of a column by its cells, each row in one group: texts by value, in the order of
/// the values; numbers and dates by the quartiles of these rows, or by value where there are
/// four at most; rows without a cell last, a group of their own.
pub fn cut(cells: &Column, kind: Type) -> Vec<Group> {
    let (mut groups, missing) = match cells {
        Column::Numbers(values) => ranges(values, kind),
        Column::Texts(texts) => {
            let mut by_level: Vec<Group> =
                texts.levels.iter().map(|level| Group { value: shorten(level), rows: Vec::new() }).collect();
            let mut missing = Vec::new();
            for (row, code) in texts.codes.iter().enumerate() {
                by_level.get_mut(*code as usize).map_or(&mut missing, |group| &mut group.rows).push(row);
            }
            by_level.sort_by(|a, b| a.value.cmp(&b.value));
            (by_level, missing)
        }
    };
    groups.push(Group { value: "missing".to_string(), rows: missing });
    groups.retain(|group| !group.rows.is_empty());
    groups
}

fn ranges(values: &[f64], kind: Type) -> (Vec<Group>, Vec<usize>) {
    let (missing, mut present): (Vec<usize>, Vec<usize>) = (0..values.len()).partition(|row| values[*row].is_nan());
    present.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut distinct: Vec<f64> = present.iter().map(|row| values[*row]).collect();
    let at = |quarter: usize| distinct[(distinct.len() * quarter).div_ceil(4) - 1];
    // The greatest value of each group but the last, rising.
    let mut ends: Vec<f64> = if distinct.is_empty() { Vec::new() } else { (1..=3).map(at).collect() };
    distinct.dedup();
    if distinct.len() <= FEW {
        ends = distinct;
    }
    ends.dedup();
    let group_of = |row: &usize| ends.partition_point(|end| *end < values[*row]);
    let parts: Vec<&[usize]> = present.chunk_by(|a, b| group_of(a) == group_of(b)).collect();
    let bounds: Vec<(f64, f64)> =
        parts.iter().filter_map(|rows| Some((values[*rows.first()?], values[*rows.last()?]))).collect();
    let words = words(&bounds, kind);
    let groups = parts.into_iter().zip(words).map(|(rows, value)| {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        Group { value, rows }
    });
    (groups.collect(), missing)
}

/// The least and the greatest value of each group: six digits where those tell the groups
/// apart, else all.
fn words(bounds: &[(f64, f64)], kind: Type) -> Vec<String> {
    let of = |text: &dyn Fn(f64) -> String| -> Vec<String> {
        let one = |(low, high): &(f64, f64)| match low == high {
            true => text(*low),
            false => format!("{} to {}", text(*low), text(*high)),
        };
        bounds.iter().map(one).collect()
    };
    if kind == Type::Date {
        return of(&|days| date_text(days).unwrap_or_else(|| days.to_string()));
    }
    let short = of(&six_digits);
    let told_apart = short.iter().enumerate().all(|(i, text)| !short[..i].contains(text));
    if told_apart { short } else { of(&|number| number.to_string()) }
}

fn six_digits(number: f64) -> String {
    format!("{number:.5e}").parse::<f64>().unwrap_or(number).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Texts;

    fn told(cells: &Column, kind: Type) -> Vec<(String, usize)> {
        cut(cells, kind).into_iter().map(|group| (group.value, group.rows.len())).collect()
    }

    fn pairs(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
        expected.iter().map(|(value, rows)| ((*value).to_string(), *rows)).collect()
    }

    #[test]
    fn texts_are_cut_by_value_with_missing_cells_apart() {
        let texts = Texts { codes: vec![1, 0, Texts::MISSING, 1], levels: vec!["south".into(), "north".into()] };
        let groups = cut(&Column::Texts(texts), Type::Category);
        let values: Vec<&str> = groups.iter().map(|group| group.value.as_str()).collect();
        assert_eq!(values, ["north", "south", "missing"]);
        assert_eq!(groups[0].rows, [0, 3]);
    }

    #[test]
    fn numbers_are_cut_at_the_quartiles_of_the_rows() {
        let ages: Vec<f64> = (0..40).map(|i| f64::from((i * 7) % 40 + 20)).chain([f64::NAN]).collect();
        let expected = [("20 to 29", 10), ("30 to 39", 10), ("40 to 49", 10), ("50 to 59", 10), ("missing", 1)];
        assert_eq!(told(&Column::Numbers(ages), Type::Number), pairs(&expected));
        // Equal numbers are never torn apart, and few are told one by one.
        let mut skewed = vec![0.0; 30];
        skewed.extend([1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(told(&Column::Numbers(skewed), Type::Number), pairs(&[("0", 30), ("1 to 5", 5)]));
        let rare = [vec![1.0; 30], vec![0.0; 2]].concat();
        assert_eq!(told(&Column::Numbers(rare), Type::Number), pairs(&[("0", 2), ("1", 30)]));
        assert_eq!(told(&Column::Numbers(vec![f64::NAN]), Type::Number), pairs(&[("missing", 1)]));
        assert_eq!(told(&Column::Numbers(vec![]), Type::Number), pairs(&[]));
    }

    #[test]
    fn words_are_short_and_tell_groups_apart() {
        assert_eq!(words(&[(0.1 + 0.2, 1.0 / 3.0)], Type::Number), ["0.3 to 0.333333"]);
        let close = [(1_000_000.125, 1_000_000.125), (1_000_000.25, 1_000_000.25)];
        assert_eq!(words(&close, Type::Number), ["1000000.125", "1000000.25"]);
        assert_eq!(words(&[(0.0, 20778.0)], Type::Date), ["1970-01-01 to 2026-11-21"]);
    }
}
