//! Model files that were cut, changed or put there by somebody else: refused by their checksum,
//! while the app goes on with what it holds and the version before comes back by a rollback.

use super::{challenged, deploys};
use crate::api::{App, until};
use crate::project::Project;

const MODEL: &str = "production_deployment/versions/2/trainedmodel.json";

/// Ways to spoil a model file.
fn spoilt(project: &Project) -> Vec<(&'static str, Vec<u8>)> {
    let whole = project.read(MODEL).into_bytes();
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let another = project.read("production_deployment/versions/1/trainedmodel.json").into_bytes();
    vec![
        ("emptied", Vec::new()),
        ("cut in half", whole[..whole.len() / 2].to_vec()),
        ("a bit flipped early", flipped(whole.len() / 4)),
        ("a bit flipped late", flipped(whole.len() * 3 / 4)),
        ("a whole model of another version", another),
        ("a pickle", b"\x80\x04\x95\x1e\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94\x8c\x06system\x94\x93\x94.".to_vec()),
        ("deep JSON", b"[".repeat(1_000_000)),
    ]
}

#[test]
fn a_spoilt_model_file_is_refused_and_the_version_before_comes_back() {
    let project = challenged();
    deploys(&project);
    for (name, bytes) in spoilt(&project) {
        let project = project.copy();
        let app = App::start(&project);
        let answers = app.get("/prediction").1;
        project.write(MODEL, &bytes);
        for arguments in [&["--quiet"][..], &["--quiet", "--force"]] {
            let refused = project.run("fullprocess", arguments).expect(65);
            assert!(refused.err.contains("versions/2") && refused.err.contains("hint: "), "{name}: {}", refused.err);
        }
        assert_eq!(std::fs::read(project.at(MODEL)).unwrap(), bytes, "{name}: it is left for people to look at");
        assert_eq!(app.get("/prediction").1, answers, "{name}: the app answers with the model that it holds");
        project.run("deployment", &["--rollback", "2"]).expect(65);
        project.run("deployment", &["--rollback", "1", "--quiet"]).expect(0);
        until("the app has taken up version 1", || app.get("/health").1["model_version"] == 1);
        assert_eq!(app.get("/prediction").0, 200, "{name}");
        project.run("fullprocess", &["--quiet", "--force"]).expect(0);
    }
}

#[test]
fn a_spoilt_model_that_waits_for_deployment_is_refused() {
    let project = challenged();
    deploys(&project);
    for (name, bytes) in spoilt(&project).into_iter().filter(|(name, _)| !name.starts_with("a whole model")) {
        let project = project.copy();
        project.write("models/trainedmodel.json", &bytes);
        let refused = project.run("deployment", &[]).expect(65);
        assert!(refused.err.contains("error: models/trainedmodel.json: "), "{name}: {}", refused.err);
        assert_eq!(project.run("deployment", &["--history", "--json"]).expect(0).json()["current"], 2, "{name}");
        project.run("fullprocess", &["--quiet", "--force"]).expect(0);
    }
}
