//! A challenger that is better overall and much worse for some.

use crate::project::Project;
use serde_json::json;

/// In the north customers of a high fee leave, in the south those of a low one. The model does
/// not see the region; five rows of the test data are in the west.
fn regions(north: usize, south: usize, west: usize) -> String {
    let mut text = String::from("fee,region,left\n");
    for i in 0..north + south + west {
        let (fee, is_north) = ((i * 37) % 100, i < north);
        let region = if is_north {
            "north"
        } else if i < north + south {
            "south"
        } else {
            "west"
        };
        let left = u8::from((fee >= 50) == is_north);
        text.push_str(&format!("{fee},{region},{left}\n"));
    }
    text
}

/// An incumbent of southern data is in office, and northern data is new.
fn contest(gate: serde_json::Value) -> Project {
    let project = Project::new();
    project.config(json!({"data": {"ignore": ["region"]}, "gate": gate}));
    project.remove("sourcedata");
    project.write("sourcedata/a.csv", regions(0, 100, 0));
    project.write("testdata/test.csv", regions(200, 100, 5));
    let first = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(first["decision"], "first_deployment");
    assert!(first.get("segments").is_none(), "without a rival nothing is judged: {first}");
    project.write("sourcedata/a.csv", regions(100, 0, 0));
    project
}

#[test]
fn a_challenger_that_fails_a_region_does_not_take_office() {
    let project = contest(json!({"metric": "accuracy", "segments": ["region", "fee"]}));
    let run = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!((run["decision"].as_str(), run["version"].as_u64()), (Some("kept_incumbent"), Some(1)), "{run}");
    assert!(run["new_score"].as_f64().unwrap() > run["old_score"].as_f64().unwrap() + 0.2, "{run}");
    let reason = run["reason"].as_str().unwrap();
    assert!(reason.contains("the incumbent stays: where region is south the challenger's accuracy is"), "{reason}");
    let segments = run["segments"]["segments"].as_array().unwrap();
    let of = |value: &str| segments.iter().find(|s| s["name"] == "region" && s["value"] == value).unwrap();
    assert!(of("south")["old"].as_f64().unwrap() > 0.9 && of("south")["new"].as_f64().unwrap() < 0.1, "{run}");
    assert_eq!((of("west")["rows"].as_u64(), of("west")["not_judged"].as_str()), (Some(5), Some("fewer than 30 rows")));
    assert!(of("north").get("not_judged").is_none(), "{run}");
    assert_eq!(segments.iter().filter(|s| s["name"] == "fee").count(), 4, "quartiles: {run}");
    assert_eq!(project.json("production_deployment/lastrun.json")["segments"], run["segments"]);
    project.run("reporting", &[]).expect(0);
    let alone = project.run("deployment", &["--json"]).expect(0).json();
    assert_eq!(alone["segments"], run["segments"], "by the stage alone as by the whole process");
}

#[test]
fn within_the_margin_it_does_and_the_evidence_is_kept() {
    let project = contest(json!({"metric": "accuracy", "segments": ["region"], "segment_margin": 1.0}));
    let run = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(run["decision"], "deployed", "{run}");
    let reason = run["reason"].as_str().unwrap();
    assert!(
        reason.contains("in 2 segments of region none is worse by more than 1, the worst where region"),
        "{reason}"
    );
    assert!(reason.contains("(1 more has too few rows or no score and is not judged)"), "{reason}");
    let manifest = project.json("production_deployment/versions/2/manifest.json");
    assert_eq!(manifest["evidence"]["segments"], run["segments"]);
}

#[test]
fn a_column_that_is_none_is_told_before_anything_is_trained() {
    let project = Project::new();
    project.config(json!({"gate": {"segments": ["plan", "pln"]}}));
    let told =
        ["config.json: /gate/segments/1: no column of the test data is called \"pln\"", "did you mean \"plan\"?"];
    project.run("fullprocess", &[]).expect(78).says(&told);
    project.run("ingestion", &[]).expect(0);
    project.run("training", &[]).expect(78).says(&told);
    assert!(!project.at("models/trainedmodel.json").exists());
}
