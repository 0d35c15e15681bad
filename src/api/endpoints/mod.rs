//! The endpoints, a file each.

pub mod add_data;
pub mod assets;
pub mod diagnostics;
pub mod docs;
pub mod evaluate_model;
pub mod explanation;
pub mod get_prediction;
pub mod health;
pub mod home;
pub mod inference;
pub mod invocations;
pub mod kserve;
pub mod metrics;
pub mod models;
pub mod predict_proba;
pub mod prediction;
pub mod random;
pub mod report;
pub mod retrain;
pub mod scoring;
pub mod summarystats;

use super::endpoint::{Media, Parameter};
use super::sample::Sample;
use super::schemas;
use super::state::Office;
use super::{Failure, State};
use serde_json::json;
use std::sync::Arc;

/// The model in office.
///
/// # Errors
/// 503 where there is none yet, 500 where it is broken.
fn office(state: &State) -> Result<Arc<Office>, Failure> {
    match state.office() {
        Ok(Some(office)) => Ok(office),
        Ok(None) => Err(no_model()),
        Err(_) => Err(Failure::new(500, "the model cannot be loaded", "fullprocess --check tells more")),
    }
}

/// 503: there is no model to ask.
fn no_model() -> Failure {
    Failure::new(503, "no model yet", "nothing was deployed yet; run fullprocess")
}

/// 503, for routes that ask the model.
const NO_MODEL: (u16, &str) = (503, "no model is in office yet");
/// 400, for routes that take rows.
const BAD_ROWS: (u16, &str) = (400, "the rows cannot be used: what is wrong with each is told");

/// The bodies of our own routes that hold rows.
const ROWS: &[Media] = &[
    Media {
        content_type: "application/json",
        name: "one row",
        schema: schemas::row,
        example: |state| json!(Sample::usual(state).row()).to_string(),
    },
    Media {
        content_type: "application/json",
        name: "several rows",
        schema: schemas::rows,
        example: |state| json!([Sample::usual(state).row(), Sample::random(state, 1).row()]).to_string(),
    },
    Media {
        content_type: "application/json",
        name: "values in the order of the features",
        schema: |state| schemas::only("values", schemas::values(state)),
        example: |state| json!({ "values": [Sample::usual(state).values()] }).to_string(),
    },
    Media {
        content_type: "application/json",
        name: "a file inside the configured folders",
        schema: |_| {
            let key = json!({ "enum": crate::config::FOLDER_KEYS });
            json!({ "type": "object", "properties": { "filepath": { "type": "string" }, "dirtype": key }, "required": ["filepath"] })
        },
        example: |_| json!({ "filepath": "testdata.csv", "dirtype": "test_data_path" }).to_string(),
    },
    Media {
        content_type: "text/csv",
        name: "CSV with a header",
        schema: schemas::text,
        example: |state| Sample::usual(state).csv(),
    },
];

const EXPLAIN: Parameter = Parameter {
    name: "explain",
    kind: "boolean",
    meaning: "add what each column contributes to each score, for up to 1,000 rows",
};
const TOP: Parameter = Parameter {
    name: "top",
    kind: "integer",
    meaning: "the so many most probable labels of each row, best first, in place of all probabilities",
};
