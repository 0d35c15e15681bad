//! What is done with text before it is set: cleaning, shortening, wrapping.

use super::{Weight, width};

/// The longest text anything is made of; what is longer was never meant for people.
const LONGEST: usize = 4_000;

/// One line of printable text. Line breaks and tabs become spaces, several become one;
/// control and direction marks, joiners and variation selectors go: they have no width
/// and would be drawn as boxes or would turn the text round them.
pub fn clean(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(LONGEST));
    for c in text.chars().take(LONGEST) {
        if c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}' {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !c.is_control() && !invisible(c) {
            line.push(c);
        }
    }
    line.truncate(line.trim_end_matches(' ').len());
    line
}

fn invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e01ef}')
}

/// The text where it fits into `room`, else its start and `…`; empty where not even that fits.
pub fn shorten(text: &str, room: f32, size: f32, weight: Weight) -> String {
    let text = clean(text);
    if width(&text, size, weight) <= room {
        return text;
    }
    let mut left = room - width("…", size, weight);
    if left < 0.0 {
        return String::new();
    }
    let mut short = String::new();
    for c in text.chars() {
        left -= width(c.encode_utf8(&mut [0; 4]), size, weight);
        if left < 0.0 {
            break;
        }
        short.push(c);
    }
    short.truncate(short.trim_end().len());
    short + "…"
}

/// Lines no wider than `room`. Breaks at spaces, else after a mark such as `/`, `-` or `_`,
/// else anywhere; line breaks in the text stay. At least one line.
pub fn wrap(text: &str, room: f32, size: f32, weight: Weight) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        let mut used = 0.0;
        let space = width(" ", size, weight);
        for word in clean(paragraph).split(' ').filter(|w| !w.is_empty()) {
            let long = width(word, size, weight);
            let gap = if line.is_empty() { 0.0 } else { space };
            if used + gap + long <= room {
                if gap > 0.0 {
                    line.push(' ');
                }
                line.push_str(word);
                used += gap + long;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            let mut pieces = pieces(word, room, size, weight);
            line = pieces.pop().unwrap_or_default();
            lines.append(&mut pieces);
            used = width(&line, size, weight);
        }
        lines.push(line);
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// A word cut so that each piece fits.
fn pieces(word: &str, room: f32, size: f32, weight: Weight) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut used = 0.0;
    for c in word.chars() {
        let advance = width(c.encode_utf8(&mut [0; 4]), size, weight);
        // Twice, where what follows a mark is too long as well.
        while used + advance > room && !piece.is_empty() {
            let cut = piece.rfind(['/', '-', '_', '.', ',']).map_or(piece.len(), |at| at + 1);
            let rest = piece.split_off(cut);
            pieces.push(std::mem::replace(&mut piece, rest));
            used = width(&piece, size, weight);
        }
        piece.push(c);
        used += advance;
    }
    pieces.push(piece);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGULAR: Weight = Weight::Regular;

    #[test]
    fn cleaning_leaves_one_printable_line() {
        assert_eq!(clean(" a\n\tb \u{202e}c\u{0}\u{fe0f} "), "a b c");
        assert_eq!(clean("\n"), "");
    }

    #[test]
    fn a_shortened_text_fits() {
        assert_eq!(shorten("short", 100.0, 10.0, REGULAR), "short");
        let text = shorten(&"long name ".repeat(30), 80.0, 10.0, REGULAR);
        assert!(text.ends_with('…') && width(&text, 10.0, REGULAR) <= 80.0, "{text}");
        assert_eq!(shorten("anything", 3.0, 10.0, REGULAR), "");
    }

    #[test]
    fn wrapped_lines_fit_and_lose_nothing() {
        let text = "The challenger was kept: /a/very/long/path/that_is_longer_than_any_line/may-be and 🙂 שלום done";
        for room in [12.0, 40.0, 90.0, 400.0] {
            let lines = wrap(text, room, 10.0, REGULAR);
            assert!(lines.iter().all(|l| width(l, 10.0, REGULAR) <= room + 0.01), "{lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
        assert_eq!(wrap("", 50.0, 10.0, REGULAR), [""]);
        assert_eq!(wrap("a\nb", 50.0, 10.0, REGULAR), ["a", "b"]);
        assert_eq!(wrap("ab", 0.0, 10.0, REGULAR), ["a", "b"]);
    }
}
