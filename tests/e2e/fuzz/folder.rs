//! Ingestion of a whole folder, in this process, beside a naive one.

use super::compressed::{gzip, zstd};
use super::{bytes, cases};
use crate::project::Project;
use incumbent::config::Config;
use incumbent::error::{Kind, Result};
use incumbent::event::Silent;
use incumbent::run::{Context, catalog, ingestion};
use incumbent::stages::manifest::{Counts, Manifest};
use incumbent::store::batch::Batch;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::path::Path;

pub fn load(folder: &Path) -> Config {
    let path = folder.join("config.json");
    let text = std::fs::read_to_string(&path).unwrap();
    Config::parse(&text, &path, "config.json", &catalog()).unwrap()
}

fn ingest(config: &Config) -> Result<Manifest> {
    let ctx = Context::new(config, "ingestion", false, &Silent);
    let _lock = ctx.lock()?;
    let mut batch = Batch::new(false)?;
    let ingested = ingestion::ingest(&ctx, &mut batch)?;
    batch.commit().map(|()| ingested.manifest)
}

/// A project without input, of a key, a number and a yes or no.
fn project(data: Value) -> Project {
    let project = Project::new();
    project.remove("sourcedata");
    std::fs::create_dir(project.at("sourcedata")).unwrap();
    project.config(json!({"data": data, "threads": 2}));
    project
}

/// A row to be written into a file.
#[derive(Debug, Clone)]
enum Row {
    Good([&'static str; 3]),
    /// Cells that are bad, or too many or too few of them.
    Bad(Vec<&'static [u8]>),
    /// An empty line, which is none.
    None,
}

/// How a file is written.
#[derive(Debug, Clone)]
struct Dialect {
    delimiter: u8,
    line_end: &'static str,
    mark: bool,
    quotes_all: bool,
    /// Whether the last line has its line end.
    ends: bool,
    packing: usize,
}

fn row() -> impl Strategy<Value = Row> {
    let key =
        prop::sample::select(vec!["", "a", "b,c", "d\"e", "f;g", "h\ni", " sp", "é", "NA", "x|y", "t\tz", "=1+1"]);
    let number = prop::sample::select(vec!["", "1", "2.5", "-3", "NA", "1e3", " 7"]);
    let good = (key, number, prop::sample::select(vec!["0", "1"])).prop_map(|(k, n, t)| Row::Good([k, n, t]));
    let bad: Vec<Vec<&'static [u8]>> = vec![
        vec![b"a", b"much", b"0"],
        vec![b"a", b"1"],
        vec![b"a", b"1", b"0", b"0"],
        vec![b"a", b"1", b""],
        vec![b"\xff", b"1", b"0"],
        vec![b"a\0", b"1", b"0"],
        vec![b"a", b"1e999", b"0"],
    ];
    prop_oneof![8 => good, 2 => prop::sample::select(bad).prop_map(Row::Bad), 1 => Just(Row::None)]
}

fn dialect() -> impl Strategy<Value = Dialect> {
    let parts = (prop::sample::select(&b",;\t|"[..]), any::<(bool, bool, bool, bool)>(), 0..3usize);
    parts.prop_map(|(delimiter, (crlf, mark, quotes_all, ends), packing)| Dialect {
        delimiter,
        line_end: if crlf { "\r\n" } else { "\n" },
        mark,
        quotes_all,
        ends,
        packing,
    })
}

/// As the naive reader of the world would write it.
fn write(cells: &[&[u8]], delimiter: u8, quotes_all: bool, out: &mut Vec<u8>) {
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            out.push(delimiter);
        }
        if quotes_all || cell.iter().any(|b| [delimiter, b'"', b'\n', b'\r'].contains(b)) {
            out.push(b'"');
            out.extend(cell.iter().flat_map(|b| if *b == b'"' { vec![b'"', b'"'] } else { vec![*b] }));
            out.push(b'"');
        } else {
            out.extend_from_slice(cell);
        }
    }
}

fn file(rows: &[Row], dialect: &Dialect) -> (Vec<u8>, &'static str) {
    let mut text = if dialect.mark { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
    write(&[b"k", b"n", b"t"], dialect.delimiter, false, &mut text);
    for row in rows {
        text.extend_from_slice(dialect.line_end.as_bytes());
        match row {
            Row::Good(cells) => {
                write(&cells.map(str::as_bytes), dialect.delimiter, dialect.quotes_all, &mut text);
            }
            Row::Bad(cells) => write(cells, dialect.delimiter, dialect.quotes_all, &mut text),
            Row::None => {}
        }
    }
    if dialect.ends {
        text.extend_from_slice(dialect.line_end.as_bytes());
    }
    match dialect.packing {
        0 => (text, "csv"),
        1 => (gzip(&text), "csv.gz"),
        _ => (zstd(&text), "csv.zst"),
    }
}

/// Rows in order, the first of equals kept.
fn naive(files: &[(Vec<Row>, Dialect)]) -> (Vec<u8>, Counts) {
    let (mut merged, mut seen, mut counts) = (b"k,n,t\n".to_vec(), HashSet::new(), Counts::default());
    for row in files.iter().flat_map(|(rows, _)| rows) {
        counts.rows_read += u64::from(!matches!(row, Row::None));
        match row {
            Row::None => {}
            Row::Bad(_) => counts.rejected += 1,
            Row::Good(cells) if !seen.insert(*cells) => counts.duplicate += 1,
            Row::Good(cells) => {
                counts.kept += 1;
                write(&cells.map(str::as_bytes), b',', false, &mut merged);
                merged.push(b'\n');
            }
        }
    }
    (merged, counts)
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn a_folder_is_merged_as_a_naive_reader_would(
        files in prop::collection::vec((prop::collection::vec(row(), 0..30), dialect()), 1..5),
    ) {
        let types = json!({"k": "category", "n": "number", "t": "category"});
        let project = project(json!({"target": "t", "types": types, "max_bad_share": 1.0}));
        for (i, (rows, dialect)) in files.iter().enumerate() {
            let (content, ending) = file(rows, dialect);
            project.write(&format!("sourcedata/f{i}.{ending}"), content);
        }
        let (merged, counts) = naive(&files);
        match ingest(&load(project.path())) {
            Ok(manifest) => {
                prop_assert_eq!(String::from_utf8(merged).unwrap(), project.read("ingesteddata/finaldata.csv"));
                prop_assert_eq!(manifest.totals, counts);
                let mut rejected = csv::Reader::from_path(project.at("ingesteddata/rejected.csv")).unwrap();
                prop_assert_eq!(rejected.records().filter(|row| row.is_ok()).count() as u64, counts.rejected);
            }
            Err(e) => {
                prop_assert_eq!(counts.kept, 0, "{}", e.message());
                prop_assert_eq!(e.kind, Kind::Data);
            }
        }
    }

    #[test]
    fn files_of_any_bytes_are_merged_or_told_and_nothing_else_changes(
        files in prop::collection::vec((bytes(80), any::<bool>(), 0..4usize), 1..4),
    ) {
        let project = project(json!({}));
        project.write("sourcedata/a.csv", "k,n,t\na,1,0\nb,2,1\n");
        ingest(&load(project.path())).unwrap();
        let before = project.files();
        for (i, (content, has_header, packing)) in files.iter().enumerate() {
            let text = if *has_header { [b"k,n,t\n".to_vec(), content.clone()].concat() } else { content.clone() };
            let (content, ending) = match packing {
                0 => (text, "csv"),
                1 => (gzip(&text), "csv.gz"),
                2 => (zstd(&text), "tsv.zst"),
                _ => (text, "csv.gz"),
            };
            project.write(&format!("sourcedata/f{i}.{ending}"), content);
        }
        if let Err(e) = ingest(&load(project.path())) {
            prop_assert_eq!(e.kind, Kind::Data, "{}", e.message());
            prop_assert!(e.problems().iter().all(|p| p.place.starts_with("sourcedata")), "{}", e.message());
            let after = project.files();
            prop_assert!(before.iter().all(|(name, content)| after.get(name) == Some(content)));
        } else {
            let mut merged = csv::Reader::from_path(project.at("ingesteddata/finaldata.csv")).unwrap();
            prop_assert!(merged.records().all(|row| row.is_ok_and(|row| row.len() == 3)));
        }
    }
}
