//! Requests and responses as values.

use serde_json::{Value, json};

/// What a client asks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// In capitals.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Names and values, decoded, in order.
    pub query: Vec<(String, String)>,
}

impl Request {
    /// A GET request for a path with an optional query.
    pub fn get(target: &str) -> Request {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Request { method: "GET".to_string(), path: path.to_string(), query: parse_query(query) }
    }

    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
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
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The media type.
    pub content_type: &'static str,
    /// Headers beside the media type.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// 200 and a JSON document.
    pub fn json(value: &Value) -> Response {
        Response {
            status: 200,
            content_type: "application/json",
            headers: Vec::new(),
            body: format!("{value}\n").into_bytes(),
        }
    }

    /// An error after RFC 9457. Neither text may hold a path of the server.
    pub fn problem(status: u16, title: &str, detail: &str) -> Response {
        let body = json!({ "type": "about:blank", "title": title, "status": status, "detail": detail });
        Response {
            status,
            content_type: "application/problem+json",
            headers: Vec::new(),
            body: format!("{body}\n").into_bytes(),
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: &'static str, value: String) -> Response {
        self.headers.push((name, value));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        let request = Request::get("/prediction?a=1+2&b=%C3%A9%2f&c&d=%zz%+1&=x");
        assert_eq!(request.path, "/prediction");
        let found: Vec<(&str, &str)> = request.query.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(found, [("a", "1 2"), ("b", "é/"), ("c", ""), ("d", "%zz% 1"), ("", "x")]);
    }
}
