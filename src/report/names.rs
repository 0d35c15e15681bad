//! Titles as names: of files, and of places on a page.

use std::collections::BTreeSet;

/// The longest name before its number, in bytes.
const LONGEST: usize = 60;

/// Names given so far; none is given twice.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// A name for a title: small letters, digits and hyphens, `other` where the title has
    /// neither; numbered from 2 on where it is taken.
    pub(super) fn give(&mut self, title: &str, other: &str) -> String {
        let mut name = String::new();
        for c in title.chars() {
            match c.to_ascii_lowercase() {
                c if c.is_ascii_alphanumeric() => name.push(c),
                _ if name.is_empty() || name.ends_with('-') => {}
                _ => name.push('-'),
            }
        }
        // ASCII alone was pushed: every byte is a character.
        name.truncate(LONGEST);
        let name = match name.trim_end_matches('-') {
            "" => other,
            name => name,
        };
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.to_string()).chain(numbered).find(|name| !self.taken.contains(name));
        let given = free.unwrap_or_default();
        self.taken.insert(given.clone());
        given
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_given_once() {
        let mut names = Names::default();
        for (title, name) in [
            ("Scores", "scores"),
            ("Right & wrong, ../../etc", "right-wrong-etc"),
            ("scores", "scores-2"),
            ("Scores 2", "scores-2-2"),
            ("", "plot"),
            ("שלום", "plot-2"),
        ] {
            assert_eq!(names.give(title, "plot"), name, "{title}");
        }
        assert_eq!(names.give(&"x-".repeat(200), "plot").len(), LONGEST - 1);
    }
}
