//! Cells that a spreadsheet would take for formulas. CSV files are for machines and hold what came,
//! to the byte; people are shown such cells as text. docs/threat-model.md says why.

use crate::api::App;
use crate::project::{Project, customers};

const FORMULAS: [&str; 7] = [
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "=HYPERLINK(\"http://127.0.0.1/?x=\"&A1,\"click\")",
    "\u{ff1d}1+1",
];

fn quoted(cell: &str) -> String {
    if cell.contains('"') { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_string() }
}

#[test]
fn data_is_kept_to_the_byte_and_shown_as_text() {
    let project = Project::new();
    let good: String = FORMULAS.iter().map(|f| format!("{},gold,30,1,0\n", quoted(f))).collect();
    let bad: Vec<String> = FORMULAS.iter().map(|f| format!("{},gold,much,1,0", quoted(f))).collect();
    let few: String = bad.iter().map(|row| format!("{row}\n")).collect();
    project.write("sourcedata/z.csv", format!("{}{good}{few}", customers(3000, 400)));
    project.run("fullprocess", &["--quiet"]).expect(0);
    assert!(project.read("ingesteddata/finaldata.csv").contains(&good), "merged rows are data");
    let mut rejected = csv::Reader::from_path(project.at("ingesteddata/rejected.csv")).unwrap();
    let rows: Vec<String> = rejected.records().map(|row| row.unwrap()[4].to_string()).collect();
    assert_eq!(rows, bad, "the row as it came, so that it can be mended and given again");
}

#[test]
fn labels_that_are_formulas_are_text_in_reports_and_answers() {
    let project = Project::new();
    let label = |text: String| text.replace(",1\n", ",=1+1|calc\n").replace(",0\n", ",@no\n");
    for name in ["sourcedata/a.csv", "sourcedata/b.csv", "testdata/test.csv"] {
        let text = label(project.read(name));
        project.write(name, text);
    }
    project.run("fullprocess", &["--quiet"]).expect(0);
    // Nothing that people are given is a table that a spreadsheet opens by itself.
    let made: Vec<String> = project.files().into_keys().filter(|name| name.starts_with("models/")).collect();
    assert!(made.len() > 5, "{made:?}");
    let foreign: Vec<&String> = made.iter().filter(|name| name.ends_with(".csv") || name.ends_with(".tsv")).collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    let app = App::start(&project);
    let answer = app.get("/prediction?plan=gold&fee=60&calls=8").1;
    assert!(["=1+1|calc", "@no"].contains(&answer["predictions"][0].as_str().unwrap()), "{answer}");
    for endpoint in incumbent::api::ALL {
        assert!(!endpoint.answers.contains("csv"), "{}: no answer is a table for spreadsheets", endpoint.paths[0]);
    }
}
