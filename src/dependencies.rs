//! What this program is built from, and how that differs from what a model was trained with.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// This program and its version, as artefacts name it.
pub const PROGRAM: &str = concat!("incumbent ", env!("CARGO_PKG_VERSION"));

/// A package that is linked into the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether this program names it itself, rather than one of its dependencies.
    #[serde(default)]
    pub direct: bool,
}

/// What the program was built from, embedded at build time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
pub struct Build {
    /// The compiler.
    pub rustc: String,
    /// Every package, by name.
    pub packages: Vec<Package>,
}

/// What this program was built from.
pub fn build() -> &'static Build {
    static BUILD: OnceLock<Build> = OnceLock::new();
    BUILD.get_or_init(|| {
        // The document is made by build.rs; a test makes sure that it is read.
        serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/dependencies.json"))).unwrap_or_default()
    })
}

/// One package as the model was trained with it, as this program has it, and as it is newest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The package.
    pub name: String,
    /// The version in the program that trained the model.
    pub trained_with: Option<String>,
    /// The version in this program.
    pub running: Option<String>,
    /// The newest version published, where that was asked and answered.
    pub newest: Option<String>,
    /// Whether the first two differ.
    pub differs: bool,
    /// Whether a newer one than the running one is published; unknown where it was not asked.
    pub outdated: Option<bool>,
}

/// Compares direct packages, and others where both programs have them and they differ: how
/// complete the list of the others is depends on the machine that built the program.
pub fn compare(trained: &[Package], running: &[Package], newest: Option<&BTreeMap<String, String>>) -> Vec<Drift> {
    let versions = |packages: &[Package]| -> BTreeMap<String, Vec<String>> {
        let mut map: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for p in packages {
            map.entry(p.name.clone()).or_default().push(p.version.clone());
        }
        map
    };
    let (then, now) = (versions(trained), versions(running));
    let direct: Vec<&str> = running.iter().chain(trained).filter(|p| p.direct).map(|p| p.name.as_str()).collect();
    let mut names: Vec<&String> = then.keys().chain(now.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| {
            let both = then.get(*name).zip(now.get(*name));
            direct.contains(&name.as_str()) || both.is_some_and(|(then, now)| then != now)
        })
        .map(|name| {
            let running = now.get(name).map(|v| v.join(", "));
            let trained_with = then.get(name).map(|v| v.join(", "));
            let newest = newest.and_then(|n| n.get(name)).cloned();
            Drift {
                name: name.clone(),
                differs: running != trained_with,
                outdated: newest.as_ref().map(|n| Some(n) != running.as_ref()),
                trained_with,
                running,
                newest,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_knows_its_packages() {
        let build = build();
        assert!(build.rustc.starts_with("rustc "));
        let hyper = build.packages.iter().find(|p| p.name == "hyper").unwrap();
        assert!(hyper.direct && hyper.version.starts_with("1."));
        assert!(build.packages.iter().any(|p| p.name == "httparse" && !p.direct));
        assert!(build.packages.iter().all(|p| p.name != "proptest"), "what only tests use is not in the program");
    }

    #[test]
    fn differences_are_told() {
        let package =
            |name: &str, version: &str, direct| Package { name: name.into(), version: version.into(), direct };
        let then = [
            package("a", "1.0.0", true),
            package("b", "1.0.0", false),
            package("c", "1.0.0", false),
            package("d", "1.0.0", false),
        ];
        let now = [package("a", "1.0.0", true), package("b", "1.1.0", false), package("c", "1.0.0", false)];
        let newest = BTreeMap::from([("a".to_string(), "2.0.0".to_string())]);
        let drift = compare(&then, &now, Some(&newest));
        let told: Vec<_> = drift.iter().map(|d| (d.name.as_str(), d.differs, d.outdated)).collect();
        assert_eq!(told, [("a", false, Some(true)), ("b", true, None)]);
    }
}
