//! Bytes that are no text, or another text than they seem.

use crate::bad_input::refused;
use crate::project::{Project, customers};

const HEADER: &str = "customer,plan,fee,calls,churned\n";

fn utf16(text: &str, swap: bool) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(|unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() });
    units.collect()
}

#[test]
fn files_that_are_no_utf_8_text_are_told() {
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("UTF-16 LE", [vec![0xff, 0xfe], utf16(&customers(0, 9), false)].concat(), &["z.csv: the file is UTF-16"]),
        ("UTF-16 BE", [vec![0xfe, 0xff], utf16(&customers(0, 9), true)].concat(), &["z.csv: the file is UTF-16"]),
        ("UTF-16 without a mark", utf16(&customers(0, 9), false), &["z.csv:1:1: the file is not text", "a NUL byte"]),
        ("NUL in the header", b"customer,pl\0an\n1,2\n".to_vec(), &["z.csv:1:2: the file is not text; a NUL byte"]),
        ("Latin-1 in the header", b"customer,caf\xe9\n".to_vec(), &["z.csv:1:2: a column's name is not UTF-8"]),
        ("a cut letter in the header", b"customer,caf\xc3\n".to_vec(), &["z.csv:1:2: a column's name is not UTF-8"]),
        ("CR alone", customers(0, 9).replace('\n', "\r").into_bytes(), &["z.csv: the line ends are CR alone"]),
        ("two marks", format!("\u{feff}\u{feff}{}", customers(0, 9)).into_bytes(), &["column \"customer\" is missing"]),
        ("an open quote first", b"\"customer,plan\n1,2\n".to_vec(), &["z.csv:1: a quoted cell that begins here"]),
        (
            "an open quote later",
            format!("{}\"c1,gold,1,1,0\n{}", customers(0, 9), customers(9, 9)).into_bytes(),
            &["z.csv:11: a quoted cell that begins here is never closed", "hint: close the quote"],
        ),
        ("nothing but NUL", vec![0; 4096], &["z.csv:1:1: the file is not text"]),
        ("an executable", std::fs::read(env!("CARGO_BIN_EXE_fullprocess")).unwrap(), &["sourcedata/z.csv"]),
    ];
    for (name, content, says) in cases {
        eprintln!("{name}");
        refused(|p| p.write("sourcedata/z.csv", &content), 65, says);
    }
}

#[test]
fn rows_that_are_no_text_are_set_aside_with_their_lines() {
    let project = Project::new();
    let mut content = customers(3000, 200).into_bytes();
    content.extend_from_slice(b"c1,go\0ld,30,1,0\nc2,\xffgold,30,1,0\nc3,gold,30,1,0\r\nc4,\"go\r\nld\",30,1,0\n");
    project.write("sourcedata/z.csv", content);
    let ran = project.run("fullprocess", &["--quiet"]).expect(0);
    ran.says(&["warning: sourcedata/z.csv:202", "2 of 204 rows are bad and set aside", "a NUL byte"]);
    let rejected = project.read("ingesteddata/rejected.csv");
    assert!(rejected.contains("z.csv,202,") && rejected.contains("z.csv,203,"), "{rejected}");
    let merged = project.read("ingesteddata/finaldata.csv");
    assert!(
        merged.contains("\nc3,gold,30,1,0\n") && merged.contains("\nc4,\"go\r\nld\",30,1,0\n"),
        "line ends go, cells stay"
    );
}

#[test]
fn marks_and_line_ends_of_other_systems_are_no_hindrance() {
    for content in [
        format!("\u{feff}{}", customers(3000, 50)),
        customers(3000, 50).replace('\n', "\r\n"),
        format!("\n\r\n\n{}\n\n\n", customers(3000, 50)),
        customers(3000, 50).replace(',', "\t"),
    ] {
        let project = Project::new();
        project.write("sourcedata/z.csv", content);
        project.run("ingestion", &[]).expect(0);
        let merged = project.read("ingesteddata/finaldata.csv");
        assert!(merged.starts_with(HEADER) && customers(3000, 50).lines().all(|row| merged.contains(row)));
    }
}
