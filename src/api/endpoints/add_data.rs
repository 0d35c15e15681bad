//! `POST /add_data`

use crate::api::access::Access;
use crate::api::endpoint::{Media, Work};
use crate::api::rows::{Features, labelled};
use crate::api::sample::Sample;
use crate::api::schemas;
use crate::api::state::Office;
use crate::api::{Answer, Endpoint, Failure, Request, Response, State};
use crate::error::Kind;
use crate::stages::target;
use crate::store::prediction_log;
use crate::table::{Question, Table};
use chrono::Utc;
use serde_json::json;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    method: "POST",
    paths: &["/add_data"],
    tag: "pipeline",
    summary: "Adds labelled rows to the inputs: the next run takes them. All are taken or none; an answer of 200 means that \
              they are on the disk.",
    access: Access::Write,
    work: Work::Long,
    bodies: LABELLED,
    statuses: &[
        (400, "rows cannot be used: what is wrong with each is told, and none was added"),
        (503, "nothing was ingested yet, so the columns are not known; or another process holds the file"),
    ],
    answer,
    ..Endpoint::READ
};

/// The bodies of routes that take labelled rows.
pub const LABELLED: &[Media] = &[
    Media {
        content_type: "application/json",
        name: "one row",
        schema: schemas::labelled,
        example: |state| json!(Sample::labelled(state).row()).to_string(),
    },
    Media {
        content_type: "application/json",
        name: "several rows",
        schema: schemas::all_labelled,
        example: |state| json!([Sample::labelled(state).row(), Sample::labelled(state).row()]).to_string(),
    },
    Media {
        content_type: "text/csv",
        name: "CSV with a header",
        schema: schemas::text,
        example: |state| Sample::labelled(state).csv(),
    },
];

fn answer(request: &Request, state: &State) -> Answer {
    let config = state.config();
    let schema = match state.manifest() {
        Ok(Some(manifest)) => manifest.schema,
        Ok(None) => return Err(Failure::new(503, "no columns yet", "nothing was ingested yet; run fullprocess")),
        Err(_) => {
            return Err(Failure::internal("the manifest of the data cannot be read; fullprocess --check tells more"));
        }
    };
    let office = state.office().ok().flatten();
    let features = Features::labelled(&schema, config, office.as_ref().map(|office| &office.model));
    let rows = labelled::read(request, &features)?;
    if let Some(office) = &office {
        must_be_answers(&rows.table, office)?;
    }
    let count = rows.table.rows() as u64;
    let appended = state.added().append(&schema.names(), &rows.records, count).map_err(|e| match e.kind {
        Kind::Busy => Failure::new(503, "too busy", "another process holds the file").header("retry-after", "1"),
        _ => Failure::internal("the rows cannot be written; none was added"),
    })?;
    let mut body = json!({ "added": count, "file": appended.file, "rows_waiting": appended.rows_waiting });
    if config.api.log_predictions {
        let labels = rows.labels(&features);
        let noted = prediction_log::add_labels(&state.history_path(), &labels, Utc::now());
        // The rows are safe; what is lost is the comparison with logged predictions.
        body["labels_noted"] = json!(noted.map_or(0, |_| labels.len()));
    }
    Ok(Response::json(&body))
}

/// For a yes/no question: every label is one of the two. A slip in one row would make it a
/// question of three classes, with another metric, at the next run. Of several classes there
/// may be new ones.
fn must_be_answers(rows: &Table, office: &Office) -> Result<(), Failure> {
    let question = office.question();
    match question {
        Question::Classes(classes) if classes.len() == 2 => {
            let schema = &office.model.document.schema;
            let read = target::read(rows, schema, question, "the rows").map(|_| ());
            read.map_err(|e| {
                let told: Vec<String> = e.problems().iter().map(|p| p.what.clone()).collect();
                Failure::data(format!("{}; the labels are {}", told.join(" | "), classes.join(" and ")))
            })
        }
        _ => Ok(()),
    }
}
