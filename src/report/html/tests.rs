//! The page of a report: well-formed, harmless, small.

use super::*;
use crate::report::charts::{Bars, Confusion, bars::Item};
use crate::report::{Align, Block, Callout, Section, Table, Tone};

/// Elements without an end.
const VOID: [&str; 2] = ["meta", "!DOCTYPE"];
/// Elements that SVG lets end themselves.
const DRAWN: [&str; 4] = ["rect", "line", "circle", "path"];

fn html(document: &Document) -> String {
    let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let bytes = render(document, now).unwrap();
    assert_eq!(bytes, render(document, now).unwrap(), "the same document and time give the same bytes");
    String::from_utf8(bytes).unwrap()
}

/// The tags without angle brackets.
fn tags(html: &str) -> Vec<String> {
    let (before, rest) = html.split_once("<style>").unwrap();
    let body = rest.split_once("</style>").unwrap().1;
    let mut tags = Vec::new();
    for part in [before, body] {
        for piece in part.split('<').skip(1) {
            tags.push(piece.split_once('>').expect("a tag ends").0.to_string());
        }
    }
    tags
}

fn must_be_well_formed(html: &str) {
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    let (mut open, mut ids) = (Vec::new(), std::collections::BTreeSet::new());
    for tag in tags(html) {
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap().to_string();
        let bare: String = tag.split('"').step_by(2).collect();
        assert!(!bare.contains(" on") && !bare.contains(" style=") && !bare.contains("src="), "<{tag}>");
        assert!(!["script", "iframe", "img", "link", "object"].contains(&name.as_str()), "<{tag}>");
        if let Some((_, id)) = tag.split_once(" id=\"") {
            let id = id.split('"').next().unwrap().to_string();
            assert!(ids.insert(id.clone()), "{id} is given twice");
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if tag.ends_with('/') {
            assert!(DRAWN.contains(&name.as_str()), "<{tag}>");
        } else if !VOID.contains(&name.as_str()) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    for named in html.split("aria-labelledby=\"").skip(1).chain(html.split("href=\"#").skip(1)) {
        let id = named.split('"').next().unwrap();
        assert!(ids.contains(id), "{id} is not there");
    }
    assert_eq!(html.matches("<h1>").count(), 1);
}

fn table(rows: usize, name: impl Fn(usize) -> String) -> Table {
    let mut table = Table::new([("Column", Align::Start), ("Mean", Align::End), ("Most frequent", Align::Start)]);
    for row in 0..rows {
        table.push([name(row), format!("{row}.25"), "yes 50.0%, no 49.9%, perhaps 0.1%".to_string()]);
    }
    table
}

fn matrix(classes: usize) -> Block {
    let names = (0..classes).map(|i| format!("class <{i}>")).collect();
    let counts = (0..classes).map(|a| (0..classes).map(|p| (a * p) as u64).collect()).collect();
    Block::Chart(Box::new(Confusion::new("Matrix", "all rows", names, counts).unwrap()))
}

#[test]
fn every_block_has_its_place() {
    let mut document = Document::new("Model report", "Version 3 is in office");
    let text = "0.64 beats 0.61".to_string();
    document.verdict = Some(Callout { tone: Tone::Good, title: "Deployed".to_string(), text });
    document.meta = vec![("Run".to_string(), "r1".to_string())];
    document.sections = vec![
        Section::new(
            "Scores",
            vec![
                Block::Paragraph("Fair & square.".to_string()),
                Block::List(vec!["one".to_string()]),
                Block::Facts(vec![
                    ("Rows".to_string(), "12".to_string()),
                    ("Trained".to_string(), "2026-03-01T02:30:09Z".to_string()),
                ]),
                Block::Table(table(2, |row| format!("c{row}"))),
                Block::Callout(Callout { tone: Tone::Warning, title: "Few rows".to_string(), text: String::new() }),
                matrix(2),
                matrix(2),
            ],
        ),
        Section::new("Scores", vec![matrix(3), matrix(3)]),
        Section::new("", vec![Block::Paragraph("untitled".to_string())]),
    ];
    let html = html(&document);
    must_be_well_formed(&html);
    for part in [
        "<title>Model report – incumbent</title>",
        "<h2 id=\"scores\">Scores</h2>",
        "<h2 id=\"scores-2\">Scores</h2>",
        "<a href=\"#scores-2\">Scores</a>",
        "<p>Fair &amp; square.</p>",
        "<div><dt>Rows</dt><dd>12</dd></div>",
        "<dd><time datetime=\"2026-03-01T02:30:09Z\">2026-03-01 02:30:09</time></dd>",
        "<th scope=\"col\" class=\"n\">Mean</th>",
        "<tr><th scope=\"row\">c1</th><td class=\"n\">1.25</td>",
        "<div class=\"callout good\">\n<p><strong>Deployed</strong></p>",
        "<svg role=\"img\" aria-label=\"",
        "written 2026-09-21 14:13 UTC",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    // Wide ones would be too small to read beside each other.
    assert_eq!((html.matches("<figure").count(), html.matches("class=\"beside\"").count()), (4, 1));
    assert!(!html.contains("rows are shown"), "a short table is whole");
}

#[test]
fn nothing_of_data_becomes_markup() {
    let odd =
        ["<script>alert(1)</script>", "\"><img src=x onerror=y>", "שלום עולם", "\u{202e}x", "a\u{0}b", "</style>"];
    let of = |i: usize| odd[i % odd.len()].to_string();
    let pairs: Vec<(String, String)> = (0..odd.len()).map(|i| (of(i), of(i + 1))).collect();
    let mut document = Document::new(odd[0], odd[1]);
    document.meta = pairs.clone();
    document.verdict = Some(Callout { tone: Tone::Neutral, title: of(0), text: of(1) });
    let item = |i| Item { name: of(i), value: 0.5, before: None, spread: None, text: of(i) };
    let bars = Bars { title: of(0), subtitle: of(1), bars: (0..odd.len()).map(item).collect(), names: None };
    let blocks = vec![
        Block::Paragraph(odd.concat()),
        Block::List((0..odd.len()).map(of).collect()),
        Block::Facts(pairs),
        Block::Table(table(odd.len(), of)),
        Block::Table(Table::default()),
        Block::Chart(Box::new(bars)),
    ];
    document.sections = (0..odd.len()).map(|i| Section::new(of(i), Vec::new())).collect();
    document.sections.push(Section::new(odd[0], blocks));
    let html = html(&document);
    must_be_well_formed(&html);
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && html.contains("שלום עולם"));
    for gone in ["\u{202e}", "\u{0}", "NaN", "http://", "https://", "url(h", "url(/", "@import"] {
        assert!(!html.contains(gone), "{gone:?}");
    }
    must_be_well_formed(&self::html(&Document::default()));
}

#[test]
fn many_columns_and_classes_stay_below_the_limit() {
    let document = |columns: usize| {
        let name = |row: usize| format!("column_{row}_{}", "of_a_long_name_".repeat(3));
        let tables = (0..2).map(|_| Block::Table(table(columns, name))).collect();
        let mut document = Document::new("Model report", "");
        document.sections = vec![Section::new("Matrix", vec![matrix(60)]), Section::new("Training data", tables)];
        document
    };
    let ordinary = html(&document(300));
    assert!(ordinary.len() <= MOST_BYTES && !ordinary.contains("rows are shown"), "{}", ordinary.len());
    assert_eq!(ordinary.matches("<th scope=\"row\">").count(), 600);
    let wide = html(&document(5_000));
    assert!(wide.len() <= MOST_BYTES, "{}", wide.len());
    assert_eq!(wide.matches("The first 200 of 5,000 rows are shown").count(), 2);
    assert_eq!(wide.matches("<th scope=\"row\">").count(), 400);
    must_be_well_formed(&wide);
}
