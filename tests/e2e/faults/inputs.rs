//! Input files that vanish, shrink, grow or change between the listing of their folder and the
//! reading: the run is held in between by a named pipe.

use super::{challenged, deploys, left};
use crate::project::{Project, Ran, command, customers};
use std::process::{Command, Stdio};

/// The point at which the last of the files is begun that a merge writes while it reads: the folder is
/// listed by then, and nothing of it is merged yet.
fn before_reading(project: &Project) -> usize {
    let trial = project.copy();
    let counted = tempfile::NamedTempFile::new().unwrap();
    let faults = format!("count:{}", counted.path().display());
    let ran = command("ingestion").current_dir(trial.path()).env("INCUMBENT_FAULTS", faults).output().unwrap();
    Ran::of(&ran).expect(0);
    let points = std::fs::read_to_string(counted.path()).unwrap();
    let creates = |point: &&str| *point == "create";
    let before = points.lines().take_while(|point| !creates(point)).count();
    before + points.lines().skip(before).take_while(creates).count()
}

/// Runs `ingestion`, and does something at that moment.
fn meanwhile(project: &Project, act: impl FnOnce(&Project)) -> Ran {
    let elsewhere = tempfile::tempdir().unwrap();
    let pipe = elsewhere.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let faults = format!("hold:{}:{}", before_reading(project), pipe.display());
    let mut held = command("ingestion");
    held.current_dir(project.path()).env("INCUMBENT_FAULTS", faults).stdout(Stdio::piped()).stderr(Stdio::piped());
    let held = held.spawn().unwrap();
    // Opening waits until the run has come to that point; closing lets it go on.
    let opened = std::fs::File::options().write(true).open(&pipe).unwrap();
    act(project);
    drop(opened);
    Ran::of(&held.wait_with_output().unwrap())
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build has no fault points")]
fn files_that_change_between_listing_and_reading_stop_the_run_and_nothing_is_lost() {
    let changed: &[&str] = &["sourcedata/c.csv", "the file changed while it was read", "hint: run again"];
    let gone: &[&str] = &["sourcedata/c.csv", "no such file", "hint: it was there a moment ago: run again"];
    type Act = fn(&Project);
    let cases: [(&str, i32, &[&str], Act); 5] = [
        ("vanished", 66, gone, |p| p.remove("sourcedata/c.csv")),
        ("grown", 74, changed, |p| p.write("sourcedata/c.csv", p.read("sourcedata/c.csv") + "c1,gold,30,1,0\n")),
        ("shrunk", 74, changed, |p| p.write("sourcedata/c.csv", customers(2000, 9))),
        ("emptied", 74, changed, |p| p.write("sourcedata/c.csv", "")),
        ("replaced by one of the same size", 74, changed, |p| {
            p.write("sourcedata/new", customers(3000, 30));
            std::fs::rename(p.at("sourcedata/new"), p.at("sourcedata/c.csv")).unwrap();
        }),
    ];
    let challenged = challenged();
    for (name, code, says, act) in cases {
        let project = challenged.copy();
        let before = project.files();
        meanwhile(&project, act).expect(code).says(says);
        let mut after = project.files();
        let input = after.remove("sourcedata/c.csv");
        assert!(before.iter().filter(|(n, _)| *n != "sourcedata/c.csv").eq(&after), "{name}: something else changed");
        assert!(left(&project).is_empty(), "{name}");
        // The writer is done: what lies there now is taken.
        if input.is_none_or(|content| content.is_empty()) {
            project.write("sourcedata/c.csv", customers(2000, 30));
        }
        deploys(&project);
    }
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build has no fault points")]
fn a_file_that_comes_while_others_are_read_is_new_at_the_next_run() {
    let project = challenged();
    let late = |p: &Project| p.write("sourcedata/d.csv", customers(5000, 10));
    meanwhile(&project, late).expect(0);
    assert!(!project.read("ingesteddata/ingestedfiles.txt").contains("d.csv"));
    project.run("ingestion", &[]).expect(0).says(&["new: d.csv"]);
    let merged = project.read("ingesteddata/finaldata.csv");
    assert!(customers(5000, 10).lines().all(|row| merged.contains(row)), "{merged}");
}

#[test]
fn what_is_no_regular_file_is_passed_over_and_never_waited_for() {
    let project = challenged();
    assert!(Command::new("mkfifo").arg(project.at("sourcedata/pipe.csv")).status().unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", project.at("sourcedata/zero.csv")).unwrap();
    let ran = project.run("fullprocess", &[]).expect(0);
    ran.says(&["sourcedata/pipe.csv: is passed over; it is no regular file", "sourcedata/zero.csv: is passed over"]);
    assert_eq!(project.json("ingesteddata/ingestion.json")["files"].as_array().unwrap().len(), 3);
}
