//! The five-minute tour of the README: a first deployment, a challenger that wins, one
//! that is refused.

use crate::project::Project;
use std::path::Path;

/// What the tour does with `sed`.
fn switch(project: &Project, changes: &[(&str, &str)]) {
    let mut text = project.read("config.json");
    for (from, to) in changes {
        assert!(text.contains(from), "{from} in {text}");
        text = text.replace(from, to);
    }
    project.write("config.json", text);
}

#[test]
fn the_tour() {
    let project = Project::of_samples();
    let first = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!((first["decision"].as_str(), first["version"].as_u64()), (Some("first_deployment"), Some(1)));
    assert_eq!(project.run("fullprocess", &["--json"]).expect(0).json()["decision"], "no_new_data");

    switch(&project, &[("practicedata", "sourcedata"), ("practicemodels", "models")]);
    let second = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!((second["decision"].as_str(), second["version"].as_u64()), (Some("deployed"), Some(2)), "{second}");
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    for run in [&first, &second] {
        let line = format!("{}: {}\n", run["decision"].as_str().unwrap(), run["reason"].as_str().unwrap());
        assert!(readme.contains(&line), "the README shows what the tour prints: {line}");
    }
    let gain = second["new_score"].as_f64().unwrap() - second["old_score"].as_f64().unwrap();
    assert!(gain > 0.04, "{second}");

    switch(&project, &[("sourcedata", "practicedata"), ("\"models\"", "\"practicemodels\"")]);
    let third = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!((third["decision"].as_str(), third["version"].as_u64()), (Some("kept_incumbent"), Some(2)), "{third}");
    for name in ["confusionmatrix.png", "report.pdf", "apireturns.json", "diagnostics.json", "latestscore.txt"] {
        assert!(project.at("models").join(name).exists() && project.at("practicemodels").join(name).exists(), "{name}");
    }
    let log = project.read("fullprocess.log");
    for decision in ["first_deployment: ", "no_new_data: ", "deployed: ", "kept_incumbent: "] {
        assert!(log.contains(&format!("run: {decision}")), "{decision} in\n{log}");
    }
    assert!(log.lines().all(|l| l.contains(" run=")), "every line names its run");
}
