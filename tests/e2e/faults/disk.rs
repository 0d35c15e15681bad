//! A disk that is full or broken.

use super::{challenged, deploys, left};
use crate::crash_sweep::history::History;
use crate::crash_sweep::runs::{FULLPROCESS, challenge, first_deployment, rollback};
use crate::crash_sweep::{Checked, Scene, check, office, run, tell};
use crate::project::{Project, Ran, command};
use incumbent::parallel;
use std::process::Command;

/// What the error says, and the hint that belongs to it.
const FAULTS: [(&str, &[&str]); 2] = [
    ("ENOSPC", &["no space left on device", "hint: free some space, then run again"]),
    ("EIO", &["input/output error"]),
];

/// Lets each change of the disk fail once, each time on a copy, in turn as a full disk and as a broken
/// one.
fn sweep(scene: &Scene) {
    let points = scene.points();
    let undisturbed = scene.undisturbed();
    // A statement of SQLite fails by files that may not grow, see below.
    let changes = (0..points.len()).filter(|n| points[*n] != "sqlite");
    let trials: Vec<_> = changes.enumerate().map(|(i, point)| (point, FAULTS[i % FAULTS.len()])).collect();
    let outcomes = parallel::map(trials.len(), parallel::available(), |i| {
        let (point, (fault, says)) = trials[i];
        let project = scene.project.copy();
        let mut call = command(scene.killed.0);
        call.args(scene.killed.1).env("INCUMBENT_FAULTS", format!("fail:{}:{fault}", point + 1));
        let ran = run(&project, call);
        let code = ran.code;
        let told = is_told(&ran, says);
        // What was to be removed and could not be stays until the next run.
        let left = if points[point] == "remove" { Vec::new() } else { left(&project) };
        let tidy = check(code == 0 || left.is_empty(), || format!("temporary files stay: {left:?}"));
        (code, told.and(tidy).and_then(|()| scene.judge(&project, &undisturbed, History::keeps)))
    });
    let wrong: Vec<String> = trials
        .iter()
        .zip(&outcomes)
        .filter_map(|((point, (fault, _)), (_, checked))| {
            let before = &points[point.saturating_sub(3)..*point];
            let why = checked.as_ref().err()?;
            Some(format!("{fault} at {}, {}, after {before:?}\n  {why}", point + 1, points[*point]))
        })
        .collect();
    let failed = outcomes.iter().filter(|(code, _)| *code != 0).count();
    tell(&format!("{}: {} faults, {failed} of them ended the run", scene.name, trials.len()));
    assert!(wrong.is_empty(), "{}: {} of {}:\n{}", scene.name, wrong.len(), trials.len(), wrong.join("\n"));
    assert!(5 * failed > trials.len(), "{}: only {failed} of {} ended the run", scene.name, trials.len());
}

/// A run that ends well may have lost a line of the log; any other says what failed, and where.
fn is_told(ran: &Ran, says: &[&str]) -> Checked<()> {
    let names_the_place = || {
        let message = ran.err.lines().find(|line| line.starts_with("error: "))?;
        let (place, what) = message.strip_prefix("error: ")?.split_once(": ")?;
        Some(!place.is_empty() && what.starts_with("failed to "))
    };
    let is_told = match ran.code {
        0 => !ran.err.contains("error: "),
        73 | 74 => says.iter().all(|part| ran.err.contains(part)) && names_the_place() == Some(true),
        _ => false,
    };
    check(is_told, || format!("it ended with {}:\n{}", ran.code, ran.err))
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build has no fault points")]
fn a_run_whose_disk_fails_anywhere_loses_nothing() {
    sweep(&challenge());
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build has no fault points")]
fn a_first_run_whose_disk_fails_anywhere_is_made_up_for() {
    sweep(&first_deployment());
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build has no fault points")]
fn a_rollback_whose_disk_fails_anywhere_was_done_or_was_not() {
    sweep(&rollback());
}

/// A run in which no file may outgrow so many blocks of 512 bytes.
fn limited(project: &Project, blocks: usize) -> Ran {
    let program = command(FULLPROCESS.0).get_program().to_string_lossy().into_owned();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -f {blocks}; exec '{program}' --quiet")]);
    run(project, shell)
}

#[test]
fn files_that_may_not_grow_are_told_and_nothing_is_lost() {
    let project = challenged();
    std::fs::create_dir(project.at("tmp")).unwrap();
    let before = office(&project).unwrap();
    let mut codes = Vec::new();
    // From where nothing can be written to where the database alone is too large.
    for blocks in [0, 1, 4, 8, 16, 64] {
        let trial = project.copy();
        let ran = limited(&trial, blocks);
        let office = office(&trial).unwrap();
        let stands = office == before || office.as_ref().is_some_and(|office| office.version == 2);
        assert!(stands && left(&trial).is_empty(), "{blocks}: {office:?} {:?}", left(&trial));
        match ran.code {
            0 => {}
            _ => assert!([73, 74].contains(&ran.code), "{blocks}: {} {}", ran.code, ran.err),
        }
        if ran.code != 0 {
            assert!(ran.err.contains("file too large") && ran.err.contains("ulimit -f"), "{blocks}: {}", ran.err);
        }
        codes.push(ran.code);
        trial.run("fullprocess", &["--quiet"]).expect(0);
        assert_eq!(crate::crash_sweep::office(&trial).unwrap().unwrap().version, 2, "{blocks}");
    }
    assert!(codes[0] != 0, "{codes:?}");
    deploys(&project);
}
