//! Real data, with values computed by other programs. Where the data is absent the tests
//! say so; the numbers themselves are also held by unit tests on small data.

use crate::project::{Project, shared};
use serde_json::{Value, json};

fn udacity() -> Option<Project> {
    let folder = shared("udacity")?;
    let project = Project::new();
    project.remove("sourcedata");
    project.remove("testdata");
    for name in [
        "practicedata/dataset1.csv",
        "practicedata/dataset2.csv",
        "sourcedata/dataset3.csv",
        "sourcedata/dataset4.csv",
        "testdata/testdata.csv",
    ] {
        project.write(name, std::fs::read(folder.join(name)).unwrap());
    }
    Some(project)
}

const PRACTICE: (&str, &str) = ("practicedata", "practicemodels");

fn mode(project: &Project, (input, output): (&str, &str), more: Value) {
    let mut config = json!({"input_folder_path": input, "output_model_path": output});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    project.config(config);
}

fn close(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap();
    assert!(((found - expected) / expected).abs() < 1e-9, "{found} is not {expected}");
}

#[test]
fn udacity_with_the_bare_five_keys() {
    let Some(project) = udacity() else { return };
    mode(&project, PRACTICE, json!({}));
    project.run("fullprocess", &[]).expect(0).says(&["2 files, 36 rows read: 26 kept, 10 duplicate, 0 rejected"]);
    let columns = project.json("practicemodels/diagnostics.json")["columns"].clone();
    // Means, medians and standard deviations as pandas has them.
    for (i, [mean, median, std]) in [
        [165.65384615384616, 73.0, 284.0332293669446],
        [1502.923076923077, 955.0, 2192.6449584568304],
        [26.884615384615383, 14.0, 31.35388578543581],
    ]
    .into_iter()
    .enumerate()
    {
        let numbers = &columns[i + 1]["numbers"];
        close(&numbers["mean"], mean);
        close(&numbers["median"], median);
        close(&numbers["std"], std);
    }
    assert_eq!(columns[0]["role"], "id");
}

#[test]
fn udacity_practice_then_production() {
    let Some(project) = udacity() else { return };
    let raw = json!({"model": {"params": {"standardize": false}}});
    mode(&project, PRACTICE, raw.clone());
    let practice = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(practice["decision"], "first_deployment");
    close(&practice["new_score"], 0.5714285714285714);
    assert_eq!(project.read("practicemodels/latestscore.txt"), "0.5714285714285714\n");
    let calls = project.json("practicemodels/apireturns.json");
    let predictions = calls["calls"].as_array().unwrap().iter().find(|c| c["path"] == "/prediction").unwrap();
    assert_eq!(predictions["body"]["predictions"], json!([0, 1, 1, 1, 1]));
    for (row, expected) in [0.1864, 0.9618, 1.0, 0.6516, 0.803].iter().enumerate() {
        let found = predictions["body"]["probabilities"][row][1].as_f64().unwrap();
        assert!((found - expected).abs() < 1e-4, "row {row}: {found}");
    }
    mode(&project, ("sourcedata", "models"), raw);
    let production = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(production["decision"], "kept_incumbent", "a tie keeps the incumbent");
    close(&production["new_score"], 0.5714285714285714);
    close(&production["old_score"], 0.5714285714285714);
    assert!(production["reason"].as_str().unwrap().contains("5 test rows cannot tell the two apart"), "{production}");
}

#[test]
fn telco_churn_with_five_lines_of_config() {
    let Some(folder) = shared("telco/Telco-Customer-Churn.csv") else { return };
    let text = std::fs::read_to_string(folder).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let part = |test: bool| {
        let rows = rows.lines().enumerate().filter(|(i, _)| (i % 5 == 4) == test).map(|(_, row)| row);
        format!("{header}\n{}\n", rows.collect::<Vec<_>>().join("\n"))
    };
    let project = Project::new();
    project.remove("sourcedata");
    project.write("sourcedata/telco.csv", part(false));
    project.write("testdata/test.csv", part(true));
    project.run("fullprocess", &[]).expect(0).says(&["5,635 kept"]);
    let score = project.json("models/latestscore.json");
    let metric = |name: &str| {
        score["metrics"].as_array().unwrap().iter().find(|m| m["name"] == name).unwrap()["value"].as_f64().unwrap()
    };
    assert!((metric("roc_auc") - 0.8372).abs() < 0.002, "{}", metric("roc_auc"));
    assert!((metric("log_loss") - 0.4310).abs() < 0.002, "{}", metric("log_loss"));
    for (kind, auc, loss) in [("boosting", 0.8372, 0.4310), ("auto", 0.8372, 0.4310)] {
        project.config(json!({"model": {"kind": kind}}));
        project.run("training", &[]).expect(0);
        let score = project.run("scoring", &["--json"]).expect(0).json()["score"].clone();
        let metric = |name: &str| {
            let metrics = score["metrics"].as_array().unwrap();
            metrics.iter().find(|m| m["name"] == name).unwrap()["value"].as_f64().unwrap()
        };
        assert!(
            metric("roc_auc") >= auc && metric("log_loss") <= loss,
            "{kind}: {} {}",
            metric("roc_auc"),
            metric("log_loss")
        );
    }
    let columns = project.json("models/diagnostics.json")["columns"].clone();
    let charges = columns.as_array().unwrap().iter().find(|c| c["name"] == "TotalCharges").unwrap();
    assert_eq!(charges["missing"], 11 - 1, "ten of the eleven blanks lie in the training part");
}

/// The values of the reference drift data, through the whole pipeline: the first file is what the
/// model learns, the second what comes later.
#[test]
fn drift_of_the_reference_data_is_that_of_the_other_programs() {
    let Some(folder) = shared("oracle") else { return };
    let labelled = |name: &str| {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let rows = text.lines().skip(1).enumerate().map(|(i, x)| format!("{x},{}\n", u8::from(i % 3 == 0)));
        "x,y\n".to_string() + &rows.collect::<String>()
    };
    for (mode, test, statistic, p) in [
        ("calibrated", "kolmogorov_smirnov", 0.104, Some(4.251210504474716e-18)),
        ("evidently", "wasserstein_normed", 0.21267340824599273, None),
        ("nannyml", "jensen_shannon", 0.10562008172694552, None),
    ] {
        let project = Project::new();
        project.remove("sourcedata");
        project.write("sourcedata/a.csv", labelled("drift_reference.csv"));
        project.write("testdata/test.csv", labelled("drift_current.csv"));
        project.config(json!({ "drift": { "mode": mode }, "gate": { "metric": "log_loss" } }));
        project.run("fullprocess", &[]).expect(0);
        project.write("sourcedata/b.csv", labelled("drift_current.csv"));
        project.run("fullprocess", &[]).expect(0);
        let found = project.json("models/diagnostics.json")["drift"].clone();
        assert_eq!((found["reference_rows"].as_u64(), found["rows"].as_u64()), (Some(5000), Some(3000)));
        let column = &found["columns"][0];
        assert_eq!((column["name"].as_str(), column["test"].as_str()), (Some("x"), Some(test)), "{column}");
        close(&column["statistic"], statistic);
        p.iter().for_each(|p| close(&column["p_value"], *p));
        assert_eq!(column["drifted"], true, "{column}");
    }
}
