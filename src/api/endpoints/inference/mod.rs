//! `/v2/…`: the Open Inference Protocol.
//!
//! - [`metadata`]: what there is and whether it is ready.
//! - [`infer`](mod@infer): predictions.
//! - [`tensor`]: inputs as the protocol has them.

pub mod infer;
pub mod metadata;
mod tensor;

use super::kserve::named;
use super::office;
use crate::api::state::Office;
use crate::api::{Failure, Request, State};
use crate::table::Question;
use std::sync::Arc;

/// The predicted labels or numbers.
const PREDICT: &str = "predict";
/// Probabilities of all classes or labels.
const PROBABILITIES: &str = "predict_proba";

/// The model that a path names.
///
/// # Errors
/// 404 where it has another name or the version is not in office; 503 where none is.
fn asked(request: &Request, state: &State) -> Result<Arc<Office>, Failure> {
    named(request, state)?;
    let office = office(state)?;
    match request.captured("v") {
        Some(version) if version != office.version.to_string() => {
            Err(Failure::not_found(format!("version {} is in office, and no other answers", office.version)))
        }
        _ => Ok(office),
    }
}

/// An output: its name, its datatype, how many numbers it has for each row (`None` for one
/// that is not in a list).
struct Output {
    name: &'static str,
    datatype: &'static str,
    width: Option<usize>,
}

/// The outputs of a model.
fn outputs(office: &Office) -> Vec<Output> {
    let is = |kind: fn(&str) -> bool| office.names.iter().all(|name| kind(name));
    let is_number = |name: &str| !name.starts_with('"');
    let is_whole = |name: &str| name.parse::<i64>().is_ok();
    let datatype = match office.question() {
        Question::Number => "FP64",
        Question::Labels(_) => "INT64",
        Question::Classes(_) if is(is_whole) => "INT64",
        Question::Classes(_) if is(is_number) => "FP64",
        Question::Classes(_) => "BYTES",
    };
    let labels = office.question().outputs();
    let width = matches!(office.question(), Question::Labels(_)).then_some(labels);
    let mut outputs = vec![Output { name: PREDICT, datatype, width }];
    if !matches!(office.question(), Question::Number) {
        outputs.push(Output { name: PROBABILITIES, datatype: "FP64", width: Some(labels) });
    }
    outputs
}
