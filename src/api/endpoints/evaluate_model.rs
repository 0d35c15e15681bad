//! `POST /evaluate_model`

use super::add_data::LABELLED;
use super::{NO_MODEL, office};
use crate::api::access::Access;
use crate::api::endpoint::Work;
use crate::api::rows::{Features, labelled};
use crate::api::state::Office;
use crate::api::{Answer, Endpoint, Failure, Request, Response, State, live};
use crate::config::Data;
use crate::error::{Error, Kind, Result as LibraryResult};
use crate::fingerprint::Fingerprint;
use crate::metrics::Evaluation;
use crate::run::{inputs, watch};
use crate::sources::CsvFile;
use crate::stages::reading::TableReader;
use crate::stages::scoring::score;
use crate::store::{files, layout};
use crate::table::{Schema, Table};
use serde_json::{Value, json};

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    method: "POST",
    paths: &["/evaluate_model"],
    tag: "pipeline",
    summary: "The deployed model's metrics on labelled rows, those of the body or else those that were added and that it was \
              not trained on, beside its score on the test data; and on logged predictions whose labels came later.",
    // It changes nothing, but a client who can ask it can also ask for much work.
    access: Access::Read,
    work: Work::Heavy,
    bodies: LABELLED,
    body_optional: true,
    statuses: &[
        (400, "the rows cannot be used, or are too few to say anything"),
        (404, "there are no added rows that the model was not trained on"),
        NO_MODEL,
    ],
    answer,
    ..Endpoint::READ
};

/// Logged predictions that are compared with their labels: the newest.
const LIVE: usize = 100_000;

fn answer(request: &Request, state: &State) -> Answer {
    let office = office(state)?;
    let features = Features::labelled(&office.model.document.scoring_schema(), state.config(), Some(&office.model));
    let (rows, fingerprint) = match request.body.is_empty() {
        true => added(state, &office)?.ok_or_else(|| {
            Failure::not_found(
                "no rows were added that the model was not trained on; send some, or POST /add_data first",
            )
        })?,
        false => {
            let labelled = labelled::read(request, &features)?;
            let fingerprint = Fingerprint::of(&labelled.records);
            (labelled.table, fingerprint)
        }
    };
    let question = watch::seen(&office.model, &rows);
    let (_, on_rows) = score(&office.model, &rows, &question, "the rows", &fingerprint, state.config())?;
    let on_test = &office.score.evaluation;
    let difference = match (on_rows.value.get(), on_test.value.get()) {
        (Some(new), Some(old)) if on_rows.metric == on_test.metric => json!(new - old),
        _ => Value::Null,
    };
    let live = match state.config().api.log_predictions {
        true => live::performance(state, &office, LIVE)
            .map_err(|_| Failure::internal("the log of predictions cannot be read"))?,
        false => Vec::new(),
    };
    Ok(Response::json(&json!({
        "model_version": office.version,
        "metric": on_rows.metric,
        "rows": told(&on_rows),
        "test": told(on_test),
        "difference": difference,
        "words": words(&on_rows, on_test),
        "evaluation": on_rows,
        "live": live,
    })))
}

fn told(evaluation: &Evaluation) -> Value {
    let interval = evaluation.interval.bounds().map(|(low, high)| [low, high]);
    json!({ "value": evaluation.value.get(), "interval": interval, "rows": evaluation.rows })
}

fn words(on_rows: &Evaluation, on_test: &Evaluation) -> String {
    let rows = |e: &Evaluation| if e.rows == 1 { "1 row".to_string() } else { format!("{} rows", e.rows) };
    let of = |e: &Evaluation| match (e.value.get(), e.interval.bounds()) {
        (Some(value), Some((low, high))) => format!("{value:.4} ({low:.4} to {high:.4}) on {}", rows(e)),
        (Some(value), None) => format!("{value:.4} on {}", rows(e)),
        (None, _) => format!("undefined on {}", rows(e)),
    };
    format!("{}: {}, and {} of test data", on_rows.metric, of(on_rows), of(on_test))
}

/// The rows that were added over HTTP and that the model was not trained on, sealed or still
/// waiting, and their fingerprint; `None` where there are none.
fn added(state: &State, office: &Office) -> LibraryResult<Option<(Table, Fingerprint)>> {
    let config = state.config();
    let shown = |error: Error| match error.kind {
        Kind::Data => Error::data("the added rows", "cannot be read").why("fullprocess --check tells more"),
        _ => error,
    };
    let snapshot = state.added().snapshot().map_err(shown)?;
    let known = &office.model.document.data.files;
    let (all, _) = files::inputs(&config.folders.input, &config.folders)?;
    let schema: Schema = office.model.document.scoring_schema();
    // Ingestion judges how many rows may be bad; here they are only left out.
    let data = Data { max_bad_share: 1.0, stop_on_bad_row: false, ..config.data.clone() };
    let mut reader = TableReader::new(&schema, &data);
    let mut parts = Vec::new();
    for input in all.iter().filter(|input| snapshot.sealed.contains(&input.name)) {
        let fingerprint = files::Reading::open(input, &data.expansion)?.0.finish()?.1;
        if !known.iter().any(|file| file.sha256 == fingerprint) {
            inputs::read([input].into_iter(), &mut reader)?;
            parts.push(fingerprint);
        }
    }
    if let Some(open) = snapshot.open {
        let mut hashed = CsvFile::open(layout::ADDED, files::Hashed::new(open), None).map_err(shown)?;
        reader.file(layout::ADDED, &mut hashed).map_err(shown)?;
        parts.push(hashed.into_inner().so_far());
    }
    if reader.read() == 0 {
        return Ok(None);
    }
    let fingerprint = Fingerprint::of_parts(parts.iter().map(Fingerprint::as_str));
    Ok(Some((reader.finish("the added rows")?.0, fingerprint)))
}
