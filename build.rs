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

/// All packages of the lock file, which also lists those used for tests only.
fn from_lock(root: &str) -> Option<Vec<Value>> {
    let lock = fs::read_to_string(Path::new(root).join("Cargo.lock")).ok()?;
    let manifest = fs::read_to_string(Path::new(root).join("Cargo.toml")).ok()?;
    let value = |block: &str, key: &str| {
        let line = block.lines().find(|l| l.starts_with(key))?;
        Some(line.split('"').nth(1)?.to_string())
    };
    let packages = lock.split("[[package]]").skip(1).filter_map(|block| {
        let (name, version) = (value(block, "name = ")?, value(block, "version = ")?);
        let direct = manifest.lines().any(|l| l.starts_with(&format!("{name} =")));
        (name != "incumbent").then(|| json!({"name": name, "version": version, "direct": direct}))
    });
    Some(packages.collect())
}
