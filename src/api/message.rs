//! Requests and responses as values.

use hyper::body::Bytes;
use serde_json::Value;

/// What a client asks.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// In capitals.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Names and values, decoded, in order.
    pub query: Vec<(String, String)>,
    /// What stands for the `{…}` of the route's path, decoded.
    pub captures: Vec<(&'static str, String)>,
    /// The media type of the body as it was sent; empty where none was.
    pub content_type: String,
    /// The media types that the client takes, as it said so; empty where it did not.
    pub accept: String,
    /// The body.
    pub body: Bytes,
    /// The client's name for this request, or one given by the server.
    pub id: String,
}

impl Request {
    /// A request for a path with an optional query, without a body.
    pub fn new(method: &str, target: &str) -> Request {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Request { method: method.to_string(), path: path.to_string(), query: parse_query(query), ..Request::default() }
    }

    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// What stands for `{name}` in the path.
    pub fn captured(&self, name: &str) -> Option<&str> {
        self.captures.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }

    /// The media type of the body without its parameters, as it was written: in capitals or
    /// small letters.
    pub fn media_type(&self) -> &str {
        self.content_type.split(';').next().unwrap_or_default().trim()
    }

    /// Whether the body is CSV; a body without a media type is taken for JSON.
    pub fn is_csv(&self) -> bool {
        self.media_type().eq_ignore_ascii_case("text/csv")
    }

    /// Whether the client names a media type among those that it takes; `*/*` names none.
    pub fn asks_for(&self, media_type: &str) -> bool {
        let named = |part: &str| part.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type);
        self.accept.split(',').any(named)
    }
}

/// Names and values of a query string, with `+` and `%xx` decoded.
pub fn parse_query(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// What stands in a segment of a path, with `%xx` decoded.
pub fn decode_segment(text: &str) -> String {
    decode(&text.replace('+', "%2B"))
}

/// Undoes percent encoding; a `%` that begins no two hexadecimal digits stands for itself,
/// bytes that are no UTF-8 become the replacement character.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).and_then(|h| std::str::from_utf8(h).ok()).filter(|h| !h.contains('+'));
        match (byte, code.and_then(|h| u8::from_str_radix(h, 16).ok())) {
            (b'%', Some(code)) => {
                out.push(code);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (other, _) => out.push(*other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What the client is answered.
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The media type.
    pub content_type: &'static str,
    /// Headers beside the media type.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Body,
}

/// The bytes of an answer.
pub enum Body {
    /// All at once.
    Whole(Vec<u8>),
    /// One part after the other, each made when the client has taken those before it.
    Parts(Parts),
}

/// The parts of a long answer; an error breaks it off, and the client sees that it is cut short.
pub type Parts = Box<dyn Iterator<Item = crate::error::Result<Vec<u8>>> + Send>;

impl Response {
    /// 200 and a JSON document.
    pub fn json(value: &Value) -> Response {
        Response::new(200, "application/json", format!("{value}\n"))
    }

    /// An answer of that media type.
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Response {
        Response { status, content_type, headers: Vec::new(), body: Body::Whole(body.into()) }
    }

    /// Adds a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Response {
        self.headers.push((name, value.into()));
        self
    }

    /// With another status.
    pub fn status(self, status: u16) -> Response {
        Response { status, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        let request = Request::new("GET", "/prediction?a=1+2&b=%C3%A9%2f&c&d=%zz%+1&=x");
        assert_eq!(request.path, "/prediction");
        let found: Vec<(&str, &str)> = request.query.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(found, [("a", "1 2"), ("b", "é/"), ("c", ""), ("d", "%zz% 1"), ("", "x")]);
    }

    #[test]
    fn media_types_are_known_without_their_parameters() {
        let request = Request {
            content_type: "Application/JSON; format=pandas-split".into(),
            accept: "text/html;q=0.9, */*".into(),
            ..Request::default()
        };
        assert_eq!(request.media_type(), "Application/JSON");
        assert!(request.asks_for("text/html") && !request.asks_for("application/json"));
    }
}
