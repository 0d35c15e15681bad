//! Pages for people: functions from plain values to HTML, with no clock, file or network.
//!
//! - [`view`]: what the dashboard shows.
//! - [`dashboard`](fn@dashboard): the page at `/`.
//! - [`docs`]: the page at `/docs`, which reads `/openapi.json` in the browser.
//! - [`plain`]: a title and a sentence, for errors where HTML is asked for.
//! - [`ASSETS`]: the style and the scripts that the pages name.
//!
//! A page needs nothing but itself and [`ASSETS`], which [`CSP`] enforces: nothing is
//! written into it as a script or a style, and no other origin is asked. All text from
//! data goes through [`escape`].

mod dashboard;
mod drift;
pub mod html;
mod runs;
mod scores;
mod traffic;
pub mod view;

pub use dashboard::dashboard;
pub use view::Dashboard;

use crate::markup::escape;
use html::{Place, page};

/// The content security policy that every page and asset is sent with.
pub const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A file that pages name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Its path on the server.
    pub path: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// Every file that pages name.
pub const ASSETS: [Asset; 3] = [
    Asset {
        path: "/style.css",
        content_type: "text/css; charset=utf-8",
        // Reports scroll as pages do.
        text: concat!(include_str!("../../report/html/scroll.css"), include_str!("style.css")),
    },
    Asset { path: "/dashboard.js", content_type: "text/javascript; charset=utf-8", text: include_str!("dashboard.js") },
    Asset { path: "/docs.js", content_type: "text/javascript; charset=utf-8", text: include_str!("docs.js") },
];

/// The page that describes the API and lets one try it. What it shows comes from
/// `/openapi.json` by script; without scripts it says where that is.
pub fn docs() -> String {
    page("API – incumbent", Place::Docs, Some("/docs.js"), include_str!("docs.html"))
}

/// A title and a sentence, both escaped.
pub fn plain(title: &str, text: &str) -> String {
    let main = format!(
        "<div class=\"plain\">\n<h1>{}</h1>\n<p>{}</p>\n<p><a href=\"/\">To the dashboard</a></p>\n</div>\n",
        escape(title),
        escape(text)
    );
    page(&format!("{title} – incumbent"), Place::Elsewhere, None, &main)
}
