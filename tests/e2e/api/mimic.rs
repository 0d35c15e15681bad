//! `app --mimic-load`: random requests to an app that is running.

use super::App;
use super::metrics::Scraped;
use crate::project::Project;
use serde_json::json;
use std::io::Write;

#[test]
fn all_that_is_sent_is_counted_at_both_ends() {
    let project = Project::new();
    project.config(json!({"api": {"token_for": "everything", "token_env": "RISK_TOKEN"}}));
    project.run("fullprocess", &[]).expect(0);
    let app = App::start_with(&project, &["--listen", "127.0.0.1:0"], &[("RISK_TOKEN", "abc")]);
    let ran = crate::project::command("app")
        .args(["--mimic-load", "300", "--listen", &app.address, "--json"])
        .env("RISK_TOKEN", "abc")
        // Load goes to this machine, whatever stands between it and others.
        .env("http_proxy", "http://127.0.0.1:9")
        .current_dir(project.path())
        .output()
        .unwrap();
    let told = crate::project::Ran::of(&ran).expect(0).json();
    let statuses = told["statuses"].as_object().unwrap();
    let count = |status: &str| statuses.get(status).and_then(|n| n.as_u64()).unwrap_or(0);
    assert_eq!((told["requests"].as_u64(), told["unanswered"].as_u64()), (Some(300), Some(0)), "{told}");
    assert_eq!(statuses.values().map(|n| n.as_u64().unwrap()).sum::<u64>(), 300, "{told}");
    // Most of it is as it should be, and there are mistakes of both kinds.
    assert!(count("200") > 250 && count("400") > 0 && count("404") > 0, "{told}");
    assert_eq!(count("200") + count("400") + count("404"), 300, "{told}");
    let seconds = |name: &str| told[name].as_f64().unwrap();
    assert!(0.0 < seconds("p50_seconds") && seconds("p50_seconds") <= seconds("p99_seconds"), "{told}");
    assert!((seconds("requests_per_second") - 300.0 / seconds("seconds")).abs() < 1e-6, "{told}");
    let reply = app.send("GET", "/metrics", &[("Authorization", "Bearer abc")], "").expect(200);
    let scraped = Scraped::of_reply(&reply);
    let requests = "incumbent_http_requests_total";
    assert_eq!(scraped.total(requests), 300.0);
    for status in ["200", "400", "404"] {
        assert_eq!(scraped.sum(requests, "status", status), count(status) as f64, "{status}");
    }
    assert!(scraped.total("incumbent_predictions_total") > 300.0, "batches among them");
}

#[test]
fn the_time_is_bounded_and_the_summary_can_be_read() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let begun = std::time::Instant::now();
    let ran =
        project.run("app", &["--mimic-load", "1000000", "--mimic-seconds", "1", "--listen", &app.address]).expect(0);
    assert!(begun.elapsed().as_secs() < 30);
    for part in ["requests/s, p50 ", "200  ", " of the 1000000 were not sent any more"] {
        assert!(ran.out.contains(part), "{part} in\n{}", ran.out);
    }
    assert!(!ran.out.contains("no answer"), "{}", ran.out);
}

#[test]
fn load_goes_to_an_app_of_ours_on_this_machine_only() {
    let project = Project::new();
    let mimic = |more: &[&str]| project.run("app", &[&["--mimic-load", "5"], more].concat());
    for foreign in ["0.0.0.0:8000", "192.0.2.1:80", "[2001:db8::1]:80"] {
        mimic(&["--listen", foreign]).expect(64).says(&["--listen", "load is never sent to others", "hint: "]);
    }
    project.config(json!({"api": {"listen": "0.0.0.0:8000"}}));
    mimic(&[]).expect(78).says(&["config.json: /api/listen", "load is never sent to others"]);
    let app = App::start(&project);
    let address = app.address.clone();
    let ran = mimic(&["--listen", &address]).expect(0);
    assert!(ran.err.contains("no model is in office here") && ran.out.contains("503"), "{}{}", ran.err, ran.out);
    app.kill();
    mimic(&["--listen", &address]).expect(66).says(&["nobody answers there", "hint: start the app"]);
    // Somebody else's server, which must not be asked a second time.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let other = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}").unwrap();
        listener.set_nonblocking(true).unwrap();
        (listener, stream)
    });
    mimic(&["--listen", &address]).expect(66).says(&["another program answers there"]);
    let (listener, _) = other.join().unwrap();
    assert!(listener.accept().is_err(), "one request told that it is not ours");
}

#[test]
fn numbers_beyond_the_bounds_are_refused() {
    let project = Project::new();
    for wrong in [
        &["--mimic-load", "0"][..],
        &["--mimic-load", "1000001"],
        &["--mimic-load", "many"],
        &["--mimic-load", "5", "--mimic-seconds", "0"],
    ] {
        project.run("app", wrong).expect(64).says(&["write a whole number from 1 to "]);
    }
    project.run("app", &["--mimic-seconds", "5"]).expect(64).says(&["--mimic-load"]);
}
