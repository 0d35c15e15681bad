//! Reports: values in, bytes out.
//!
//! - [`document`]: what a report says, free of any output format.
//! - [`charts`]: drawings; one description gives PNG, SVG and the vector part of a PDF.
//! - [`pdf`]: a [`Document`] as A4 pages; [`html`]: as one page for a browser.
//! - [`plots`]: its charts one by one.
//! - [`sections`]: what a run found, section by section.
//! - [`compare`]: two deployed versions side by side.
//! - [`theme`]: the colours and sizes all of them share.
//! - [`fonts`]: the embedded typeface, its measures and what is done with text.
//!
//! A renderer is a function `&Document -> Result<bytes>` in a module of its own; a chart
//! is a file in [`charts`] with one `impl Chart`. Neither changes the other. Nothing here
//! reads a file, a clock or a font of the machine: the same document and the same time
//! give the same bytes everywhere.

pub mod charts;
pub mod compare;
pub mod document;
pub mod fonts;
pub mod html;
mod names;
pub mod pdf;
pub mod plots;
pub mod sections;
pub mod theme;

pub use document::{Align, Block, Callout, Document, Figure, Section, Table, Tone};
