//! A whole request of our own routes: which rows it is about, and what is asked of them.

use super::json::{self, Document};
use super::{Features, Sink, folders};
use crate::api::{Failure, Request, State};
use crate::error::{Error, Kind, Problem, Result as LibraryResult};
use crate::suggest::closest;
use crate::table::{Table, cell};
use serde_json::value::RawValue;

/// Members of a body that tell of something else than the cells of a row.
pub(super) const NAMES: [&str; 4] = ["filepath", "filename", "dirtype", "values"];

/// What a client asks of a model.
pub struct Asked {
    /// The rows.
    pub table: Table,
    /// Rows of the test data that cannot be used.
    pub left_out: u64,
}

/// The rows of a request: from its body, or for a read from its query, a file that it names, or
/// the test data. `options` are parameters of the query that are about something else.
///
/// # Errors
/// 400, 404 or 415 by what is wrong with them.
pub fn asked(request: &Request, options: &[&str], state: &State, features: &Features) -> Result<Asked, Failure> {
    let of_table = |table| Asked { table, left_out: 0 };
    let query: Vec<(&str, &str)> = request
        .query
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !options.contains(name) || features.known.iter().any(|k| k == name))
        .collect();
    if request.method == "POST" {
        if let Some((name, _)) = query.first() {
            return Err(Failure::data(format!("query: {:?} is no parameter of this route", cell::shorten(name))));
        }
        return body(request, state, features).map(of_table);
    }
    let parameter = |name: &str| query.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
    let is_feature = |name: &str| features.names().any(|feature| feature == name);
    match parameter("filename").or_else(|| parameter("filepath")).filter(|_| !is_feature("filename")) {
        Some(_) if query.iter().any(|(n, _)| !["filename", "filepath", "dirtype"].contains(n)) => {
            Err(Failure::data("query: with filename there is room for dirtype only"))
        }
        None if parameter("dirtype").is_some() && query.len() == 1 && !is_feature("dirtype") => {
            Err(Failure::data("query: dirtype names the folder of a file; name the file with filename"))
        }
        Some(name) => Ok(of_table(folders::of_file(name, parameter("dirtype"), state, features)?)),
        None if query.is_empty() => {
            let (table, left_out) = folders::of_test_data(state, features)?;
            Ok(Asked { table, left_out })
        }
        None => Ok(of_table(of_query(&query, features)?)),
    }
}

/// One row from the parameters of a query, a feature each.
fn of_query(query: &[(&str, &str)], features: &Features) -> LibraryResult<Table> {
    let mut problems: Vec<Problem> = Vec::new();
    for name in features.names().filter(|name| !query.iter().any(|(n, _)| n == name)) {
        problems.push(Problem::at("query", format!("feature {name:?} is missing")));
    }
    // A whole row may be sent, identifier and label included.
    for (i, (name, _)) in query.iter().enumerate() {
        let shown = cell::shorten(name);
        if query[..i].iter().any(|(n, _)| n == name) {
            problems.push(Problem::at("query", format!("{shown:?} stands twice")));
        } else if !features.known.iter().any(|known| known == name) {
            let near = closest(name, features.names()).map(|n| format!("; did you mean {n:?}?")).unwrap_or_default();
            problems.push(Problem::at("query", format!("{shown:?} is not a feature of the model{near}")));
        }
    }
    Error::unless_empty(Kind::Data, problems)?;
    let mut sink = Sink::new(features);
    for (name, value) in query {
        if let Some(place) = sink.place(name) {
            sink.put(place, &super::scalar::Scalar::Text((*value).into()));
        }
    }
    sink.end_row();
    sink.finish()
}

fn body(request: &Request, state: &State, features: &Features) -> Result<Table, Failure> {
    if request.is_csv() {
        return Ok(folders::of_body(&request.body, features)?);
    }
    if let Some(table) = json::whole_row(&request.body, features) {
        return Ok(table);
    }
    let mut sink = Sink::new(features);
    match json::document(&request.body)? {
        Document::Object(members) => {
            // A feature may have such a name: then the object is a row like others.
            let only = |name: &str, others: &[&str]| {
                let foreign = |m: &String| m != name && !others.contains(&m.as_str());
                let is_row = features.names().any(|feature| feature == name) || members.keys().any(foreign);
                members.get(name).copied().filter(|_| !is_row)
            };
            if let Some(path) = only("filepath", &["dirtype"]).or_else(|| only("filename", &["dirtype"])) {
                let path: String = json::value("filepath", path)?;
                let key: Option<String> = members.get("dirtype").map(|raw| json::value("dirtype", raw)).transpose()?;
                return Ok(folders::of_file(&path, key.as_deref(), state, features)?);
            }
            match only("values", &[]) {
                Some(values) => json::rows(values, None, &mut sink)?,
                None => json::record(&request.body, &mut sink)?,
            }
        }
        Document::Other(raw) => list(raw, &mut sink)?,
    }
    Ok(sink.finish()?)
}

fn list(raw: &RawValue, sink: &mut Sink<'_>) -> Result<(), Failure> {
    if !raw.get().starts_with('[') {
        return Err(Failure::data(
            "the body is none of: an object of features, a list of such objects, {\"values\": [[…]]}, {\"filepath\": …}",
        ));
    }
    json::rows(raw, None, sink)
}
