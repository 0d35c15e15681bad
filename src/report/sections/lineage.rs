//! Where everything came from, with fingerprints.

use super::{Findings, paragraph};
use crate::error::Result;
use crate::numbers::grouped;
use crate::report::document::{Align, Block, Section, Table};

/// The section.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let facts = vec![
        ("Merged data".to_string(), f.manifest.fingerprint.to_string()),
        ("Test data".to_string(), f.challenger.test_fingerprint.to_string()),
        ("Model".to_string(), f.challenger.model_fingerprint.to_string()),
        ("Trained by".to_string(), format!("{}, {}", f.model.program, f.model.rustc)),
    ];
    let what = paragraph(
        "SHA-256 throughout: of finaldata.csv; over the fingerprints of the test files; of the content within \
         trainedmodel.json, which the file itself names. manifest.json of a deployed version has those of its files.",
    );
    let mut table = Table::new([
        ("File", Align::Start),
        ("Read", Align::End),
        ("Kept", Align::End),
        ("Duplicate", Align::End),
        ("Rejected", Align::End),
    ]);
    // In full, or nobody could check them; a table of its own, for they take the width of a page.
    let mut prints = Table::new([("File", Align::Start), ("SHA-256", Align::Start)]);
    for file in &f.manifest.files {
        let c = file.counts;
        let counts = [c.rows_read, c.kept, c.duplicate, c.rejected].map(grouped);
        let [read, kept, duplicate, rejected] = counts;
        table.push([file.name.clone(), read, kept, duplicate, rejected]);
        prints.push([file.name.clone(), file.sha256.to_string()]);
    }
    let mut blocks = vec![Block::Facts(facts), what];
    if !table.rows.is_empty() {
        blocks.extend([Block::Table(table), Block::Table(prints)]);
    }
    Ok(Section::new("Lineage", blocks))
}
