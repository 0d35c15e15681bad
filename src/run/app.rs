//! `app`: answers over HTTP until it is told to stop.

use super::load_config;
use crate::api::{State, server};
use crate::cli::{Args, Binary, Output};
use crate::error::{Error, Result};
use crate::event::{Listener, Stage};
use clap::Arg;
use serde_json::json;
use std::net::SocketAddr;

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
            .help("Listen here instead of at api.listen"),
    ]
}

fn command(args: &Args, listener: &dyn Listener) -> Result<Output> {
    let config = load_config(args)?;
    let address = match args.option("listen").flatten() {
        Some(text) => text.parse().map_err(|_| Error::internal("an address that was checked does not parse"))?,
        None => config.api.listen,
    };
    let socket = server::listen(address)?;
    let address = socket.local_addr().map_err(|e| Error::io(address, "listen", &e))?;
    let state = State::new(config);
    match state.office() {
        Ok(Some(office)) => listener.note(Stage::Run, format!("version {} is in office", office.version)),
        Ok(None) => {
            listener.note(Stage::Run, "no model is in office yet; it is picked up when there is one".to_string())
        }
        Err(e) => e.problems().iter().for_each(|p| listener.warn(Stage::Run, p.clone())),
    }
    listener.note(Stage::Run, format!("listening on http://{address}"));
    server::serve(state, socket, stopped())?;
    Ok(Output::new("stopped", json!({ "stopped": true, "address": address.to_string() })))
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
