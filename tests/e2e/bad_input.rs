//! Every bad input gets a clear message and the right exit code, and leaves every earlier
//! artefact as it was.

use crate::project::{Project, customers};
use serde_json::json;

/// Spoils a project that has run well, runs it, and holds everything against before.
pub fn refused(spoil: impl Fn(&Project), code: i32, says: &[&str]) {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    spoil(&project);
    let before = project.files();
    let ran = project.run("fullprocess", &["--force", "--json"]).expect(code).says(says).says(&["error: ", "hint: "]);
    assert_eq!(ran.json()["decision"], "failed");
    let after = project.files();
    let names: Vec<&String> = before.keys().chain(after.keys()).filter(|n| before.get(*n) != after.get(*n)).collect();
    assert!(names.is_empty(), "changed although the run failed: {names:?}");
    let log = project.read("fullprocess.log");
    assert!(log.lines().last().unwrap().contains(" ERROR "), "{log}");
}

fn only(project: &Project, name: &str, content: impl AsRef<[u8]>) {
    project.remove("sourcedata");
    project.write(&format!("sourcedata/{name}"), content);
}

#[test]
fn no_input() {
    refused(|p| p.remove("sourcedata"), 66, &["error: sourcedata: failed to open the folder"]);
    refused(
        |p| only(p, "notes.txt", "x"),
        66,
        &["error: sourcedata: there is no input file", "sourcedata/notes.txt: is passed over"],
    );
    refused(|p| only(p, "a.csv", ""), 65, &["error: sourcedata/a.csv: the file is empty"]);
    refused(
        |p| only(p, "a.csv", "customer,plan,fee,calls,churned\n"),
        65,
        &["error: sourcedata: the input files hold no usable row"],
    );
    refused(
        |p| {
            p.remove("sourcedata");
            std::fs::create_dir_all(p.at("sourcedata/x.csv")).unwrap();
        },
        66,
        &["sourcedata/x.csv: is a folder, although its name is that of a file", "there is no input file"],
    );
}

#[test]
fn columns_that_do_not_fit() {
    refused(
        |p| p.write("sourcedata/c.csv", customers(0, 5).replace("fee", "price")),
        65,
        &["sourcedata/c.csv:1: column \"fee\" is missing", "sourcedata/c.csv:1:3: column \"price\" is new"],
    );
    refused(
        |p| p.write("sourcedata/c.csv", "plan,customer,fee,calls,churned\ngold,c1,2,3,0\n"),
        65,
        &["sourcedata/c.csv:1: the columns stand in another order; expected customer, plan, fee, calls, churned"],
    );
    refused(
        |p| only(p, "a.csv", customers(0, 50).replace(",basic,", ",basic,x")),
        65,
        &["is not a number; column \"fee\"", "of 50 rows are bad", "hint: "],
    );
    refused(|p| only(p, "a.csv", "1,2,3\n4,5,6\n"), 65, &["the first line holds numbers, not names"]);
    refused(
        |p| only(p, "a.csv", "a,\"b\n1,2\n"),
        65,
        &["sourcedata/a.csv:1: a quoted cell that begins here is never closed"],
    );
}

#[test]
fn every_unusable_file_is_told_in_one_run() {
    refused(
        |p| {
            p.write("sourcedata/c.csv", "x\n1\n");
            p.write("sourcedata/d.csv.gz", "not gzip");
            p.write("sourcedata/e.csv", [0xff, 0xfe, 0x41, 0x00]);
        },
        65,
        &["sourcedata/c.csv:1", "sourcedata/d.csv.gz: failed to decompress", "sourcedata/e.csv: the file is UTF-16"],
    );
}

#[test]
fn targets_that_cannot_be_learnt() {
    let relabel = |label: &str| {
        let rows = customers(0, 40);
        let mut lines = rows.lines().map(|l| format!("{},{label}", l.rsplit_once(',').unwrap().0));
        let _ = lines.next();
        format!("customer,plan,fee,calls,churned\n{}\n", lines.collect::<Vec<_>>().join("\n"))
    };
    refused(move |p| only(p, "a.csv", relabel("1")), 65, &["the target \"churned\" is \"1\" in every row"]);
    refused(
        |p| p.config(json!({"data": {"target": "leaves"}})),
        78,
        &["config.json: /data/target: no column is called \"leaves\""],
    );
    refused(
        |p| p.config(json!({"data": {"target": "fee"}})),
        65,
        &["challenger and incumbent answer different questions; a quantity against yes or no (0, 1)"],
    );
    refused(|p| p.config(json!({"data": {"positive": "yes"}})), 78, &["config.json: /data/positive"]);
    refused(
        |p| p.write("testdata/test.csv", customers(0, 9).replace("churned", "gone")),
        65,
        &["testdata/test.csv:1: column \"churned\" is missing"],
    );
    refused(|p| p.remove("testdata/test.csv"), 66, &["error: testdata: there is no test data"]);
}

#[test]
fn configs_with_mistakes() {
    refused(
        |p| p.config(json!({"model": {"kind": "random_forrest"}})),
        78,
        &["config.json: /model/kind: unknown model \"random_forrest\"", "hint: did you mean \"random_forest\"?"],
    );
    refused(
        |p| p.config(json!({"modle": {}})),
        78,
        &["config.json: /modle: unknown key \"modle\"", "did you mean \"model\"?"],
    );
    refused(|p| p.config(json!({"model": {"params": {"c": -1}}})), 78, &["config.json: /model/params/c"]);
    refused(
        |p| p.config(json!({"output_folder_path": "sourcedata/out"})),
        78,
        &["config.json: /output_folder_path: an output folder lies among the inputs"],
    );
    refused(|p| p.config(json!({"schedule": "*/10 * * *"})), 78, &["config.json: /schedule"]);
    refused(|p| p.write("config.json", "{\"input_folder_path\": \"sourcedata\",}"), 78, &["config.json:1:"]);
}

#[test]
fn odd_columns_are_told_and_do_no_harm() {
    let project = Project::new();
    project.remove("sourcedata");
    let mut train = String::from("nothing,same,many,fee,churned\n");
    for i in 0..12_000 {
        train.push_str(&format!(",7,m{},{},{}\n", i % 10_000, i % 50, u8::from(i % 50 > 25)));
    }
    project.write("sourcedata/a.csv", &train);
    project.write("testdata/test.csv", "nothing,same,many,fee,churned\n,7,m1,40,1\n3,8,unseen,10,0\n");
    project.run("fullprocess", &[]).expect(0).says(&[
        "column \"nothing\" is empty in every row",
        "\"same\"",
        "\"many\"",
    ]);
    assert_eq!(project.read("models/latestscore.txt"), "1\n");
}

#[test]
fn a_file_in_the_place_of_an_output_folder() {
    let project = Project::new();
    project.write("ingesteddata", "a file");
    project.run("fullprocess", &[]).expect(73).says(&["error: ", "ingesteddata", "hint: "]);
    assert_eq!(project.read("ingesteddata"), "a file");
}
