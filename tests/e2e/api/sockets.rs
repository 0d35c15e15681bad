//! Clients that are slow, many, hostile or broken: each leaves the server answering others.

use super::{App, Reply, until};
use crate::project::Project;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn deployed(api: serde_json::Value) -> (Project, App) {
    let project = Project::new();
    project.config(serde_json::json!({ "api": api }));
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    (project, app)
}

#[test]
fn wrong_requests_are_problems_and_the_app_goes_on() {
    let (_project, app) = deployed(serde_json::json!({}));
    let answer = app.exchange("GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("application/problem+json"), "{answer}");
    let answer = app.exchange("POST /scoring HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    assert!(answer.starts_with("HTTP/1.1 405") && answer.contains("allow: GET"), "{answer}");
    let answer = app.exchange("HEAD /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\n"), "{answer}");
    for nonsense in [
        "POST /scoring HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000000\r\nConnection: close\r\n\r\nabcde",
        "GET / HTTP/9.9\r\n\r\n",
        "\u{1}\u{2}\u{3}\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(&app.address).unwrap();
        let _ = stream.write_all(nonsense.as_bytes());
    }
    assert_eq!(app.get("/health").0, 200);
}

#[test]
fn slow_clients_are_dropped_and_idle_ones_do_not_keep_others_out() {
    let (_project, app) = deployed(serde_json::json!({"header_seconds": 1}));
    let idle: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(&app.address).unwrap()).collect();
    assert_eq!(app.get("/health").0, 200);
    let begun = Instant::now();
    let mut slow = TcpStream::connect(&app.address).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost:").unwrap();
    let mut rest = Vec::new();
    let _ = slow.read_to_end(&mut rest);
    assert!(begun.elapsed() < Duration::from_secs(10), "a request that is never finished is given up");
    drop(idle);
}

#[test]
fn a_taken_port_is_told() {
    let project = Project::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    project.run("app", &["--listen", &address]).expect(73).says(&["failed to listen on the address", "api.listen"]);
    project.run("app", &["--listen", "here"]).expect(64);
}

/// Reads what comes until nothing comes or the connection ends.
fn drain(stream: &mut TcpStream) -> String {
    let mut out = Vec::new();
    let _ = stream.read_to_end(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn an_announced_body_of_100_gb_is_refused_before_it_is_read() {
    let (_project, app) = deployed(serde_json::json!({}));
    let before = app.peak();
    for _ in 0..20 {
        let answer = app.exchange(
            "POST /prediction HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000000000\r\n\r\nabcde",
        );
        let reply = Reply::of(&answer).expect(413);
        assert_eq!(reply.json()["title"], "too large");
    }
    assert!(app.peak() < before + (8 << 20), "nothing was allocated for it");
    assert_eq!(app.get("/health").0, 200);
}

#[test]
fn a_body_without_announced_length_is_cut_off_at_the_limit() {
    let (_project, app) = deployed(serde_json::json!({"max_body_bytes": 100_000}));
    let mut request =
        b"POST /prediction HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            .to_vec();
    for _ in 0..200 {
        request.extend_from_slice(b"400\r\n");
        request.extend_from_slice(&[b' '; 1024]);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    // The rest of what was sent may reset the connection before the answer is read.
    let answer = app.exchange(&request);
    assert!(answer.is_empty() || Reply::of(&answer).status == 413, "{answer}");
    assert_eq!(app.get("/health").0, 200);
}

#[test]
fn a_body_that_is_dripped_is_given_up() {
    let (_project, app) = deployed(serde_json::json!({"body_seconds": 1}));
    let mut slow = app.connect();
    slow.write_all(
        b"POST /prediction HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
    )
    .unwrap();
    let begun = Instant::now();
    let reply = Reply::of(&drain(&mut slow)).expect(408);
    assert_eq!(reply.json()["title"], "too slow");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn two_hundred_idle_clients_and_a_full_house_keep_nobody_out() {
    let (_project, app) = deployed(serde_json::json!({"max_connections": 50}));
    let mut idle: Vec<TcpStream> = (0..200).map(|_| app.connect()).collect();
    for (i, stream) in idle.iter_mut().rev().take(40).enumerate() {
        let halves = [&b"GET /health HT"[..], b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"];
        let _ = stream.write_all(halves[i % 2]);
    }
    let begun = Instant::now();
    for _ in 0..20 {
        assert_eq!(app.get("/health").0, 200);
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "idle clients make room at once");
}

#[test]
fn keep_alive_clients_are_served_side_by_side() {
    let (_project, app) = deployed(serde_json::json!({}));
    let mut open: Vec<TcpStream> = (0..20).map(|_| app.connect()).collect();
    for round in 0..3 {
        for stream in &mut open {
            stream.write_all(b"GET /v2/health/live HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        }
        for stream in &mut open {
            let mut start = [0; 15];
            stream.read_exact(&mut start).unwrap();
            assert_eq!(&start, b"HTTP/1.1 200 OK", "round {round}");
            let mut rest = [0; 4096];
            assert!(stream.read(&mut rest).unwrap() > 0);
        }
    }
}

#[test]
fn bursts_are_answered_each() {
    let (_project, app) = deployed(serde_json::json!({}));
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let one = || app.get("/prediction?plan=gold&fee=60&calls=8").0;
        let all: Vec<_> = (0..60).map(|_| scope.spawn(one)).collect();
        all.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|status| [200, 503].contains(status)), "{answers:?}");
    assert_eq!(app.get("/health").0, 200);
}

#[test]
fn too_many_long_requests_are_asked_to_come_back() {
    let (project, app) = deployed(serde_json::json!({"max_requests": 1}));
    project.write("testdata/large.csv", crate::project::customers(5000, 200_000));
    let crowd = || -> Vec<Reply> {
        std::thread::scope(|scope| {
            let one = || app.send("GET", "/prediction?filename=large.csv", &[], "");
            let all: Vec<_> = (0..12).map(|_| scope.spawn(one)).collect();
            all.into_iter().map(|t| t.join().unwrap()).collect()
        })
    };
    // On a busy machine the requests of a crowd may come one after the other.
    let met = (0..20).map(|_| crowd()).find(|replies| replies.iter().any(|r| r.status == 503));
    let replies = met.expect("of twenty crowds one meets");
    let busy: Vec<&Reply> = replies.iter().filter(|r| r.status == 503).collect();
    assert!(
        !busy.is_empty() && busy.len() < replies.len(),
        "{:?}",
        replies.iter().map(|r| r.status).collect::<Vec<_>>()
    );
    assert!(busy.iter().all(|r| r.header("retry-after") == Some("1")));
    assert!(replies.iter().all(|r| [200, 503].contains(&r.status)));
    // Short ones are answered meanwhile and afterwards.
    assert_eq!(app.get("/health").0, 200);
}

#[test]
fn no_request_is_smuggled_in_another() {
    let (_project, app) = deployed(serde_json::json!({}));
    for probe in [
        "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 48\r\n\r\nabcdeGET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nabcdeGET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 46\r\n\r\nGET /openapi.json HTTP/1.1\r\nHost: x\r\nA: bcdef\r\n\r\n",
    ] {
        let mut stream = app.connect();
        stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
        stream.write_all(probe.as_bytes()).unwrap();
        let answer = drain(&mut stream);
        assert!(!answer.contains("\"openapi\""), "{probe}\n{answer}");
    }
    assert_eq!(app.get("/health").0, 200);
}

#[test]
fn a_line_end_in_a_value_makes_no_header() {
    let (_project, app) = deployed(serde_json::json!({}));
    for target in
        ["/prediction?filename=a%0d%0aX-Evil:%201.csv", "/v2/models/a%0d%0aX-Evil:%201", "/nowhere%0d%0aX-Evil:%201"]
    {
        let reply = app.send("GET", target, &[], "");
        assert!(reply.header("x-evil").is_none(), "{reply:?}");
        assert!([400, 404].contains(&reply.status));
    }
    let reply = app.send("GET", "/health", &[("X-Request-Id", "abc-1")], "");
    assert_eq!(reply.header("x-request-id"), Some("abc-1"));
}

#[test]
fn a_header_of_100_mb_is_refused() {
    let (_project, app) = deployed(serde_json::json!({}));
    let before = app.peak();
    let mut stream = app.connect();
    let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nA: ");
    let line = [b'a'; 65536];
    for _ in 0..1600 {
        if stream.write_all(&line).is_err() {
            break;
        }
    }
    assert!(app.peak() < before + (8 << 20));
    assert_eq!(app.get("/health").0, 200);
}

#[test]
fn clients_that_take_no_answer_are_closed() {
    let (project, app) = deployed(serde_json::json!({"write_seconds": 1, "max_requests": 2}));
    project.write("testdata/large.csv", crate::project::customers(5000, 100_000));
    let lazy: Vec<TcpStream> = (0..2)
        .map(|_| {
            let mut stream = app.connect();
            stream.write_all(b"GET /prediction?filename=large.csv HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
            stream
        })
        .collect();
    until("the places of clients that read nothing are given back", || {
        app.send("GET", "/prediction?filename=large.csv", &[], "").status == 200
    });
    drop(lazy);
}

#[test]
fn a_client_that_leaves_halfway_harms_nobody() {
    let (_project, app) = deployed(serde_json::json!({}));
    for cut in [1, 20, 60, 120] {
        let request = "POST /prediction HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"plan\":\"gold\",\"fee\":60";
        let mut stream = app.connect();
        stream.write_all(&request.as_bytes()[..cut.min(request.len())]).unwrap();
        drop(stream);
    }
    assert_eq!(app.get("/health").0, 200);
    assert_eq!(app.stop(), 0);
}

#[test]
fn a_request_under_way_is_finished_before_the_app_ends() {
    let (project, app) = deployed(serde_json::json!({}));
    project.write("testdata/large.csv", crate::project::customers(5000, 200_000));
    let mut stream = app.connect();
    stream.write_all(b"GET /prediction?filename=large.csv HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(50));
    let mut idle = app.connect();
    app.signal("TERM");
    let answer = drain(&mut stream);
    assert_eq!(Reply::of(&answer).expect(200).json()["predictions"].as_array().unwrap().len(), 200_000);
    assert_eq!(drain(&mut idle), "", "idle connections are closed");
    assert_eq!(app.stop_after_signal(), 0);
}

#[test]
fn work_for_clients_that_left_still_counts_and_probes_go_on() {
    let (project, app) = deployed(serde_json::json!({"max_requests": 1}));
    project.write("testdata/large.csv", crate::project::customers(5000, 400_000));
    for _ in 0..10 {
        let mut stream = app.connect();
        stream.write_all(b"GET /prediction?filename=large.csv HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        std::thread::sleep(Duration::from_millis(20));
        drop(stream);
    }
    let before = Instant::now();
    assert_eq!(app.get("/health").0, 200, "probes have places of their own");
    assert!(before.elapsed() < Duration::from_secs(5), "{:?}", before.elapsed());
    let mut statuses = Vec::new();
    until("the work ends", || {
        statuses.push(app.send("GET", "/prediction?filename=large.csv", &[], "").status);
        statuses.last() == Some(&200)
    });
    assert!(statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
}

#[test]
fn slow_readers_hold_up_long_answers_alone() {
    let (project, app) = deployed(serde_json::json!({"max_requests": 4, "write_seconds": 20}));
    project.write("testdata/large.csv", crate::project::customers(5000, 100_000));
    let _lazy: Vec<TcpStream> = (0..4)
        .map(|_| {
            let mut stream = app.connect();
            stream.write_all(b"GET /prediction?filename=large.csv HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
            let mut start = [0; 16];
            stream.read_exact(&mut start).unwrap();
            stream
        })
        .collect();
    assert_eq!(app.send("GET", "/prediction?filename=large.csv", &[], "").status, 503);
    for path in ["/health", "/metrics", "/openapi.json", "/models", "/prediction?plan=gold&fee=60&calls=8"] {
        assert_eq!(app.send("GET", path, &[], "").status, 200, "{path}");
    }
}

#[test]
fn rows_that_take_no_bytes_take_no_memory() {
    let (_project, app) = deployed(serde_json::json!({}));
    let before = app.peak();
    let none = format!("[{}{{}}]", "{},".repeat(1_000_000));
    app.post("/predict", &none).expect(400).says(&["row 1: feature"]);
    let gaps = format!(
        "{{\"instances\": [{{\"plan\": \"gold\", \"fee\": 1, \"calls\": 2}},{}{{}}]}}",
        "{},".repeat(1_000_000)
    );
    app.post("/invocations", &gaps).expect(400).says(&["too many cells are missing"]);
    let inputs = (0..60_000).map(|i| format!("{{\"name\":\"{i}\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":[1]}}"));
    let inputs = format!("{{\"inputs\": [{}]}}", inputs.collect::<Vec<_>>().join(","));
    app.post("/v2/models/incumbent/infer", &inputs).expect(400);
    let growth = app.peak() - before;
    assert!(growth < 60 << 20, "{} MB", growth >> 20);
}

#[test]
fn where_descriptors_run_out_the_app_goes_on() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let app = App::start_with_descriptors(&project, 80);
    let mut held: Vec<TcpStream> = (0..200).map(|_| app.connect()).collect();
    for stream in held.iter_mut().step_by(2) {
        let _ = stream.write_all(b"GET /health HT");
    }
    until("a newcomer is answered", || app.send("GET", "/v2/health/live", &[], "").status == 200);
    assert_eq!(app.get("/health").0, 200, "there are descriptors left for files");
    drop(held);
    assert_eq!(app.get("/prediction").0, 200);
}
