//! Embeds what this program is built from: every package in the binary with its version,
//! from `cargo metadata` or, where that cannot run, from Cargo.lock alone.
#![allow(clippy::disallowed_methods, missing_docs)]

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::{env, fs, path::Path};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=Cargo.toml");
    println!("cargo:rerun-if-changed=Cargo.lock");
    let root = env::var("CARGO_MANIFEST_DIR")?;
    let packages = from_metadata(&root).or_else(|| from_lock(&root)).unwrap_or_default();
    let compiler = Command::new(env::var("RUSTC")?).arg("--version").output()?;
    let document = json!({
        "rustc": String::from_utf8_lossy(&compiler.stdout).trim(),
        "packages": packages,
    });
    fs::write(Path::new(&env::var("OUT_DIR")?).join("dependencies.json"), document.to_string())?;
    Ok(())
}

/// The packages that are linked into the program: reached from it by normal dependencies.
fn from_metadata(root: &str) -> Option<Vec<Value>> {
    let target = env::var("TARGET").ok()?;
    let output = Command::new(env::var("CARGO").ok()?)
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &target])
        .current_dir(root)
        .output()
        .ok()
        .filter(|o| o.status.success())?;
    let metadata: Value = serde_json::from_slice(&output.stdout).ok()?;
    let by_id: BTreeMap<&str, &Value> =
        metadata["packages"].as_array()?.iter().filter_map(|p| Some((p["id"].as_str()?, p))).collect();
    let normal = |id: &str| -> Vec<&str> {
        let nodes = metadata["resolve"]["nodes"].as_array().into_iter().flatten();
        let node =
            nodes.filter(|n| n["id"].as_str() == Some(id)).flat_map(|n| n["deps"].as_array().into_iter().flatten());
        node.filter(|d| d["dep_kinds"].as_array().is_some_and(|kinds| kinds.iter().any(|k| k["kind"].is_null())))
            .filter_map(|d| d["pkg"].as_str())
            .collect()
    };
    let own = metadata["resolve"]["root"].as_str()?;
    let direct: BTreeSet<&str> = normal(own).into_iter().collect();
    let (mut reached, mut next) = (direct.clone(), direct.iter().copied().collect::<Vec<_>>());
    while let Some(id) = next.pop() {
        next.extend(normal(id).into_iter().filter(|d| reached.insert(d)));
    }
    let mut packages: Vec<Value> = reached
        .iter()
        .filter_map(|id| by_id.get(id).map(|p| (id, p)))
        .map(|(id, p)| json!({"name": p["name"], "version": p["version"], "direct": direct.contains(id)}))
        .collect();
    packages.sort_by_key(|p| (p["name"].to_string(), p["version"].to_string()));
    Some(packages)
}

/// The packages of the lock file that the program's own dependencies lead to. A machine
/// that builds the program alone has not fetched what only tests use, and `cargo metadata`
/// refuses then. The lock file does not tell platforms and build dependencies apart, so
/// that this list is a little longer.
fn from_lock(root: &str) -> Option<Vec<Value>> {
    let lock = fs::read_to_string(Path::new(root).join("Cargo.lock")).ok()?;
    let manifest = fs::read_to_string(Path::new(root).join("Cargo.toml")).ok()?;
    let own = manifest.split("\n[dependencies]\n").nth(1)?.split("\n[").next()?;
    let direct: BTreeSet<&str> =
        own.lines().filter(|l| !l.starts_with('#')).filter_map(|l| Some(l.split_once(" =")?.0)).collect();
    let value = |block: &'_ str, key: &str| -> Option<String> {
        Some(block.lines().find(|l| l.starts_with(key))?.split('"').nth(1)?.to_string())
    };
    // Name, version, and the names that it depends on; a version may follow a name there.
    let packages: Vec<(String, String, Vec<String>)> = lock
        .split("[[package]]")
        .skip(1)
        .filter_map(|block| {
            let needs = block.split("dependencies = [").nth(1).unwrap_or_default();
            let needs = needs.lines().filter_map(|l| l.trim().trim_matches(|c| c == '"' || c == ',').split(' ').next());
            let needs = needs.map(|n| n.trim_matches('"').to_string()).collect();
            Some((value(block, "name = ")?, value(block, "version = ")?, needs))
        })
        .collect();
    let (mut reached, mut next): (BTreeSet<&str>, Vec<&str>) = (direct.clone(), direct.iter().copied().collect());
    while let Some(name) = next.pop() {
        for (_, _, needs) in packages.iter().filter(|(n, _, _)| n == name) {
            next.extend(needs.iter().map(String::as_str).filter(|n| reached.insert(n)));
        }
    }
    let linked = packages.iter().filter(|(name, _, _)| reached.contains(name.as_str()));
    Some(linked.map(|(n, v, _)| json!({"name": n, "version": v, "direct": direct.contains(n.as_str())})).collect())
}
