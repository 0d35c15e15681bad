//! `GET /prediction` and `POST /prediction`

use super::{BAD_ROWS, EXPLAIN, NO_MODEL, ROWS, TOP, explanation, office};
use crate::api::answers::{self, Answers, Section};
use crate::api::endpoint::{Parameter, Work};
use crate::api::rows::forms;
use crate::api::state::Office;
use crate::api::{Answer, Endpoint, Failure, Request, State};
use crate::table::{Question, Table};

/// The read.
pub const GET: Endpoint = Endpoint {
    paths: &["/prediction"],
    summary: "Predictions for the test data; for ?filename= (and ?dirtype=) inside the configured folders; or for one \
              row of feature values in the query.",
    work: Work::Heavy,
    parameters: &[
        Parameter { name: "filename", kind: "string", meaning: "a CSV file by its path inside a configured folder" },
        Parameter { name: "dirtype", kind: "string", meaning: "the path key of the config that names the folder" },
        EXPLAIN,
        TOP,
    ],
    statuses: &[BAD_ROWS, (404, "no such file"), NO_MODEL],
    answer,
    ..Endpoint::READ
};

/// With a body.
pub const POST: Endpoint = Endpoint {
    method: "POST",
    paths: &["/prediction", "/predict"],
    summary: "Predictions for one row, a list of rows, values in the order of the features, a CSV text, or a file inside \
              the configured folders.",
    work: Work::ByBody,
    parameters: &[EXPLAIN, TOP],
    bodies: ROWS,
    statuses: &[BAD_ROWS, (404, "no such file"), NO_MODEL],
    answer,
    ..Endpoint::READ
};

fn answer(request: &Request, state: &State) -> Answer {
    let office = office(state)?;
    let is_option = |name: &str| !office.features.known.iter().any(|known| known == name);
    let option = |name: &str| request.parameter(name).filter(|_| is_option(name));
    let explained = explanation::wanted(option(EXPLAIN.name))?;
    let top = option(TOP.name).map(|text| most(text, &office)).transpose()?;
    let asked = forms::asked(request, &[EXPLAIN.name, TOP.name], state, &office.features)?;
    let explanations = match explained {
        true => Some(explanation::explain(&office, &asked.table, state)?),
        false => None,
    };
    let mut tail = [",\"model_version\":", &office.version.to_string()].concat();
    if asked.left_out > 0 {
        tail.push_str(&format!(",\"left_out\":{}", asked.left_out));
    }
    if let Some(explanations) = explanations {
        tail.push_str(&format!(",\"explanations\":{explanations}"));
    }
    tail.push_str("}\n");
    let mut sections = vec![Section::Text("{\"predictions\":".into()), Section::Rows(Box::new(answers::prediction))];
    match top {
        Some(top) => sections.extend([Section::Text(",\"top\":".into()), Section::Rows(answers::top(top))]),
        None => sections.extend(probabilities(&office)),
    }
    sections.push(Section::Text(tail.into()));
    respond(office, asked.table, sections, request, state)
}

/// All probabilities and what they are of; nothing for a quantity.
pub fn probabilities(office: &Office) -> Vec<Section> {
    let of = match office.question() {
        Question::Number => return Vec::new(),
        Question::Classes(_) => "classes",
        Question::Labels(_) => "labels",
    };
    vec![
        Section::Text(",\"probabilities\":".into()),
        Section::Rows(Box::new(answers::probabilities)),
        Section::Text([",\"", of, "\":", &office.list].concat().into()),
    ]
}

/// How many labels are asked for.
fn most(text: &str, office: &Office) -> Result<usize, Failure> {
    if matches!(office.question(), Question::Number) {
        return Err(Failure::data("query: top is about labels, and this model predicts a quantity"));
    }
    match text.parse() {
        Ok(most) if most > 0 => Ok(most),
        _ => Err(Failure::data("query: top is a whole number from 1 up")),
    }
}

/// The document of these sections, and what the app keeps account of.
///
/// # Errors
/// The model cannot be asked.
pub fn respond(
    office: std::sync::Arc<Office>,
    table: Table,
    sections: Vec<Section>,
    request: &Request,
    state: &State,
) -> Answer {
    let answers = Answers::new(office, table, state.config().threads)?;
    Ok(answers.counted(state.account(request)).respond(sections)?)
}
