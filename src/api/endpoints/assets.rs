//! The style and the scripts of the pages.

use crate::api::access::Access;
use crate::api::pages::{self, Asset};
use crate::api::{Answer, Endpoint, Failure, Request, Response, State};

const BASE: Endpoint = Endpoint { tag: "assets", access: Access::Open, answer, ..Endpoint::READ };

/// The style.
pub const STYLE: Endpoint =
    Endpoint { paths: &["/style.css"], summary: "The style of the pages.", answers: "text/css", ..BASE };

/// The dashboard's script.
pub const DASHBOARD: Endpoint =
    Endpoint { paths: &["/dashboard.js"], summary: "Keeps the dashboard fresh.", answers: "text/javascript", ..BASE };

/// The script of the page to try the API.
pub const DOCS: Endpoint =
    Endpoint { paths: &["/docs.js"], summary: "Shows the description of the API.", answers: "text/javascript", ..BASE };

fn answer(request: &Request, _: &State) -> Answer {
    let asset = pages::ASSETS.iter().find(|asset| asset.path == request.path);
    let Asset { content_type, text, .. } = asset.ok_or_else(|| Failure::not_found("there is no such file"))?;
    Ok(Response::new(200, content_type, *text))
}
