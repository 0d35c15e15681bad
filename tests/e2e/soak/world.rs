//! A project, and ticks on it: something changes, something is run, and what stands is looked at.

use super::checks::{self, Tick};
use super::folder::{Content, Expected, Folder, Row};
use super::generator::{Call, Change, Generator};
use super::standing::Standing;
use crate::crash_sweep::{Checked, check};
use crate::project::{Project, Ran, command};
use incumbent::store::added::Added;
use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

pub struct World {
    pub project: Project,
    pub folder: Folder,
    /// Rows that were added and have no file of their own yet.
    pub waiting: Vec<Row>,
    /// Counts the changes of the test data.
    pub test: usize,
    /// What each version has ever said of each test data.
    pub answers: HashMap<(u64, usize), String>,
    /// The metric, the rule and its margin.
    pub gate: serde_json::Value,
    generator: Generator,
    /// After the last tick.
    stood: Standing,
    /// A line for each tick.
    pub told: Vec<String>,
}

/// How a binary ended.
#[derive(Debug)]
pub struct Ended {
    /// -1 where it was killed.
    pub code: i32,
    pub json: serde_json::Value,
    pub err: String,
}

impl Ended {
    fn of(output: &Output) -> Checked<Ended> {
        let signal = output.status.signal();
        check(matches!(signal, None | Some(9)), || format!("signal {signal:?}"))?;
        let Ran { code, out, err } = Ran::of(output);
        let parsed = serde_json::from_str(&out);
        check(code == -1 || parsed.is_ok(), || format!("exit code {code}, no JSON:\n{out}{err}"))?;
        Ok(Ended { code, json: parsed.unwrap_or_default(), err })
    }

    pub fn decision(&self) -> &str {
        self.json["decision"].as_str().unwrap_or_default()
    }
}

impl World {
    pub fn new(seed: u64) -> World {
        let mut generator = Generator::new(seed);
        let project = Project::new();
        for name in ["sourcedata/a.csv", "sourcedata/b.csv"] {
            project.remove(name);
        }
        let config = generator.config();
        project.write("testdata/test.csv", generator.test_data());
        project.config(config.clone());
        std::fs::create_dir(project.at("tmp")).unwrap();
        World {
            project,
            folder: Folder::default(),
            waiting: Vec::new(),
            test: 0,
            answers: HashMap::new(),
            gate: config["gate"].clone(),
            generator,
            stood: Standing::default(),
            told: vec![format!("{} {}", config["model"], config["gate"])],
        }
    }

    /// One tick.
    pub fn tick(&mut self) -> Checked<()> {
        let before = std::mem::take(&mut self.stood);
        let change = match self.told.len() {
            1 => Change::Write("a.csv".to_string(), Content::Rows { rows: self.generator.rows(30, 0.4), ending: "\n" }),
            _ => self.generator.change(&self.folder),
        };
        let mut told = format!("{}: {}", self.told.len(), describe(&change));
        self.apply(change);
        // What was lost by that is lost.
        let before = match told.contains("lose ") {
            true => Standing::of(self)?,
            false => before,
        };
        let call = self.generator.call(&before.versions);
        let fault = self.generator.fault(&call);
        told += &format!("; {call:?} {}", fault.variable());
        self.told.push(told);
        let ended = match &call {
            Call::Second(point) => self.two(*point)?,
            _ => vec![Ended::of(&self.command(&call, &fault.variable()).output().unwrap())?],
        };
        let last = self.told.len() - 1;
        let ends: Vec<String> = ended.iter().map(|ended| format!("{} {}", ended.code, ended.decision())).collect();
        self.told[last] += &format!(" -> {}", ends.join(", "));
        let sealed = self.find_sealed();
        let err = || ended.iter().map(|ended| ended.err.as_str()).collect::<String>();
        let checked = sealed.and_then(|()| {
            let after = Standing::of(self)?;
            self.told[last] += &format!("; version {:?}", after.office.unwrap_or_default());
            checks::all(self, &Tick { call: &call, fault, ended: &ended, before: &before, after: &after })?;
            self.stood = after;
            Ok(())
        });
        checked.map_err(|e| format!("{e}\n{}", err()))
    }

    /// A version to be looked at closer.
    pub fn sample(&mut self, versions: &[u64]) -> Option<u64> {
        self.generator.one(versions)
    }

    fn apply(&mut self, change: Change) {
        let project = &self.project;
        let at = |name: &str| format!("sourcedata/{name}");
        match change {
            Change::Nothing => {}
            Change::Write(name, content) => {
                project.write(&at(&name), content.bytes());
                self.folder.files.insert(name, content);
            }
            Change::Remove(names) => {
                for name in names {
                    if self.folder.files.remove(&name).is_some() {
                        project.remove(&at(&name));
                    }
                }
            }
            Change::Rename(from, to) => {
                std::fs::create_dir_all(project.at(&at(&to)).parent().unwrap()).unwrap();
                std::fs::rename(project.at(&at(&from)), project.at(&at(&to))).unwrap();
                let content = self.folder.files.remove(&from).unwrap();
                self.folder.files.insert(to, content);
            }
            Change::Append(rows) => {
                let header: Vec<&str> = super::folder::HEADER.split(',').collect();
                let text: String = rows.iter().map(|row| row.text.clone() + "\n").collect();
                let added = Added::new(&project.at("sourcedata"), "sourcedata");
                added.append(&header, text.as_bytes(), rows.len() as u64).unwrap();
                self.waiting.extend(rows);
            }
            Change::TestData(text) => {
                project.write("testdata/test.csv", text);
                self.test += 1;
            }
            Change::Lose(name) => {
                if project.at(name).exists() {
                    project.remove(name);
                }
            }
        }
    }

    fn command(&self, call: &Call, faults: &str) -> Command {
        let mut run = command(match call {
            Call::Run | Call::Force | Call::Second(_) => "fullprocess",
            Call::Ingestion => "ingestion",
            Call::Rollback(_) => "deployment",
        });
        match call {
            Call::Run | Call::Second(_) | Call::Ingestion => {}
            Call::Force => drop(run.arg("--force")),
            Call::Rollback(None) => drop(run.arg("--rollback")),
            Call::Rollback(Some(version)) => drop(run.args(["--rollback", &version.to_string()])),
        }
        run.args(["--json", "--quiet"]).current_dir(self.project.path()).env("TMPDIR", self.project.at("tmp"));
        run.env("INCUMBENT_FAULTS", faults);
        run
    }

    /// A run that is held at a point, where it comes to it, and another that begins meanwhile.
    fn two(&self, point: usize) -> Checked<Vec<Ended>> {
        let elsewhere = tempfile::tempdir().unwrap();
        let pipe = elsewhere.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut first = self.command(&Call::Run, &format!("hold:{point}:{}", pipe.display()));
        let mut first = first.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let held = held(&mut first, &pipe);
        let second = Ended::of(&self.command(&Call::Run, "").output().unwrap());
        drop(held);
        let (first, second) = (Ended::of(&first.wait_with_output().unwrap())?, second?);
        // Where the first was held before it had the lock, it came second.
        let came_second = first.decision() == "no_new_data" && second.code != 75;
        Ok(if came_second { vec![second, first] } else { vec![first, second] })
    }

    /// The merge of what lies there. Rows that were added and could not be given a file of their own
    /// are read where they are.
    pub fn merge(&self, ended: &[Ended]) -> Expected {
        let unsealed = "the rows that were added could not be given a file of their own";
        let mut folder = self.folder.clone();
        if !self.waiting.is_empty() && ended.iter().any(|ended| ended.err.contains(unsealed)) {
            let content = Content::Rows { rows: self.waiting.clone(), ending: "\n" };
            folder.files.insert("added.csv".to_string(), content);
        }
        folder.merge()
    }

    /// The files that runs have made of rows that were added: nothing else comes among the inputs.
    fn find_sealed(&mut self) -> Checked<()> {
        let folder = self.project.at("sourcedata");
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(&folder).min_depth(1) {
            let entry = entry.unwrap();
            let name = entry.path().strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
            if entry.file_type().is_file() && ![".added.lock", "added.csv"].contains(&name.as_str()) {
                found.push(name);
            }
        }
        let new: Vec<&String> = found.iter().filter(|name| !self.folder.files.contains_key(*name)).collect();
        match new.as_slice() {
            [] => {}
            [name] if name.starts_with("added-20") && !self.waiting.is_empty() => {
                let content = Content::Rows { rows: std::mem::take(&mut self.waiting), ending: "\n" };
                self.folder.files.insert((*name).clone(), content);
            }
            _ => return Err(format!("among the inputs came {new:?}")),
        }
        for (name, content) in &self.folder.files {
            let bytes = std::fs::read(folder.join(name)).map_err(|e| format!("{name}: {e}"))?;
            check(bytes == content.bytes(), || format!("the input {name} was written to"))?;
        }
        Ok(())
    }
}

/// Waits until a run is held, or has ended without being so.
fn held(run: &mut Child, pipe: &std::path::Path) -> Option<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    // Without waiting: a run that ends before it comes to the point opens no pipe.
    let nonblocking = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap();
    loop {
        if let Ok(file) = std::fs::File::options().write(true).custom_flags(nonblocking).open(pipe) {
            return Some(file);
        }
        if run.try_wait().unwrap().is_some() {
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn describe(change: &Change) -> String {
    let rows = |content: &Content| match content {
        Content::Rows { rows, .. } => {
            format!("{} rows, {} bad", rows.len(), rows.iter().filter(|row| !row.is_good).count())
        }
        Content::Broken(bytes) => format!("{:?}", String::from_utf8_lossy(bytes)),
    };
    match change {
        Change::Nothing => "nothing".to_string(),
        Change::Write(name, content) => format!("write {name} ({})", rows(content)),
        Change::Remove(names) => format!("remove {}", names.join(" ")),
        Change::Rename(from, to) => format!("rename {from} to {to}"),
        Change::Append(rows) => format!("add {} rows", rows.len()),
        Change::TestData(_) => "other test data".to_string(),
        Change::Lose(name) => format!("lose {name}"),
    }
}
