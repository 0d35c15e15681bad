//! A crowd for minutes: 256 clients that keep their connections and ask, while another version comes
//! into office every second, and while others are slow, leave halfway and come in floods.
//!
//! - `client`: asks, and holds each answer against those of the two versions.
//! - `crowd`: the others.
//! - `tally`: what became of all requests.
//!
//! `INCUMBENT_LOAD_SECONDS` says how long the campaign lasts.

mod client;
mod crowd;
mod tally;

use crate::api::{App, until};
use crate::project::{Project, customers};
use client::{Connection, Outcome, Question, ask_on};
use serde_json::json;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Scope;
use std::time::{Duration, Instant};
use tally::Tally;

/// Clients that ask.
const CLIENTS: usize = 256;
/// Those beside them that are slow, of each kind.
const SLOW: usize = 8;
/// Connections that the app takes: all of these, and a part of a flood.
const PLACES: usize = 320;

/// Two versions that answer otherwise, and an app with limits that a test can wait for.
fn two_versions() -> (Project, App) {
    let project = Project::new();
    let api = json!({"max_connections": PLACES, "header_seconds": crowd::HEADER_TIME.as_secs(), "body_seconds": 2, "write_seconds": 2});
    project.config(json!({"gate": {"rule": "not_worse", "margin": 1.0}, "api": api}));
    project.run("fullprocess", &["--quiet"]).expect(0);
    project.write("sourcedata/c.csv", customers(2000, 300));
    project.run("fullprocess", &["--quiet"]).expect(0);
    project.write("testdata/large.csv", customers(5000, 60_000));
    let app = App::start(&project);
    (project, app)
}

/// Requests of one row and of many, and what each version answers to them.
fn questions(app: &App) -> Vec<Question> {
    let rows = |count: usize| -> Vec<_> {
        (0..count).map(|i| json!({"plan": (["basic", "gold"][i % 2]), "fee": 20 + i % 50, "calls": i % 9})).collect()
    };
    let bodies = [1, 3, 20, 100].map(|count| json!(rows(count)).to_string());
    let answers = [1, 2].map(|version| {
        app.send("PUT", "/models/current", &[], json!({"version": version}).to_string()).expect(200);
        bodies.each_ref().map(|body| app.post("/predict", body).expect(200).body)
    });
    let question = |(place, body): (usize, &String)| {
        let head = "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length";
        let request = format!("{head}: {}\r\n\r\n{body}", body.len()).into_bytes();
        Question { request, answers: [0, 1].map(|version: usize| answers[version][place].clone()) }
    };
    let questions: Vec<Question> = bodies.iter().enumerate().map(question).collect();
    assert!(questions.iter().all(|question| question.answers[0] != question.answers[1]));
    questions
}

/// Puts the other version in office every second, over HTTP and by the command in turn.
fn switch(project: &Project, address: SocketAddr, done: &AtomicBool, tally: &Tally) {
    for turn in 0.. {
        crowd::pause(done, Duration::from_secs(1));
        if done.load(Ordering::Relaxed) {
            return;
        }
        let version = 1 + turn % 2;
        if turn % 4 == 3 {
            let ran = project.run("deployment", &["--rollback", &version.to_string(), "--quiet"]);
            match ran.code {
                0 => tally.count("switched by the command"),
                _ => tally.wrong(format!("deployment --rollback: {} {}", ran.code, ran.err)),
            }
            continue;
        }
        let body = json!({"version": version}).to_string();
        let head = "PUT /models/current HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length";
        let request = format!("{head}: {}\r\n\r\n{body}", body.len());
        match Connection::open(address).map(|mut connection| connection.ask(request.as_bytes())) {
            Ok(Outcome::Answered(answer)) if answer.status == 200 => tally.count("switched over HTTP"),
            Ok(Outcome::Answered(answer)) if answer.is_honest_refusal() => tally.count("switch: 503"),
            other => tally.wrong(format!("PUT /models/current: {other:?}")),
        }
    }
}

/// A thread that needs little memory: there are hundreds.
fn small<'scope>(scope: &'scope Scope<'scope, '_>, work: impl FnOnce() + Send + 'scope) {
    std::thread::Builder::new().stack_size(256 * 1024).spawn_scoped(scope, work).unwrap();
}

/// Loads the app for so long, and says what came of it.
fn load(time: Duration) {
    let (project, app) = two_versions();
    let questions = questions(&app);
    let address: SocketAddr = app.address.parse().unwrap();
    let (done, tally) = (AtomicBool::new(false), Tally::default());
    let descriptors = tally::descriptors(app.pid());
    let (begun, mut memory) = (Instant::now(), Vec::new());
    std::thread::scope(|scope| {
        let (done, tally, questions, project) = (&done, &tally, &questions, &project);
        for first in 0..CLIENTS {
            small(scope, move || ask_on(address, questions, first, done, tally));
        }
        for _ in 0..SLOW {
            small(scope, move || crowd::drip(address, false, done, tally));
            small(scope, move || crowd::drip(address, true, done, tally));
        }
        for _ in 0..2 {
            small(scope, move || crowd::lag(address, "/prediction?filename=large.csv", done, tally));
            small(scope, move || crowd::leave(address, &questions[3].request, done, tally));
        }
        small(scope, move || crowd::flood(address, done, tally));
        small(scope, move || switch(project, address, done, tally));
        while begun.elapsed() < time {
            std::thread::sleep(Duration::from_millis(50));
            memory.push(tally::resident(app.pid()));
        }
        done.store(true, Ordering::Relaxed);
    });
    let [warm, end] = [(0.2, 0.4), (0.8, 1.0)].map(|(from, to)| tally::greatest(&memory, from, to));
    let _ = writeln!(
        std::io::stderr(),
        "load: {:.0} s, {CLIENTS} clients: {}; memory {:.1} MB when warm, {:.1} MB at the end",
        begun.elapsed().as_secs_f64(),
        tally.told(),
        warm as f64 / 1e6,
        end as f64 / 1e6,
    );
    tally.assert_right();
    let answered = tally.of_versions();
    assert!(answered.iter().all(|count| *count > 0), "both versions answered: {answered:?}");
    for what in ["flood: 503", "left"] {
        assert!(tally.counted(what) > 0, "{what}: the crowd was no crowd: {}", tally.told());
    }
    assert!(end as f64 <= 1.2 * warm as f64 + 6e6, "memory grew from {warm} to {end} bytes");
    until("connections are given back", || tally::descriptors(app.pid()) <= descriptors + 2);
    assert_eq!(app.get("/health").0, 200);
    assert_eq!(app.stop(), 0);
}

#[test]
fn a_crowd_is_answered_by_one_version_each_or_told_to_come_back() {
    load(Duration::from_secs(5));
}

#[test]
#[ignore = "minutes under load"]
fn for_minutes_no_request_fails_and_memory_stays_flat() {
    let seconds = std::env::var("INCUMBENT_LOAD_SECONDS").map_or(120, |text| text.parse().unwrap());
    load(Duration::from_secs(seconds));
}
