//! What the program is built from, as far as the lock file tells: `.ci/deny` looks at the rest.

use std::collections::BTreeMap;
use std::path::Path;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// A line `key = "value"` of a part of a TOML file.
fn value<'a>(part: &'a str, key: &str) -> Option<&'a str> {
    part.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'))
}

#[test]
fn every_dependency_comes_from_the_registry_with_a_checksum() {
    let lock = read("Cargo.lock");
    let packages: Vec<&str> = lock.split("[[package]]").skip(1).collect();
    assert!(packages.len() > 100, "the lock file is looked at");
    for package in packages {
        let name = value(package, "name").unwrap();
        if name == "incumbent" {
            continue;
        }
        let source = value(package, "source");
        assert_eq!(source, Some("registry+https://github.com/rust-lang/crates.io-index"), "{name}");
        assert!(value(package, "checksum").is_some_and(|sum| sum.len() == 64), "{name} has no checksum");
    }
}

#[test]
fn every_crate_that_is_there_twice_has_its_reason() {
    let (lock, rules) = (read("Cargo.lock"), read("deny.toml"));
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        versions.entry(value(package, "name").unwrap()).or_default().push(value(package, "version").unwrap());
    }
    let skipped = rules.split("skip = [").nth(1).and_then(|rest| rest.split("\n]").next()).unwrap();
    // { crate = "syn@2", reason = "…" }
    let reasons: Vec<(&str, &str)> = skipped
        .lines()
        .filter_map(|line| {
            let (name, reason) = line.split_once("crate = \"")?.1.split_once("\", reason = \"")?;
            assert!(reason.len() > 20, "{line}: why?");
            name.split_once('@')
        })
        .collect();
    let mut used = 0;
    for (name, versions) in &versions {
        let is_excused = |version: &&&str| {
            reasons.iter().any(|(n, v)| n == name && (version.starts_with(&format!("{v}.")) || *version == v))
        };
        let excused = versions.iter().filter(is_excused).count();
        assert!(versions.len() <= 1 + excused, "{name} is there as {}: why?", versions.join(" and "));
        used += excused;
    }
    assert_eq!(used, reasons.len(), "deny.toml gives reasons for what is not there any more");
    assert!(rules.contains("\nmultiple-versions = \"deny\""), "cargo-deny looks too");
}

#[test]
fn unsafe_code_is_forbidden_and_stays_so() {
    let manifest = read("Cargo.toml");
    let lints = manifest.split("[lints.rust]").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap();
    assert_eq!(value(lints, "unsafe_code"), Some("forbid"));
    // Nothing in the crate could allow it again, and nothing tries: not in tests or benchmarks either.
    let mut looked = 0;
    for folder in ["src", "tests", "benches", "examples"] {
        let files = walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
        let is_rust = |e: &walkdir::DirEntry| e.path().extension().is_some_and(|x| x == "rs");
        for file in files.into_iter().map(Result::unwrap).filter(is_rust) {
            let text = std::fs::read_to_string(file.path()).unwrap();
            let block = concat!("unsa", "fe {");
            let lint = concat!("allow(unsa", "fe_code");
            assert!(!text.contains(block) && !text.contains(lint), "{}", file.path().display());
            looked += 1;
        }
    }
    assert!(looked > 300, "the sources are looked at");
}

#[test]
fn continuous_integration_runs_what_it_says() {
    let run = read(".ci/run");
    for command in ["cargo fmt --check", "cargo clippy --all-targets -- -D warnings", "cargo test", ".ci/deny"] {
        assert!(run.lines().any(|line| line == command), "{command}");
    }
    let (deny, testing) = (read(".ci/deny"), read("docs/testing.md"));
    let version = deny.lines().find_map(|line| line.strip_prefix("version=")).unwrap();
    assert!(testing.contains(&format!("cargo-deny {version}")), "docs/testing.md names cargo-deny {version}");
}
