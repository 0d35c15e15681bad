//! "Did you mean …?" for names that people type.

/// Names that a message holds at most.
pub const NAMED: usize = 50;

/// Bytes of a name that somebody may have meant: what is longer is no slip of the pen, and would take
/// its length times that of every name to compare.
const LONGEST: usize = 200;

/// The names of a list, or the first `most` of them and how many more there are.
pub fn listed(names: &[&str], most: usize) -> String {
    match names.len() {
        0 => "nothing".to_string(),
        all if all > most => format!("{} and {} more", names[..most].join(", "), all - most),
        _ => names.join(", "),
    }
}

/// The candidate nearest to `word`, where one is near enough to be a slip of the pen.
///
/// Case, and `-` or a blank for `_`, cost nothing. Otherwise a slip is an insertion, a
/// deletion, a substitution or a swap of neighbours (optimal string alignment), and one
/// slip for each three letters of the longer word is allowed. Where none is that near, the first
/// is meant that has the whole word among its own, or is among those of the word: `auc` is
/// `roc_auc`. The first of equals wins.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = folded(word);
    if word.is_empty() {
        return None;
    }
    let candidates: Vec<&str> = candidates.into_iter().filter(|candidate| candidate.len() <= LONGEST).collect();
    let near = candidates
        .iter()
        .copied()
        .map(|candidate| (slips(&word, &folded(candidate)), candidate))
        .filter(|(cost, candidate)| *cost <= (word.len().max(candidate.chars().count()) / 3).max(1))
        // One slip turns every word of one letter into any other.
        .filter(|(cost, candidate)| *cost < word.len().max(candidate.chars().count()))
        .min_by_key(|(cost, _)| *cost)
        .map(|(_, candidate)| candidate);
    let word = whole(&word);
    near.or_else(|| {
        candidates.into_iter().find(|candidate| {
            let candidate = whole(&folded(candidate));
            candidate.len() > 2 && (candidate.contains(&word) || word.contains(&candidate))
        })
    })
}

/// A word between marks, so that no part of another word is taken for it.
fn whole(word: &[char]) -> String {
    format!("_{}_", word.iter().collect::<String>())
}

fn folded(word: &str) -> Vec<char> {
    word.trim().chars().flat_map(char::to_lowercase).map(|c| if c == '-' || c == ' ' { '_' } else { c }).collect()
}

/// The optimal string alignment distance, in three rows of the table.
fn slips(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1; b.len() + 1];
        for (j, y) in b.iter().enumerate() {
            let mut cost = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                cost = cost.min(before[j - 1] + 1);
            }
            row[j + 1] = cost;
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["f1", "random_forest", "roc_auc", "log_loss"];

    #[test]
    fn slips_are_recognised() {
        for (word, meant) in [
            ("random_forrest", "random_forest"),
            ("Random-Forest", "random_forest"),
            ("roc_acu", "roc_auc"),
            ("rocauc", "roc_auc"),
            ("logloss", "log_loss"),
            ("F1", "f1"),
            ("f2", "f1"),
            ("auc", "roc_auc"),
            ("forest", "random_forest"),
            ("extremely_random_forest_model", "random_forest"),
        ] {
            assert_eq!(closest(word, NAMES), Some(meant), "{word}");
        }
    }

    #[test]
    fn other_words_are_not() {
        for word in ["", " ", "x", "_", "rmse", "perplexity", "log_losses_of_all", "rest"] {
            assert_eq!(closest(word, NAMES), None, "{word}");
        }
        assert_eq!(closest("f1", []), None);
    }

    #[test]
    fn very_long_words_are_compared_with_nothing() {
        let long = "random_forest".repeat(1_000_000);
        assert_eq!((closest(&long, NAMES), closest("roc_acu", [long.as_str(), "roc_auc"])), (None, Some("roc_auc")));
        assert_eq!(closest(&long, [long.as_str()]), None);
    }

    #[test]
    fn distances_are_those_of_the_textbook() {
        let distance = |a: &str, b: &str| slips(&folded(a), &folded(b));
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("ca", "abc"), 3);
        assert_eq!(distance("ab", "ba"), 1);
        assert_eq!(distance("", "abc"), 3);
    }
}
