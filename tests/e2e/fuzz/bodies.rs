//! The body of every endpoint: its documented examples, changed, and bytes of any kind. The list of
//! endpoints is `api::ALL`, so that a new one is covered by itself.

use super::folder::load;
use super::mutation::{changed, changes, twisted, twists};
use super::{bytes, run};
use crate::api::conformance::is_failure;
use crate::project::Project;
use incumbent::api::access::Access;
use incumbent::api::message::Body;
use incumbent::api::{ALL, Endpoint, Request, State, endpoint};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

/// The first path of a route with something in the place of its names.
pub fn path(endpoint: &Endpoint) -> String {
    endpoint.paths[0].replace("{m}", "incumbent").replace("{v}", "1")
}

/// Answers a request and makes sure that the answer has its shape and a status up to `most`.
pub fn answered(mut request: Request, state: &State, most: u16) -> u16 {
    let (endpoint, told) = match endpoint::find(ALL, &mut request) {
        Ok(endpoint) => (endpoint, format!("{} {} {:?}", request.method, request.path, request.body)),
        Err((_, failure)) => panic!("{request:?}: {failure:?}"),
    };
    let response = endpoint.respond(request, state);
    let (status, content_type) = (response.status, response.content_type);
    let body = match response.body {
        Body::Whole(bytes) => bytes,
        Body::Parts(parts) => {
            parts.map(|part| part.unwrap_or_else(|e| panic!("{told}: {e}"))).collect::<Vec<_>>().concat()
        }
    };
    let text = String::from_utf8(body).unwrap_or_else(|e| panic!("{told}: {e}"));
    let json = || serde_json::from_str::<Value>(&text).unwrap_or_else(|e| panic!("{told}: {e}: {text}"));
    // Another run may hold the lock: that is no failure of the server.
    assert!((200..=most).contains(&status) || status == 503, "{told}: {status} {text}");
    // A probe says with its status that there is no model, and how it says so is its own.
    let says_not_ready = status == 503 && (endpoint.access == Access::Open || text.contains("\"ready\":false"));
    if status >= 400 && !says_not_ready {
        assert!(is_failure(endpoint, &json()), "{told}: {status} {text}");
    } else if content_type.ends_with("json") {
        json();
    }
    status
}

/// What a client may send in place of what is documented.
#[derive(Debug, Clone)]
enum Sent {
    Changed(Vec<super::mutation::Change>),
    Twisted(Vec<super::mutation::Twist>),
    Any(Vec<u8>),
    Deep(&'static str, usize),
}

fn sent() -> impl Strategy<Value = Sent> {
    let deep = prop::sample::select(vec!["[", "{\"a\":", "[{\"inputs\":", "{\"values\":[", "\"\\u", "1"]);
    prop_oneof![
        4 => changes().prop_map(Sent::Changed),
        6 => twists().prop_map(Sent::Twisted),
        2 => bytes(60).prop_map(Sent::Any),
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(Sent::Any),
        1 => (deep, 1..200_000usize).prop_map(|(piece, times)| Sent::Deep(piece, times)),
    ]
}

#[test]
fn whatever_a_client_sends_is_answered_in_the_shape_of_the_protocol() {
    let project = Project::new();
    let config = load(project.path());
    let output = incumbent::run::fullprocess::run(&config, false, false, &incumbent::event::Silent, |_| ());
    assert!(output.error.is_none(), "{:?}", output.error);
    let state = State::new(config);
    let endpoints: Vec<&Endpoint> = ALL.iter().filter(|endpoint| !endpoint.bodies.is_empty()).collect();
    let types =
        ["application/json", "text/csv", "text/csv; charset=x", "", "Application/JSON;a=\"", "application/x\u{e9}"];
    let strategy =
        (any::<Index>(), any::<Index>(), sent(), prop::option::weighted(0.3, prop::sample::select(types.to_vec())));
    let refused = std::cell::Cell::new(0);
    run(600, &strategy, |(which, media, sent, other_type)| {
        let endpoint = *which.get(&endpoints);
        let media = media.get(endpoint.bodies);
        let example = (media.example)(&state);
        let body = match &sent {
            Sent::Changed(changes) => changed(example.as_bytes(), changes),
            Sent::Twisted(twists) => match serde_json::from_str::<Value>(&example) {
                Ok(whole) => twisted(&whole, twists).to_string().into_bytes(),
                Err(_) => example.into_bytes(),
            },
            Sent::Any(bytes) => bytes.clone(),
            Sent::Deep(piece, times) => piece.repeat(*times).into_bytes(),
        };
        let request = Request {
            content_type: other_type.unwrap_or(media.content_type).to_string(),
            body: body.into(),
            ..Request::new(endpoint.method, &path(endpoint))
        };
        let status = answered(request, &state, 499);
        refused.set(refused.get() + u32::from(status >= 400));
        Ok(())
    });
    assert!(refused.get() > 0, "most of it is refused");
    state.runner().wait();
}

#[test]
fn whatever_stands_in_a_query_or_a_path_is_answered_in_the_shape_of_the_protocol() {
    let project = Project::new();
    let config = load(project.path());
    let output = incumbent::run::fullprocess::run(&config, false, false, &incumbent::event::Silent, |_| ());
    assert!(output.error.is_none(), "{:?}", output.error);
    let state = State::new(config);
    let reads: Vec<&Endpoint> = ALL.iter().filter(|endpoint| endpoint.method == "GET").collect();
    let name = prop_oneof![
        prop::sample::select(vec![
            "plan", "fee", "calls", "filename", "filepath", "dirtype", "explain", "top", "n", "drift"
        ]),
        Just("x"),
    ];
    let value = prop_oneof![
        "[a-z0-9.%+/&=\\[\\]\"]{0,12}",
        prop::sample::select(vec![
            "gold",
            "60",
            "true",
            "-1",
            "1e999",
            "..%2f..%2fetc%2fpasswd",
            "test.csv",
            "%00",
            "99999999999999999999",
            "%ff%fe",
            "input_folder_path"
        ])
        .prop_map(str::to_string),
    ];
    let query = prop::collection::vec((name, value), 0..5);
    let strategy = (any::<Index>(), query, "[a-z%0-9.]{0,8}");
    run(400, &strategy, |(which, query, named)| {
        let endpoint = *which.get(&reads);
        let path = endpoint.paths[0].replace("{m}", &named).replace("{v}", &named);
        let pairs: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        answered(Request::new("GET", &format!("{path}?{}", pairs.join("&"))), &state, 499);
        Ok(())
    });
}
