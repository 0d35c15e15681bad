//! The pages of a real app in a real browser; tests/browser/README.md says what that needs.

use super::App;
use crate::project::{Project, customers};
use std::path::Path;
use std::process::Command;

#[test]
#[ignore = "needs node, playwright-core and Chromium: cargo test --test e2e browser -- --ignored"]
fn the_pages_work_in_a_browser() {
    let project = Project::new();
    project.config(serde_json::json!({"gate": {"rule": "not_worse", "margin": 1.0}}));
    for i in 0..3 {
        project.write(&format!("sourcedata/more{i}.csv"), customers(2000 + 100 * i, 30));
        project.run("fullprocess", &[]).expect(0);
    }
    let app = App::start(&project);
    for _ in 0..20 {
        app.send("GET", "/random", &[], "").expect(200);
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/check.mjs");
    let url = format!("http://{}", app.address);
    let checked = Command::new("node").arg(script).arg(url).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(checked.status.success(), "{}{}", text(&checked.stdout), text(&checked.stderr));
}
