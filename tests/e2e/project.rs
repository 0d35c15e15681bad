//! A project in a temporary folder, and the binaries run on it.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub struct Project {
    folder: tempfile::TempDir,
}

/// What a binary did.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(output: &Output) -> Ran {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("output is UTF-8");
        Ran { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// The one JSON object on standard output.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("not one JSON object: {e}\n{}{}", self.out, self.err))
    }

    pub fn expect(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "standard output:\n{}\nstandard error:\n{}", self.out, self.err);
        self
    }

    /// The message holds all of these.
    pub fn says(self, parts: &[&str]) -> Ran {
        for part in parts {
            assert!(self.err.contains(part), "{part:?} is missing in\n{}", self.err);
        }
        self
    }
}

/// Customers whose churn follows their fee and their calls, with some noise.
pub fn customers(first: usize, rows: usize) -> String {
    let mut text = String::from("customer,plan,fee,calls,churned\n");
    for i in first..first + rows {
        let (plan, fee, calls) = (["basic", "gold"][i % 2], 20 + (i * 7) % 50, (i * 3) % 9);
        let churned = u8::from((fee > 45) ^ (calls > 6) ^ (i % 11 == 0));
        text.push_str(&format!("c{i},{plan},{fee},{calls},{churned}\n"));
    }
    text
}

impl Project {
    /// The five keys, two input files and test data.
    pub fn new() -> Project {
        let project = Project { folder: tempfile::tempdir().unwrap() };
        project.config(json!({}));
        project.write("sourcedata/a.csv", customers(0, 80));
        project.write("sourcedata/b.csv", customers(60, 60));
        project.write("testdata/test.csv", customers(1000, 100));
        project
    }

    /// The data and the config that the project brings.
    pub fn of_samples() -> Project {
        let project = Project { folder: tempfile::tempdir().unwrap() };
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for name in ["config.json", "sourcedata", "practicedata", "testdata"] {
            for entry in walkdir::WalkDir::new(root.join(name)).sort_by_file_name() {
                let entry = entry.unwrap();
                if entry.file_type().is_file() {
                    let below = entry.path().strip_prefix(root).unwrap().to_string_lossy().into_owned();
                    project.write(&below, std::fs::read(entry.path()).unwrap());
                }
            }
        }
        project
    }

    /// The same files in a folder of their own.
    pub fn copy(&self) -> Project {
        Project::of(self.path())
    }

    /// A copy of the files in a folder.
    pub fn of(folder: &Path) -> Project {
        let copy = Project { folder: tempfile::tempdir().unwrap() };
        for entry in walkdir::WalkDir::new(folder).min_depth(1) {
            let entry = entry.unwrap();
            let to = copy.at(entry.path().strip_prefix(folder).unwrap().to_str().unwrap());
            let kind = entry.file_type();
            if kind.is_symlink() {
                std::os::unix::fs::symlink(std::fs::read_link(entry.path()).unwrap(), to).unwrap();
            } else if kind.is_dir() {
                std::fs::create_dir(to).unwrap();
            } else {
                std::fs::copy(entry.path(), to).unwrap();
            }
        }
        copy
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// The five keys with some more.
    pub fn config(&self, more: Value) {
        let mut config = json!({
            "input_folder_path": "sourcedata",
            "output_folder_path": "ingesteddata",
            "test_data_path": "testdata",
            "output_model_path": "models",
            "prod_deployment_path": "production_deployment",
        });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.write("config.json", config.to_string());
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.at(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.at(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    pub fn remove(&self, name: &str) {
        let path = self.at(name);
        if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }.unwrap();
    }

    /// Runs a binary in the project's folder.
    pub fn run(&self, binary: &str, arguments: &[&str]) -> Ran {
        Ran::of(&command(binary).args(arguments).current_dir(self.path()).output().unwrap())
    }

    /// Every file with its content, apart from what every run may write: log, history, lock.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        for entry in walkdir::WalkDir::new(self.path()).sort_by_file_name() {
            let entry = entry.unwrap();
            let name = entry.path().strip_prefix(self.path()).unwrap().to_string_lossy().into_owned();
            let apart =
                name.starts_with("fullprocess.log") || name.contains("history.sqlite") || name.ends_with(".lock");
            if entry.file_type().is_dir() || apart {
                continue;
            }
            let content = match std::fs::read_link(entry.path()) {
                Ok(target) => target.to_string_lossy().into_owned().into_bytes(),
                Err(_) => std::fs::read(entry.path()).unwrap(),
            };
            found.insert(name, content);
        }
        found
    }
}

/// A binary of this package, with nothing of the caller's surroundings that could change
/// what it does.
pub fn command(binary: &str) -> Command {
    let folder = Path::new(env!("CARGO_BIN_EXE_fullprocess")).parent().unwrap();
    let mut command = Command::new(folder.join(binary));
    command.env_remove("NO_COLOR").env("CARGO_NET_OFFLINE", "true");
    command
}

/// The folder of real data, or `None` with a word where it is absent.
pub fn shared(what: &str) -> Option<PathBuf> {
    let named = std::env::var_os("INCUMBENT_SHARED_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let found = named.into_iter().chain([beside]).map(|f| f.join(what)).find(|f| f.exists());
    if found.is_none() {
        eprintln!("skipped: the real data {what:?} is not here; INCUMBENT_SHARED_DATA may name its folder");
    }
    found
}
