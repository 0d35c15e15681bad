//! Text on its way into HTML or SVG: the one place where it is escaped.

use std::fmt::{self, Display, Write};

/// Text that displays escaped.
#[derive(Debug, Clone, Copy)]
pub struct Escaped<'a> {
    text: &'a str,
    most: usize,
}

/// Text for an element or a quoted attribute, whole.
pub fn escape(text: &str) -> Escaped<'_> {
    shortened(text, usize::MAX)
}

/// Text for an element or a quoted attribute; past `most` characters it ends in `…`.
pub fn shortened(text: &str, most: usize) -> Escaped<'_> {
    Escaped { text, most }
}

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, c) in self.text.chars().enumerate() {
            if i == self.most {
                return f.write_char('…');
            }
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' => f.write_char(' ')?,
                // What XML forbids even escaped, and what turns the direction of the text that follows.
                '\u{fffe}' | '\u{ffff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
                c if c.is_control() => {}
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_data_becomes_markup() {
        let shown = escape("<script>alert('1')</script> & \"><img src=x>").to_string();
        assert_eq!(shown, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;&gt;&lt;img src=x&gt;");
        assert_eq!(escape("a\u{0}b\nc\u{202e}d\u{ffff} é 🙂").to_string(), "ab cd é 🙂");
        assert_eq!(shortened("&&&", 2).to_string(), "&amp;&amp;…");
        assert_eq!(shortened("&&", 2).to_string(), "&amp;&amp;");
    }
}
