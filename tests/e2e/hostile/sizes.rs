//! Lines without end, and very many columns.

use super::memory::{BOUND, bounded, bounded_by};
use crate::fuzz::compressed::{gzip, zstd};
use crate::project::{Project, customers};
use serde_json::json;
use std::fs::File;
use std::io::Write;

/// Two gigabytes, of which the disk holds nothing: NUL to the end.
fn endless(project: &Project, name: &str, before: &str) {
    let mut file = File::create(project.at(name)).unwrap();
    file.write_all(before.as_bytes()).unwrap();
    file.set_len(2 << 30).unwrap();
}

fn project() -> Project {
    let project = Project::new();
    project.config(json!({"threads": 2}));
    project.run("fullprocess", &["--quiet"]).expect(0);
    project
}

const TOO_LONG: &str = "the row that begins here is longer than 16 MiB";

#[test]
fn a_line_of_two_gigabytes_is_told_in_bounded_memory() {
    let hint = "hint: look for a quote that is never closed, or for a file without line ends";
    for (name, before, line) in [("the header", "", 1), ("a row", customers(0, 30).as_str(), 32)] {
        for folder in ["sourcedata/z.csv", "testdata/z.csv"] {
            let project = project();
            endless(&project, folder, before);
            // Test data is read again only where there is something to score on it.
            project.write("sourcedata/c.csv", customers(3000, 20));
            let place = format!("error: {folder}:{line}: {TOO_LONG}");
            bounded(&project, &format!("{name} of 2 GB in {folder}"), 65, &[&place, hint]);
        }
    }
}

#[test]
fn a_compressed_line_of_two_gigabytes_is_told_in_bounded_memory() {
    let piece = vec![b'x'; 1 << 20];
    for (ending, pieces) in [("gz", gzip(&piece)), ("zst", zstd(&piece))] {
        let project = project();
        let content = pieces.repeat(2048);
        assert!(content.len() < 20 << 20);
        project.write(&format!("sourcedata/z.csv.{ending}"), content);
        let place = format!("error: sourcedata/z.csv.{ending}:1: {TOO_LONG}");
        bounded(&project, &format!("2 GB in one line, .{ending}"), 65, &[&place]);
    }
}

#[test]
fn a_quoted_cell_without_end_is_told_in_bounded_memory() {
    let project = project();
    let rows = "c1,gold,\"30\n".to_string() + &"1,2,3,4\n".repeat(4 << 20);
    project.write("sourcedata/z.csv", "customer,plan,fee,calls,churned\n".to_string() + &rows);
    bounded(&project, "a quoted cell of 32 MB", 65, &["error: sourcedata/z.csv:2: ", TOO_LONG]);
}

#[test]
fn very_long_rows_are_held_a_few_at_a_time() {
    let project = project();
    // Twelve rows of 15 MiB, each with a cell that is no number.
    let row = format!("c1,{},much,1,0\n", "x".repeat(15 << 20));
    let content = [gzip(b"customer,plan,fee,calls,churned\n"), gzip(row.as_bytes()).repeat(12)].concat();
    project.write("sourcedata/z.csv.gz", content);
    project.write("sourcedata/y.csv", customers(3000, 400));
    project.config(json!({"threads": 8}));
    // Each is as long as a row may be, and is held in a few copies; eight threads would hold dozens.
    bounded_by(
        2 * BOUND,
        &project,
        "rows of 15 MB",
        0,
        &["warning: sourcedata/z.csv.gz:2:3: 12 of 12 rows are bad and set aside"],
    );
}

fn columns(count: usize) -> String {
    let names: Vec<String> = (0..count).map(|i| format!("c{i}")).collect();
    names.join(",")
}

#[test]
fn a_million_columns_are_told_in_bounded_memory() {
    let header = columns(1_000_000) + "\n";
    let says =
        ["error: sourcedata/z.csv:1: the header has 1,000,000 columns; at most 100,000 are read", "hint: look whether"];
    let known = project();
    known.write("sourcedata/z.csv", &header);
    bounded(&known, "a million columns after others", 65, &says);
    let unknown = Project::new();
    unknown.remove("sourcedata");
    unknown.write("sourcedata/z.csv", &header);
    bounded(&unknown, "a million columns first", 65, &says);
    let twice = project();
    twice.write("sourcedata/z.csv", format!("a{}\n", ",a".repeat(1_000_000)));
    bounded(&twice, "a million columns of one name", 65, &["the header has 1,000,001 columns"]);
}

#[test]
fn as_many_foreign_columns_as_may_be_are_counted_in_bounded_memory() {
    let project = project();
    project.write("sourcedata/z.csv", columns(100_000) + "\n");
    let says = ["column \"customer\" is missing", "column \"c0\" is new", "and 99,985 more like these"];
    let says = says.map(|s| s.replace("99,985", "99985"));
    bounded(&project, "100,000 foreign columns", 65, &says.each_ref().map(String::as_str));
}

#[test]
fn a_row_of_a_million_cells_is_set_aside_in_bounded_memory() {
    let project = project();
    project.write("sourcedata/z.csv", format!("{}c1,gold{}\n", customers(3000, 100), ",1".repeat(1_000_000)));
    bounded(
        &project,
        "a row of a million cells",
        0,
        &["warning: sourcedata/z.csv:102: 1 of 101 rows are bad and set aside"],
    );
    let rejected = std::fs::metadata(project.at("ingesteddata/rejected.csv")).unwrap().len();
    assert!(rejected > 2_000_000, "the row stands there as it came");
}

#[test]
fn very_long_names_of_columns_are_told_and_not_shown() {
    let project = project();
    project.write("sourcedata/z.csv", format!("customer,{}\nc1,1\n", "y".repeat(8 << 20)));
    let says = ["error: sourcedata/z.csv:1:2: the name of a column has 8,388,608 bytes; at most 4,096 are read"];
    bounded(&project, "a name of 8 MB", 65, &says);
}
