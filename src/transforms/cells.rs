//! Cells as a transform wants them, whatever type the column has in the table at hand.

use crate::table::{Column, Texts};
use std::borrow::Cow;
use std::collections::HashMap;

/// The column as numbers: a text is read by `read`, NaN where it cannot be.
pub fn numbers(column: &Column, read: fn(&str) -> Option<f64>) -> Cow<'_, [f64]> {
    match column {
        Column::Numbers(values) => Cow::Borrowed(values),
        Column::Texts(texts) => {
            let levels: Vec<f64> = texts.levels.iter().map(|text| read(text.trim()).unwrap_or(f64::NAN)).collect();
            Cow::Owned(texts.codes.iter().map(|c| levels.get(*c as usize).copied().unwrap_or(f64::NAN)).collect())
        }
    }
}

/// The column as texts: a number in its shortest form, as labels are, so that `1` and
/// `1.0` are one level.
pub fn texts(column: &Column) -> Cow<'_, Texts> {
    match column {
        Column::Texts(texts) => Cow::Borrowed(texts),
        Column::Numbers(values) => {
            let mut texts = Texts::default();
            let mut codes: HashMap<u64, u32> = HashMap::new();
            for value in values {
                if !value.is_finite() {
                    texts.codes.push(Texts::MISSING);
                    continue;
                }
                // Adding zero makes -0 and 0 one level.
                let value = value + 0.0;
                let code = *codes.entry(value.to_bits()).or_insert_with(|| {
                    texts.levels.push(value.to_string());
                    texts.levels.len() as u32 - 1
                });
                texts.codes.push(code);
            }
            Cow::Owned(texts)
        }
    }
}

/// Columns of so few texts look through all names; an index of the names costs more.
const FEW: usize = 4;

/// Where each text of a column stands among `names`.
pub fn places(texts: &Texts, names: &[String]) -> Vec<Option<usize>> {
    if texts.levels.len() <= FEW {
        return texts.levels.iter().map(|text| names.iter().rposition(|name| name == text)).collect();
    }
    let known: HashMap<&str, usize> = names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    texts.levels.iter().map(|text| known.get(text.as_str()).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::cell;

    #[test]
    fn few_texts_and_many_find_the_same_places() {
        let names = ["b", "a", "c", "a"].map(str::to_string);
        let levels: Vec<String> = ["a", "x", "c", "b", "", "ab", "a"].iter().map(|l| (*l).to_string()).collect();
        let places_of = |levels: &[String]| places(&Texts { codes: Vec::new(), levels: levels.to_vec() }, &names);
        let all = places_of(&levels);
        assert_eq!(all, [Some(3), None, Some(2), Some(0), None, None, Some(3)]);
        assert_eq!(places_of(&levels[..FEW]), all[..FEW]);
    }

    #[test]
    fn texts_become_numbers_and_numbers_become_texts() {
        let column =
            Column::Texts(Texts { codes: vec![0, 1, Texts::MISSING, 0], levels: vec!["1.5".into(), "x".into()] });
        let read = numbers(&column, cell::number);
        assert_eq!((read[0], read[3]), (1.5, 1.5));
        assert!(read[1].is_nan() && read[2].is_nan());
        let column = Column::Numbers(vec![1.0, f64::NAN, -0.0, 0.0, f64::INFINITY]);
        let read = texts(&column);
        assert_eq!(read.levels, ["1", "0"]);
        assert_eq!(read.codes, [0, Texts::MISSING, 1, 1, Texts::MISSING]);
    }
}
