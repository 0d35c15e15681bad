//! A text: how often it holds each n-gram of characters.

use super::{CONSTANT, EMPTY, Learnt, Transform, Wants, cells, grams, left_out};
use crate::table::{Column, Matrix, Sparse, Texts};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use xxhash_rust::xxh3::xxh3_64;

/// N-grams, or buckets of them, that have a sparse column: at most.
pub const MOST_SPARSE: usize = 1 << 16;
/// Buckets of the sparse form.
const SPARSE_BUCKETS: u32 = 1 << 14;
/// Those that have a dense column.
pub const MOST_DENSE: usize = 256;

/// What one occurrence of an n-gram counts in a sparse column, by its length: the longer
/// one is the rarer, and its shorter parts are counted as well, so that a model with a
/// penalty should trust it less. Chosen on surnames of eighteen languages.
const BY_LENGTH: [f64; grams::LONGEST] = [1.2, 0.55, 0.4];
/// The same for one with the mark of the beginning or the end of a word.
const AT_AN_END: [f64; grams::LONGEST] = [1.6, 0.95, 0.7];

/// How the n-grams of a text column find their columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextForm {
    /// Each n-gram of the training rows has its own.
    #[default]
    Vocabulary,
    /// By a hash, so that those that training has not seen have one, too.
    Hashed,
}

/// Output columns, dense or sparse: `surname~ski` for an n-gram (`surname~ski_` at the end
/// of a word) or `surname~#7` for a bucket of them; dense, where training rows had missing
/// cells: `surname (missing)`, which is 1 there and 0 elsewhere.
///
/// Dense columns hold counts, sparse ones weighted counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// What has a column.
    pub grams: Grams,
    /// Whether these columns are sparse.
    pub sparse: bool,
    /// Whether a column says where cells are missing.
    pub missing: bool,
}

/// What has a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grams {
    /// Each of these n-grams, in the order of their characters.
    Vocabulary(Vec<String>),
    /// Each of so many buckets, at least one: XXH3 of the n-gram in UTF-8, modulo that.
    Hashed(u32),
}

impl Text {
    /// Fits on a training column. Of more n-grams than there may be columns the most
    /// frequent are kept; for dense columns those that tell rows apart best, which are in
    /// nearly half of the rows.
    ///
    /// # Errors
    /// The column is empty or constant, or holds nothing but blanks.
    pub fn learn(name: &str, column: &Column, wants: Wants) -> Learnt<Text> {
        let texts = cells::texts(column);
        let rows = rows_of(&texts);
        let present: usize = rows.iter().sum();
        let missing = present < texts.codes.len();
        if present == 0 {
            return Err(left_out(name, EMPTY));
        }
        if !missing && rows.iter().filter(|rows| **rows > 0).count() == 1 {
            return Err(left_out(name, CONSTANT));
        }
        let grams = match wants.text {
            TextForm::Hashed if wants.sparse => Grams::Hashed(SPARSE_BUCKETS),
            TextForm::Hashed => Grams::Hashed(MOST_DENSE as u32),
            TextForm::Vocabulary => Grams::Vocabulary(vocabulary(&texts, &rows, wants.sparse)),
        };
        if grams.len() == 0 && !missing {
            return Err(left_out(name, CONSTANT));
        }
        Ok((Text { grams, sparse: wants.sparse, missing }, None))
    }

    /// The columns of the n-grams, counted from the first of them, and what they hold for
    /// each text that some row has.
    fn counts(&self, texts: &Texts) -> Vec<BTreeMap<u32, f64>> {
        let places = self.grams.places();
        let mut used = vec![false; texts.levels.len()];
        texts.codes.iter().for_each(|code| used.iter_mut().skip(*code as usize).take(1).for_each(|used| *used = true));
        let count = |(text, used): (&String, bool)| {
            let mut counts = BTreeMap::new();
            grams::each(if used { text } else { "" }, |gram, length, marked| {
                let weight = if self.sparse { weight(length, marked) } else { 1.0 };
                if let Some(place) = self.grams.place(&places, gram) {
                    *counts.entry(place).or_insert(0.0) += weight;
                }
            });
            counts
        };
        texts.levels.iter().zip(used).map(count).collect()
    }

    /// Whether it is no wider than those learnt here.
    pub fn is_sound(&self) -> bool {
        self.grams.len() <= if self.sparse { MOST_SPARSE.max(SPARSE_BUCKETS as usize) } else { MOST_DENSE }
    }

    fn names(&self, name: &str) -> Vec<String> {
        match &self.grams {
            Grams::Vocabulary(grams) => {
                grams.iter().map(|gram| format!("{name}~{}", gram.replace(grams::MARK, "_"))).collect()
            }
            Grams::Hashed(buckets) => (0..*buckets).map(|bucket| format!("{name}~#{bucket}")).collect(),
        }
    }
}

impl Transform for Text {
    fn outputs(&self, name: &str) -> Vec<String> {
        let mut names = if self.sparse { Vec::new() } else { self.names(name) };
        names.extend(self.missing.then(|| format!("{name} (missing)")));
        names
    }

    fn width(&self) -> usize {
        if self.sparse { usize::from(self.missing) } else { self.grams.len() + usize::from(self.missing) }
    }

    fn fill(&self, column: &Column, at: usize, out: &mut Matrix) {
        let texts = cells::texts(column);
        let width = if self.sparse { 0 } else { self.grams.len() };
        let counts = if self.sparse { Vec::new() } else { self.counts(&texts) };
        for (row, code) in texts.codes.iter().enumerate() {
            let cells = &mut out.row_mut(row)[at..];
            for (place, count) in counts.get(*code as usize).into_iter().flatten() {
                cells[*place as usize] = *count;
            }
            if self.missing {
                cells[width] = f64::from(u8::from(*code == Texts::MISSING));
            }
        }
    }

    fn sparse_outputs(&self, name: &str) -> Vec<String> {
        if self.sparse { self.names(name) } else { Vec::new() }
    }

    fn sparse_width(&self) -> usize {
        if self.sparse { self.grams.len() } else { 0 }
    }

    fn sparse(&self, column: &Column) -> Sparse {
        let texts = cells::texts(column);
        let counts = if self.sparse { self.counts(&texts) } else { Vec::new() };
        let mut out = Sparse::new(self.sparse_width());
        for code in &texts.codes {
            let cells = counts.get(*code as usize).into_iter().flatten();
            out.push(cells.map(|(place, count)| (*place, *count)));
        }
        out
    }
}

impl Grams {
    fn len(&self) -> usize {
        match self {
            Grams::Vocabulary(grams) => grams.len(),
            Grams::Hashed(buckets) => *buckets as usize,
        }
    }

    fn places(&self) -> HashMap<&str, u32> {
        match self {
            Grams::Vocabulary(grams) => grams.iter().zip(0..).map(|(gram, place)| (gram.as_str(), place)).collect(),
            Grams::Hashed(_) => HashMap::new(),
        }
    }

    fn place(&self, places: &HashMap<&str, u32>, gram: &str) -> Option<u32> {
        match self {
            Grams::Vocabulary(_) => places.get(gram).copied(),
            Grams::Hashed(0) => None,
            Grams::Hashed(buckets) => Some((xxh3_64(gram.as_bytes()) % u64::from(*buckets)) as u32),
        }
    }
}

fn weight(length: usize, marked: bool) -> f64 {
    let weights = if marked { AT_AN_END } else { BY_LENGTH };
    weights.get(length.wrapping_sub(1)).copied().unwrap_or_default()
}

/// How many rows have each text.
fn rows_of(texts: &Texts) -> Vec<usize> {
    let mut rows = vec![0; texts.levels.len()];
    for code in &texts.codes {
        rows.iter_mut().skip(*code as usize).take(1).for_each(|rows| *rows += 1);
    }
    rows
}

/// The n-grams kept, in order.
fn vocabulary(texts: &Texts, rows: &[usize], sparse: bool) -> Vec<String> {
    let mut found: HashMap<String, (usize, usize)> = HashMap::new();
    for (text, (level, rows)) in texts.levels.iter().zip(rows.iter().enumerate()).filter(|(_, (_, rows))| **rows > 0) {
        grams::each(text, |gram, _, _| match found.get_mut(gram) {
            Some((last, _)) if *last == level => {}
            Some((last, count)) => (*last, *count) = (level, *count + rows),
            None => drop(found.insert(gram.to_string(), (level, *rows))),
        });
    }
    let all: usize = rows.iter().sum();
    let (most, rank): (usize, &dyn Fn(usize) -> u128) = match sparse {
        true => (MOST_SPARSE, &|count| count as u128),
        false => (MOST_DENSE, &|count| count as u128 * (all - count) as u128),
    };
    let mut ranked: Vec<(u128, String)> = found.into_iter().map(|(gram, (_, count))| (rank(count), gram)).collect();
    ranked.sort_unstable_by(|(a, first), (b, second)| b.cmp(a).then_with(|| first.cmp(second)));
    ranked.truncate(most);
    let mut grams: Vec<String> = ranked.into_iter().map(|(_, gram)| gram).collect();
    grams.sort_unstable();
    grams
}

#[cfg(test)]
mod tests;
