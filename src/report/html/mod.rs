//! A document as one HTML file: nothing is loaded, nothing is run, and it prints as well as
//! it is read on a screen.
//!
//! - [`blocks`]: how each block of a document stands on the page.
//! - [`drawing`]: charts, as a part of the page; [`palette`]: their colours, light and dark;
//!   [`faces`]: the typeface that they are measured in.

mod blocks;
mod drawing;
mod faces;
mod palette;

use super::document::Document;
use super::names::Names;
use crate::dependencies::PROGRAM;
use crate::error::Result;
use crate::markup::escape;
use blocks::Writer;
use chrono::{DateTime, Utc};

/// What a page is allowed, by itself and where it is served: its own style and nothing else.
pub const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'; \
    form-action 'none'";

/// The sign of the project beside its name.
pub const MARK: &str = "<svg class=\"mark\" viewBox=\"0 0 16 16\" width=\"22\" height=\"22\" aria-hidden=\"true\">\
<rect width=\"16\" height=\"16\" rx=\"4\"/><path d=\"M4 12V8M8 12V4M12 12V6\"/></svg>";

const STYLE: &str = concat!(include_str!("scroll.css"), include_str!("style.css"));

/// Bytes that a page shall not exceed. What makes a page long are tables with a row for each
/// column or file, so these are cut.
const MOST_BYTES: usize = 300_000;
/// Rows of a table that are shown where the whole would be too long: the first that fits.
const MOST_ROWS: [usize; 6] = [500, 200, 100, 50, 20, 10];

/// The HTML file of a document. `now` is told at its foot; the same document and time give
/// the same bytes. Where it would exceed 300 kB, tables show their first rows only and say
/// that the PDF has them all.
///
/// # Errors
/// Internal, where a chart cannot be drawn.
pub fn render(document: &Document, now: DateTime<Utc>) -> Result<Vec<u8>> {
    let mut file = page(document, now, usize::MAX)?;
    for rows in MOST_ROWS {
        if file.len() <= MOST_BYTES {
            break;
        }
        file = page(document, now, rows)?;
    }
    Ok(file.into_bytes())
}

/// The file with at most so many rows of each table.
fn page(document: &Document, now: DateTime<Utc>, rows: usize) -> Result<String> {
    let mut names = Names::default();
    let titled = |title: &str| !title.trim().is_empty();
    let ids: Vec<String> = document.sections.iter().map(|section| names.give(&section.title, "section")).collect();
    let links: String = document
        .sections
        .iter()
        .zip(&ids)
        .filter(|(section, _)| titled(&section.title))
        .map(|(section, id)| format!("<li><a href=\"#{id}\">{}</a></li>\n", escape(&section.title)))
        .collect();
    let mut main = Writer::new(rows);
    main.head(document);
    main.put(&format!(
        "<details class=\"jump\">\n<summary>Contents</summary>\n<nav aria-label=\"Contents\"><ol>\n{links}</ol></nav>\n</details>\n"
    ));
    for (section, id) in document.sections.iter().zip(&ids) {
        main.section(section, id, titled(&section.title))?;
    }
    let title = escape(&document.title);
    let (main, written) = (main.finish(), now.format("%Y-%m-%d %H:%M"));
    let (light, dark) = (palette::declarations(false), palette::declarations(true));
    let faces = faces::declarations(&[&main, &links, &document.title])?;
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} – incumbent</title>\n\
         <style>\n{faces}:root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{STYLE}</style>\n\
         </head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to content</a>\n\
         <header class=\"top\"><p class=\"brand\">{MARK}incumbent</p></header>\n\
         <div class=\"frame\">\n<nav class=\"side\" aria-label=\"Contents\">\n<p>Contents</p>\n<ol>\n{links}</ol>\n</nav>\n\
         <main id=\"main\" tabindex=\"-1\">\n{main}</main>\n</div>\n\
         <footer><p>{} · written {written} UTC · all times in UTC</p></footer>\n</body>\n</html>\n",
        escape(PROGRAM)
    ))
}

#[cfg(test)]
mod tests;
