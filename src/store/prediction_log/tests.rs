use super::*;
use crate::store::history::{History, RunRecord};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Connection;
use std::fs;

fn at(seconds: i64) -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(seconds)
}

fn record(n: usize) -> Record {
    Record {
        time: at(n as i64),
        request_id: format!("r{n}"),
        row: 0,
        model_version: 1,
        id: Some(format!("c{n}")),
        inputs: format!("{{\"fee\":{n}}}"),
        output: "1".to_string(),
        score: Some(0.75),
    }
}

fn records(range: std::ops::Range<usize>) -> Vec<Record> {
    range.map(record).collect()
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    (folder, path)
}

fn ask<T: rusqlite::types::FromSql>(path: &Path, sql: &str) -> T {
    Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

fn rows(path: &Path) -> u64 {
    ask::<i64>(path, "SELECT count(*) FROM predictions") as u64
}

fn wait_until(what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it does not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn run(id: &str) -> RunRecord {
    RunRecord { run_id: id.into(), started: "2026-11-21T12:00:00Z".into(), ..RunRecord::default() }
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn closing_writes_all_and_leaves_one_file() {
    let (folder, path) = folder();
    let log = PredictionLog::start(&path, 1_000_000).unwrap();
    for n in 0..50 {
        log.log(records(n * 100..(n + 1) * 100));
    }
    log.close();
    assert_eq!((log.written(), log.dropped(), log.queued()), (5000, 0, 0));
    assert_eq!(names(folder.path()), ["history.sqlite"]);
    assert_eq!(rows(&path), 5000);
    assert_eq!(ask::<String>(&path, "PRAGMA journal_mode"), "delete");
    let first = "SELECT time || request_id || row || model_version || id || inputs || output || score FROM predictions";
    let expected = "2026-11-21T12:00:00.000Zr001c0{\"fee\":0}10.75";
    assert_eq!(ask::<String>(&path, &format!("{first} WHERE rowid = 1")), expected);
    log.log(records(0..3));
    assert_eq!(log.dropped(), 3, "what comes after the end is counted");
}

#[test]
fn a_log_without_predictions_makes_no_file() {
    let (folder, path) = folder();
    drop(PredictionLog::start(&path, 10).unwrap());
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_writer_that_stands_still_keeps_the_bound_and_drops_are_counted() {
    let (_folder, path) = folder();
    let log = PredictionLog::start(&path, 1_000_000).unwrap();
    log.log(records(0..1));
    wait_until(|| log.written() == 1);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = Instant::now();
    for n in 0..8 {
        log.log(records(n * 10_000..(n + 1) * 10_000));
    }
    assert!(begun.elapsed() < Duration::from_secs(2), "logging waits for nobody");
    assert_eq!((log.queued(), log.dropped()), (QUEUE_ROWS, 80_000 - QUEUE_ROWS as u64));
    assert!(log.take_problem().unwrap().what.contains("dropped"));
    assert!(log.take_problem().is_none(), "told once");
    other.execute_batch("COMMIT").unwrap();
    wait_until(|| log.queued() == 0);
    assert_eq!(log.written(), 1 + QUEUE_ROWS as u64);
    let long = Record { inputs: "x".repeat(QUEUE_BYTES / 2), ..record(1) };
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let dropped = log.dropped();
    log.log(vec![long.clone(), long.clone(), long]);
    assert_eq!(log.dropped() - dropped, 2, "memory is bounded too");
    other.execute_batch("COMMIT").unwrap();
}

#[test]
fn closing_does_not_wait_for_ever() {
    let (_folder, path) = folder();
    let log = PredictionLog::start(&path, 100).unwrap();
    log.log(records(0..1));
    wait_until(|| log.written() == 1);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    log.log(records(1..4));
    let begun = Instant::now();
    log.close();
    assert!(begun.elapsed() < FAREWELL + Duration::from_secs(1));
    assert_eq!((log.written(), log.dropped(), log.queued()), (1, 3, 0));
}

#[test]
fn the_oldest_go_in_batches_and_no_more_than_the_bound_stay() {
    let (_folder, path) = folder();
    let mut connection = Connection::open(&path).unwrap();
    connection.execute_batch(tables::TABLES).unwrap();
    let count = |c: &Connection| c.query_row("SELECT count(*) FROM predictions", [], |r| r.get::<_, i64>(0)).unwrap();
    let mut trimmed = 0;
    for n in 0..40 {
        let before = count(&connection);
        tables::insert(&mut connection, &records(n * 5..(n + 1) * 5), 100).unwrap();
        let now = count(&connection);
        assert!(now <= 100 && (n < 20 || now >= 95));
        trimmed += usize::from(now < before + 5);
    }
    assert!((8..=12).contains(&trimmed), "now and then, not each time: {trimmed}");
    tables::insert(&mut connection, &records(1000..1300), 100).unwrap();
    assert_eq!(count(&connection), 95);
    assert_eq!(ask::<String>(&path, "SELECT max(request_id) FROM predictions"), "r1299");
    // A bound that was lowered: many rows go, a part at a time.
    tables::insert(&mut connection, &records(0..50_000), 1_000_000).unwrap();
    tables::insert(&mut connection, &records(0..1), 100).unwrap();
    assert_eq!(count(&connection), 50_096 - 20_000);
    tables::insert(&mut connection, &records(0..1), 100).unwrap();
    tables::insert(&mut connection, &records(0..1), 100).unwrap();
    assert_eq!(count(&connection), 95);
}

#[test]
fn labels_meet_the_newest_prediction_before_them() {
    let (folder, path) = folder();
    assert_eq!(live(&path, 10).unwrap(), None);
    drop(History::open(&path, "t").unwrap());
    assert_eq!(live(&path, 10).unwrap(), None, "a history without predictions");
    let predicted = |id: Option<&str>, seconds: i64, version: u64, score: Option<f64>| Record {
        time: at(seconds),
        model_version: version,
        id: id.map(str::to_string),
        score,
        ..record(0)
    };
    let log = PredictionLog::start(&path, 1000).unwrap();
    log.log(vec![
        predicted(Some("a"), 0, 1, Some(0.2)),
        predicted(Some("a"), 10, 2, Some(0.4)),
        predicted(Some("a"), 30, 2, Some(0.6)),
        predicted(Some("b"), 10, 1, None),
        predicted(Some("late"), 50, 1, None),
        predicted(Some("unlabelled"), 0, 1, None),
        predicted(None, 0, 1, None),
    ]);
    wait_until(|| log.written() == 7);
    let label = |id: &str, label: &str| (id.to_string(), label.to_string());
    // Beside the open log, as the app does it.
    add_labels(&path, &[label("a", "0"), label("late", "1"), label("unknown", "1")], at(15)).unwrap();
    add_labels(&path, &[label("b", "1"), label("a", "1")], at(20)).unwrap();
    let row = |id: &str, score: Option<f64>, label: &str| LiveRow {
        id: id.into(),
        output: "1".into(),
        score,
        label: label.into(),
    };
    let expected = [
        LiveVersion { version: 1, rows: vec![row("b", None, "1")] },
        LiveVersion { version: 2, rows: vec![row("a", Some(0.4), "1")] },
    ];
    assert_eq!(live(&path, 10).unwrap().unwrap().versions, expected);
    assert_eq!(live(&path, 1).unwrap().unwrap().versions, expected[1..], "the newest label first");
    log.close();
    assert_eq!(live(&path, 10).unwrap().unwrap().versions, expected);
    assert_eq!(names(folder.path()), ["history.sqlite"], "readers leave no trace");
}

#[test]
fn labels_need_no_log() {
    let (folder, path) = folder();
    assert!(add_labels(&path, &[("a".into(), "1".into())], at(0)).unwrap().is_none());
    assert_eq!(live(&path, 10).unwrap(), Some(Live::default()));
    assert_eq!(names(folder.path()), ["history.sqlite"]);
    let lost = add_labels(Path::new("/nowhere/history.sqlite"), &[("a".into(), "1".into())], at(0));
    assert!(lost.is_err());
}

#[test]
fn a_run_records_while_predictions_are_logged() {
    let (folder, path) = folder();
    let log = PredictionLog::start(&path, 1_000_000).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..300 {
                log.log(records(n * 100..(n + 1) * 100));
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        wait_until(|| log.written() > 0);
        for n in 0..20 {
            assert!(History::append(&path, "t", &run(&n.to_string())).unwrap().is_none());
            assert_eq!(History::read_only(&path).unwrap().unwrap().runs(100).unwrap().len(), n + 1);
        }
        assert_eq!(ask::<String>(&path, "PRAGMA journal_mode"), "wal", "runs leave it alone");
    });
    log.close();
    assert_eq!((rows(&path), log.dropped()), (30_000, 0));
    assert_eq!(ask::<i64>(&path, "SELECT count(*) FROM runs"), 20);
    assert_eq!(names(folder.path()), ["history.sqlite"]);
}

#[test]
fn a_run_makes_up_for_an_app_that_was_killed() {
    let (live, path) = folder();
    let log = PredictionLog::start(&path, 1000).unwrap();
    log.log(records(0..10));
    wait_until(|| log.written() == 10);
    // What a kill leaves, in a folder of its own: here the log is still alive.
    let killed = tempfile::tempdir().unwrap();
    for name in names(live.path()) {
        fs::copy(live.path().join(&name), killed.path().join(&name)).unwrap();
    }
    assert!(killed.path().join("history.sqlite-wal").is_file());
    let path = killed.path().join("history.sqlite");
    assert!(History::read_only(&path).unwrap().unwrap().runs(1).unwrap().is_empty());
    assert!(History::append(&path, "t", &run("a")).unwrap().is_none());
    assert_eq!(names(killed.path()), ["history.sqlite"]);
    assert_eq!((rows(&path), ask::<String>(&path, "PRAGMA journal_mode")), (10, "delete".to_string()));
}

#[test]
fn a_history_that_goes_or_is_damaged_does_not_stop_the_log() {
    for damage in ["gone", "set aside", "garbage", "dropped"] {
        let (folder, path) = folder();
        let log = PredictionLog::start(&path, 1000).unwrap();
        log.log(records(0..10));
        wait_until(|| log.written() == 10);
        match damage {
            "gone" => fs::remove_file(&path).unwrap(),
            "set aside" => {
                super::super::history::set_aside(&path, "t").unwrap();
                History::append(&path, "t", &run("a")).unwrap();
            }
            "garbage" => {
                // Another file takes the place, and it is no database.
                fs::write(folder.path().join("x"), "this is no database at all. ".repeat(300)).unwrap();
                fs::rename(folder.path().join("x"), &path).unwrap();
            }
            _ => Connection::open(&path).unwrap().execute_batch("DROP TABLE predictions").unwrap(),
        }
        log.log(records(10..15));
        wait_until(|| log.written() == 15);
        log.close();
        assert_eq!((rows(&path), log.dropped()), (5, 0), "{damage}");
        assert!(log.take_problem().is_none(), "{damage}");
        assert!(History::append(&path, "t", &run("b")).unwrap().is_none(), "{damage}");
        let aside = names(folder.path()).into_iter().any(|n| n.starts_with("history.damaged") && n.ends_with("sqlite"));
        assert_eq!(aside, damage != "gone", "{damage}");
    }
}

#[test]
fn what_cannot_be_written_is_counted_and_told_once() {
    let (folder, path) = folder();
    fs::create_dir(&path).unwrap();
    let log = PredictionLog::start(&path, 1000).unwrap();
    log.log(records(0..10));
    wait_until(|| log.dropped() == 10);
    assert!(log.take_problem().unwrap().what.contains("cannot be logged"));
    log.log(records(0..10));
    wait_until(|| log.dropped() == 20);
    assert!(log.take_problem().is_none());
    fs::remove_dir(&path).unwrap();
    log.log(records(0..10));
    wait_until(|| log.written() == 10);
    log.close();
    assert_eq!((rows(&path), names(folder.path())), (10, vec!["history.sqlite".to_string()]));
}

/// Not a check: how many predictions a second. `cargo test speed_of_logging -- --ignored --nocapture`
#[test]
#[ignore = "measures"]
fn speed_of_logging() {
    let (_folder, path) = folder();
    let log = PredictionLog::start(&path, 150_000).unwrap();
    let all: Vec<Vec<Record>> = (0..300).map(|n| records(n * 1000..(n + 1) * 1000)).collect();
    let begun = Instant::now();
    for batch in all {
        wait_until(|| log.queued() < QUEUE_ROWS - 1000);
        log.log(batch);
    }
    wait_until(|| log.queued() == 0);
    println!("{:.0} predictions a second", log.written() as f64 / begun.elapsed().as_secs_f64());
    let labels: Vec<(String, String)> = (200_000..300_000).map(|n| (format!("c{n}"), "1".to_string())).collect();
    let begun = Instant::now();
    add_labels(&path, &labels, at(1_000_000)).unwrap();
    println!("{:.0} labels a second", labels.len() as f64 / begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let joined: usize = live(&path, 100_000).unwrap().unwrap().versions.iter().map(|v| v.rows.len()).sum();
    println!("{joined} joined in {:.3} s", begun.elapsed().as_secs_f64());
}
