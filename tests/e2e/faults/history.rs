//! A history that is damaged or that somebody else holds: the run goes on, and nothing is deleted.

use super::{challenged, deploys};
use crate::project::Project;
use rusqlite::Connection;

const HISTORY: &str = "production_deployment/history.sqlite";

/// The histories that were set aside, with their bytes.
fn aside(project: &Project) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(project.at("production_deployment")).unwrap().map(Result::unwrap);
    let found = entries.filter(|e| e.file_name().to_string_lossy().starts_with("history.damaged-"));
    found.map(|e| std::fs::read(e.path()).unwrap()).collect()
}

fn events(project: &Project) -> usize {
    project.run("deployment", &["--history", "--json"]).expect(0).json()["events"].as_array().unwrap().len()
}

#[test]
fn damage_of_any_kind_is_told_and_what_was_there_is_kept() {
    let challenged = challenged();
    let whole = std::fs::read(challenged.at(HISTORY)).unwrap();
    let with = |damage: fn(&mut Vec<u8>)| {
        let mut bytes = whole.clone();
        damage(&mut bytes);
        bytes
    };
    let page = |n: usize| n * 4096;
    assert!(whole.len() > page(4), "{}", whole.len());
    let damaged = [
        ("a foreign file", b"customer,plan\n".repeat(1000)),
        ("the header overwritten", with(|bytes| bytes[..100].fill(0x55))),
        ("the schema overwritten", with(|bytes| bytes[100..4096].fill(0x55))),
        ("cut after a page", whole[..page(1)].to_vec()),
        ("cut inside a page", whole[..whole.len() / 2 + 100].to_vec()),
        ("pages overwritten", with(|bytes| bytes[4096..].fill(0x55))),
        ("bits flipped everywhere", with(|bytes| bytes.iter_mut().step_by(97).for_each(|byte| *byte ^= 4))),
    ];
    for (name, bytes) in damaged {
        let project = challenged.copy();
        project.write(HISTORY, &bytes);
        let ran = project.run("fullprocess", &["--json"]).expect(0);
        assert_eq!(ran.json()["decision"], "deployed", "{name}");
        assert!(ran.err.contains("was set aside"), "{name}: {}", ran.err);
        assert_eq!(aside(&project), [bytes], "{name}: what was there is kept to the byte");
        // What the new one lacks of the version before stands in the sets; the new ones it has.
        assert!(events(&project) >= 1, "{name}");
        let quiet = project.run("fullprocess", &["--quiet"]).expect(0);
        assert!(quiet.err.is_empty() && aside(&project).len() == 1, "{name}: {}", quiet.err);
    }
}

#[test]
fn an_emptied_history_begins_anew() {
    let project = challenged();
    project.write(HISTORY, "");
    deploys(&project);
    assert!(aside(&project).is_empty() && events(&project) == 2);
}

#[test]
fn a_history_that_another_program_holds_is_told_and_written_by_the_next_run() {
    let project = challenged();
    let before = std::fs::read(project.at(HISTORY)).unwrap();
    let holder = Connection::open(project.at(HISTORY)).unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let ran = project.run("fullprocess", &["--json"]).expect(0).says(&["warning: ", "history.sqlite", "locked"]);
    assert_eq!(ran.json()["decision"], "deployed");
    assert_eq!(std::fs::read(project.at(HISTORY)).unwrap(), before, "it is left as it is");
    assert!(aside(&project).is_empty(), "a history that is held is not damaged");
    holder.execute_batch("ROLLBACK").unwrap();
    drop(holder);
    assert_eq!(events(&project), 1);
    project.run("fullprocess", &["--quiet"]).expect(0);
    assert_eq!(events(&project), 2, "the deployment is made up for");
}
