//! `app`: answers over HTTP until it is told to stop; or, with `--mimic-load`, asks one that does.

use super::{load_config, mimic, token};
use crate::api::access::Guard;
use crate::api::{State, server};
use crate::cli::{Args, Binary, Output};
use crate::config::Config;
use crate::error::{Error, Kind, Problem, Result};
use crate::event::{Listener, Stage};
use crate::store::prediction_log::PredictionLog;
use clap::Arg;
use serde_json::json;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked for problems to tell.
const LOOK: Duration = Duration::from_secs(2);

/// The binary.
pub const BINARY: Binary = Binary {
    name: "app",
    about: "Answers predictions, scores and diagnostics of the model in office over HTTP.",
    example: "app --config config.json --listen 127.0.0.1:8000",
    changes: false,
    more: arguments,
    run: command,
    failed: None,
};

fn arguments() -> Vec<Arg> {
    let check = |text: &str| match text.parse::<SocketAddr>() {
        Ok(_) => Ok(text.to_string()),
        Err(_) => Err("write for example 127.0.0.1:8000; port 0 takes a free one"),
    };
    vec![
        Arg::new("listen")
            .long("listen")
            .value_name("ADDRESS:PORT")
            .value_parser(check)
            .help("Listen here instead of at api.listen; with --mimic-load, where the app listens"),
        Arg::new("mimic-load")
            .long("mimic-load")
            .value_name("N")
            .value_parser(|text: &str| whole(text, mimic::REQUESTS))
            .help(
                "Start nothing: send N random requests to the app that listens on this machine, so that dashboards \
                 and alerts can be tried; it counts and logs them as any others",
            ),
        Arg::new("mimic-seconds")
            .long("mimic-seconds")
            .value_name("S")
            .value_parser(|text: &str| whole(text, mimic::SECONDS))
            .requires("mimic-load")
            .help("Send no more of them after so many seconds [default: 60]"),
    ]
}

/// A whole number within bounds, as it was written.
fn whole(text: &str, bounds: RangeInclusive<u64>) -> std::result::Result<String, String> {
    match text.parse::<u64>() {
        Ok(number) if bounds.contains(&number) => Ok(text.to_string()),
        _ => Err(format!("write a whole number from {} to {}", bounds.start(), bounds.end())),
    }
}

fn command(args: &Args, listener: &dyn Listener) -> Result<Output> {
    let config = load_config(args)?;
    if args.option("mimic-load").is_some() {
        return mimic::command(config, args, listener);
    }
    let address = match args.option("listen").flatten() {
        Some(text) => text.parse().map_err(|_| Error::internal("an address that was checked does not parse"))?,
        None => config.api.listen,
    };
    let guard = guard(&config, address)?;
    let socket = server::listen(address)?;
    let address = socket.local_addr().map_err(|e| Error::io(address, "listen", &e))?;
    let logs = config.api.log_predictions;
    let state = State::new(config).guarded(guard.has_token());
    let state = if logs { state.with_log()? } else { state };
    match state.office() {
        Ok(Some(office)) => listener.note(Stage::Run, format!("version {} is in office", office.version)),
        Ok(None) => {
            listener.note(Stage::Run, "no model is in office yet; it is picked up when there is one".to_string())
        }
        Err(e) => {
            e.problems().iter().for_each(|p| listener.warn(Stage::Run, p.clone()));
            state.take_problems();
        }
    }
    listener.note(Stage::Run, format!("listening on http://{address}"));
    let state = Arc::new(state);
    let last = finish_runs(Arc::clone(&state));
    let stop = async {
        tokio::select! {
            () = stopped() => {}
            () = tell_problems(&state, listener) => {}
        }
    };
    server::serve(Arc::clone(&state), guard, socket, stop, last)?;
    if let Some(log) = state.log() {
        log.close();
        log.take_problem().into_iter().for_each(|problem| listener.warn(Stage::Run, problem));
    }
    Ok(Output::new("stopped", json!({ "stopped": true, "address": address.to_string() })))
}

/// Who may ask.
///
/// # Errors
/// [`Kind::Config`]: a token is asked for and cannot be had, or others can reach the address and
/// there is none, unless the config says plainly that this is meant.
fn guard(config: &Config, address: SocketAddr) -> Result<Guard> {
    let api = &config.api;
    let token = token::read(config)?;
    if token.is_none() && !api.open && !address.ip().is_loopback() {
        let what = format!("others can reach {address}, and no token is set");
        let problem = Problem::at(format!("{}: /api/listen", config.name), what)
            .why("they could read predictions and change what is deployed")
            .hint(format!(
                "set {} or api.token_file; or api.open to true, which lets everybody read and nobody write",
                api.token_env
            ));
        return Err(Error::new(Kind::Config, problem));
    }
    if token.is_none() && api.token_for_reads {
        let problem =
            Problem::at(format!("{}: /api/token_for", config.name), "everything needs a token, and none is set")
                .hint(format!("set {} or api.token_file", api.token_env));
        return Err(Error::new(Kind::Config, problem));
    }
    Ok(Guard::new(token.as_deref(), api.token_for_reads, address.ip()).open(api.open))
}

/// Tells for ever why predictions are not logged, and why a version that came into office is not
/// answered from, where that happens.
async fn tell_problems(state: &State, listener: &dyn Listener) {
    loop {
        tokio::time::sleep(LOOK).await;
        let problem = state.log().and_then(PredictionLog::take_problem);
        problem.into_iter().chain(state.take_problems()).for_each(|problem| listener.warn(Stage::Run, problem));
    }
}

/// Ready when no run of the app's own is under way, or the process is asked once more to end:
/// a run may take long, and nothing is lost where it is broken off.
async fn finish_runs(state: Arc<State>) {
    let runs = tokio::task::spawn_blocking(move || state.runner().wait());
    tokio::select! {
        _ = runs => {}
        () = stopped() => {}
    }
}

/// Ready when the process is asked to end, by SIGTERM or from the keyboard.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        // Without a handler the signal ends the process in the ordinary way.
        Err(_) => std::future::pending().await,
    }
}
