//! The newest published versions of packages, asked of the registry through `cargo`.

use super::disk;
use crate::dependencies::Package;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

/// The newest versions of the direct packages, by name. Cargo resolves an empty package
/// that asks for any version of each; its lock file then holds the newest.
///
/// # Errors
/// Why nothing could be learnt: no cargo, no registry within `limit`.
pub fn newest(packages: &[Package], limit: Duration) -> Result<BTreeMap<String, String>, String> {
    let folder = super::batch::private_folder("newest").map_err(|e| e.to_string())?;
    let result = resolve(packages, &folder, limit);
    // A left-over folder in the temporary folder harms nobody.
    let _ = disk::remove_folder(&folder);
    let lock = result?;
    let names: Vec<&str> = packages.iter().filter(|p| p.direct).map(|p| p.name.as_str()).collect();
    Ok(versions(&lock).into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect())
}

fn resolve(packages: &[Package], folder: &std::path::Path, limit: Duration) -> Result<String, String> {
    let mut manifest = String::from(
        "[package]\nname = \"ask\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[lib]\npath = \"lib.rs\"\n[dependencies]\n",
    );
    for package in packages.iter().filter(|p| p.direct) {
        let _ = writeln!(manifest, "{} = {{ version = \"*\", default-features = false }}", package.name);
    }
    let write = |name: &str, text: &str| disk::write(&disk::create(&folder.join(name))?, text.as_bytes());
    write("Cargo.toml", &manifest)
        .and_then(|()| write("lib.rs", ""))
        .map_err(|e| format!("no temporary folder: {e}"))?;
    let mut child = Command::new("cargo")
        .args(["generate-lockfile", "--quiet"])
        .current_dir(folder)
        .env("CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS", "allow")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| "no cargo on this machine".to_string())?;
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => break,
            Ok(Some(_)) => return Err("cargo could not reach the registry".to_string()),
            Ok(None) if begun.elapsed() < limit => thread::sleep(Duration::from_millis(20)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("the registry did not answer within {} seconds", limit.as_secs()));
            }
        }
    }
    fs::read_to_string(folder.join("Cargo.lock")).map_err(|e| format!("cargo wrote no lock file: {e}"))
}

/// Name and greatest version of every package in a lock file.
fn versions(lock: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for block in lock.split("[[package]]").skip(1) {
        let value = |key: &str| block.lines().find_map(|l| l.strip_prefix(key)?.split('"').nth(1));
        let (Some(name), Some(version)) = (value("name = "), value("version = ")) else { continue };
        let entry = found.entry(name.to_string()).or_default();
        if number(version) > number(entry) {
            *entry = version.to_string();
        }
    }
    found
}

fn number(version: &str) -> Vec<u64> {
    version.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_version_of_a_lock_file_counts() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.9.0\"\n\n[[package]]\nname = \"a\"\nversion = \"1.10.0\"\n";
        assert_eq!(versions(lock), BTreeMap::from([("a".to_string(), "1.10.0".to_string())]));
    }
}
