//! The character n-grams of a text, by which words that look alike share columns.
//!
//! As scikit-learn's `char_wb`, n-grams do not reach over the ends of a word; unlike there
//! an n-gram at the beginning or the end of a word counts twice, as itself and with a mark
//! that is not one of its n characters, so that endings of three letters are seen.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest n-gram.
pub const LONGEST: usize = 3;
/// Stands for the end of a word; no word holds it.
pub const MARK: char = ' ';

/// The text without differences of case, width and composition: NFKC, then lower, upper and
/// lower case in turn, which maps ß and ẞ to ss and both sigmas to one, then NFKC again.
pub fn fold(text: &str) -> String {
    let lower = text.nfkc().flat_map(char::to_lowercase);
    lower.flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect()
}

/// Calls `take` with each n-gram of a text, of its length n, and whether it has a mark. A
/// word with accents counts once with and once without them.
pub fn each(text: &str, mut take: impl FnMut(&str, usize, bool)) {
    let folded = fold(text);
    for word in folded.split_whitespace() {
        of_word(word, &mut take);
        if !word.is_ascii() {
            let plain: String = word.nfd().filter(|c| !is_combining_mark(*c)).nfc().collect();
            if plain != word {
                of_word(&plain, &mut take);
            }
        }
    }
}

fn of_word(word: &str, take: &mut impl FnMut(&str, usize, bool)) {
    let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
    for length in 1..=LONGEST {
        for edges in ends.windows(length + 1) {
            let (start, end) = (edges[0], edges[length]);
            let gram = &word[start..end];
            take(gram, length, false);
            if start == 0 {
                take(&format!("{MARK}{gram}"), length, true);
            }
            if end == word.len() {
                take(&format!("{gram}{MARK}"), length, true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grams(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        each(text, |gram, _, _| all.push(gram.to_string()));
        all
    }

    #[test]
    fn beginnings_and_ends_of_words_are_marked() {
        assert_eq!(grams("Li"), ["l", " l", "i", "i ", "li", " li", "li "]);
        assert!(grams("").is_empty() && grams("  ").is_empty());
        let two = grams("Au Yong");
        assert!(two.contains(&"ong ".to_string()) && two.contains(&"au ".to_string()));
        assert!(!two.iter().any(|gram| gram.trim().contains(' ')), "no n-gram reaches over the ends of a word");
    }

    #[test]
    fn case_width_and_composition_do_not_matter_and_accents_do_both_ways() {
        assert_eq!(fold("STRASSE"), fold("Straße"));
        assert_eq!(fold("ΣΟΦΟΣ"), fold("σοφος"));
        assert_eq!(fold("Ａé"), fold("ae\u{301}"));
        let (with, without) = (grams("Noël"), grams("Noel"));
        assert!(without.iter().all(|gram| with.contains(gram)) && with.contains(&"oël".to_string()));
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,20}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        #[test]
        fn any_text_has_grams_of_at_most_three_characters(text in any::<String>()) {
            each(&text, |gram, length, marked| {
                assert!((1..=LONGEST).contains(&length));
                assert_eq!(gram.chars().count(), length + usize::from(marked));
                assert_eq!(gram.trim_matches(MARK).chars().count(), length, "{gram:?}");
            });
        }
    }
}
