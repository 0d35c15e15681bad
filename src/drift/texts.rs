//! The sketch of a column of categories.

use super::distances::jensen_shannon;
use super::numbers::{CHUNKS, Spread};
use crate::table::Texts;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use xxhash_rust::xxh3::xxh3_64;

/// Texts kept with their count: the most frequent of the training rows, and as many of those
/// that only new rows have.
pub const MOST_TEXTS: usize = 10_000;
/// Longer texts, in characters, are cut, and a hash of the whole tells them apart.
const LONGEST: usize = 80;

/// How often each text stands in a column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TextSketch {
    /// Present cells.
    pub count: u64,
    /// Texts, the most frequent first, those equally frequent in the order of the alphabet.
    pub texts: Vec<String>,
    /// Their counts.
    pub counts: Vec<u64>,
    /// Cells of texts that are not kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rest_rows: u64,
    /// How many different texts these are, about.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rest_distinct: u64,
    /// How far parts of the training rows lie from all of them; `None` in a sketch of new rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chunks: Option<Spread>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The text as sketches keep it: a long one cut, with its hash.
pub fn kept(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => Cow::Owned(format!("{}…{:016x}", &text[..end], xxh3_64(text.as_bytes()))),
        None => Cow::Borrowed(text),
    }
}

/// How many rows have each level.
pub fn level_counts(texts: &Texts) -> Vec<u64> {
    let mut counts = vec![0; texts.levels.len()];
    for code in &texts.codes {
        if let Some(count) = counts.get_mut(*code as usize) {
            *count += 1;
        }
    }
    counts
}

impl TextSketch {
    /// Of all training rows in their order.
    pub fn of(texts: &Texts) -> TextSketch {
        let counts = level_counts(texts);
        let pairs = texts.levels.iter().zip(counts).map(|(text, count)| (kept(text).into_owned(), count)).collect();
        TextSketch { chunks: Spread::of(&chunk_distances(texts)), ..TextSketch::of_counts(pairs) }
    }

    /// Of different texts with their counts, in any order.
    pub fn of_counts(mut pairs: Vec<(String, u64)>) -> TextSketch {
        pairs.retain(|(_, count)| *count > 0);
        pairs.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let rest = pairs.split_off(pairs.len().min(MOST_TEXTS));
        let rest_rows: u64 = rest.iter().map(|(_, count)| count).sum();
        let (texts, counts): (Vec<String>, Vec<u64>) = pairs.into_iter().unzip();
        let count = counts.iter().sum::<u64>() + rest_rows;
        TextSketch { count, texts, counts, rest_rows, rest_distinct: rest.len() as u64, chunks: None }
    }
}

/// The Jensen-Shannon distance, base 2, of each tenth of the rows to all of them.
fn chunk_distances(texts: &Texts) -> Vec<f64> {
    let rows = texts.codes.len();
    if rows < CHUNKS {
        return Vec::new();
    }
    let counted = |codes: &[u32]| {
        let mut counts = vec![0.0; texts.levels.len()];
        for code in codes {
            if let Some(count) = counts.get_mut(*code as usize) {
                *count += 1.0;
            }
        }
        counts
    };
    let whole = counted(&texts.codes);
    let parts = (0..CHUNKS).map(|i| counted(&texts.codes[i * rows / CHUNKS..(i + 1) * rows / CHUNKS]));
    parts.filter(|part| part.iter().any(|c| *c > 0.0)).map(|part| jensen_shannon(&whole, &part, 2.0)).collect()
}
