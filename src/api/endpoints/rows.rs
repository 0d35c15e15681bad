//! Rows to predict: from a query, from the test data, or from a file inside the
//! configured folders and nowhere else.

use crate::api::state::Office;
use crate::api::{Request, State};
use crate::config::{Config, Data};
use crate::error::{Error, Kind, Problem, Result};
use crate::sources::fields::{Fields, write_record};
use crate::sources::{self, CsvFile};
use crate::stages::reading::TableReader;
use crate::stages::row_check::{RowCheck, push_row};
use crate::store::files::{self, Reading};
use crate::suggest::closest;
use crate::table::{Builder, Role, Schema, Table};
use std::path::{Path, PathBuf};

/// The features of a model, as they are read for prediction.
pub fn features(office: &Office) -> Schema {
    let columns = office.model.document.schema.columns.iter().filter(|c| c.role == Role::Feature);
    Schema { columns: columns.cloned().collect() }
}

/// How cells are read for this model: as when it was trained, and without the rules that
/// training data must obey.
fn reading(config: &Config, office: &Office) -> Data {
    Data {
        missing: office.model.document.missing(),
        rules: Default::default(),
        max_bad_share: 0.0,
        ..config.data.clone()
    }
}

/// One row from the parameters of a query, a feature each.
///
/// # Errors
/// Features that are missing or unknown, or a text where a number should be.
pub fn of_query(request: &Request, state: &State, office: &Office) -> Result<Table> {
    let schema = features(office);
    let names = schema.names();
    let mut problems: Vec<Problem> = Vec::new();
    for name in names.iter().filter(|n| request.parameter(n).is_none()) {
        problems.push(Problem::at("query", format!("feature {name:?} is missing")));
    }
    // A whole row may be sent, identifier and label included.
    let known = office.model.document.schema.names();
    for (i, (name, _)) in request.query.iter().enumerate() {
        let shown = crate::table::cell::shorten(name);
        if request.query[..i].iter().any(|(n, _)| n == name) {
            problems.push(Problem::at("query", format!("{shown:?} stands twice")));
        } else if !known.contains(&name.as_str()) {
            let near =
                closest(name, names.iter().copied()).map(|n| format!("; did you mean {n:?}?")).unwrap_or_default();
            problems.push(Problem::at("query", format!("{shown:?} is not a feature of the model{near}")));
        }
    }
    Error::unless_empty(Kind::Data, problems)?;
    let mut line = Vec::new();
    write_record(names.iter().map(|n| request.parameter(n).unwrap_or_default().as_bytes()), &mut line);
    line.pop();
    let mut fields = Fields::default();
    fields.split(&line, b',');
    let mut cells = Vec::new();
    RowCheck::new(&schema, &reading(state.config(), office))
        .check(&fields, &mut cells)
        .map_err(|r| Error::data("query", format!("{}: {}", r.column, r.reason)))?;
    let mut builder = Builder::new(schema.clone());
    push_row(&mut builder, &cells);
    Ok(builder.finish())
}

/// All rows of the test data; its target is passed over.
///
/// # Errors
/// No test data, or rows that cannot be used.
pub fn of_test_data(state: &State, office: &Office) -> Result<Table> {
    let config = state.config();
    let (inputs, _) = files::inputs(&config.folders.test, &config.folders)?;
    if inputs.is_empty() {
        return Err(Error::missing("test data", "there is none"));
    }
    let schema = features(office);
    let data = reading(config, office);
    let mut reader = TableReader::new(&schema, &data);
    for input in &inputs {
        let (_, plain) = Reading::open(input)?;
        reader.file(&input.name, &mut CsvFile::open(&input.name, plain, None)?)?;
    }
    reader.finish("test data").map(|(table, _)| table)
}

/// All rows of a file named by a client.
///
/// # Errors
/// [`Kind::Missing`] where there is no such file inside the folders, whatever there may
/// be outside; [`Kind::Data`] where its rows cannot be used.
pub fn of_file(name: &str, key: Option<&str>, state: &State, office: &Office) -> Result<Table> {
    let path = confined(name, key, state.config())?;
    let shown = "the file";
    let schema = features(office);
    let data = reading(state.config(), office);
    let mut reader = TableReader::new(&schema, &data);
    let plain = sources::decode::decode(name, Box::new(files::open(&path, shown)?))
        .map_err(|e| Error::data(shown, "failed to decompress the file").why(e))?;
    reader.file(shown, &mut CsvFile::open(shown, plain, None)?)?;
    reader.finish(shown).map(|(table, _)| table)
}

/// Where a named file lies, after all links are resolved: inside a configured folder.
fn confined(name: &str, key: Option<&str>, config: &Config) -> Result<PathBuf> {
    let folders = &config.folders;
    let nowhere = || {
        Error::missing("filename", "there is no such data file in the configured folders")
            .hint("name a .csv or .tsv file by its path inside the folder; dirtype chooses the folder")
    };
    let allowed: Vec<&Path> = match key {
        Some(key) => vec![folders.by_key(key).ok_or_else(|| {
            let keys = crate::config::FOLDER_KEYS.join(", ");
            Error::data("dirtype", "is none of the folders of the config").hint(format!("use one of {keys}"))
        })?],
        None => vec![&folders.test, &folders.input, &folders.ingested],
    };
    if name.contains('\0') || !sources::is_input(name) {
        return Err(nowhere());
    }
    for folder in allowed {
        // A client may name the file as the config would, with the folder before it.
        for candidate in [folder.join(name), folders.home.join(name)] {
            if let Some(found) = files::resolve_inside(&candidate, folder) {
                return Ok(found);
            }
        }
    }
    Err(nowhere())
}
