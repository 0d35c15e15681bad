//! Several classes one by one: how well each is found, and which are taken for each other.

use super::{Findings, paragraph};
use crate::error::Result;
use crate::metrics::Confusion;
use crate::numbers::{grouped, percent, score};
use crate::report::document::{Align, Block, Section, Table};

/// With fewer classes the matrix shows every confusion well enough.
const MANY: usize = 10;
/// Confusions that are told.
const PAIRS: usize = 15;
/// Classes that are told, the most frequent first.
const TOLD: usize = 60;

/// The section; empty for other questions than that of several classes.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let Some(confusion) = f.challenger.confusion.as_ref().filter(|c| c.classes.len() > 2) else {
        return Ok(Section::default());
    };
    let all = confusion.classes.len();
    let mut blocks = vec![Block::Table(each(confusion))];
    if all > TOLD {
        blocks.push(paragraph(format!("The {TOLD} most frequent of {all} classes are shown.")));
    }
    if all > MANY {
        let pairs = pairs(confusion);
        if !pairs.rows.is_empty() {
            blocks.push(paragraph("The confusions of most rows:"));
            blocks.push(Block::Table(pairs));
        }
    }
    Ok(Section::new("Class by class", blocks))
}

/// Precision, recall and F1 of each class, the most frequent first.
fn each(confusion: &Confusion) -> Table {
    let mut table = Table::new([
        ("Class", Align::Start),
        ("Rows", Align::End),
        ("Predicted", Align::End),
        ("Right", Align::End),
        ("Precision", Align::End),
        ("Recall", Align::End),
        ("F1", Align::End),
    ]);
    let rows = |class: usize| confusion.counts[class].iter().sum::<u64>();
    let said = |class: usize| confusion.counts.iter().filter_map(|row| row.get(class)).sum::<u64>();
    let mut order: Vec<usize> = (0..confusion.classes.len()).collect();
    order.sort_by_key(|class| (std::cmp::Reverse(rows(*class)), *class));
    for class in order.into_iter().take(TOLD) {
        let (rows, said, right) = (rows(class), said(class), confusion.counts[class][class]);
        let share = |of: u64| if of > 0 { percent(right as f64 / of as f64) } else { "–".to_string() };
        let f1 = match rows + said {
            0 => "–".to_string(),
            both => score(2.0 * right as f64 / both as f64),
        };
        let name = confusion.classes[class].clone();
        table.push([name, grouped(rows), grouped(said), grouped(right), share(said), share(rows), f1]);
    }
    table
}

/// The cells off the diagonal with most rows.
fn pairs(confusion: &Confusion) -> Table {
    let mut table = Table::new([
        ("Actual", Align::Start),
        ("Predicted", Align::Start),
        ("Rows", Align::End),
        ("Of the actual class", Align::End),
    ]);
    let mut cells = Vec::new();
    for (actual, row) in confusion.counts.iter().enumerate() {
        let others = row.iter().enumerate().filter(|(predicted, count)| *predicted != actual && **count > 0);
        cells.extend(others.map(|(predicted, count)| (*count, actual, predicted)));
    }
    cells.sort_by_key(|(count, actual, predicted)| (std::cmp::Reverse(*count), *actual, *predicted));
    for (count, actual, predicted) in cells.into_iter().take(PAIRS) {
        let all = confusion.counts[actual].iter().sum::<u64>().max(1);
        let names = [actual, predicted].map(|class| confusion.classes[class].clone());
        let [actual, predicted] = names;
        table.push([actual, predicted, grouped(count), percent(count as f64 / all as f64)]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_shares_are_those_of_the_matrix() {
        let confusion = Confusion {
            classes: ["a", "b", "c"].map(String::from).to_vec(),
            counts: vec![vec![6, 2, 0], vec![1, 9, 0], vec![0, 0, 0]],
        };
        let table = each(&confusion);
        assert_eq!(table.rows[0], ["b", "10", "11", "9", "81.8%", "90.0%", "0.857"]);
        assert_eq!(table.rows[1], ["a", "8", "7", "6", "85.7%", "75.0%", "0.800"]);
        assert_eq!(table.rows[2], ["c", "0", "0", "0", "–", "–", "–"]);
        assert_eq!(pairs(&confusion).rows, [["a", "b", "2", "25.0%"], ["b", "a", "1", "10.0%"]]);
    }
}
