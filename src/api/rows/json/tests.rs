//! Bodies that are texts, and those that are not; rows in one go and with care.

use super::*;
use crate::api::rows::places;
use crate::config::Data;
use crate::stages::row_check::RowCheck;
use crate::stages::unique::Unique;
use crate::table::{ColumnSchema, Role, Schema, Type};
use proptest::prelude::*;
use std::sync::Arc;

fn features() -> Features {
    let kinds = [("n", Type::Number), ("c", Type::Category), ("d", Type::Date), ("t", Type::Text)];
    let column = |(name, kind): (&str, Type)| ColumnSchema { name: name.into(), kind, role: Role::Feature };
    let columns: Vec<ColumnSchema> = kinds.into_iter().map(column).collect();
    let data = Data { max_bad_share: 0.0, ..Data::default() };
    let schema = Arc::new(Schema { columns });
    Features {
        count: schema.columns.len(),
        known: schema.columns.iter().map(|c| c.name.clone()).collect(),
        check: RowCheck::new(&schema, &data),
        unique: Unique::new(&schema, &data),
        data,
        is_plain: true,
        needed: vec![true; schema.columns.len()],
        is_strict: false,
        places: places(&schema.columns),
        words: vec![["false", "true"].map(str::to_string); schema.columns.len()],
        schema,
    }
}

/// The row as it is read with more care.
fn careful(body: &[u8], features: &Features) -> Result<Table, Failure> {
    let mut sink = Sink::new(features);
    match document(body)? {
        Document::Object(_) => record(body, &mut sink)?,
        Document::Other(_) => return Err(Failure::data("no object")),
    }
    Ok(sink.finish()?)
}

/// Bodies of rows, most of them whole, some with cells that their column does not hold, twice
/// or not at all, with others between them, or with a byte that is broken.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(vec!["n", "c", "d", "t", "other", "\\u006e", "a\\\"b"]);
    let value = prop::sample::select(vec![
        "1",
        "-2.5e3",
        "1e999",
        "null",
        "true",
        "\"\"",
        "\"x\"",
        "\"1.5\"",
        "\"2026-11-21\"",
        "\"\\u00e9\"",
        "[1]",
        "{\"n\": 1}",
        "NaN",
        "\"\\ud800\"",
        "01",
    ]);
    let whole = ["\"n\": 3", "\"c\": \"a\"", "\"d\": \"2026-11-21\"", "\"t\": \"some\""];
    let more = prop::collection::vec((name, value), 0..3);
    let left_out = prop::option::weighted(0.2, 0usize..4);
    let broken = prop::option::weighted(0.2, (any::<prop::sample::Index>(), any::<u8>()));
    (Just(whole).prop_shuffle(), more, left_out, broken, prop::sample::select(vec!["", " ", "x", "\n"])).prop_map(
        |(whole, more, left_out, broken, end)| {
            let kept = whole.iter().enumerate().filter(|(i, _)| Some(*i) != left_out).map(|(_, m)| m.to_string());
            let members: Vec<String> = kept.chain(more.iter().map(|(n, v)| format!("\"{n}\":{v}"))).collect();
            let mut body = format!("{{{}}}{end}", members.join(", ")).into_bytes();
            if let Some((at, byte)) = broken {
                let at = at.index(body.len());
                body[at] = byte;
            }
            body
        },
    )
}

proptest! {
    #[test]
    fn a_whole_row_is_read_in_one_go_as_with_more_care(body in body()) {
        let features = features();
        let expected = careful(&body, &features).ok();
        let text = String::from_utf8_lossy(&body);
        match whole_row(&body, &features) {
            // Tables hold NaN for missing cells, which equals nothing.
            Some(read) => prop_assert_eq!(format!("{read:?}"), format!("{:?}", expected.unwrap()), "{}", text),
            None => prop_assert!(expected.is_none() || !body.starts_with(b"{"), "{}", text),
        }
    }
}

#[test]
fn members_that_name_a_form_are_read_with_care() {
    let row = br#"{"n": 1, "c": "a", "d": null, "t": "x"}"#;
    assert!(whole_row(row, &features()).is_some_and(|table| table.rows() == 1));
    assert!(whole_row(row, &Features { is_plain: false, ..features() }).is_none());
    assert!(whole_row(br#"{"n": 1, "c": "a", "d": null}"#, &features()).is_none(), "a feature is missing");
}

#[test]
fn nan_becomes_null_but_in_texts() {
    for (from, to) in [
        (r#"{"a": NaN, "NaN": "NaN"}"#, r#"{"a": null, "NaN": "NaN"}"#),
        (r#"["a\\", NaN, "\"NaN"]"#, r#"["a\\", null, "\"NaN"]"#),
        (r#"[1]"#, r#"[1]"#),
        (r#"["NaN\"#, r#"["NaN\"#),
    ] {
        let mut body = Bytes::from(from);
        without_nan(&mut body);
        assert_eq!(body, to.as_bytes(), "{from}");
    }
}
