//! Rows that are added over HTTP, with the app killed at each of its points.

use super::runs::{FULLPROCESS, fresh};
use super::{Checked, check, complete, names, tell};
use crate::api::App;
use crate::project::{Project, command};
use incumbent::parallel;
use serde_json::json;

/// How many rows each request brings.
const REQUESTS: [usize; 4] = [1, 3, 1, 2];
/// What an app that goes on after one that was killed adds.
const LATER: usize = 900;

/// A version is in office. `logs`: predictions and labels are logged into the history.
fn in_office(logs: bool) -> Project {
    let project = fresh();
    project.config(json!({"api": {"log_predictions": logs}, "data": {"id": ["customer"]}}));
    complete(&project, &[FULLPROCESS]).unwrap();
    project
}

fn row(number: usize) -> serde_json::Value {
    json!({"customer": format!("added{number}"), "plan": "gold", "fee": 40 + number % 9, "calls": 2, "churned": number % 2})
}

/// The numbers of the rows of each request.
fn requests() -> Vec<Vec<usize>> {
    let first = |request: usize| REQUESTS[..request].iter().sum::<usize>();
    (0..REQUESTS.len()).map(|request| (first(request)..first(request) + REQUESTS[request]).collect()).collect()
}

/// Starts an app and adds rows until all are added or the app is dead; which requests were
/// answered, and whether the app was killed.
fn add(project: &Project, faults: &str) -> (Vec<bool>, bool) {
    let mut app = command("app");
    app.args(["--listen", "127.0.0.1:0"]).env("TMPDIR", project.at("tmp"));
    let Some(app) = App::try_run(app, project, &[("INCUMBENT_FAULTS", faults)]) else {
        return (vec![false; REQUESTS.len()], true);
    };
    let post = |numbers: &Vec<usize>| {
        let rows: Vec<_> = numbers.iter().map(|number| row(*number)).collect();
        let answered = app.try_post("/add_data", json!(rows).to_string()).is_some_and(|reply| reply.status == 200);
        // Something for the log of predictions.
        let _ = app.try_post("/predict", json!(rows).to_string());
        answered
    };
    let answered = requests().iter().map(post).collect();
    (answered, app.was_killed())
}

fn judge(project: &Project, answered: &[bool], goes_on: bool, reference: &Project) -> Checked<()> {
    if goes_on {
        let app = App::start(project);
        let reply = app.post("/add_data", json!([row(LATER)]).to_string());
        check(reply.status == 200, || format!("the next app answers {reply:?}"))?;
        drop(app);
    }
    complete(project, &[FULLPROCESS])?;
    let merged = project.read("ingesteddata/finaldata.csv");
    let times = |number: usize| merged.lines().filter(|line| line.starts_with(&format!("added{number},"))).count();
    for (request, (numbers, answered)) in requests().iter().zip(answered).enumerate() {
        let found: Vec<usize> = numbers.iter().map(|number| times(*number)).collect();
        let all = found.iter().all(|times| *times == 1);
        let none = !answered && found.iter().all(|times| *times == 0);
        check(all || none, || format!("request {request}, answered: {answered}, is there {found:?} times"))?;
    }
    check(times(LATER) == usize::from(goes_on), || "the rows of the next app are not there once".to_string())?;
    // Which rows there are decides who is in office; everything else is named as always.
    let compared = |project: &Project| {
        let mut names = names(project);
        names.retain(|name| !name.starts_with("production_deployment/versions/") && !name.contains("/plots/"));
        names
    };
    let (found, mut expected) = (compared(project), compared(reference));
    if !answered.contains(&true) && !goes_on {
        expected.retain(|name| !name.contains("added") || found.contains(name));
    }
    check(found == expected, || format!("other files: {:?}", found.symmetric_difference(&expected).collect::<Vec<_>>()))
}

fn sweep(name: &str, logs: bool) {
    let project = in_office(logs);
    let reference = project.copy();
    let counted = tempfile::NamedTempFile::new().unwrap();
    let (answered, killed) = add(&reference, &format!("count:{}", counted.path().display()));
    assert!(!killed && answered.iter().all(|answered| *answered), "{answered:?}");
    complete(&reference, &[FULLPROCESS]).unwrap();
    let points: Vec<String> = std::fs::read_to_string(counted.path()).unwrap().lines().map(str::to_string).collect();
    tell(&format!("{name}: {} points", points.len()));
    for kind in ["create", "write", "half a write", "sync"].into_iter().chain(logs.then_some("sqlite")) {
        assert!(points.iter().any(|point| point == kind), "{name}: no {kind} among {points:?}");
    }
    let outcomes = parallel::map(points.len(), parallel::available(), |i| {
        let project = project.copy();
        let (answered, killed) = add(&project, &format!("kill:{}", i + 1));
        (killed, judge(&project, &answered, i % 2 == 1, &reference))
    });
    let told = |(i, (_, checked)): (usize, &(bool, Checked<()>))| {
        Some(format!("{}: {}\n  {}", i + 1, points[i], checked.as_ref().err()?))
    };
    let wrong: Vec<String> = outcomes.iter().enumerate().filter_map(told).collect();
    assert!(wrong.is_empty(), "{name}: {} of {}:\n{}", wrong.len(), points.len(), wrong.join("\n"));
    let killed = outcomes.iter().filter(|(killed, _)| *killed).count();
    assert!(killed > 0 && killed + 5 >= points.len(), "{name}: only {killed} of {} were killed", points.len());
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build has no fault points")]
fn rows_that_were_acknowledged_outlive_the_app() {
    sweep("/add_data", false);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build has no fault points")]
fn rows_outlive_an_app_that_logs_predictions() {
    sweep("/add_data with a log", true);
}
