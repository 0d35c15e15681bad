//! Where the two came from: when and why they were deployed, and what went into them.

use super::scores::version;
use crate::numbers::grouped;
use crate::report::document::{Align, Block, Section, Table};
use crate::report::sections::{paragraph, sentence};
use crate::stages::comparing::{Compared, Unlike};

/// When and why each was deployed.
pub(super) fn versions(found: &Compared) -> Section {
    let mut table = Table::new([
        ("Version", Align::Start),
        ("Deployed", Align::Start),
        ("Trained", Align::Start),
        ("Algorithm", Align::Start),
        ("Why", Align::Start),
    ]);
    for side in &found.versions {
        table.push([
            version(side),
            side.deployed.time.clone(),
            side.trained.clone(),
            side.kind.clone(),
            sentence(&side.deployed.reason),
        ]);
    }
    Section::new("Deployments", vec![Block::Table(table)])
}

/// The rows that they were trained on, and files that only one of them saw.
pub(super) fn data(found: &Compared) -> Section {
    let [first, second] = &found.versions;
    let same = first.training_fingerprint == second.training_fingerprint;
    let mut facts: Vec<(String, String)> =
        found.versions.iter().map(|side| (version(side), grouped(side.training_rows) + " training rows")).collect();
    let files = &found.files;
    facts.push(("Files in both".to_string(), grouped(files.both)));
    let mut blocks = vec![Block::Facts(facts)];
    if same {
        blocks.push(paragraph("Both were trained on the same rows."));
    }
    let mut table = Table::new([("Only in", Align::Start), ("File", Align::Start), ("SHA-256", Align::Start)]);
    for (side, only) in [(first, &files.first_only), (second, &files.second_only)] {
        for file in only {
            table.push([version(side), file.name.clone(), format!("{}…", file.sha256.short())]);
        }
    }
    if table.rows.is_empty() {
        blocks.push(paragraph("Neither saw a file that the other did not: files are told apart by their content."));
    } else {
        blocks.push(Block::Table(table));
    }
    Section::new("Training data", blocks)
}

/// Parameters and columns that differ.
pub(super) fn model(found: &Compared) -> Section {
    let mut blocks = Vec::new();
    blocks.extend(unlike(found, "Parameter", &found.parameters, "Algorithm and parameters are the same."));
    blocks.extend(unlike(found, "Column", &found.features, "Both see the same columns, read as the same types."));
    Section::new("Parameters and columns", blocks)
}

/// Packages that differ.
pub(super) fn dependencies(found: &Compared) -> Section {
    let same = "Both were trained by the same program, built from the same packages.";
    Section::new("Dependencies", unlike(found, "Package", &found.dependencies, same))
}

fn unlike(found: &Compared, what: &str, differing: &[Unlike], same: &str) -> Vec<Block> {
    if differing.is_empty() {
        return vec![paragraph(same)];
    }
    let [first, second] = found.versions.each_ref().map(|side| (version(side), Align::Start));
    let mut table = Table::new([(what.to_string(), Align::Start), first, second]);
    let or_none = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_string());
    for one in differing {
        table.push([one.name.clone(), or_none(&one.first), or_none(&one.second)]);
    }
    vec![Block::Table(table)]
}
