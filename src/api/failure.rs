//! What goes wrong with a request, and how each protocol words it.

use super::Response;
use crate::error::{Error, Kind};
use serde_json::json;

/// Why a request is not answered as it was meant. No text may hold a path of the server or
/// data of others.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The status code.
    pub status: u16,
    /// The kind of failure, the same for all of its kind.
    pub title: &'static str,
    /// What it was this time.
    pub detail: String,
    /// Headers that belong to it.
    pub headers: Vec<(&'static str, String)>,
}

/// How a protocol words its failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// RFC 9457.
    Problem,
    /// MLflow's scoring protocol: `error_code` and `message`.
    MlFlow,
    /// Open Inference and KServe: `error`.
    Inference,
}

impl Failure {
    /// A failure of that status.
    pub fn new(status: u16, title: &'static str, detail: impl Into<String>) -> Failure {
        Failure { status, title, detail: detail.into(), headers: Vec::new() }
    }

    /// 400: the data of the request cannot be used.
    pub fn data(detail: impl Into<String>) -> Failure {
        Failure::new(400, "the data cannot be used", detail)
    }

    /// 400: the body is not what its media type says.
    pub fn syntax(detail: impl Into<String>) -> Failure {
        Failure::new(400, SYNTAX, detail)
    }

    /// 404.
    pub fn not_found(detail: impl Into<String>) -> Failure {
        Failure::new(404, "not found", detail)
    }

    /// 409: another run or switch is under way.
    pub fn busy(detail: impl Into<String>) -> Failure {
        Failure::new(409, "a run is under way", detail)
    }

    /// 415: a body of another media type.
    pub fn media_type(sent: &str, taken: &str) -> Failure {
        Failure::new(415, "wrong content type", format!("this route takes {taken}; {sent:?} was sent"))
    }

    /// 503: there are too many requests; the client shall come back.
    pub fn overloaded(detail: impl Into<String>) -> Failure {
        Failure::new(503, "too busy", detail).header("retry-after", "1")
    }

    /// 500: a bug, or something broken on the server.
    pub fn internal(detail: impl Into<String>) -> Failure {
        Failure::new(500, "the request failed", detail)
    }

    /// Adds a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Failure {
        self.headers.push((name, value.into()));
        self
    }

    /// The answer in the words of a protocol; `path` is what was asked for.
    pub fn answer(&self, dialect: Dialect, path: &str) -> Response {
        let Failure { status, title, detail, .. } = self;
        let told = format!("{title}: {detail}");
        let (content_type, body) = match dialect {
            Dialect::Problem => (
                "application/problem+json",
                json!({ "type": "about:blank", "title": title, "status": status, "detail": detail, "instance": path }),
            ),
            Dialect::MlFlow => ("application/json", json!({ "error_code": self.code(), "message": told })),
            Dialect::Inference => ("application/json", json!({ "error": told })),
        };
        let response = Response::new(*status, content_type, format!("{body}\n"));
        Response { headers: self.headers.clone(), ..response }
    }

    /// MLflow's name for it.
    fn code(&self) -> &'static str {
        match self.status {
            _ if self.title == SYNTAX => "BAD_REQUEST",
            400 => "INVALID_PARAMETER_VALUE",
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "RESOURCE_DOES_NOT_EXIST",
            405 => "METHOD_NOT_ALLOWED",
            408 => "REQUEST_TIMEOUT",
            413 => "REQUEST_LIMIT_EXCEEDED",
            415 => "UNSUPPORTED_MEDIA_TYPE",
            503 => "TEMPORARILY_UNAVAILABLE",
            _ => "INTERNAL_ERROR",
        }
    }
}

const SYNTAX: &str = "the body cannot be read";

/// An error of the library as a failure. The places of data errors name files relative to the
/// configured folders at most; anything that is not the client's fault is told in general.
impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        match error.kind {
            Kind::Data => Failure::data(told(&error)),
            Kind::Missing => Failure::not_found(told(&error)),
            Kind::Busy => Failure::busy("another run holds the lock; try again when it has ended"),
            _ => Failure::internal("fullprocess --check tells more"),
        }
    }
}

/// All problems with their hints, on one line.
fn told(error: &Error) -> String {
    let one = |p: &crate::error::Problem| match &p.hint {
        Some(hint) => format!("{} ({hint})", p.sentence()),
        None => p.sentence(),
    };
    error.problems().iter().map(one).collect::<Vec<_>>().join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::message::Body;

    #[test]
    fn each_protocol_words_a_failure_in_its_own_way() {
        let failure = Failure::data("row 1: feature \"fee\" is missing");
        let text = |dialect| match failure.answer(dialect, "/predict").body {
            Body::Whole(bytes) => String::from_utf8(bytes).unwrap(),
            Body::Parts(_) => panic!("a failure is short"),
        };
        assert!(text(Dialect::Problem).contains(r#""status":400"#) && text(Dialect::Problem).contains("/predict"));
        assert!(text(Dialect::MlFlow).starts_with(r#"{"error_code":"INVALID_PARAMETER_VALUE","message":"the data"#));
        assert!(text(Dialect::Inference).starts_with(r#"{"error":"the data cannot be used: row 1"#));
        assert_eq!(Failure::syntax("x").code(), "BAD_REQUEST");
    }

    #[test]
    fn what_is_broken_inside_is_told_in_general() {
        let error = Error::io("/srv/secret/a.json", "read the file", &std::io::ErrorKind::PermissionDenied.into());
        assert!(!Failure::from(error).detail.contains("secret"));
    }
}
