//! `POST /get_prediction`

use super::{BAD_ROWS, NO_MODEL, office};
use crate::api::answers;
use crate::api::endpoint::{Media, Work};
use crate::api::rows::Sink;
use crate::api::rows::json::{self, Document};
use crate::api::rows::scalar::Scalar;
use crate::api::sample::Sample;
use crate::api::schemas;
use crate::api::{Answer, Endpoint, Failure, Request, Response, State};
use crate::table::Question;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    method: "POST",
    paths: &["/get_prediction"],
    summary: "For a model of one feature: the most probable labels of one value, best first, with the logarithms of \
              their probabilities.",
    work: Work::ByBody,
    bodies: &[Media {
        content_type: "application/json",
        name: "one value",
        schema: |state| {
            let mut schema = schemas::row(state);
            schema["properties"]["n_predictions"] = serde_json::json!({ "type": "integer", "minimum": 1 });
            schema
        },
        example: |state| {
            let mut row = Sample::usual(state).row();
            row.insert("n_predictions".to_string(), 3.into());
            serde_json::Value::Object(row).to_string()
        },
    }],
    statuses: &[BAD_ROWS, NO_MODEL],
    answer,
    ..Endpoint::READ
};

/// Labels that are told where the client does not say how many.
const USUAL: usize = 3;

fn answer(request: &Request, state: &State) -> Answer {
    let office = office(state)?;
    let [feature] = office.features.columns() else {
        let count = office.features.count;
        return Err(Failure::data(format!(
            "this route is for models of one feature, and this one has {count}; ask POST /prediction?top=3"
        )));
    };
    if matches!(office.question(), Question::Number) {
        return Err(Failure::data("the model predicts a quantity, which has no labels; ask POST /prediction"));
    }
    let Document::Object(members) = json::document(&request.body)? else {
        return Err(Failure::data(format!("the body is an object with {:?} and n_predictions", feature.name)));
    };
    // The feature under its own name, or the only other member, whatever it is called.
    let mut others = members.iter().filter(|(name, _)| name.as_str() != "n_predictions");
    let given =
        members.get(&feature.name).or_else(|| others.next().map(|(_, raw)| raw).filter(|_| others.next().is_none()));
    let Some(given) = given else {
        return Err(Failure::data(format!("{:?} is missing", feature.name)));
    };
    let most = match members.get("n_predictions") {
        Some(raw) if feature.name != "n_predictions" => json::value::<usize>("n_predictions", raw)
            .map_err(|_| Failure::data("n_predictions is a whole number from 0 up"))?,
        _ => USUAL,
    };
    let mut sink = Sink::new(&office.features);
    let value: Scalar<'_> = json::value(&feature.name, given)?;
    sink.put(0, &value);
    sink.end_row();
    let table = sink.finish()?;
    let said = office.model.pipeline.predict(&table, 1)?;
    state.account(request).take(&office, &table, 0, &said);
    let row = said.row(0);
    let best = answers::best(row, most);
    let (mut labels, mut logarithms) = (Vec::new(), Vec::new());
    for i in best {
        labels.push(office.names[i].clone());
        let mut text = Vec::new();
        // An impossible label has no logarithm that JSON could write.
        answers::number(row[i].max(f64::MIN_POSITIVE).ln(), &mut text);
        logarithms.push(String::from_utf8_lossy(&text).into_owned());
    }
    let body = format!("{{\"predictions\":[{}],\"probabilities\":[{}]}}\n", labels.join(","), logarithms.join(","));
    Ok(Response::new(200, "application/json", body))
}
