//! The plots of a report, each with a name of its own.

use super::charts::Chart;
use super::document::{Block, Document};
use super::names::Names;

/// Every chart of a document in order. Its name is that of its section in small letters,
/// digits and hyphens, numbered where a section has several: as long as a section keeps its
/// title, its plots keep their names.
pub fn of(document: &Document) -> Vec<(String, &dyn Chart)> {
    let mut names = Names::default();
    let mut plots = Vec::new();
    for section in &document.sections {
        for block in &section.blocks {
            if let Block::Chart(chart) = block {
                plots.push((names.give(&section.title, "plot"), chart.as_ref()));
            }
        }
    }
    plots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Section;
    use crate::report::charts::Bars;

    #[test]
    fn plots_are_named_after_their_sections() {
        let chart = || Block::Chart(Box::new(Bars::default()));
        let mut document = Document::new("Report", "");
        document.sections = vec![
            Section::new("Scores", vec![chart(), Block::Paragraph("text".into()), chart()]),
            Section::new("What the model leans on", vec![chart()]),
            Section::new("Lineage", Vec::new()),
        ];
        let names: Vec<String> = of(&document).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["scores", "scores-2", "what-the-model-leans-on"]);
    }
}
