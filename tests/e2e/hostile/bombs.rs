//! Small files that expand to very large ones.

use super::memory::{BOUND, bounded, measured};
use crate::api::App;
use crate::fuzz::compressed::{gzip, zstd};
use crate::project::{Project, customers};
use serde_json::json;

/// So many megabytes of one row, as a file of some kilobytes for each; and its ending.
fn bombs(megabytes: usize) -> [(&'static str, Vec<u8>); 2] {
    let header = "customer,plan,fee,calls,churned\n";
    let rows = "c1,gold,30,1,0\n".repeat((1 << 20) / 15);
    [("gz", gzip as fn(&[u8]) -> Vec<u8>), ("zst", zstd)]
        .map(|(ending, pack)| (ending, [pack(header.as_bytes()), pack(rows.as_bytes()).repeat(megabytes)].concat()))
}

fn project(data: serde_json::Value) -> Project {
    let project = Project::new();
    project.config(json!({"threads": 2, "data": data}));
    project.run("fullprocess", &["--quiet"]).expect(0);
    project
}

#[test]
fn what_expands_beyond_the_size_is_refused_wherever_it_lies() {
    for (ending, bomb) in bombs(64) {
        for folder in ["sourcedata", "testdata"] {
            let project = project(json!({"max_expanded_size": "20 MB"}));
            project.write("sourcedata/c.csv", customers(3000, 20));
            project.write(&format!("{folder}/z.csv.{ending}"), &bomb);
            let says = [
                &format!("error: {folder}/z.csv.{ending}: the file holds more than 20,000,000 bytes of text")[..],
                "; data.max_expanded_size allows 20,000,000 bytes",
                "hint: find out who put it there; if it is meant to be so large, raise data.max_expanded_size in the config",
            ];
            let before = project.files();
            bounded(&project, &format!("64 MB in {folder}, .{ending}"), 65, &says);
            assert_eq!(project.files(), before);
        }
    }
}

#[test]
fn honest_files_meet_no_limit() {
    let project = project(json!({}));
    // As well as rows that differ compress.
    project.write("sourcedata/z.csv.gz", gzip(customers(3000, 5_000).as_bytes()));
    project.run("ingestion", &["--quiet"]).expect(0);
    assert!(project.read("ingesteddata/finaldata.csv").lines().count() > 5_000);
}

#[test]
#[ignore = "reads some gigabytes: half a minute"]
fn what_expands_out_of_proportion_is_refused_with_the_limits_as_they_are() {
    // What packs less tightly is large enough itself to be seen for what it is.
    let tight: Vec<_> = bombs(1024).into_iter().filter(|(_, bomb)| bomb.len() < (1 << 30) / 500).collect();
    assert!(!tight.is_empty(), "no bomb is one");
    for (ending, bomb) in tight {
        let project = project(json!({}));
        let bytes = bomb.len();
        project.write(&format!("sourcedata/z.csv.{ending}"), &bomb);
        let place = format!("error: sourcedata/z.csv.{ending}: the file holds more than ");
        let says = [
            &place[..],
            "data.max_expansion_ratio allows no more than 500 times as many",
            "raise data.max_expansion_ratio",
        ];
        bounded(&project, &format!("1 GB in {bytes} bytes, .{ending}"), 65, &says);
    }
}

#[test]
fn a_client_makes_the_app_expand_no_more_than_it_may() {
    let project = Project::new();
    project.config(json!({"threads": 2, "api": {"max_file_bytes": "2 MB"}}));
    project.run("fullprocess", &["--quiet"]).expect(0);
    for (ending, bomb) in bombs(64) {
        project.write(&format!("sourcedata/z.csv.{ending}"), &bomb);
    }
    project.write("sourcedata/plain.csv", "plan,fee,calls\n".to_string() + &"gold,30,1\n".repeat(300_000));
    let app = App::start(&project);
    for name in ["z.csv.gz", "z.csv.zst", "plain.csv"] {
        let (status, problem) = app.get(&format!("/prediction?filename={name}"));
        assert_eq!(status, 400, "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("holds more than 2,000,000 bytes of text; api.max_file_bytes allows"), "{detail}");
        let asked = json!({"filepath": name}).to_string();
        assert_eq!(app.post("/predict", asked).expect(400).json()["detail"], problem["detail"]);
    }
    assert!(app.peak() < BOUND, "{} MB", app.peak() >> 20);
}

#[test]
fn compressed_bodies_are_refused_as_they_are() {
    let project = Project::new();
    project.run("fullprocess", &["--quiet"]).expect(0);
    let app = App::start(&project);
    let before = app.peak();
    for (ending, bomb) in bombs(16) {
        let coding = if ending == "gz" { "gzip" } else { "zstd" };
        for path in ["/predict", "/add_data", "/invocations", "/v2/models/incumbent/infer"] {
            let headers = [("Content-Type", "text/csv"), ("Content-Encoding", coding)];
            let reply = app.send("POST", path, &headers, &bomb).expect(415);
            assert!(reply.body.contains("wrong content encoding"), "{path}: {reply:?}");
        }
        for path in ["/predict", "/add_data"] {
            app.send("POST", path, &[("Content-Type", "text/csv")], &bomb).expect(400);
        }
    }
    assert!(app.peak() < before + (64 << 20), "{} MB", app.peak() >> 20);
}

#[test]
fn a_window_of_a_gigabyte_is_refused_before_it_is_made() {
    // A frame whose header asks for a window of 1 GiB, and one that says it holds 2^62 bytes at once.
    let windows: [(&str, &[u8]); 2] = [
        ("window", b"\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00"),
        ("content", b"\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x00\x00\x00\x40\x01\x00\x00"),
    ];
    for (name, frame) in windows {
        let project = project(json!({}));
        project.write("sourcedata/z.csv.zst", frame);
        let (ran, peak) = measured(&project, "fullprocess", &["--quiet"]);
        ran.expect(65).says(&["error: sourcedata/z.csv.zst: the compressed file is damaged or cut short"]);
        assert!(peak < BOUND, "{name}: {} MB", peak >> 20);
    }
}
