//! `apicalls`: calls the API as a client would and keeps the answers.

use super::trends::LATENCY;
use super::{Context, contest, load_config, record, scoring, token};
use crate::api::State;
use crate::api::server::Running;
use crate::cli::{Args, Binary, Output};
use crate::error::{Error, Problem, Result};
use crate::event::{Listener, Stage};
use crate::store::batch::Batch;
use crate::store::history::MeasureRecord;
use crate::store::layout;
use clap::Arg;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The binary.
pub const BINARY: Binary = Binary {
    name: "apicalls",
    about: "Calls the API over HTTP and saves what it answers as apireturns.json.",
    example: "apicalls --url http://127.0.0.1:8000",
    changes: true,
    more: || {
        vec![
            Arg::new("url")
                .long("url")
                .value_name("URL")
                .help("Call the app that answers there instead of starting one on a free port"),
        ]
    },
    run: command,
    failed: None,
};

/// What is called, in this order.
const PATHS: [&str; 5] = ["/health", "/scoring", "/prediction", "/summarystats", "/diagnostics"];
/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Answers longer than this are kept by their beginning.
const LONGEST: usize = 1 << 20;

/// `apireturns.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApiReturns {
    /// When, RFC 3339.
    pub time: String,
    /// By which run.
    pub run_id: String,
    /// The calls.
    pub calls: Vec<Call>,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The status code.
    pub status: u16,
    /// How long it took.
    pub seconds: f64,
    /// The answer.
    pub body: Value,
}

fn command(args: &Args, listener: &dyn Listener) -> Result<Output> {
    let config = load_config(args)?;
    let ctx = Context::new(&config, args.command, args.dry_run, listener);
    let _lock = ctx.lock()?;
    let mut batch = Batch::new(ctx.dry)?;
    let outcome = ctx.stage(Stage::Apicalls, || match args.option("url").flatten() {
        Some(url) => save(&ctx, &mut batch, url.trim_end_matches('/'), token::read(&config)?.as_deref()),
        None => match contest::production(&ctx).current()? {
            Some(_) => call_own(&ctx, &mut batch),
            None => Err(Error::missing(ctx.show(&config.folders.production), "nothing was ever deployed")
                .hint("run fullprocess first")),
        },
    });
    let outcome = outcome.and_then(|returns| batch.commit().map(|()| returns));
    record::stage_run(&ctx, &outcome, |_, _| {});
    let returns = outcome?;
    let lines: Vec<String> = returns
        .calls
        .iter()
        .map(|c| format!("{} {:<14} {}  {:.1} ms", c.method, c.path, c.status, 1000.0 * c.seconds))
        .collect();
    Ok(Output::new(lines.join("\n"), json!(returns)))
}

/// Starts the app on a free port of this machine, calls it, and stops it. How long the answers
/// took goes into the history: they are this program's own, under no load.
///
/// # Errors
/// The app cannot be started or does not answer.
pub fn call_own(ctx: &Context<'_>, batch: &mut Batch) -> Result<ApiReturns> {
    let server = Running::start(State::new(ctx.config.clone()))?;
    let returns = save(ctx, batch, &format!("http://{}", server.address), None);
    server.stop()?;
    let returns = returns?;
    let answered = returns.calls.iter().filter(|c| c.status == 200);
    let latency = |c: &Call| MeasureRecord { measure: LATENCY.to_string(), name: c.path.clone(), value: c.seconds };
    ctx.record(|run| run.measures.extend(answered.map(latency)));
    Ok(returns)
}

/// Calls an app, with the token that its reads may need; the answers wait in the batch.
fn save(ctx: &Context<'_>, batch: &mut Batch, url: &str, token: Option<&str>) -> Result<ApiReturns> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).build().into();
    let mut calls = Vec::new();
    for path in PATHS {
        calls.push(call(&agent, url, path, token)?);
    }
    let returns = ApiReturns { time: ctx.time(), run_id: ctx.run_id.clone(), calls };
    batch.write(&ctx.config.folders.model.join(layout::API_RETURNS), &scoring::to_json(&returns)?)?;
    let good = returns.calls.iter().filter(|c| c.status == 200).count();
    ctx.note(Stage::Apicalls, format!("{good} of {} calls answered with 200", returns.calls.len()));
    for call in returns.calls.iter().filter(|call| call.status >= 500) {
        let problem = Problem::at(&call.path, format!("the app answered with {}", call.status));
        ctx.warn(Stage::Apicalls, problem.hint(format!("{} holds the answer", layout::API_RETURNS)));
    }
    Ok(returns)
}

fn call(agent: &ureq::Agent, url: &str, path: &str, token: Option<&str>) -> Result<Call> {
    let begun = Instant::now();
    let failed = |e: ureq::Error| {
        Error::data(format!("{url}{path}"), "failed to call the app")
            .why(e)
            .hint("is the app running, and is the URL right?")
    };
    let mut request = agent.get(format!("{url}{path}"));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let mut response = request.call().map_err(failed)?;
    let text = response.body_mut().with_config().limit(1 << 32).read_to_string().map_err(failed)?;
    let body = if text.len() > LONGEST {
        let start: String = text.chars().take(1000).collect();
        json!({ "bytes": text.len(), "start": start })
    } else {
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    };
    Ok(Call {
        method: "GET".to_string(),
        path: path.to_string(),
        status: response.status().as_u16(),
        seconds: begun.elapsed().as_secs_f64(),
        body,
    })
}
