//! What the model was trained with and what this program is built from.

use super::{Findings, paragraph, sentence};
use crate::dependencies::Drift;
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
    let format = d.model_format_version.map(|v| format!(" Its file has format version {v}.")).unwrap_or_default();
    let compiler = match &d.rustc_trained_with {
        Some(then) => format!(" It was built with {then}, this program with {}.", d.rustc_running),
        None => String::new(),
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
    // Diagnostics of before have them by name.
    let (differing, same): (Vec<&Drift>, Vec<&Drift>) = d.packages.iter().partition(|p| p.differs);
    for p in differing.into_iter().chain(same) {
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
    let verdict = paragraph(sentence(&d.words()));
    let text = paragraph(format!("{model}{format} This is {}.{compiler} {newest}", d.running));
    let table = (!table.rows.is_empty()).then_some(Block::Table(table));
    Ok(Section::new("Dependencies", [verdict, text].into_iter().chain(table).collect()))
}
