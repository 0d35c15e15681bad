//! Folders that may not be written. Root may write everywhere: there the program runs as another user.

use super::{challenged, deploys};
use crate::project::{Project, Ran, command, customers};
use incumbent::store::added::Added;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown};
use std::os::unix::process::CommandExt;

/// Who runs the program where the tests are run by root: nobody's number.
const NOBODY: u32 = 65534;

fn owner(project: &Project) -> u32 {
    std::fs::metadata(project.path()).unwrap().uid()
}

/// Gives a project to the user that [`run`] runs the program as.
fn give(project: &Project) {
    if owner(project) == 0 {
        for entry in walkdir::WalkDir::new(project.path()) {
            let entry = entry.unwrap();
            lchown(entry.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
}

fn run(project: &Project, arguments: &[&str]) -> Ran {
    let mut call = command("fullprocess");
    call.args(arguments).current_dir(project.path());
    if owner(project) == NOBODY {
        call.uid(NOBODY).gid(NOBODY);
    }
    Ran::of(&call.output().unwrap())
}

fn mode(project: &Project, name: &str, mode: u32) {
    std::fs::set_permissions(project.at(name), std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn an_output_folder_that_may_not_be_written_is_told_before_anything_changes() {
    for folder in ["ingesteddata", "models", "production_deployment"] {
        let project = challenged();
        give(&project);
        mode(&project, folder, 0o555);
        let before = project.files();
        let place = format!("error: {folder}: failed to write into the folder; permission denied");
        run(&project, &["--quiet"]).expect(73).says(&[&place, "hint: give the user that runs this program the right"]);
        assert_eq!(project.files(), before, "{folder}");
        mode(&project, folder, 0o755);
        run(&project, &["--quiet"]).expect(0);
    }
}

#[test]
fn a_folder_below_that_may_not_be_written_stops_the_run_and_the_model_stays() {
    let project = challenged();
    give(&project);
    mode(&project, "production_deployment/versions", 0o555);
    let model = project.read("production_deployment/trainedmodel.json");
    run(&project, &["--quiet"]).expect(73).says(&["production_deployment/versions", "permission denied"]);
    assert_eq!(project.read("production_deployment/trainedmodel.json"), model);
    mode(&project, "production_deployment/versions", 0o755);
    run(&project, &["--quiet"]).expect(0);
    assert_ne!(project.read("production_deployment/trainedmodel.json"), model);
}

#[test]
fn inputs_that_may_only_be_read_are_enough() {
    let project = challenged();
    let rows = customers(3000, 5);
    let (_, rows) = rows.split_once('\n').unwrap();
    let added = Added::new(&project.at("sourcedata"), "sourcedata");
    added.append(&["customer", "plan", "fee", "calls", "churned"], rows.as_bytes(), 5).unwrap();
    give(&project);
    for folder in ["sourcedata", "testdata"] {
        mode(&project, folder, 0o555);
    }
    run(&project, &[]).expect(0).says(&["the rows that were added could not be given a file of their own"]);
    let merged = project.read("ingesteddata/finaldata.csv");
    assert!(rows.lines().all(|row| merged.contains(row)), "{merged}");
    mode(&project, "sourcedata", 0o755);
}

#[test]
fn an_input_file_that_may_not_be_read_is_told() {
    let project = challenged();
    give(&project);
    mode(&project, "sourcedata/c.csv", 0o000);
    let before = project.read("ingesteddata/finaldata.csv");
    run(&project, &["--quiet"]).expect(74).says(&["sourcedata/c.csv: failed to open the file; permission denied"]);
    assert_eq!(project.read("ingesteddata/finaldata.csv"), before);
    mode(&project, "sourcedata/c.csv", 0o644);
    deploys(&project);
}
