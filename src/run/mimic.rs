//! `app --mimic-load`: random requests to an app that is running, so that dashboards and alerts
//! can be tried before there are clients.

use super::token;
use crate::api::State;
use crate::api::sample::Sample;
use crate::cli::{Args, Output};
use crate::config::Config;
use crate::error::{Error, Kind, Problem, Result};
use crate::event::{Listener, Stage};
use crate::parallel;
use crate::random::Random;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How many requests there may be.
pub const REQUESTS: RangeInclusive<u64> = 1..=1_000_000;
/// For how many seconds they may be sent.
pub const SECONDS: RangeInclusive<u64> = 1..=86_400;
/// For how many they are sent where nothing is said.
const DEFAULT_SECONDS: u64 = 60;
/// Connections, each of which is kept for all of its requests.
const CONNECTIONS: usize = 4;
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Different rows that the requests are made of.
const ROWS: u64 = 64;
/// Rows of the largest batch.
const BATCH: usize = 50;
/// Requests without an answer after which a connection is given up: the app has gone.
const GIVE_UP: u64 = 10;

/// Sends the requests and tells what came back.
///
/// # Errors
/// [`Kind::Usage`], [`Kind::Config`]: the address is not one of this machine alone.
/// [`Kind::Missing`]: no app of ours listens there. The token cannot be had.
pub fn command(config: Config, args: &Args, listener: &dyn Listener) -> Result<Output> {
    let number = |name| args.option(name).flatten().and_then(|text| text.parse::<u64>().ok());
    let requests = number("mimic-load").unwrap_or(*REQUESTS.start());
    let patience = Duration::from_secs(number("mimic-seconds").unwrap_or(DEFAULT_SECONDS));
    let client = Client { base: format!("http://{}", address(&config, args)?), token: token::read(&config)? };
    let seed = config.model.seed;
    let state = State::new(config);
    let rows: Vec<Map<String, Value>> = (0..ROWS).map(|row| Sample::random(&state, seed ^ row).row()).collect();
    if rows.iter().all(Map::is_empty) {
        listener.note(Stage::Run, "no model is in office here to draw rows for; they are sent empty".to_string());
    }
    listener.note(Stage::Run, format!("sending {requests} requests to {}", client.base));
    let begun = Instant::now();
    let first = client.greet()?;
    let next = AtomicU64::new(1);
    let mut seen = parallel::map(CONNECTIONS, CONNECTIONS, |_| {
        let (agent, mut seen) = (client.agent(), Seen::default());
        while begun.elapsed() < patience && seen.unanswered < GIVE_UP {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= requests {
                break;
            }
            seen.take(client.send(&agent, &ask(&mut Random::of_part(seed, number), &rows)));
        }
        seen
    });
    seen.push(first);
    Ok(output(Seen::together(seen), begun.elapsed(), requests, &client.base))
}

/// Where the app listens.
fn address(config: &Config, args: &Args) -> Result<SocketAddr> {
    let (address, kind, place) = match args.option("listen").flatten() {
        Some(text) => {
            let parsed = text.parse().map_err(|_| Error::internal("an address that was checked does not parse"))?;
            (parsed, Kind::Usage, "--listen".to_string())
        }
        None => (config.api.listen, Kind::Config, format!("{}: /api/listen", config.name)),
    };
    if !address.ip().is_loopback() {
        let problem = Problem::at(place, format!("{address} is not an address of this machine alone"))
            .why("load is never sent to others")
            .hint(format!("name the app's address: --mimic-load N --listen 127.0.0.1:{}", address.port()));
        return Err(Error::new(kind, problem));
    }
    Ok(address)
}

/// One request to be sent.
#[derive(Debug, Clone, PartialEq)]
struct Ask {
    /// The path with its query.
    target: String,
    /// The JSON to be posted; `None` for a read.
    body: Option<String>,
}

/// What a client might ask next: mostly for the prediction of one row, and now and then
/// something that is wrong.
fn ask(random: &mut Random, rows: &[Map<String, Value>]) -> Ask {
    let get = |target: &str| Ask { target: target.to_string(), body: None };
    let predict = |rows: Value| Ask { target: "/predict".to_string(), body: Some(rows.to_string()) };
    let row = |random: &mut Random| rows.get(random.below(rows.len())).cloned().unwrap_or_default();
    match random.below(100) {
        0..70 => predict(json!(row(random))),
        70..80 => {
            let number = 2 + random.below(BATCH - 1);
            predict((0..number).map(|_| json!(row(random))).collect())
        }
        80..85 => get("/scoring"),
        85..90 => get("/health"),
        90..96 => get(&format!("/prediction?{}", query(&row(random)))),
        96..98 => {
            let forgotten = row(random).into_iter().skip(1).collect();
            predict(Value::Object(forgotten))
        }
        _ => get("/no-such-route"),
    }
}

/// Names and values as a query string.
fn query(row: &Map<String, Value>) -> String {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
    let pairs = row.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(&plain(value))));
    pairs.collect::<Vec<_>>().join("&")
}

fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}

/// Sends to one app.
struct Client {
    base: String,
    token: Option<String>,
}

/// The status of an answer and how long it took; `None` where there was none.
type Answered = Option<(u16, Duration)>;

impl Client {
    fn agent(&self) -> ureq::Agent {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            // A proxy would be another machine.
            .proxy(None)
            .build();
        config.into()
    }

    /// The first request: whether an app of ours listens there.
    fn greet(&self) -> Result<Seen> {
        let foreign = |what: &str| {
            Error::missing(&self.base, what)
                .hint("start the app, or name its address: --mimic-load N --listen 127.0.0.1:8000")
        };
        let begun = Instant::now();
        let answer = self.agent().get(format!("{}/health", self.base)).call();
        let mut answer = answer.map_err(|e| foreign("nobody answers there").why(e))?;
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        let health: Value = serde_json::from_str(&text).unwrap_or_default();
        if !health["program"].as_str().is_some_and(|program| program.starts_with("incumbent ")) {
            return Err(foreign("another program answers there").why("load is sent to an app of ours only"));
        }
        let mut seen = Seen::default();
        seen.take(Some((answer.status().as_u16(), begun.elapsed())));
        Ok(seen)
    }

    fn send(&self, agent: &ureq::Agent, ask: &Ask) -> Answered {
        let begun = Instant::now();
        let url = format!("{}{}", self.base, ask.target);
        let bearer = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let mut answer = match &ask.body {
            Some(body) => {
                let request = agent.post(url).header("content-type", "application/json");
                let request = bearer.iter().fold(request, |r, bearer| r.header("authorization", bearer));
                request.send(body.as_str())
            }
            None => bearer.iter().fold(agent.get(url), |r, bearer| r.header("authorization", bearer)).call(),
        }
        .ok()?;
        // Read to its end, or the connection could not be used again.
        answer.body_mut().read_to_vec().ok()?;
        Some((answer.status().as_u16(), begun.elapsed()))
    }
}

/// What came back.
#[derive(Debug, Default)]
struct Seen {
    statuses: BTreeMap<u16, u64>,
    took: Vec<Duration>,
    unanswered: u64,
}

impl Seen {
    fn take(&mut self, answered: Answered) {
        match answered {
            Some((status, took)) => {
                *self.statuses.entry(status).or_default() += 1;
                self.took.push(took);
            }
            None => self.unanswered += 1,
        }
    }

    /// All of them, with the times in order.
    fn together(parts: Vec<Seen>) -> Seen {
        let mut all = Seen::default();
        for part in parts {
            part.statuses.iter().for_each(|(status, count)| *all.statuses.entry(*status).or_default() += count);
            all.took.extend(part.took);
            all.unanswered += part.unanswered;
        }
        all.took.sort_unstable();
        all
    }

    /// The time in seconds within which a share of the answers came: the nearest rank.
    fn quantile(&self, share: f64) -> Option<f64> {
        let rank = (share * self.took.len() as f64).ceil() as usize;
        self.took.get(rank.saturating_sub(1)).map(Duration::as_secs_f64)
    }
}

fn output(seen: Seen, took: Duration, wished: u64, base: &str) -> Output {
    let sent = seen.took.len() as u64 + seen.unanswered;
    let seconds = took.as_secs_f64();
    let rate = sent as f64 / seconds.max(1e-9);
    let (p50, p99) = (seen.quantile(0.5), seen.quantile(0.99));
    let milliseconds = |time: Option<f64>| time.map_or("none".to_string(), |t| format!("{:.2} ms", 1000.0 * t));
    let mut lines = vec![format!(
        "{sent} requests in {seconds:.2} s: {rate:.0} requests/s, p50 {}, p99 {}",
        milliseconds(p50),
        milliseconds(p99)
    )];
    lines.extend(seen.statuses.iter().map(|(status, count)| format!("{status:<10}  {count:>9}")));
    if seen.unanswered > 0 {
        lines.push(format!("{:<10}  {:>9}", "no answer", seen.unanswered));
    }
    if sent < wished {
        lines.push(format!("{} of the {wished} were not sent any more", wished - sent));
    }
    let statuses: Map<String, Value> = seen.statuses.iter().map(|(s, count)| (s.to_string(), json!(count))).collect();
    let json = json!({
        "address": base,
        "requests": sent,
        "statuses": statuses,
        "unanswered": seen.unanswered,
        "seconds": seconds,
        "requests_per_second": rate,
        "p50_seconds": p50,
        "p99_seconds": p99,
    });
    Output::new(lines.join("\n"), json)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(seed: u64) -> Vec<Ask> {
        let row = |fee| json!({"plan": "a b", "fee": fee}).as_object().cloned().unwrap();
        let rows: Vec<_> = (0..8).map(row).collect();
        (0..1000).map(|number| ask(&mut Random::of_part(seed, number), &rows)).collect()
    }

    #[test]
    fn the_mix_is_mostly_single_rows_with_some_of_everything() {
        let asks = asks(7);
        assert_eq!(asks, self::asks(7), "the same seed asks the same");
        assert_ne!(asks, self::asks(8));
        let count = |of: &dyn Fn(&Ask) -> bool| asks.iter().filter(|ask| of(ask)).count();
        let body = |ask: &Ask| ask.body.as_ref().map(|text| serde_json::from_str::<Value>(text).unwrap());
        let singles = count(&|ask| body(ask).is_some_and(|b| b.get("plan").is_some()));
        let batches = count(&|ask| body(ask).and_then(|b| Some((2..=50).contains(&b.as_array()?.len()))) == Some(true));
        let forgetful = count(&|ask| body(ask).is_some_and(|b| b.is_object() && b.get("plan").is_none()));
        let to = |target: &str| count(&|ask| ask.body.is_none() && ask.target.starts_with(target));
        let reads = [to("/scoring"), to("/health"), to("/prediction?plan=a%20b&fee="), to("/no-such-route")];
        assert!((650..750).contains(&singles), "{singles}");
        assert!((70..130).contains(&batches) && forgetful > 5 && reads.iter().all(|n| *n > 5));
        assert_eq!(singles + batches + forgetful + reads.iter().sum::<usize>(), 1000);
    }

    #[test]
    fn quantiles_are_nearest_ranks() {
        let took = |ms: std::ops::RangeInclusive<u64>| {
            let mut seen = Seen::default();
            ms.rev().for_each(|ms| seen.take(Some((200, Duration::from_millis(ms)))));
            seen
        };
        let all = Seen::together(vec![took(51..=100), took(1..=50)]);
        assert_eq!((all.quantile(0.5), all.quantile(0.99)), (Some(0.05), Some(0.099)));
        assert_eq!(all.statuses, BTreeMap::from([(200, 100)]));
        assert_eq!(Seen::default().quantile(0.5), None);
    }
}
