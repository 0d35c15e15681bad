//! What the model was trained with and what this program is built from.

use super::{Findings, paragraph, sentence};
use crate::error::Result;
use crate::report::document::{Align, Block, Section, Table};

/// The section.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let d = &f.diagnostics.dependencies;
    let model = match (&d.trained_with, d.deployed_version) {
        (Some(program), Some(version)) => format!("Version {version}, the deployed model, was trained by {program}."),
        _ => "No model is deployed.".to_string(),
    };
    let differ = match d.differing {
        0 => "No package differs.".to_string(),
        1 => "One package differs.".to_string(),
        n => format!("{n} packages differ."),
    };
    let newest = sentence(&format!("newest versions: {}", d.newest));
    let checked = d.packages.iter().any(|p| p.newest.is_some());
    let mut columns = vec![("Package", Align::Start), ("Trained with", Align::Start), ("Running", Align::Start)];
    if checked {
        columns.push(("Newest", Align::Start));
    }
    columns.push(("Finding", Align::Start));
    let mut table = Table::new(columns);
    let or_none = |v: &Option<String>| v.clone().unwrap_or_else(|| "–".to_string());
    for p in &d.packages {
        let finding = match (p.differs, p.outdated) {
            (true, _) => "differs",
            (false, Some(true)) => "newer published",
            (false, _) => "same",
        };
        let mut row = vec![p.name.clone(), or_none(&p.trained_with), or_none(&p.running)];
        if checked {
            row.push(or_none(&p.newest));
        }
        row.push(finding.to_string());
        table.push(row);
    }
    let text = paragraph(format!("{model} This is {}. {differ} {newest}", d.running));
    Ok(Section::new("Dependencies", vec![text, Block::Table(table)]))
}
