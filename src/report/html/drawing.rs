//! A chart as a part of a page.
//!
//! Its SVG file is taken as it is but for three things: the head, since a page gives the
//! size and the font; the white at its sides, which a page has of its own; and the colours,
//! which become names of the page's [`palette`].

use super::palette;
use crate::error::{Error, Result};
use crate::markup::escape;
use crate::report::charts::canvas::{ABOVE, EDGE};
use crate::report::charts::{Chart, to_svg};
use crate::report::theme::{Colour, PAPER};

/// The chart as an SVG element. Its description is its label, not its title: browsers show
/// a title wherever the pointer rests.
///
/// # Errors
/// As [`to_svg`].
pub(super) fn svg(chart: &dyn Chart) -> Result<String> {
    let (width, height) = chart.size();
    let file = to_svg(chart, width, height)?;
    let (_, inside) = file.split_once("</title>\n").ok_or_else(|| Error::internal("an SVG file has no title"))?;
    let (wide, tall) = (width as f32 - 2.0 * EDGE, height as f32 - ABOVE);
    let head = format!(
        "<svg role=\"img\" aria-label=\"{}\" width=\"{wide}\" height=\"{tall}\" viewBox=\"{EDGE} {ABOVE} {wide} {tall}\">\n",
        escape(&chart.describe())
    );
    Ok(head + &inside.lines().map(|line| named(line) + "\n").collect::<String>())
}

/// An element of a line of its own, with names in the place of its colours. Text is escaped,
/// so that `="#` stands in attributes alone.
fn named(line: &str) -> String {
    let mut parts = line.split("=\"#");
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let found = part.split_at_checked(6).and_then(|(hex, rest)| Some((colour(hex)?, rest)));
        let found = found.and_then(|(colour, rest)| match colour {
            PAPER if line.starts_with("<text") => Some(("on".to_string(), rest)),
            colour => Some((palette::name(colour)?, rest)),
        });
        match found {
            Some((name, rest)) => out.push_str(&format!("=\"var(--{name}){rest}")),
            None => out.push_str(&format!("=\"#{part}")),
        }
    }
    out
}

/// The colour of six hexadecimal digits.
fn colour(hex: &str) -> Option<Colour> {
    let number = u32::from_str_radix(hex, 16).ok()?;
    let [_, r, g, b] = number.to_be_bytes();
    Some(Colour(r, g, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::Confusion;

    #[test]
    fn colours_become_names_and_text_stays() {
        assert_eq!(
            named("<rect fill=\"#0072b2\" stroke=\"#fa00fa\"/>"),
            "<rect fill=\"var(--blue)\" stroke=\"#fa00fa\"/>"
        );
        assert_eq!(
            named("<text fill=\"#ffffff\">=&quot;#0072b2</text>"),
            "<text fill=\"var(--on)\">=&quot;#0072b2</text>"
        );
        assert_eq!(named("</svg>"), "</svg>");
        assert_eq!(named("<text fill=\"#é1234\">"), "<text fill=\"#é1234\">");
    }

    #[test]
    fn a_chart_has_a_label_and_takes_the_width_that_is_there() {
        let names = vec!["<no>".to_string(), "\"yes\"".to_string()];
        let chart = Confusion::new("Matrix", "", names, vec![vec![3, 1], vec![0, 9]]).unwrap();
        let svg = svg(&chart).unwrap();
        assert!(svg.starts_with("<svg role=\"img\" aria-label=\"") && svg.ends_with("</svg>\n"));
        for gone in ["xmlns", "<title", "style=", "\"#", "<no>"] {
            assert!(!svg.contains(gone), "{gone} in {svg}");
        }
        assert!(svg.contains("viewBox=\"36 28 "));
    }
}
