//! A model that another program trained: loaded where its format is known, refused where it is newer.

use crate::project::{Project, customers};
use incumbent::fingerprint::Fingerprint;
use incumbent::stages::training::{FORMAT, ModelDocument};
use incumbent::store::envelope;
use serde_json::{Value, json};

const MODEL: &str = "production_deployment/versions/1/trainedmodel.json";
const MANIFEST: &str = "production_deployment/versions/1/manifest.json";

fn deployed() -> Project {
    let project = Project::new();
    project.run("fullprocess", &[]).expect(0);
    project
}

/// Puts a model in office as another program would have written it, with checksums that fit.
fn replace(project: &Project, format_version: u32, change: impl FnOnce(&mut ModelDocument)) {
    replace_in(project, 1, format_version, change);
}

/// The same in the place of any version.
pub fn replace_in(project: &Project, version: u64, format_version: u32, change: impl FnOnce(&mut ModelDocument)) {
    let [model, manifest_path] = [MODEL, MANIFEST].map(|p| p.replace("/1/", &format!("/{version}/")));
    let bytes = std::fs::read(project.at(&model)).unwrap();
    let mut document: ModelDocument = envelope::open(FORMAT, 1, &bytes, &model).unwrap().content;
    change(&mut document);
    let (bytes, fingerprint) = envelope::seal(FORMAT, format_version, "2026-01-01T00:00:00Z", &document).unwrap();
    let mut manifest = project.json(&manifest_path);
    manifest["model_fingerprint"] = json!(fingerprint);
    let files = manifest["files"].as_array_mut().unwrap();
    let file = files.iter_mut().find(|f| f["name"] == "trainedmodel.json").unwrap();
    (file["bytes"], file["sha256"]) = (json!(bytes.len()), json!(Fingerprint::of(&bytes)));
    project.write(&manifest_path, manifest.to_string());
    project.write(&model, bytes);
}

/// What the app says of the test data in the last run's own calls.
fn predictions(project: &Project) -> Value {
    let returns = project.json("models/apireturns.json");
    let call = returns["calls"].as_array().unwrap().iter().find(|c| c["path"] == "/prediction").unwrap().clone();
    assert_eq!(call["status"], 200, "{call}");
    call["body"]["predictions"].clone()
}

#[test]
fn a_model_of_another_program_is_loaded_and_the_difference_is_told() {
    let project = deployed();
    let before = predictions(&project);
    let same = project.json("models/diagnostics.json")["dependencies"].clone();
    project.run("diagnostics", &[]).expect(0);
    let same_now = project.json("models/diagnostics.json")["dependencies"].clone();
    for told in [&same, &same_now] {
        assert_eq!((&told["program_differs"], &told["model_format_version"]), (&json!(false), &json!(1)), "{told}");
        assert_eq!(told["rustc_trained_with"], told["rustc_running"]);
    }
    replace(&project, 1, |document| {
        document.program = "incumbent 0.0.1".to_string();
        document.rustc = "rustc 1.60.0".to_string();
        document.dependencies.iter_mut().find(|p| p.name == "serde_json").unwrap().version = "0.9.9".to_string();
    });
    let words = "the program (incumbent 0.0.1, now incumbent ";
    let ran = project.run("diagnostics", &["--json"]).expect(0).says(&[words, "the compiler (rustc 1.60.0, now rustc"]);
    let told = ran.json()["dependencies"].clone();
    assert_eq!(project.json("models/diagnostics.json")["dependencies"], told);
    assert_eq!((&told["trained_with"], &told["program_differs"]), (&json!("incumbent 0.0.1"), &json!(true)));
    assert_eq!((&told["rustc_trained_with"], &told["differing"]), (&json!("rustc 1.60.0"), &json!(1)));
    let first = &told["packages"][0];
    assert_eq!((&first["name"], &first["trained_with"]), (&json!("serde_json"), &json!("0.9.9")), "those first");
    project.run("apicalls", &[]).expect(0);
    assert_eq!(predictions(&project), before);
    let checked = project.run("fullprocess", &["--check"]).expect(0);
    assert!(checked.out.contains("whole and loadable; it was trained by incumbent 0.0.1"), "{}", checked.out);
    // The next challenger is held against it as against any other.
    project.write("sourcedata/c.csv", customers(3000, 30));
    assert!(project.run("fullprocess", &["--json"]).expect(0).json()["old_score"].is_number());
}

#[test]
fn a_model_of_a_newer_format_is_refused_and_stays_in_office() {
    let project = deployed();
    replace(&project, 2, |_| {});
    project.write("sourcedata/c.csv", customers(3000, 30));
    let before = project.files();
    project.run("fullprocess", &[]).expect(65).says(&[
        &format!("error: {MODEL}: has format version 2; this program reads versions up to 1"),
        "hint: use the newer program that wrote it",
    ]);
    assert_eq!(project.files(), before, "nothing takes its place");
    project.run("diagnostics", &[]).expect(65).says(&["has format version 2"]);
}
