use super::*;

const FIVE: &str = r#""input_folder_path": "in", "output_folder_path": "out", "test_data_path": "test",
    "output_model_path": "models", "prod_deployment_path": "prod""#;

fn parse(rest: &str) -> Result<Config> {
    let catalog = Catalog {
        models: vec!["logistic_regression", "random_forest", "boosting"],
        monotone: vec!["boosting"],
        metrics: vec!["f1", "roc_auc"],
        rules: vec!["better"],
        check_params: &|_, _, _| Vec::new(),
        check_schedule: &|text| if text == "bad" { Err(("bad".into(), "hint".into())) } else { Ok(()) },
    };
    Config::parse(&format!("{{{FIVE}{rest}}}"), Path::new("/home/u/config.json"), "config.json", &catalog)
}

fn told(rest: &str) -> Vec<String> {
    parse(rest).unwrap_err().problems().iter().map(|p| p.labelled("error")).collect()
}

#[test]
fn the_five_keys_work_alone() {
    let config = parse("").unwrap();
    assert_eq!(config.folders.input, Path::new("/home/u/in"));
    assert_eq!(config.folders.show(Path::new("/home/u/in/a.csv")), "in/a.csv");
    assert_eq!(config.model.kind, None);
    assert_eq!(config.gate.metric, None);
    assert_eq!(config.data.max_bad_share, 0.05);
    assert!(!config.data.stop_on_bad_row && !config.gate.only_on_drift);
}

#[test]
fn the_message_of_a_typo_is_that_of_the_contract() {
    assert_eq!(
        told(r#", "model": {"kind": "random_forrest"}"#),
        ["error: config.json: /model/kind: unknown model \"random_forrest\"\nhint: did you mean \"random_forest\"?"]
    );
}

#[test]
fn all_problems_are_told_in_one_run() {
    let told = told(
        r#", "modle": {}, "data": {"max_bad_share": 2, "missing": [1], "typo": 1}, "schedule": "bad", "threads": 0"#,
    );
    assert_eq!(told.len(), 6, "{told:#?}");
    assert!(told[0].contains("/modle: unknown key") && told[0].contains("did you mean \"model\"?"));
}

#[test]
fn a_missing_key_is_told_with_its_meaning() {
    let catalog = Catalog {
        models: vec![],
        monotone: vec![],
        metrics: vec![],
        rules: vec![],
        check_params: &|_, _, _| Vec::new(),
        check_schedule: &|_| Ok(()),
    };
    let error = Config::parse("{}", Path::new("/c.json"), "c.json", &catalog).unwrap_err();
    assert!(error.problems().iter().filter(|p| p.what == "this key is missing").count() == 5);
    assert!(
        error.problems().iter().all(|p| !p.what.contains("folder") && !p.what.contains("test data")),
        "{}",
        error.message()
    );
}

#[test]
fn outputs_may_not_lie_among_inputs() {
    let text = FIVE.replace("\"out\"", "\"in/../in/out\"");
    let catalog = Catalog {
        models: vec![],
        monotone: vec![],
        metrics: vec![],
        rules: vec![],
        check_params: &|_, _, _| Vec::new(),
        check_schedule: &|_| Ok(()),
    };
    let error = Config::parse(&format!("{{{text}}}"), Path::new("/c.json"), "c.json", &catalog).unwrap_err();
    assert!(error.message().contains("/output_folder_path: an output folder lies among the inputs"));
}

#[test]
fn contradictory_roles_are_told() {
    let told = told(r#", "data": {"target": "y", "ignore": ["y", "a"], "features": ["a", "y"]}"#);
    assert_eq!(told.len(), 4, "{told:#?}");
}

#[test]
fn rules_are_read_and_checked() {
    let config =
        parse(r#", "data": {"rules": {"age": {"min": 0, "max": 120, "required": true, "allowed": ["a", 1]}}}"#);
    let rule = config.unwrap().data.rules["age"].clone();
    assert_eq!((rule.min, rule.max, rule.required, rule.unique), (Some(0.0), Some(120.0), true, false));
    assert_eq!(rule.allowed, Some(vec!["a".to_string(), "1".to_string()]));
    assert_eq!(told(r#", "data": {"rules": {"age": {"min": 2, "max": 1, "mni": 3}}}"#).len(), 2);
}

#[test]
fn every_key_of_the_table_is_known_to_the_check() {
    for key in keys::KEYS.iter().filter(|k| k.default.is_some()) {
        let wrong = match key.pointer[1..].split_once('/') {
            Some((section, member)) => format!(r#", "{section}": {{"{member}": {{"x": []}}}}"#),
            None => format!(r#", "{}": {{"x": []}}"#, &key.pointer[1..]),
        };
        if key.shape == keys::Shape::Params {
            continue;
        }
        let told = told(&wrong).join("\n");
        assert!(!told.contains("unknown key \"") || key.shape == keys::Shape::Rules, "{}: {told}", key.pointer);
    }
}

#[test]
fn directions_are_for_kinds_that_keep_to_them() {
    let config = parse(r#", "model": {"kind": "boosting", "monotone": {"age": "increasing", "debt": "decreasing"}}"#);
    let expected = [("age".to_string(), Monotone::Increasing), ("debt".to_string(), Monotone::Decreasing)];
    assert_eq!(config.unwrap().model.monotone, expected.into());
    assert_eq!(
        told(r#", "model": {"monotone": {"age": "increasing"}}"#),
        [
            "error: config.json: /model/monotone: the default model keeps to no directions\nhint: set model.kind to boosting, or remove it"
        ]
    );
    assert_eq!(
        told(r#", "model": {"kind": "boosting", "monotone": {"age": "incresing"}}"#),
        [
            "error: config.json: /model/monotone/age: unknown direction \"incresing\"\nhint: did you mean \"increasing\"?"
        ]
    );
    assert!(parse(r#", "model": {"kind": "random_forest", "monotone": {}}"#).is_ok());
}
