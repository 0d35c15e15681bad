//! The shapes in which JSON holds rows: a list of objects, a list of lists, an object of
//! columns. Cells go straight from the text into the table; no document is built between.

use super::scalar::{Scalar, visit_scalars};
use super::{Features, Sink};
use crate::api::Failure;
use crate::table::Table;
use hyper::body::Bytes;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// Some programs put a byte order mark before JSON.
pub fn without_mark(body: &mut Bytes) {
    if body.starts_with(b"\xef\xbb\xbf") {
        *body = body.slice(3..);
    }
}

/// Python's JSON writes a missing number as `NaN`, which JSON does not know, and MLflow's client
/// sends it so: it becomes `null`. Texts are left as they are.
pub fn without_nan(body: &mut Bytes) {
    const NAN: &[u8] = b"NaN";
    if !memchr::memchr_iter(b'N', body).any(|at| body[at..].starts_with(NAN)) {
        return;
    }
    let mut out = Vec::with_capacity(body.len() + body.len() / 8);
    let (mut rest, mut is_text) = (&body[..], false);
    while let Some(byte) = rest.first() {
        let taken = match byte {
            b'\\' if is_text => rest.len().min(2),
            b'N' if !is_text && rest.starts_with(NAN) => {
                out.extend_from_slice(b"null");
                rest = &rest[NAN.len()..];
                continue;
            }
            _ => 1,
        };
        is_text ^= *byte == b'"';
        out.extend_from_slice(&rest[..taken]);
        rest = &rest[taken..];
    }
    *body = out.into();
}

/// A document that holds rows, by its outer shape.
pub enum Document<'a> {
    /// An object: its members, not yet read.
    Object(BTreeMap<String, &'a RawValue>),
    /// Anything else: the whole of it.
    Other(&'a RawValue),
}

/// Reads the outer shape of a document; all of it is proved to be JSON.
///
/// # Errors
/// 400 where it is none.
pub fn document(body: &[u8]) -> Result<Document<'_>, Failure> {
    let start = body.iter().find(|b| !b.is_ascii_whitespace());
    if start.is_none() {
        return Err(Failure::syntax("it is empty"));
    }
    if start == Some(&b'{') {
        return serde_json::from_slice(body).map(Document::Object).map_err(|e| failure(&e));
    }
    serde_json::from_slice(body).map(Document::Other).map_err(|e| failure(&e))
}

/// The value of a member of another type.
///
/// # Errors
/// 400 where it is not of that type.
pub fn value<'a, T: Deserialize<'a>>(name: &str, raw: &'a RawValue) -> Result<T, Failure> {
    serde_json::from_str(raw.get()).map_err(|e| Failure::data(format!("{name}: {}", without_place(&e))))
}

/// Rows one after the other into `sink`: objects by their names, lists in the order of
/// `columns` (the features' where not given), and for a model of one feature values alone.
///
/// # Errors
/// 400 where it is no such list. What is wrong with single cells the sink tells in the end.
pub fn rows(raw: &RawValue, columns: Option<&[String]>, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let places: Vec<Option<usize>> = match columns {
        Some(names) => names.iter().map(|name| sink.place(name)).collect(),
        None => (0..sink.features().count).map(Some).collect(),
    };
    let read = read(raw, List { sink, places: &places });
    read.map_err(|failure| in_row(failure, sink.rows() + 1))
}

/// One row, an object of names and values, into `sink`.
///
/// # Errors
/// As [`rows`].
pub fn record(raw: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let mut deserializer = serde_json::Deserializer::from_slice(raw);
    Row { sink, places: &[] }.deserialize(&mut deserializer).map_err(|e| in_row(failure(&e), 1))
}

/// A body that is one row with nothing wrong about it, as nearly all are, read in one go; `None`
/// for any other body, which is to be read with more care, so that the client is told what it is.
pub fn whole_row(body: &[u8], features: &Features) -> Option<Table> {
    // Proved to be a text first: names that are passed over might be none.
    let text = std::str::from_utf8(body).ok().filter(|text| features.is_plain && text.starts_with('{'))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut sink = Sink::new(features);
    Row { sink: &mut sink, places: &[] }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    sink.finish().ok()
}

/// Columns by name, each a list of cells, or for one row a cell, into `sink`.
///
/// # Errors
/// As [`rows`]; also where columns are of different lengths.
pub fn columns(raw: &RawValue, sink: &mut Sink<'_>) -> Result<(), Failure> {
    read(raw, Columns { sink })
}

fn read<'a>(raw: &'a RawValue, seed: impl DeserializeSeed<'a>) -> Result<(), Failure> {
    let mut deserializer = serde_json::Deserializer::from_str(raw.get());
    seed.deserialize(&mut deserializer).map(|_| ()).map_err(|e| failure(&e))
}

/// A failure of the shape of a row, with its number.
fn in_row(failure: Failure, row: usize) -> Failure {
    Failure { detail: format!("row {row}: {}", failure.detail), ..failure }
}

fn failure(e: &serde_json::Error) -> Failure {
    match e.classify() {
        Category::Data => Failure::data(without_place(e)),
        _ => Failure::syntax(format!("it is no valid JSON: {e}")),
    }
}

/// A place inside a part of the document would mislead.
fn without_place(e: &serde_json::Error) -> String {
    let text = e.to_string();
    text.rfind(" at line ").map_or(text.clone(), |end| text[..end].to_string())
}

struct List<'s, 'f> {
    sink: &'s mut Sink<'f>,
    places: &'s [Option<usize>],
}

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while rows.next_element_seed(Row { sink: self.sink, places: self.places })?.is_some() {}
        Ok(())
    }
}

struct Row<'s, 'f> {
    sink: &'s mut Sink<'f>,
    places: &'s [Option<usize>],
}

impl<'de> DeserializeSeed<'de> for Row<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Row<'_, '_> {
    fn only<E: Error>(self, value: Scalar<'de>) -> Result<(), E> {
        let &[Some(place)] = self.places else {
            return Err(E::custom("a row is an object of names and values, or a list of values"));
        };
        self.sink.put(place, &value);
        self.sink.end_row();
        Ok(())
    }
}

impl<'de> Visitor<'de> for Row<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row: an object of names and values, or a list of values")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut cells: A) -> Result<(), A::Error> {
        while let Some(place) = cells.next_key_seed(Name { sink: self.sink })? {
            match place {
                Some(place) => self.sink.put(place, &cells.next_value()?),
                None => {
                    cells.next_value::<IgnoredAny>()?;
                }
            }
        }
        self.sink.end_row();
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<(), A::Error> {
        let mut count = 0;
        while let Some(value) = cells.next_element::<Scalar<'de>>()? {
            if let Some(Some(place)) = self.places.get(count) {
                self.sink.put(*place, &value);
            }
            count += 1;
        }
        if count != self.places.len() {
            self.sink.wrong(format!("{count} values where there are {} columns", self.places.len()));
        }
        self.sink.end_row();
        Ok(())
    }
    visit_scalars!();
}

/// The name of a column, as the place where it stands.
struct Name<'s, 'f> {
    sink: &'s mut Sink<'f>,
}

impl<'de> DeserializeSeed<'de> for Name<'_, '_> {
    type Value = Option<usize>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_, '_> {
    type Value = Option<usize>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a column")
    }
    fn visit_str<E: Error>(self, name: &str) -> Result<Option<usize>, E> {
        Ok(self.sink.place(name))
    }
}

struct Columns<'s, 'f> {
    sink: &'s mut Sink<'f>,
}

impl<'de> DeserializeSeed<'de> for Columns<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Columns<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of columns")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let (mut rows, mut done) = (None, vec![false; self.sink.features().schema.columns.len()]);
        while let Some(place) = members.next_key_seed(Name { sink: self.sink })? {
            let Some(place) = place else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            if std::mem::replace(&mut done[place], true) {
                return Err(A::Error::custom("a column stands twice"));
            }
            let count = members.next_value_seed(Column { sink: self.sink, place })?;
            if *rows.get_or_insert(count) != count {
                return Err(A::Error::custom("the columns are of different lengths"));
            }
        }
        // Without a single known column there is still a row that lacks them all.
        self.sink.end_columns(rows.unwrap_or(1));
        Ok(())
    }
}

/// The cells of one column, or for one row a single one; how many they are.
struct Column<'s, 'f> {
    sink: &'s mut Sink<'f>,
    place: usize,
}

impl<'de> DeserializeSeed<'de> for Column<'_, '_> {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Column<'_, '_> {
    fn only<E>(self, value: Scalar<'de>) -> Result<usize, E> {
        self.sink.put_next(self.place, &value, 1);
        Ok(1)
    }
}

impl<'de> Visitor<'de> for Column<'_, '_> {
    type Value = usize;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of cells")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<usize, A::Error> {
        let mut count = 0;
        while let Some(value) = cells.next_element::<Scalar<'de>>()? {
            count += 1;
            self.sink.put_next(self.place, &value, count);
        }
        Ok(count)
    }
    visit_scalars!();
}

#[cfg(test)]
mod tests;
