//! Rows that were added over HTTP, as runs find them.

use crate::project::{Project, customers};
use incumbent::store::added::Added;

const HEADER: [&str; 5] = ["customer", "plan", "fee", "calls", "churned"];

fn add(project: &Project, first: usize, rows: usize) {
    let text = customers(first, rows);
    let (_, rows_alone) = text.split_once('\n').unwrap();
    let added = Added::new(&project.at("sourcedata"), "sourcedata");
    added.append(&HEADER, rows_alone.as_bytes(), rows as u64).unwrap();
}

fn sealed(project: &Project) -> Vec<String> {
    let added = Added::new(&project.at("sourcedata"), "sourcedata");
    added.files().unwrap().into_iter().filter(|name| name != "added.csv").collect()
}

#[test]
fn a_run_seals_what_was_added_and_learns_from_it() {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    add(&project, 200, 30);
    let before = project.files();
    let dry = project.run("fullprocess", &["--dry-run", "--json"]).expect(0).json();
    assert_ne!(dry["decision"], "no_new_data", "a dry run reads the open file: {dry}");
    assert_eq!(project.files(), before, "and seals nothing");
    project.run("fullprocess", &[]).expect(0);
    let names = sealed(&project);
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(!project.at("sourcedata/added.csv").exists());
    assert_eq!(project.read(&format!("sourcedata/{}", names[0])), customers(200, 30));
    assert_eq!(project.read("ingesteddata/ingestedfiles.txt"), format!("a.csv\n{}\nb.csv\n", names[0]));
    assert_eq!(project.read("ingesteddata/finaldata.csv").lines().count(), 151);
    let entry = &project.json("ingesteddata/ingestion.json")["files"][1];
    assert_eq!((entry["name"].as_str(), entry["kept"].as_u64()), (Some(names[0].as_str()), Some(30)));
    let idle = project.run("fullprocess", &["--json"]).expect(0).json();
    assert_eq!(idle["decision"], "no_new_data", "a sealed file is like any other");
    add(&project, 300, 5);
    project.run("ingestion", &[]).expect(0).says(&["new: added-"]);
    assert_eq!((sealed(&project).len(), project.read("ingesteddata/finaldata.csv").lines().count()), (2, 156));
}

#[test]
fn half_a_row_is_never_read() {
    let project = Project::new();
    add(&project, 200, 3);
    let torn = customers(200, 4);
    project.write("sourcedata/added.csv", &torn[..torn.len() - 2]);
    project.run("ingestion", &["--dry-run"]).expect(0).says(&["sourcedata/added.csv: is passed over", "not complete"]);
    let ran = project.run("ingestion", &["--json"]).expect(0).json();
    assert_eq!((ran["totals"]["kept"].as_u64(), ran["totals"]["rejected"].as_u64()), (Some(123), Some(0)), "{ran}");
    assert_eq!(project.read(&format!("sourcedata/{}", sealed(&project)[0])), customers(200, 3));
}

#[test]
fn a_file_that_cannot_be_sealed_is_told_and_read_as_any_other() {
    let project = Project::new();
    add(&project, 200, 3);
    let lock = std::fs::File::open(project.at("sourcedata/.added.lock")).unwrap();
    lock.lock().unwrap();
    let ran = project.run("ingestion", &["--json"]).expect(0).says(&["could not be given a file of their own"]);
    assert_eq!(ran.json()["totals"]["kept"], 123);
    assert_eq!(project.read("ingesteddata/ingestedfiles.txt"), "a.csv\nadded.csv\nb.csv\n");
    drop(lock);
    project.run("ingestion", &[]).expect(0);
    assert_eq!((sealed(&project).len(), project.read("ingesteddata/finaldata.csv").lines().count()), (1, 124));
}

#[test]
fn a_users_own_file_of_that_name_is_an_input_like_any_other() {
    let project = Project::new();
    project.write("sourcedata/added.csv", customers(500, 4).trim_end());
    project.run("ingestion", &[]).expect(0);
    assert_eq!(project.read("sourcedata/added.csv"), customers(500, 4).trim_end());
    assert_eq!(project.read("ingesteddata/finaldata.csv").lines().count(), 125);
}
