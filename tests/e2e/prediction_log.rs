//! Predictions that are logged while runs write into the same history.

use crate::project::{Project, command, customers};
use incumbent::store::history::History;
use incumbent::store::prediction_log::{PredictionLog, Record, add_labels, live};
use std::time::{Duration, Instant};

fn prediction(n: usize) -> Record {
    Record {
        time: chrono::Utc::now(),
        request_id: format!("r{n}"),
        row: 0,
        model_version: 1,
        id: Some(format!("c{n}")),
        inputs: "{}".to_string(),
        output: "0".to_string(),
        score: Some(0.25),
    }
}

#[test]
fn runs_write_into_the_history_while_predictions_are_logged() {
    let project = Project::new();
    let history = project.at("production_deployment/history.sqlite");
    project.run("ingestion", &[]).expect(0);
    let log = PredictionLog::start(&history, 1_000_000).unwrap();
    let mut logged = 0;
    for run in 0..3 {
        project.write("sourcedata/c.csv", customers(2000 + run, 30));
        let mut fullprocess = command("fullprocess");
        fullprocess.arg("--quiet").current_dir(project.path()).stderr(std::process::Stdio::piped());
        let mut child = fullprocess.spawn().unwrap();
        while child.try_wait().unwrap().is_none() {
            log.log((logged..logged + 50).map(prediction).collect());
            logged += 50;
            std::thread::sleep(Duration::from_millis(2));
        }
        let ended = child.wait_with_output().unwrap();
        let messages = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(ended.status.success() && !messages.contains("history"), "{messages}");
    }
    let begun = Instant::now();
    while log.queued() > 0 && begun.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(project.at("production_deployment/history.sqlite-wal").exists(), "runs leave the app its mode");
    add_labels(&history, &[("c0".to_string(), "0".to_string())], chrono::Utc::now()).unwrap();
    log.close();
    assert_eq!((log.written(), log.dropped()), (logged as u64, 0));
    assert!(log.take_problem().is_none());
    assert!(!project.at("production_deployment/history.sqlite-wal").exists());
    let found = live(&history, 100).unwrap().unwrap();
    assert_eq!((found.versions.len(), found.versions[0].rows[0].id.as_str()), (1, "c0"));
    let runs = History::read_only(&history).unwrap().unwrap().runs(10).unwrap();
    let commands: Vec<&str> = runs.iter().map(|r| r.command.as_str()).collect();
    assert_eq!(commands, ["fullprocess", "fullprocess", "fullprocess", "ingestion"]);
}
