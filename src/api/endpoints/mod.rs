//! The endpoints, a file each.

pub mod alive;
pub mod diagnostics;
pub mod explanation;
pub mod health;
pub mod prediction;
pub mod rows;
pub mod scoring;
pub mod summarystats;

use super::state::Office;
use super::{Response, State};
use crate::error::{Error, Kind};
use std::sync::Arc;

/// The model in office, or the answer to give where there is none.
fn office(state: &State) -> Result<Arc<Office>, Response> {
    match state.office() {
        Ok(Some(office)) => Ok(office),
        Ok(None) => Err(Response::problem(503, "no model yet", "nothing was deployed yet; run fullprocess")),
        Err(_) => Err(Response::problem(500, "the model cannot be loaded", "fullprocess --check tells more")),
    }
}

/// An error of the library as an answer. Its places name files relative to the
/// configured folders at most; anything that is not the client's fault is told in general.
fn problem(error: &Error) -> Response {
    match error.kind {
        Kind::Data => Response::problem(400, "the data cannot be used", &error.to_string()),
        Kind::Missing => Response::problem(404, "not found", &error.to_string()),
        _ => Response::problem(500, "the request failed", "fullprocess --check tells more"),
    }
}
