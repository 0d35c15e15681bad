//! Text of others on its way to people: names of files and columns, cells, what a client sends.
//!
//! On a terminal and in a log such a text must not forge a line, steer the terminal or turn the
//! direction of what is shown. What could is written as an escape, so that it is seen.

use std::borrow::Cow;
use std::fmt::Write;

/// A text as a part of one line.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// A text of several lines.
pub fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c == '\n')
}

/// Several lines, each of which is one, as a text.
pub fn joined(each: &[String]) -> String {
    each.iter().map(|one| line(one)).collect::<Vec<_>>().join("\n")
}

fn escaped(text: &str, is_meant: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.chars().all(|c| is_meant(c) || !is_hidden(c)) {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len() + 16);
    text.chars().for_each(|c| if is_meant(c) { result.push(c) } else { push(c, &mut result) });
    Cow::Owned(result)
}

/// Appends one character, as an escape where it is not to be shown as it is.
pub fn push(c: char, out: &mut String) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if is_hidden(c) => {
            // Writing to a text cannot fail.
            let _ = write!(out, "{}", c.escape_unicode());
        }
        c => out.push(c),
    }
}

fn is_hidden(c: char) -> bool {
    match c {
        // Line and paragraph separators, and the marks that change the direction of text.
        '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        c => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_a_terminal_is_written_as_an_escape() {
        let hostile = "a\x1b[31mb\nc\td\r\u{9b}2J\u{7}\u{202e}é\0";
        assert_eq!(line(hostile), "a\\u{1b}[31mb\\nc\\td\\r\\u{9b}2J\\u{7}\\u{202e}é\\u{0}");
        assert_eq!(lines("a\nb\rc"), "a\nb\\rc");
        assert_eq!(joined(&["a\nb".to_string(), "c".to_string()]), "a\\nb\nc");
        assert!(matches!(line("plain “text”, é"), Cow::Borrowed(_)));
    }
}
