//! What `ingestion` makes of files, new, changed and gone.

use crate::project::{Project, customers};
use serde_json::json;
use std::io::Write;

#[test]
fn every_dialect_and_compression_gives_the_same_rows() {
    let project = Project::new();
    let plain = "name,age,left\nanna,31,1\n\"b, \"\"ob\"\"\",32,0\n\"two\nlines\",33,1\n";
    project.remove("sourcedata/b.csv");
    project.write("sourcedata/a.csv", plain);
    project.run("ingestion", &[]).expect(0);
    let expected = project.read("ingesteddata/finaldata.csv");
    let windows = format!(
        "\u{feff}{}",
        plain.replace("\"two\nlines\"", "two").replace('\n', "\r\n").replace("two", "\"two\nlines\"")
    );
    let semicolons = "name;age;left\nanna;31;1\n\"b, \"\"ob\"\"\";32;0\n\"two\nlines\";33;1\n";
    let tabs = semicolons.replace(';', "\t");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(plain.as_bytes()).unwrap();
    let zstd = ruzstd::encoding::compress_to_vec(plain.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
    for (name, content) in [
        ("a.csv", windows.into_bytes()),
        ("a.csv", semicolons.as_bytes().to_vec()),
        ("a.tsv", tabs.into_bytes()),
        ("a.csv.gz", gzip.finish().unwrap()),
        ("a.csv.zst", zstd),
    ] {
        project.remove("sourcedata");
        project.write(&format!("sourcedata/{name}"), content);
        project.run("ingestion", &[]).expect(0);
        assert_eq!(project.read("ingesteddata/finaldata.csv"), expected, "{name}");
        assert_eq!(project.read("ingesteddata/ingestedfiles.txt"), format!("{name}\n"));
    }
}

#[test]
fn the_merge_is_a_function_of_the_folder() {
    let project = Project::new();
    let ran = project.run("ingestion", &["--json"]).expect(0).json();
    assert_eq!(ran["totals"], serde_json::json!({"rows_read": 140, "kept": 120, "duplicate": 20, "rejected": 0}));
    let manifest = project.json("ingesteddata/ingestion.json");
    assert_eq!(manifest["files"][0]["name"], "a.csv");
    assert_eq!(manifest["files"][1]["duplicate"], 20);
    assert_eq!(project.read("ingesteddata/finaldata.csv").lines().count(), 121);
    assert_eq!(project.run("ingestion", &["--json"]).expect(0).json()["changed"], false);
    project.write("sourcedata/deep/c.csv", customers(200, 10));
    project.run("ingestion", &[]).expect(0).says(&["new: deep/c.csv"]);
    assert_eq!(project.read("ingesteddata/finaldata.csv").lines().count(), 131);
    project.write("sourcedata/deep/c.csv", customers(300, 5));
    project.run("ingestion", &[]).expect(0).says(&["changed: deep/c.csv"]);
    assert_eq!(project.read("ingesteddata/finaldata.csv").lines().count(), 126);
    project.remove("sourcedata/b.csv");
    project.run("ingestion", &[]).expect(0).says(&["gone since the last merge: b.csv"]);
    assert_eq!(project.read("ingesteddata/finaldata.csv").lines().count(), 86);
}

#[test]
fn bad_rows_are_set_aside_with_their_place() {
    let project = Project::new();
    let mut text = customers(0, 80);
    text.push_str("x1,gold,\"1,5\",3,0\nx2,gold,inf,3,0\nx3,gold,20,3\n");
    project.write("sourcedata/a.csv", &text);
    project.run("ingestion", &[]).expect(0).says(&[
        "warning: sourcedata/a.csv:82:3: 3 of 83 rows are bad and set aside; the first: \"1,5\" has a decimal comma",
        "hint: write 1.5",
    ]);
    let rejected = project.read("ingesteddata/rejected.csv");
    let lines: Vec<&str> = rejected.lines().collect();
    assert_eq!(lines[0], "file,line,column,reason,row");
    assert!(
        lines[1].starts_with("a.csv,82,fee,")
            && lines[2].starts_with("a.csv,83,fee,")
            && lines[3].starts_with("a.csv,84,,")
    );
    project.config(serde_json::json!({"data": {"max_bad_share": 0.01}}));
    let before = project.files();
    project.remove("ingesteddata/ingestion.json");
    project
        .run("ingestion", &[])
        .expect(65)
        .says(&["3 of 143 rows are bad, 2.1% where data.max_bad_share allows 1.0%"]);
    assert_eq!(project.read("ingesteddata/finaldata.csv").as_bytes(), before["ingesteddata/finaldata.csv"]);
    project.config(serde_json::json!({"data": {"on_bad_row": "stop"}}));
    project.run("ingestion", &[]).expect(65).says(&[
        "sourcedata/a.csv:82:3:",
        "sourcedata/a.csv:83:3:",
        "sourcedata/a.csv:84:",
    ]);
}

#[test]
fn merged_data_that_was_changed_by_hand_is_not_learnt_from() {
    let project = Project::new();
    project.run("ingestion", &[]).expect(0);
    let text = project.read("ingesteddata/finaldata.csv").replacen(",basic,20,", ",basic,21,", 1);
    project.write("ingesteddata/finaldata.csv", text);
    project.run("training", &[]).expect(65).says(&["ingesteddata/finaldata.csv: was changed since it was ingested"]);
}

#[test]
fn a_result_that_is_lost_is_made_anew() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    let before = project.files();
    for name in ["finaldata.csv", "ingestedfiles.txt", "rejected.csv", "ingestion.json"] {
        project.remove(&format!("ingesteddata/{name}"));
        let decision = project.run("fullprocess", &["--json"]).expect(0).json()["decision"].clone();
        assert_eq!(decision, "no_new_data", "{name}: the rows are the same");
        for part in ["finaldata.csv", "ingestedfiles.txt", "rejected.csv"] {
            let path = format!("ingesteddata/{part}");
            assert_eq!(project.read(&path).as_bytes(), before[&path], "{part} after {name} was lost");
        }
    }
}

#[test]
fn rules_of_the_config_are_obeyed() {
    let project = Project::new();
    project.config(serde_json::json!({"data": {"rules": {"fee": {"max": 60}, "plan": {"allowed": ["basic", "gold"]}}, "max_bad_share": 0.5}}));
    project.run("ingestion", &[]).expect(0).says(&["is above the greatest allowed 60"]);
    project.config(serde_json::json!({"data": {"rules": {"fees": {"max": 60}}}}));
    project.run("ingestion", &[]).expect(78).says(&["config.json: /data/rules/fees: no column is called \"fees\""]);
}

/// Rows that no two share, some of them in both files.
fn many_customers(first: usize, rows: usize) -> String {
    let mut text = "name,age,left\n".to_string();
    (first..first + rows).for_each(|i| text.push_str(&format!("c{i},{},{}\n", 18 + i % 70, i % 2)));
    text
}

#[test]
fn more_rows_than_memory_may_hold_give_the_same_bytes_for_any_number_of_threads() {
    let results = [("1 GB", 1), ("1 MiB", 1), ("1 MiB", 4)].map(|(limit, threads)| {
        let project = Project::new();
        project.write("sourcedata/a.csv", many_customers(0, 60_000));
        project.write("sourcedata/b.csv", many_customers(30_000, 60_000) + "c1,old,1\n");
        project.config(json!({"data": {"memory_limit": limit}, "threads": threads}));
        let ran = project.run("ingestion", &["--json"]).expect(0).json();
        assert_eq!(ran["totals"], json!({"rows_read": 120_001, "kept": 90_000, "duplicate": 30_000, "rejected": 1}));
        let mut names: Vec<String> = project.files().into_keys().filter(|n| n.starts_with("ingesteddata/")).collect();
        names.retain(|name| !name.ends_with("ingestion.json"));
        let files = names.iter().map(|name| (name.clone(), project.read(name))).collect::<Vec<_>>();
        (project.json("ingesteddata/ingestion.json")["fingerprint"].clone(), files)
    });
    assert_eq!(results[0].1.len(), 3, "and no other file is left behind");
    assert!(results.iter().all(|result| *result == results[0]));
}

#[test]
fn a_memory_limit_is_a_number_of_bytes() {
    let project = Project::new();
    for limit in [json!(512), json!("much"), json!(-1), json!("0.5 MB")] {
        project.config(json!({"data": {"memory_limit": limit}}));
        project.run("ingestion", &[]).expect(78).says(&["/data/memory_limit", "512 MB", "hint: "]);
    }
    project.config(json!({"data": {"memory_limit": 1_048_576}}));
    project.run("ingestion", &[]).expect(0);
}
