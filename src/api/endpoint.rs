//! What a route is, and finding it.

use super::access::Access;
use super::message;
use super::rows::json;
use super::{Dialect, Failure, Request, Response, State};
use serde_json::Value;

/// What an endpoint answers.
pub type Answer = Result<Response, Failure>;

/// One route.
pub struct Endpoint {
    /// `GET` or another method, in capitals.
    pub method: &'static str,
    /// The path, and others under which it answers the same. `{name}` stands for one segment.
    pub paths: &'static [&'static str],
    /// The chapter of the documentation.
    pub tag: &'static str,
    /// What it answers, in one sentence.
    pub summary: &'static str,
    /// Who may ask.
    pub access: Access,
    /// How long it may take.
    pub work: Work,
    /// How it words failures.
    pub dialect: Dialect,
    /// Parameters of the query.
    pub parameters: &'static [Parameter],
    /// The bodies that it takes; empty for none.
    pub bodies: &'static [Media],
    /// Whether a body may be left out.
    pub body_optional: bool,
    /// The media type of its answer.
    pub answers: &'static str,
    /// The statuses other than 200 that are its own, with their meaning.
    pub statuses: &'static [(u16, &'static str)],
    /// Answers a request.
    pub answer: fn(&Request, &State) -> Answer,
}

impl Endpoint {
    /// A read that answers JSON, reads no file and takes neither parameters nor body: what
    /// most routes differ from in a few fields only.
    pub const READ: Endpoint = Endpoint {
        method: "GET",
        paths: &[],
        tag: "model",
        summary: "",
        access: Access::Read,
        work: Work::Quick,
        dialect: Dialect::Problem,
        parameters: &[],
        bodies: &[],
        body_optional: false,
        answers: "application/json",
        statuses: &[],
        answer: |_, _| Err(Failure::internal("this route has no answer")),
    };
}

/// How long an endpoint may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Microseconds: answered where the sockets are served.
    Quick,
    /// A file or two is read. Whoever asks whether the app lives is not to wait for others.
    Probe,
    /// By the body: a few rows are quick, and a file that it names is heavy.
    ByBody,
    /// Files are read, or a model is asked about many rows.
    Long,
    /// Files of any size are held in memory: few such requests are worked on at once.
    Heavy,
}

/// A parameter of the query.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// `string`, `integer` or `boolean`.
    pub kind: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

/// A kind of body.
pub struct Media {
    /// Its media type.
    pub content_type: &'static str,
    /// What this form is called.
    pub name: &'static str,
    /// Its JSON Schema, for the model in office.
    pub schema: fn(&State) -> Value,
    /// An example of it.
    pub example: fn(&State) -> String,
}

/// The endpoint of a request: what stands for the `{…}` of its path is put into the request.
///
/// # Errors
/// 404 where there is no such path, 405 where it takes other methods; with the protocol that
/// the path belongs to.
pub fn find(all: &'static [Endpoint], request: &mut Request) -> Result<&'static Endpoint, (Dialect, Failure)> {
    // HEAD is GET without the body, which the server leaves out.
    let method = if request.method == "HEAD" { "GET" } else { request.method.as_str() };
    let mut others: Vec<&Endpoint> = Vec::new();
    for endpoint in all {
        let Some(captures) = endpoint.paths.iter().find_map(|path| captures(path, &request.path)) else { continue };
        if endpoint.method == method {
            request.captures = captures;
            return Ok(endpoint);
        }
        others.push(endpoint);
    }
    let Some(first) = others.first() else {
        let dialect = match request.path.split('/').nth(1) {
            Some("v1" | "v2") => Dialect::Inference,
            _ => Dialect::Problem,
        };
        return Err((dialect, Failure::not_found("there is no such route; GET /docs lists them")));
    };
    let mut methods: Vec<&str> = others.iter().map(|e| e.method).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    let allowed = methods.join(", ");
    let failure = Failure::new(405, "wrong method", format!("this route takes {allowed}")).header("allow", allowed);
    Err((first.dialect, failure))
}

impl Endpoint {
    /// The answer, or the failure in the words of the endpoint's protocol.
    pub fn respond(&self, mut request: Request, state: &State) -> Response {
        let answer = self.take_body(&mut request).and_then(|()| (self.answer)(&request, state));
        answer.unwrap_or_else(|failure| {
            let detail = state.config().folders.hide(&failure.detail);
            Failure { detail, ..failure }.answer(self.dialect, &request.path)
        })
    }

    /// Makes sure that the body is of a media type that the endpoint takes.
    fn take_body(&self, request: &mut Request) -> Result<(), Failure> {
        let is_absent = self.bodies.is_empty() || self.body_optional && request.body.is_empty();
        let sent = request.media_type();
        let is_taken = sent.is_empty() || self.bodies.iter().any(|body| body.content_type.eq_ignore_ascii_case(sent));
        if !is_absent && !is_taken {
            let mut taken: Vec<&str> = self.bodies.iter().map(|body| body.content_type).collect();
            taken.dedup();
            return Err(Failure::media_type(&sent.to_ascii_lowercase(), &taken.join(" or ")));
        }
        if !request.is_csv() {
            json::without_mark(&mut request.body);
            json::without_nan(&mut request.body);
        }
        Ok(())
    }
}

/// What stands for the `{…}` of a path; `None` where it is another path.
fn captures(pattern: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    if pattern == path {
        return Some(Vec::new());
    }
    if !pattern.contains('{') {
        return None;
    }
    let mut captures = Vec::new();
    let (mut patterns, mut segments) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), segments.next()) {
            (None, None) => return Some(captures),
            (Some(pattern), Some(segment)) => {
                let open = pattern.find('{').and_then(|open| Some((open, pattern.find('}')?)));
                let Some((open, close)) = open else {
                    if pattern != segment {
                        return None;
                    }
                    continue;
                };
                let value = segment.strip_prefix(&pattern[..open])?.strip_suffix(&pattern[close + 1..])?;
                // A colon sets a verb apart, as in `{m}:predict`.
                if value.contains(':') {
                    return None;
                }
                captures.push((&pattern[open + 1..close], message::decode_segment(value)));
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_with_names_capture_segments() {
        let names =
            |pattern, path: &str| captures(pattern, path).map(|c| c.into_iter().map(|c| c.1).collect::<Vec<_>>());
        assert_eq!(names("/v2/models/{m}/versions/{v}", "/v2/models/a%20b/versions/3").unwrap(), ["a b", "3"]);
        assert_eq!(names("/v1/models/{m}:predict", "/v1/models/x+y:predict").unwrap(), ["x+y"]);
        assert_eq!(names("/v1/models/{m}:predict", "/v1/models/x"), None);
        assert_eq!(names("/v1/models/{m}", "/v1/models/x:predict"), None);
        assert_eq!(names("/v2/models/{m}", "/v2/models/a/b"), None);
        assert_eq!(names("/a", "/a"), Some(vec![]));
        assert_eq!(names("/a", "/a/"), None);
    }
}
