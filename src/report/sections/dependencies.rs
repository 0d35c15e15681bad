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
    let mut table = Table::new([
        ("Package", Align::Start),
        ("Trained with", Align::Start),
        ("Running", Align::Start),
        ("Newest", Align::Start),
        ("Finding", Align::Start),
    ]);
    let or_none = |v: &Option<String>| v.clone().unwrap_or_else(|| "–".to_string());
    for p in &d.packages {
        let finding = match (p.differs, p.outdated) {
            (true, _) => "differs",
            (false, Some(true)) => "newer published",
            (false, _) => "",
        };
        let newest = p.newest.clone().unwrap_or_else(|| "not checked".to_string());
        table.push([p.name.clone(), or_none(&p.trained_with), or_none(&p.running), newest, finding.to_string()]);
    }
    let text = paragraph(format!("{model} This is {}. {differ} {newest}", d.running));
    Ok(Section::new("Dependencies", vec![text, Block::Table(table)]))
}
