//! Rows from the test data, or from a file inside the configured folders and nowhere else.

use super::Features;
use crate::api::State;
use crate::config::{Config, Data};
use crate::error::{Error, Result};
use crate::run::inputs;
use crate::sources::limit::{Limit, Limited};
use crate::sources::{self, CsvFile};
use crate::stages::reading::TableReader;
use crate::store::files;
use crate::table::Table;
use std::io::Read;
use std::path::{Path, PathBuf};

/// All rows of the test data that can be used, as scoring takes them, and how many are left
/// out; the target is passed over.
///
/// # Errors
/// No test data, or more bad rows than the config allows.
pub fn of_test_data(state: &State, features: &Features) -> Result<(Table, u64)> {
    let config = state.config();
    let (found, _) = files::inputs(&config.folders.test, &config.folders)?;
    if found.is_empty() {
        return Err(Error::missing("test data", "there is none"));
    }
    let data = Data { max_bad_share: config.data.max_bad_share, ..features.data.clone() };
    let schema = features.model_schema();
    let mut reader = TableReader::new(&schema, &data);
    inputs::read(found.iter(), &mut reader)?;
    let left_out = reader.rejected();
    reader.finish("test data").map(|(table, _)| (table, left_out))
}

/// All rows of a file named by a client.
///
/// # Errors
/// [`Kind::Missing`](crate::error::Kind::Missing) where there is no such file inside the folders,
/// whatever there may be outside; [`Kind::Data`](crate::error::Kind::Data) where a row cannot be used.
pub fn of_file(name: &str, key: Option<&str>, state: &State, features: &Features) -> Result<Table> {
    let path = confined(name, key, state.config())?;
    let shown = "the file";
    let limit = Limit::of_compressed(files::size(&path).unwrap_or_default(), &features.data.expansion);
    let plain = sources::decode::decode(name, Box::new(files::open(&path, shown)?), limit)
        .map_err(|e| Error::data(shown, "failed to decompress the file").why(e))?;
    // All of its rows are held until they are answered.
    let plain = Limited::new(plain, Limit::of_asked(state.config().api.max_file_bytes));
    of_csv(shown, plain, features)
}

/// All rows of a request's CSV body. A first column without a name, as pandas writes its index, is
/// passed over.
///
/// # Errors
/// As [`of_file`].
pub fn of_body(body: &[u8], features: &Features) -> Result<Table> {
    of_csv("body", named(body), features)
}

/// The same text with a name in the first place of its header, where there is none.
pub fn named(body: &[u8]) -> impl Read + Send {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let name: &[u8] = if matches!(body.first(), Some(b',' | b';' | b'\t')) { b"Unnamed: 0" } else { b"" };
    name.chain(body)
}

/// All rows of a CSV text with a header, each of which must be good.
///
/// # Errors
/// As [`of_file`].
fn of_csv(shown: &str, text: impl Read + Send, features: &Features) -> Result<Table> {
    let mut file = CsvFile::open(shown, text, None)?;
    let schema = features.schema_for(file.header());
    let mut reader = TableReader::new(&schema, &features.data);
    reader.file(shown, &mut file)?;
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
