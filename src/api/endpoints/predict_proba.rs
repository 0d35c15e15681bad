//! `POST /predict_proba`

use super::{office, prediction};
use crate::api::answers::{self, Section};
use crate::api::rows::forms;
use crate::api::{Answer, Endpoint, Failure, Request, State};
use crate::table::Question;

/// The route.
pub const ENDPOINT: Endpoint = Endpoint {
    paths: &["/predict_proba"],
    summary: "The probability of each label, for rows as POST /prediction takes them.",
    parameters: &[],
    answer,
    ..prediction::POST
};

fn answer(request: &Request, state: &State) -> Answer {
    let office = office(state)?;
    if matches!(office.question(), Question::Number) {
        return Err(Failure::data("the model predicts a quantity, which has no probabilities; ask POST /prediction"));
    }
    let asked = forms::asked(request, &[], state, &office.features)?;
    let sections = vec![
        Section::Text("{\"probabilities\":".into()),
        Section::Rows(Box::new(answers::by_name)),
        Section::Text(format!(",\"model_version\":{}}}\n", office.version).into()),
    ];
    prediction::respond(office, asked.table, sections, request, state)
}
