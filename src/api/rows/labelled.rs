//! Rows with their labels, read as ingestion would read them from a file.

use super::folders::named;
use super::json::{self, Document};
use super::scalar::Scalar;
use super::{Features, Sink};
use crate::api::{Failure, Request};
use crate::sources::CsvFile;
use crate::sources::fields::Fields;
use crate::table::{Labels, Role, Table};

/// Such rows, all of them good.
pub struct Labelled {
    /// Typed, by the columns of the data.
    pub table: Table,
    /// As CSV records with a line end each, in the order of those columns.
    pub records: Vec<u8>,
}

/// The rows of a request: one object, a list of objects, `{"values": [[…]]}` in the order of the
/// columns, or a CSV text with a header.
///
/// # Errors
/// 400 with everything that is wrong with them.
pub fn read(request: &Request, features: &Features) -> Result<Labelled, Failure> {
    let mut sink = Sink::new(features).keeping();
    if request.is_csv() {
        of_csv(&request.body, &mut sink)?;
    } else {
        match json::document(&request.body)? {
            Document::Object(members) => match members.get("values").filter(|_| members.len() == 1) {
                Some(values) => json::rows(values, None, &mut sink)?,
                None => json::record(&request.body, &mut sink)?,
            },
            Document::Other(raw) => json::rows(raw, None, &mut sink)?,
        }
    }
    let (table, records) = sink.finish_kept()?;
    Ok(Labelled { table, records })
}

fn of_csv(body: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let mut file = CsvFile::open("body", named(body), None)?;
    let places: Vec<Option<usize>> = file.header().iter().map(|name| sink.place(name)).collect();
    while let Some(row) = file.next_row()? {
        let Some(texts) = row.cells.texts().filter(|_| row.cells.len() == places.len()) else {
            sink.wrong(format!(
                "line {} has {} cells where the header has {}, or is not UTF-8",
                row.line,
                row.cells.len(),
                places.len()
            ));
            sink.end_row();
            continue;
        };
        for (place, text) in places.iter().zip(texts) {
            place.iter().for_each(|place| sink.put(*place, &Scalar::Text(text.into())));
        }
        sink.end_row();
    }
    Ok(())
}

impl Labelled {
    /// Identifier and label of each row that has an identifier: the label as it stands in the
    /// data; of several labels those that the row has, as a JSON list.
    pub fn labels(&self, features: &Features) -> Vec<(String, String)> {
        let place = |role: Role| {
            let columns = features.schema.columns.iter().enumerate();
            columns.filter(move |(_, c)| c.role == role).map(|(place, _)| place)
        };
        let Some(id) = place(Role::Id).next() else { return Vec::new() };
        let targets: Vec<usize> = place(Role::Target).collect();
        let mut found = Vec::new();
        let mut fields = Fields::default();
        let mut records = crate::sources::record::Records::new(self.records.as_slice());
        // These records were written a moment ago: they are whole.
        while let Ok(Some(record)) = records.next_record() {
            fields.split(record.bytes, b',');
            let Some(texts) = fields.texts() else { continue };
            let texts: Vec<&str> = texts.map(str::trim).collect();
            let label = match targets.as_slice() {
                [one] => texts[*one].to_string(),
                several => {
                    let has = several.iter().filter(|t| Labels::says(texts[**t]) == Some(true));
                    let names: Vec<&str> = has.map(|t| features.schema.columns[*t].name.as_str()).collect();
                    serde_json::json!(names).to_string()
                }
            };
            if !features.data.missing.holds(texts[id]) {
                found.push((texts[id].to_string(), label));
            }
        }
        found
    }
}
