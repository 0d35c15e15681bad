//! A document as a PDF: A4 pages with real text and drawn charts, no picture in it.
//!
//! [`layout`] places everything on pages and is pure; [`write`](mod@write) turns pages
//! into a file. Charts are drawn straight onto the page, so they stay sharp and their
//! text can be searched.

mod blocks;
pub mod layout;
pub mod page;
mod tables;
mod write;

use super::document::Document;
use crate::error::Result;
use chrono::{DateTime, Utc};

/// The PDF file of a document. `now` becomes its dates; the same document and time give
/// the same bytes.
///
/// # Errors
/// Internal, where the embedded font cannot be used or the PDF library refuses the time.
pub fn render(document: &Document, now: DateTime<Utc>) -> Result<Vec<u8>> {
    write::write(document, &layout::layout(document), now)
}
