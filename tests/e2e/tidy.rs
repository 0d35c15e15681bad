//! The rules of the house that the compiler does not know.

use std::path::Path;

/// Modules with their number; each uses modules of its own number or a lower one.
const LEVELS: [&[&str]; 6] = [
    &[
        "dependencies",
        "distinct",
        "error",
        "event",
        "fingerprint",
        "markup",
        "numbers",
        "parallel",
        "random",
        "signature",
        "statistics",
        "suggest",
        "vectors",
        "visible",
        "words",
    ],
    &["config", "table"],
    &["drift", "gate", "metrics", "models", "sources", "transforms"],
    &["report", "stages"],
    &["install", "log", "schedule", "store"],
    &["api", "cli", "run", "terminal"],
];

fn level(module: &str) -> Option<usize> {
    LEVELS.iter().position(|modules| modules.contains(&module))
}

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(Result::unwrap);
    files
        .filter(|e| e.path().extension().is_some_and(|x| x == "rs"))
        .map(|e| {
            let name = e.path().strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(e.path()).unwrap())
        })
        .collect()
}

#[test]
fn modules_use_their_own_number_or_a_lower_one() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let module = name.split('/').next().unwrap().trim_end_matches(".rs");
        if module == "lib" || module == "bin" {
            continue;
        }
        let own = level(module).unwrap_or_else(|| panic!("{module} has no number: add it to LEVELS and to lib.rs"));
        for line in text.lines().filter(|l| !l.trim_start().starts_with("//")) {
            for used in line.split("crate::").skip(1) {
                let names: Vec<&str> = match used.strip_prefix('{') {
                    Some(group) => group.split([',', '}']).map(|part| part.trim().split(':').next().unwrap()).collect(),
                    None => vec![used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()],
                };
                wrong.extend(
                    names
                        .iter()
                        .filter(|n| level(n).is_some_and(|l| l > own))
                        .map(|n| format!("{name} uses {n}: {}", line.trim())),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is_and_none_is_too_long() {
    for (name, text) in sources() {
        let is_test = name.ends_with("tests.rs")
            || name.contains("/tests/")
            || name.contains("conformance")
            || name.contains("cases");
        assert!(text.starts_with("//!") || is_test, "{name} has no module doc");
        let lines = text.lines().count();
        assert!(lines <= 500, "{name} has {lines} lines: split it");
    }
}

#[test]
fn the_store_changes_the_disk_where_it_can_be_killed() {
    let changes = [
        "fs::write(",
        "fs::rename(",
        "fs::copy(",
        "fs::remove_",
        "fs::create_dir",
        "fs::hard_link(",
        "File::create",
        "DirBuilder",
        " symlink(",
        "::symlink(",
        ".set_len(",
        ".sync_all(",
        ".sync_data(",
        "Connection::open(",
    ];
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        if !name.starts_with("store/") || name == "store/disk.rs" || name.ends_with("tests.rs") {
            continue;
        }
        // What a module's own tests do is theirs.
        let code = text.split("#[cfg(test)]").next().unwrap();
        let found = changes.iter().filter(|change| code.contains(**change));
        wrong.extend(found.map(|change| format!("{name}: {change}")));
    }
    assert!(wrong.is_empty(), "store/disk.rs has a call for each: {}", wrong.join(", "));
}
