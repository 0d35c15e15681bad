//! Drift as a run finds it: the rows of its new files against what the model in office had learnt.

use crate::project::Project;
use serde_json::{Value, json};

/// Loans by a small generator of their own: an age around `age`, a region, a debt that is missing
/// in so many of a hundred rows, and whether they default.
struct Loans {
    state: u64,
    age: f64,
    regions: &'static [&'static str],
    missing: u64,
}

impl Loans {
    fn usual(seed: u64) -> Loans {
        Loans { state: seed, age: 40.0, regions: &["north", "south", "west"], missing: 5 }
    }

    fn unit(&mut self) -> f64 {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn csv(mut self, rows: usize) -> String {
        let mut text = String::from("age,region,debt,default\n");
        for _ in 0..rows {
            // Twelve uniform numbers less six are nearly normal.
            let spread: f64 = (0..12).map(|_| self.unit()).sum::<f64>() - 6.0;
            let age = self.age + 10.0 * spread;
            let region = self.regions[(self.unit() * self.regions.len() as f64) as usize];
            let debt = 1000.0 * self.unit();
            let shown = if self.unit() * 100.0 < self.missing as f64 { String::new() } else { format!("{debt:.3}") };
            let risk = 0.02 * (age - 40.0) + 0.001 * (debt - 500.0);
            let default = u8::from(self.unit() < 1.0 / (1.0 + (-3.0 * risk).exp()));
            text.push_str(&format!("{age:.4},{region},{shown},{default}\n"));
        }
        text
    }
}

fn project() -> Project {
    let project = Project::new();
    for name in ["sourcedata/a.csv", "sourcedata/b.csv"] {
        project.remove(name);
    }
    project.write("sourcedata/01.csv", Loans::usual(1).csv(1000));
    project.write("testdata/test.csv", Loans::usual(2).csv(500));
    project
}

fn drift(project: &Project) -> Value {
    project.json("models/diagnostics.json")["drift"].clone()
}

fn column<'a>(drift: &'a Value, name: &str) -> &'a Value {
    drift["columns"].as_array().unwrap().iter().find(|c| c["name"] == name).unwrap()
}

fn drifted(drift: &Value) -> Vec<&str> {
    let columns = drift["columns"].as_array().unwrap().iter();
    columns.filter(|c| c["drifted"] == true).map(|c| c["name"].as_str().unwrap()).collect()
}

#[test]
fn new_rows_are_held_against_what_the_model_had_learnt() {
    let project = project();
    project.run("fullprocess", &[]).expect(0);
    let first = drift(&project);
    assert_eq!(first["reason"], "no model was in office when the run began");
    assert_eq!(first["columns"], json!([]));
    assert!(project.at("production_deployment/versions/1/trainingsketch.json").is_file());

    // The same business goes on.
    project.write("sourcedata/02.csv", Loans::usual(3).csv(600));
    project.run("fullprocess", &[]).expect(0);
    let same = drift(&project);
    assert_eq!((same["reference_version"].as_u64(), same["reference_rows"].as_u64()), (Some(1), Some(1000)));
    assert_eq!((same["rows"].as_u64(), &same["files"]), (Some(600), &json!(["02.csv"])));
    assert_eq!((drifted(&same), same["drifted"].as_bool()), (vec![], Some(false)), "{same:#}");
    for column in same["columns"].as_array().unwrap() {
        for key in ["statistic", "p_value", "adjusted_p_value", "effect_size"] {
            assert!(column[key].is_number(), "{key} of {column}");
        }
        assert!(column["test"].is_string() && column["drifted"].is_boolean());
    }
    assert_eq!(same["predictions"][0]["drifted"], false, "{same:#}");
    let auc = &same["multivariate"];
    assert!(auc["drifted"] == false && (auc["auc"].as_f64().unwrap() - 0.5).abs() < 0.1, "{auc}");

    // Older customers, a region that was never seen, and debts that are not told any more.
    let other = Loans { age: 55.0, regions: &["north", "south", "west", "overseas"], missing: 40, ..Loans::usual(4) };
    project.write("sourcedata/03.csv", other.csv(600));
    project.run("fullprocess", &[]).expect(0);
    let other = drift(&project);
    assert_eq!(other["files"], json!(["03.csv"]), "a file is new once");
    let found = drifted(&other);
    assert!(["age", "region", "debt"].iter().all(|name| found.contains(name)), "{found:?}");
    assert_eq!(other["drifted"], true);
    assert_eq!(column(&other, "debt")["missing"]["drifted"], true);
    assert_eq!(column(&other, "debt")["distribution_drifted"], false, "what is told of debts is as before");
    let new = &column(&other, "region")["new_categories"];
    assert_eq!((&new["examples"], new["drifted"].as_bool()), (&json!(["overseas"]), Some(true)));
    assert_eq!(other["predictions"][0]["drifted"], true);
    assert!(other["multivariate"]["drifted"] == true && other["multivariate"]["auc"].as_f64().unwrap() > 0.75);

    // By hand, the same is found, and an idle run changes nothing of it.
    assert_eq!(project.run("fullprocess", &["--json"]).expect(0).json()["decision"], "no_new_data");
    project.run("diagnostics", &[]).expect(0);
    assert_eq!(drift(&project), other);
}

#[test]
fn what_a_killed_run_had_learnt_is_not_held_against_itself() {
    let project = project();
    project.config(json!({ "gate": { "metric": "log_loss", "rule": "not_worse", "margin": 10 } }));
    project.run("fullprocess", &[]).expect(0);
    let before = project.read("production_deployment/lastrun.json");
    project.write("sourcedata/02.csv", Loans { age: 55.0, ..Loans::usual(5) }.csv(600));
    let second = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(second["version"], 2, "{second}");
    let found = drift(&project);
    // As if it had been killed before it could write down what it decided.
    project.write("production_deployment/lastrun.json", before);
    project.run("fullprocess", &[]).expect(0);
    let again = drift(&project);
    assert_eq!((again["reference_version"].as_u64(), drifted(&again)), (Some(1), drifted(&found)));
}

#[test]
fn a_set_without_a_sketch_is_told_and_its_model_goes_on() {
    let project = project();
    project.run("fullprocess", &[]).expect(0);
    // As an earlier program left it.
    let manifest = "production_deployment/versions/1/manifest.json";
    let mut set = project.json(manifest);
    set["files"].as_array_mut().unwrap().retain(|f| f["name"] != "trainingsketch.json");
    project.write(manifest, set.to_string());
    project.remove("production_deployment/versions/1/trainingsketch.json");
    project.write("sourcedata/02.csv", Loans::usual(3).csv(600));
    project.run("fullprocess", &[]).expect(0);
    let found = drift(&project);
    assert_eq!(found["reason"], "nothing is kept of the data that version 1 was trained on");
    project.run("deployment", &["--rollback", "1"]).expect(0);
    let link = project.at("production_deployment/trainingsketch.json");
    assert!(!link.exists() && !link.is_symlink(), "no link promises what the set does not have");
}

#[test]
fn where_nothing_is_trained_drift_is_told_all_the_same() {
    let project = project();
    project.config(json!({ "gate": { "retrain": "on_drift", "metric": "accuracy" } }));
    project.run("fullprocess", &[]).expect(0);
    // Surer cases, which the model answers better than the test rows.
    let easy = (0..300).fold("age,region,debt,default\n".to_string(), |text, i| {
        let (age, default) =
            if i % 2 == 0 { (90.0 + f64::from(i) / 100.0, 1) } else { (5.0 + f64::from(i) / 100.0, 0) };
        text + &format!("{age},north,{},{default}\n", if default == 1 { 900 } else { 100 })
    });
    project.write("sourcedata/02.csv", easy);
    let run = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(run["decision"], "no_drift", "{run}");
    let found = drift(&project);
    assert_eq!((found["rows"].as_u64(), found["reference_version"].as_u64()), (Some(300), Some(1)));
    assert!(drifted(&found).contains(&"age"), "{found:#}");
}

#[test]
fn modes_of_other_programs_can_be_chosen() {
    for (mode, test) in [("evidently", "kolmogorov_smirnov"), ("nannyml", "jensen_shannon")] {
        let project = project();
        project.config(json!({ "drift": { "mode": mode } }));
        project.run("fullprocess", &[]).expect(0);
        project.write("sourcedata/02.csv", Loans { age: 55.0, ..Loans::usual(5) }.csv(600));
        project.run("fullprocess", &[]).expect(0);
        let found = drift(&project);
        assert_eq!(found["mode"], mode);
        let age = column(&found, "age");
        assert_eq!((age["test"].as_str(), age["drifted"].as_bool()), (Some(test), Some(true)), "{age:#}");
    }
}
