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
use memchr::memmem::Finder;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How long a request waits for a place among the long ones before it is sent away.
const QUEUE: Duration = Duration::from_secs(1);
/// Bodies up to this size hold a few rows, whose answers take microseconds.
const QUICK_BYTES: usize = 16 * 1024;
/// The most bodies of the largest size that are held at once.
const LARGEST_AT_ONCE: usize = 4;
/// Heavy requests that are worked on at once.
const HEAVY_AT_ONCE: usize = 4;
/// Of the places that a request takes for work, its answer takes this part while it is sent.
const SENDING_PART: u32 = 4;
/// Probes that are answered at once.
pub const PROBES: usize = 8;

/// Where a request is worked on.
enum Lane {
    /// Where the sockets are served.
    Own,
    /// Elsewhere, in places kept for probes.
    Probes,
    /// Elsewhere, taking so many of the places for work.
    Work(u32),
}

/// Answers requests.
pub struct Exchange {
    state: Arc<State>,
    guard: Guard,
    memory: Memory,
    work: Arc<Semaphore>,
    probes: Arc<Semaphore>,
    sending: Arc<Semaphore>,
    /// Requests without a name of their own are numbered, after a word of this process.
    word: String,
    number: AtomicU64,
}

impl Exchange {
    /// From that state, for those whom the guard admits.
    pub fn new(state: Arc<State>, guard: Guard) -> Exchange {
        use std::hash::{BuildHasher, RandomState};
        let api = &state.config().api;
        let memory = Memory::new(api.max_body_bytes.saturating_mul(LARGEST_AT_ONCE));
        let [work, sending] = [(); 2].map(|()| Arc::new(Semaphore::new(api.max_requests)));
        let probes = Arc::new(Semaphore::new(PROBES));
        let word = format!("{:08x}-", RandomState::new().hash_one(std::process::id()) as u32);
        Exchange { state, guard, memory, work, probes, sending, word, number: AtomicU64::new(0) }
    }

    /// The limits of the config.
    pub fn limits(&self) -> &Api {
        &self.state.config().api
    }

    /// Answers one request.
    pub async fn answer(&self, request: HttpRequest<Incoming>, place: Arc<Place>) -> HttpResponse<Answer> {
        // Until all of the request has come, the connection may have to make room for others.
        place.idle();
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
                let made = self.of_endpoint(endpoint, &head.headers, request, incoming, &place, &mut held).await;
                made.unwrap_or_else(|failure| failure.answer(endpoint.dialect, head.uri.path()))
            }
            Err((dialect, failure)) => failure.answer(*dialect, head.uri.path()),
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
        place: &Place,
        held: &mut Held,
    ) -> Result<Response, Failure> {
        let credentials = Credentials {
            authorization: text(headers, &header::AUTHORIZATION),
            origin: text(headers, &header::ORIGIN),
            host: text(headers, &header::HOST),
            user_agent: text(headers, &header::USER_AGENT),
        };
        self.guard.admit(endpoint.access, credentials)?;
        if !endpoint.bodies.is_empty() {
            let coding = text(headers, &header::CONTENT_ENCODING).unwrap_or("identity");
            if coding != "identity" {
                return Err(Failure::new(
                    415,
                    "wrong content encoding",
                    "bodies are taken as they are, not compressed",
                ));
            }
            let limits = self.limits();
            let time = Duration::from_secs(limits.body_seconds);
            (request.body, held.memory) = body::read(incoming, limits.max_body_bytes, time, &self.memory).await?;
        }
        place.busy();
        let lane = match endpoint.work {
            Work::Quick => Lane::Own,
            Work::Probe => Lane::Probes,
            Work::Long => Lane::Work(1),
            Work::Heavy => Lane::Work(self.heavy()),
            Work::ByBody if names_a_file(&request.body) => Lane::Work(self.heavy()),
            Work::ByBody if request.body.len() <= QUICK_BYTES => Lane::Own,
            Work::ByBody => Lane::Work(1),
        };
        let state = Arc::clone(&self.state);
        // A bug in one answer must not take the server along.
        let answer = move || catch_unwind(AssertUnwindSafe(|| endpoint.respond(request, &state))).ok();
        let (answered, size) = match lane {
            Lane::Own => (answer(), 1),
            Lane::Probes => (self.elsewhere(&self.probes, 1, held, answer).await?, 1),
            Lane::Work(size) => (self.elsewhere(&self.work, size, held, answer).await?, size),
        };
        let response = answered.ok_or_else(|| Failure::internal("this is a bug; the app goes on with others"))?;
        if matches!(response.body, Body::Parts(_)) {
            // Clients may be slow to take a long answer: that holds up long answers alone. What it
            // is made from waits in memory, so those of heavy requests take more places.
            let places = size.div_ceil(SENDING_PART);
            let place = Arc::clone(&self.sending).try_acquire_many_owned(places);
            held.sending = Some(place.map_err(|_| Failure::overloaded("too many long answers at once"))?);
        }
        Ok(response)
    }

    /// Works on a request off the threads that serve the sockets. What is held for it is given
    /// back when the work ends, also where the client has left meanwhile.
    async fn elsewhere(
        &self,
        lane: &Arc<Semaphore>,
        permits: u32,
        held: &mut Held,
        answer: impl FnOnce() -> Option<Response> + Send + 'static,
    ) -> Result<Option<Response>, Failure> {
        let place = tokio::time::timeout(QUEUE, Arc::clone(lane).acquire_many_owned(permits)).await;
        let place = place.ok().and_then(Result::ok);
        let place = place.ok_or_else(|| Failure::overloaded("too many long requests at once"))?;
        let memory = held.memory.take();
        let work = tokio::task::spawn_blocking(move || {
            let answered = answer();
            drop(place);
            (answered, memory)
        });
        let (answered, memory) = work.await.unwrap_or_default();
        held.memory = memory;
        Ok(answered)
    }

    /// The share of the places that a heavy request takes: four of them fill the house.
    fn heavy(&self) -> u32 {
        u32::try_from(self.limits().max_requests / HEAVY_AT_ONCE).unwrap_or(u32::MAX).max(1)
    }

    /// The client's name for the request where it has a sensible one.
    fn id(&self, headers: &HeaderMap) -> String {
        let is_sensible = |id: &&str| (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
        match headers.get("x-request-id").and_then(|id| id.to_str().ok()).filter(is_sensible) {
            Some(id) => id.to_string(),
            None => [self.word.as_str(), &self.number.fetch_add(1, Ordering::Relaxed).to_string()].concat(),
        }
    }
}

/// Whether a body may be one that names a file to read.
fn names_a_file(body: &[u8]) -> bool {
    static NAMES: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| ["\"filepath\"", "\"filename\""].map(Finder::new));
    NAMES.iter().any(|name| name.find(body).is_some())
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
        // A page that brings its style with it brings its policy too.
        if response.headers.iter().all(|(name, _)| *name != "content-security-policy") {
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(pages::CSP));
        }
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
    let named = response.headers.into_iter().chain([("x-request-id", id.to_string())]);
    for (name, value) in named {
        // A value with a line end is no header value and is left out.
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    http
}
