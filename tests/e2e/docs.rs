//! The documents say what the program does.

use crate::api::{App, until};
use crate::project::Project;
use incumbent::table::Task;
use std::path::Path;

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// A generated part of a document; `UPDATE_DOCS=1 cargo test docs` writes it anew.
fn holds(name: &str, part: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    if text.contains(part) {
        return;
    }
    let (begin, end) = ("<!-- generated -->\n", "<!-- end -->");
    assert!(
        std::env::var_os("UPDATE_DOCS").is_some(),
        "{name} does not hold this part; UPDATE_DOCS=1 cargo test docs writes it:\n{part}"
    );
    let new = match text.split_once(begin).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1))) {
        Some((before, after)) => format!("{before}{begin}{part}{end}{after}"),
        None => part.to_string(),
    };
    std::fs::write(path, new).unwrap();
}

#[test]
fn the_schema_of_the_config_is_current() {
    let schema = serde_json::to_string_pretty(&incumbent::run::config_schema()).unwrap() + "\n";
    holds("config.schema.json", &schema);
}

#[test]
fn the_table_of_config_keys_is_current() {
    let mut table = String::from("| key | meaning | default |\n|---|---|---|\n");
    for key in incumbent::config::keys::KEYS {
        let default = key.default.map_or("must be given".to_string(), |d| format!("`{}`", d.replace('|', "\\|")));
        table.push_str(&format!("| `{}` | {} | {default} |\n", key.pointer[1..].replace('/', "."), key.meaning));
    }
    holds("docs/config.md", &table);
}

#[test]
fn the_tables_of_models_and_metrics_are_current() {
    let mut models = String::new();
    for model in incumbent::models::ALL {
        let learns: Vec<&str> =
            Task::ALL.into_iter().filter(|t| incumbent::models::learns(*model, *t)).map(Task::name).collect();
        models.push_str(&format!(
            "## {}\n\n{}\n\nLearns: {}.\n\n| parameter | default | range | purpose |\n|---|---|---|---|\n",
            model.name(),
            model.summary(),
            learns.join(", ")
        ));
        for spec in model.params() {
            models.push_str(&format!(
                "| `{}` | `{}` | {} | {} |\n",
                spec.name,
                spec.default.to_json(),
                spec.domain.range(),
                spec.purpose
            ));
        }
        models.push('\n');
    }
    models.push_str("## Metrics\n\nThose that have a meaning for the task are computed.\n\n| name | for people | better is | tasks |\n|---|---|---|---|\n");
    for metric in incumbent::metrics::ALL {
        let tasks: Vec<&str> = Task::ALL.into_iter().filter(|t| metric.applies(*t)).map(Task::name).collect();
        let (name, label, better) = (metric.name(), metric.label(), metric.direction().words());
        models.push_str(&format!("| `{name}` | {label} | {better} | {} |\n", tasks.join(", ")));
    }
    holds("docs/models.md", &models);
}

#[test]
fn the_table_of_routes_is_current() {
    let mut table = String::from("| route | answer |\n|---|---|\n");
    for endpoint in incumbent::api::ALL {
        let paths: Vec<String> = endpoint.paths.iter().map(|path| format!("`{path}`")).collect();
        table.push_str(&format!("| {} {} | {} |\n", endpoint.method, paths.join(", "), endpoint.summary));
    }
    holds("docs/api.md", &table);
}

/// A line of the documents as a shell would cut it, of what the documents use: single quotes,
/// and `$'…'` with `\\n`.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut escapes) = (Vec::new(), String::new(), false, false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => quoted = !quoted,
            '$' if !quoted && letters.peek() == Some(&'\'') => escapes = true,
            '\\' if quoted && escapes => word.push(if letters.next() == Some('n') { '\n' } else { '\\' }),
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            other => word.push(other),
        }
        escapes &= quoted || letter == '$';
    }
    words.push(word);
    words
}

#[test]
fn every_call_in_the_documents_works_and_every_route_has_one() {
    let project = Project::of_samples();
    project.run("fullprocess", &[]).expect(0);
    let app = App::start(&project);
    let text = document("docs/api.md");
    let mut called: Vec<(String, String)> = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("curl ")) {
        let (mut method, mut headers, mut body, mut url) = (None, Vec::new(), String::new(), String::new());
        let words = words(line);
        let mut rest = words.iter().skip(1);
        while let Some(word) = rest.next() {
            match word.as_str() {
                "-X" => method = rest.next().cloned(),
                "-H" => headers.extend(rest.next().unwrap().split_once(": ")),
                "-d" | "--data-binary" => body = rest.next().unwrap().clone(),
                _ => url = word.clone(),
            }
        }
        let method = method.unwrap_or_else(|| if body.is_empty() { "GET" } else { "POST" }.to_string());
        let target = url.strip_prefix("http://127.0.0.1:8000").unwrap_or_else(|| panic!("{line}"));
        if target == "/models/current" {
            until("the run has ended", || app.get("/retrain").1["running"] == false);
        }
        let reply = app.send(&method, target, &headers, body);
        assert!(reply.status < 300, "{line}\n{reply:?}");
        called.push((method, target.split('?').next().unwrap().to_string()));
    }
    let apart = ["/get_prediction", "/style.css", "/dashboard.js", "/docs.js"];
    for endpoint in incumbent::api::ALL.iter().filter(|e| !apart.contains(&e.paths[0])) {
        let is_called = |path: &&str| {
            let path = path.replace("{m}", "incumbent");
            called.iter().any(|(method, target)| method == endpoint.method && *target == path)
        };
        assert!(endpoint.paths.iter().any(is_called), "no example calls {} {}", endpoint.method, endpoint.paths[0]);
    }
}

#[test]
fn the_exit_codes_in_the_readme_are_those_of_the_program() {
    let readme = document("README.md");
    for kind in incumbent::error::Kind::ALL {
        let row = format!("| {} | {} |", kind.exit_code(), kind.meaning());
        assert!(readme.contains(&row), "{row}");
    }
}

#[test]
fn the_configs_in_the_documents_are_valid() {
    for name in ["README.md", "docs/config.md", "docs/alerts.md", "docs/signing.md"] {
        let text = document(name);
        let blocks: Vec<&str> = text.split("```json\n").skip(1).filter_map(|b| b.split("```").next()).collect();
        assert!(!blocks.is_empty(), "{name} shows no config");
        for block in blocks {
            let project = Project::new();
            project.write("config.json", block);
            // They speak of columns that this data has not.
            project.remove("sourcedata");
            let checked = project.run("fullprocess", &["--check", "--json"]);
            assert!(checked.code == 66, "{name}:\n{block}\n{}", checked.out);
            assert_eq!(checked.json()["checks"][0]["status"], "ok", "{name}:\n{block}\n{}", checked.out);
        }
    }
}

#[test]
fn every_option_in_the_readme_is_known_to_its_binary() {
    let readme = document("README.md");
    let project = Project::new();
    let mut seen = 0;
    for line in
        readme.lines().filter(|l| l.starts_with("cargo run") || l.starts_with("$ ") || l.starts_with("target/release/"))
    {
        let Some((_, rest)) = line.split_once("--bin ").or_else(|| line.split_once("target/release/")) else {
            continue;
        };
        let words: Vec<&str> = rest
            .split_whitespace()
            .take_while(|w| !w.starts_with('#') && *w != "&" && *w != "|" && *w != ">")
            .collect();
        let help = project.run(words[0], &["--help"]).expect(0).out;
        for option in words.iter().filter(|w| w.len() > 2 && w.starts_with("--")) {
            assert!(help.contains(*option), "{line}: {} does not know {option}", words[0]);
            seen += 1;
        }
    }
    assert!(seen > 2, "the README shows options");
}

/// The tests that a document names are there, and every row of its tables names one.
fn names_tests_that_are_there(document_name: &str) {
    let text = document(document_name);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut named = 0;
    for command in text.split('`').filter(|part| part.starts_with("cargo test ")) {
        let (folder, test) = match command.strip_prefix("cargo test --test e2e ") {
            Some(test) => ("tests/e2e", test),
            None => ("src", command.strip_prefix("cargo test --lib ").unwrap_or_else(|| panic!("{command}"))),
        };
        let Some((module, name)) = test.trim_end_matches(" -- --ignored").rsplit_once("::") else { continue };
        // A module's own tests stand in its file or beside it.
        let module = module.replace("::", "/");
        let files = [module.clone(), module.trim_end_matches("/tests").to_string(), format!("{module}/mod")]
            .map(|file| root.join(folder).join(file));
        let is_test = |file: &Path| {
            let text = std::fs::read_to_string(file.with_extension("rs")).unwrap_or_default();
            // Tests over made-up values have arguments.
            let before = text.split_once(&format!("fn {name}(")).map(|(before, _)| before);
            before.is_some_and(|before| before.rsplit("fn ").next().unwrap().contains("#[test]"))
        };
        assert!(files.iter().any(|file| is_test(file)), "there is no such test: {command}");
        named += 1;
    }
    assert!(named > 10, "{document_name} names tests");
    let is_head = |line: &str| ["| promise", "| attack"].iter().any(|head| line.starts_with(head));
    for row in text.lines().filter(|line| line.starts_with("| ") && !is_head(line)) {
        assert!(row.contains("`cargo test ") || row.contains("| the same"), "no test holds this: {row}");
    }
}

#[test]
fn every_promise_names_tests_that_are_there() {
    names_tests_that_are_there("docs/reliability.md");
}

#[test]
fn every_defence_names_tests_that_are_there() {
    names_tests_that_are_there("docs/threat-model.md");
}
