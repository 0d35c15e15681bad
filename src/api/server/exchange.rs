//! One request and its answer.

use super::body::{self, Answer, Held, Memory};
use super::connections::Place;
use crate::api::access::{Credentials, Guard};
use crate::api::endpoint::{self, Work};
use crate::api::message::{self, Body, Request, Response};
use crate::api::{ALL, Endpoint, Failure, State, pages};
use crate::config::Api;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request as HttpRequest, Response as HttpResponse, StatusCode};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a request waits for a place among the long ones before it is sent away.
const QUEUE: Duration = Duration::from_secs(1);
/// Bodies up to this size hold a few rows, whose answers take microseconds.
const QUICK_BYTES: usize = 16 * 1024;
/// The most bodies of the largest size that are held at once.
const LARGEST_AT_ONCE: usize = 4;

/// Answers requests.
pub struct Exchange {
    state: Arc<State>,
    guard: Guard,
    memory: Memory,
    work: Arc<Semaphore>,
    /// Requests without a name of their own are numbered, after a word of this process.
    word: u32,
    number: AtomicU64,
}

impl Exchange {
    /// From that state, for those whom the guard admits.
    pub fn new(state: Arc<State>, guard: Guard) -> Exchange {
        use std::hash::{BuildHasher, RandomState};
        let api = &state.config().api;
        let memory = Memory::new(api.max_body_bytes.saturating_mul(LARGEST_AT_ONCE));
        let work = Arc::new(Semaphore::new(api.max_requests));
        let word = RandomState::new().hash_one(std::process::id()) as u32;
        Exchange { state, guard, memory, work, word, number: AtomicU64::new(0) }
    }

    /// The limits of the config.
    pub fn limits(&self) -> &Api {
        &self.state.config().api
    }

    /// Answers one request.
    pub async fn answer(&self, request: HttpRequest<Incoming>, place: Arc<Place>) -> HttpResponse<Answer> {
        place.busy();
        let begun = Instant::now();
        let (head, incoming) = request.into_parts();
        let is_head = head.method == hyper::Method::HEAD;
        let mut request = Request {
            method: head.method.as_str().to_string(),
            path: head.uri.path().to_string(),
            query: message::parse_query(head.uri.query().unwrap_or_default()),
            content_type: text(&head.headers, &header::CONTENT_TYPE).unwrap_or_default().to_string(),
            accept: text(&head.headers, &header::ACCEPT).unwrap_or_default().to_string(),
            id: self.id(&head.headers),
            ..Request::default()
        };
        let id = request.id.clone();
        let mut held = Held::default();
        let found = endpoint::find(ALL, &mut request);
        let response = match &found {
            Ok(endpoint) => {
                let made = self.of_endpoint(endpoint, &head.headers, request, incoming, &mut held).await;
                made.unwrap_or_else(|failure| failure.answer(endpoint.dialect))
            }
            Err((dialect, failure)) => failure.answer(*dialect),
        };
        self.state.meters().request(found.ok(), response.status, begun.elapsed());
        to_http(response, is_head, &id, place, held)
    }

    async fn of_endpoint(
        &self,
        endpoint: &'static Endpoint,
        headers: &HeaderMap,
        mut request: Request,
        incoming: Incoming,
        held: &mut Held,
    ) -> Result<Response, Failure> {
        let credentials = Credentials {
            authorization: text(headers, &header::AUTHORIZATION),
            origin: text(headers, &header::ORIGIN),
            host: text(headers, &header::HOST),
        };
        self.guard.admit(endpoint.access, credentials)?;
        if !endpoint.bodies.is_empty() {
            let limits = self.limits();
            let time = Duration::from_secs(limits.body_seconds);
            (request.body, held.memory) = body::read(incoming, limits.max_body_bytes, time, &self.memory).await?;
        }
        let is_quick = match endpoint.work {
            Work::Quick => true,
            Work::ByBody => request.body.len() <= QUICK_BYTES,
            Work::Long => false,
        };
        let state = Arc::clone(&self.state);
        // A bug in one answer must not take the server along.
        let answer = move || catch_unwind(AssertUnwindSafe(|| endpoint.respond(request, &state))).ok();
        let answered = if is_quick {
            answer()
        } else {
            held.work = Some(self.place_for_work().await?);
            // Files are read and models run off the threads that serve the sockets.
            tokio::task::spawn_blocking(answer).await.ok().flatten()
        };
        answered.ok_or_else(|| Failure::internal("this is a bug; the app goes on with others"))
    }

    async fn place_for_work(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let place = tokio::time::timeout(QUEUE, Arc::clone(&self.work).acquire_owned()).await;
        place.ok().and_then(Result::ok).ok_or_else(|| Failure::overloaded("too many long requests at once"))
    }

    /// The client's name for the request where it has a sensible one.
    fn id(&self, headers: &HeaderMap) -> String {
        let is_sensible = |id: &&str| (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
        match headers.get("x-request-id").and_then(|id| id.to_str().ok()).filter(is_sensible) {
            Some(id) => id.to_string(),
            None => format!("{:08x}-{}", self.word, self.number.fetch_add(1, Ordering::Relaxed)),
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn to_http(response: Response, is_head: bool, id: &str, place: Arc<Place>, held: Held) -> HttpResponse<Answer> {
    let length = match &response.body {
        Body::Whole(bytes) => Some(bytes.len()),
        Body::Parts(_) => None,
    };
    let body = if is_head { Body::Whole(Vec::new()) } else { response.body };
    let mut http = HttpResponse::new(Answer::new(body, place, held));
    *http.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = http.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(response.content_type));
    if let Some(length) = length {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if response.content_type.starts_with("text/html") {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(pages::CSP));
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
    let named = response.headers.into_iter().chain([("x-request-id", id.to_string())]);
    for (name, value) in named {
        // A value with a line end is no header value and is left out.
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    http
}
