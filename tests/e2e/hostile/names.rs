//! Names that lead elsewhere, and names that steer a terminal or forge a line.

use crate::api::App;
use crate::project::{Project, Ran, command, customers};
use serde_json::json;
use std::os::unix::fs::symlink;

/// Colours, a cleared screen, a title, C1 controls, a turned direction, a forged line.
const STEERING: &str = "\x1b[2J\x1b[31m\x1b]0\x07\u{9b}31m\u{202e}\rx";
const FORGED: &str = "\nerror: forged: run rm\nhint: forged";

/// What may stand on a terminal and in a log: text and line ends.
fn is_plain(text: &str) -> bool {
    let turns = ['\u{202e}', '\u{2028}', '\u{2066}'];
    !text.chars().any(|c| c.is_control() && c != '\n' || turns.contains(&c)) && !text.contains("\nerror: forged")
}

fn assert_plain(ran: &Ran, name: &str) {
    assert!(is_plain(&ran.err) && is_plain(&ran.out), "{name}: {:?} {:?}", ran.out, ran.err);
}

/// Everything that people look at.
fn assert_all_plain(project: &Project) {
    let log = project.read("fullprocess.log");
    assert!(is_plain(&log), "{log:?}");
    let is_line = |line: &str| line.len() > 20 && line.as_bytes()[10] == b'T' && line.contains(" run=");
    assert!(log.lines().all(is_line), "each line begins with its time: {log}");
    for name in ["models/report.html", "ingesteddata/ingestedfiles.txt"] {
        if project.at(name).exists() {
            let text = project.read(name);
            assert!(!text.contains(['\x1b', '\x07', '\u{9b}', '\u{202e}', '\r']), "{name}");
        }
    }
}

#[test]
fn names_of_files_reach_no_terminal_and_no_log_as_they_are() {
    let project = Project::new();
    for part in [STEERING, FORGED] {
        // Names of a folder end at 255 bytes.
        project.write(&format!("sourcedata/a{part}.csv"), customers(3000, 20));
        project.write(&format!("sourcedata/b{part}.txt"), "x");
        project.write("sourcedata/turned\u{202e}vsc.csv", customers(5000, 20));
        project.write(&format!("sourcedata/c{part}/d.csv"), customers(4000, 20));
        std::fs::create_dir(project.at(&format!("sourcedata/e{part}.csv"))).unwrap();
        symlink("/dev/zero", project.at(&format!("sourcedata/f{part}.csv"))).unwrap();
        project.write(&format!("testdata/g{part}.csv"), "x\n1\n");
    }
    let ran = project.run("fullprocess", &[]).expect(0);
    assert_plain(&ran, "fullprocess");
    assert!(
        ran.err.contains("\\u{1b}[2J")
            && ran.err.contains("its name holds a line end, a control character or a turn of direction")
    );
    assert_all_plain(&project);
    assert_eq!(project.read("ingesteddata/ingestedfiles.txt"), "a.csv\nb.csv\n");
    for check in ["--check", "--dry-run", "--crontab"] {
        assert_plain(&project.run("fullprocess", &[check]), check);
    }
    let app = App::start(&project);
    let mut name = String::new();
    format!("nowhere{STEERING}.csv").bytes().for_each(|b| name.push_str(&format!("%{b:02x}")));
    assert!(is_plain(app.get(&format!("/prediction?filename={name}")).1["detail"].as_str().unwrap()));
}

#[test]
fn names_of_columns_and_cells_reach_no_terminal_and_no_log_as_they_are() {
    let project = Project::new();
    let quoted = |text: &str| format!("\"{text}\"");
    let hostile = format!("{STEERING}{FORGED}");
    let spoil = |text: String| {
        let text =
            text.replacen("plan", &quoted(&format!("p{hostile}")), 1).replace("gold", &quoted(&format!("g{hostile}")));
        text.replace(",1\n", &format!(",{}\n", quoted(&format!("1{hostile}"))))
    };
    for name in ["sourcedata/a.csv", "sourcedata/b.csv", "testdata/test.csv"] {
        let text = spoil(project.read(name));
        project.write(name, text);
    }
    let ran = project.run("fullprocess", &[]).expect(0);
    assert_plain(&ran, "fullprocess");
    project.write("sourcedata/c.csv", spoil(customers(3000, 30)).replace(",6,", ",much\x1b[2J,"));
    for (binary, arguments) in [
        ("ingestion", &[][..]),
        ("fullprocess", &["--force"]),
        ("diagnostics", &[]),
        ("reporting", &[]),
        ("deployment", &["--history"]),
        ("scoring", &[]),
    ] {
        let ran = project.run(binary, arguments);
        assert_plain(&ran, binary);
        assert!([0, 65].contains(&ran.code), "{binary}: {}", ran.err);
    }
    project.write("sourcedata/d.csv", spoil(customers(3000, 30)).replace("fee", &format!("\"f{STEERING}\"")));
    let ran = project.run("ingestion", &[]).expect(65);
    assert_plain(&ran, "a column that is new");
    assert!(ran.err.contains("is missing"), "{}", ran.err);
    project.config(json!({"data": {"target": format!("x{STEERING}"), (format!("k{STEERING}{FORGED}")): 1}}));
    assert_plain(&project.run("fullprocess", &[]).expect(78), "a config");
    assert_all_plain(&project);
}

#[test]
fn links_lead_nowhere() {
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("secret.csv"), customers(7000, 30)).unwrap();
    let project = Project::new();
    symlink(elsewhere.path(), project.at("sourcedata/folder")).unwrap();
    symlink(elsewhere.path().join("secret.csv"), project.at("sourcedata/file.csv")).unwrap();
    symlink("..", project.at("sourcedata/up")).unwrap();
    symlink("loop.csv", project.at("sourcedata/loop.csv")).unwrap();
    symlink("/proc/self/environ", project.at("sourcedata/environ.csv")).unwrap();
    let ran = project.run("fullprocess", &[]).expect(0);
    ran.says(&["sourcedata/file.csv: is passed over; it is a link", "sourcedata/loop.csv: is passed over"]);
    assert_eq!(project.read("ingesteddata/ingestedfiles.txt"), "a.csv\nb.csv\n");
    let app = App::start(&project);
    for name in [
        "folder/secret.csv",
        "file.csv",
        "up/config.json",
        "up/sourcedata/file.csv",
        "loop.csv",
        "environ.csv",
        "../sourcedata/../../etc/passwd",
        "%2e%2e/%2e%2e/etc/passwd.csv",
        "a.csv/../file.csv",
        "a.csv/.",
        "./folder/./secret.csv",
        "%00a.csv",
        "a.csv%00",
        "a.csv%0a",
        "\\..\\a.csv",
        "file:///etc/passwd.csv",
        "//etc//passwd.csv",
        ".csv",
        "%ff.csv",
    ] {
        let (status, body) = app.get(&format!("/prediction?filename={name}"));
        assert_eq!(status, 404, "{name}: {body}");
        assert!(!body.to_string().contains(elsewhere.path().to_str().unwrap()), "{name}: {body}");
        let asked = json!({"filepath": name, "dirtype": "input_folder_path"});
        app.post("/predict", asked.to_string()).expect(404);
    }
    let long = "a/".repeat(20_000) + "a.csv";
    assert_eq!(app.post("/predict", json!({"filepath": long}).to_string()).status, 404);
    // Within the folders, dots do no harm.
    assert_eq!(app.get("/prediction?filename=../sourcedata/a.csv&dirtype=input_folder_path").0, 200);
}

#[test]
fn a_config_that_leads_elsewhere_is_told() {
    let project = Project::new();
    let told = |path: &str, code: i32, says: &[&str]| {
        let ran = command("fullprocess").args(["--config", path]).current_dir(project.path()).output().unwrap();
        let ran = Ran::of(&ran).expect(code).says(&["error: ", "hint: "]).says(says);
        assert_plain(&ran, path);
    };
    told("/dev/zero", 78, &["error: /dev/zero: the file is longer than 4,000,000 bytes"]);
    told("sourcedata", 74, &["error: sourcedata: failed to read the file"]);
    told("no\x1b[31m.json", 66, &["no\\u{1b}[31m.json", "no such file"]);
    for (key, value) in [
        ("output_folder_path", "sourcedata/../sourcedata/out"),
        ("output_model_path", "./testdata/x/.."),
        ("prod_deployment_path", "ingesteddata/../models"),
        ("test_data_path", "models/../sourcedata"),
        ("output_folder_path", "."),
        ("prod_deployment_path", "a\u{0}b"),
    ] {
        project.config(json!({key: value}));
        let ran = project.run("fullprocess", &[]).expect(78).says(&["config.json: /", "hint: "]);
        assert_plain(&ran, value);
    }
    // A link below makes an output lie among the inputs although its name does not say so.
    symlink(project.at("sourcedata"), project.at("link")).unwrap();
    project.config(json!({"output_folder_path": "link/out"}));
    project.run("fullprocess", &[]).expect(78).says(&["a link leads there"]);
}
