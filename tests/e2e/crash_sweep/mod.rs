//! Killed wherever it changes the disk, in turn: what stands then, and what the next run makes of it.
//!
//! - `runs`: `fullprocess` and `deployment --rollback`, killed at each of their fault points.
//! - `added`: the app, killed at each of its points while rows are added.
//! - `system_calls`: the same without any help of the program, at each system call that writes.

mod added;
pub mod history;
pub mod runs;
mod system_calls;

use crate::project::{Project, Ran, command};
use history::History;
use incumbent::config::Config;
use incumbent::event::Silent;
use incumbent::parallel;
use incumbent::run::{Context, catalog, contest, scoring};
use incumbent::signature::PrivateKey;
use incumbent::stages::scoring::common_schema;
use incumbent::store::layout;
use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

/// A binary with its arguments.
pub type Call = (&'static str, &'static [&'static str]);
/// What does not hold, in words.
pub type Checked<T> = Result<T, String>;

/// Where a run is killed.
#[derive(Debug, Clone)]
enum Kill {
    /// At the fault point of that number, counted from 1.
    Point(usize),
    /// At that call of that name, counted from 1.
    SystemCall(String, usize),
}

impl Kill {
    fn command(&self, binary: &str) -> Command {
        let mut run = command(binary);
        match self {
            Kill::Point(number) => drop(run.env("INCUMBENT_FAULTS", format!("kill:{number}"))),
            Kill::SystemCall(name, number) => run = system_calls::killed(&run, name, *number),
        }
        run
    }
}

/// A project, what is killed on it, and what is run afterwards.
pub struct Scene {
    pub name: &'static str,
    pub project: Project,
    pub killed: Call,
    next: &'static [Call],
    /// How the files that a run leaves may be named otherwise where it was killed before.
    also: Vec<BTreeSet<String>>,
}

/// Who is in office and what is answered to the test rows.
#[derive(Debug, PartialEq)]
pub struct Office {
    pub version: u64,
    pub answers: String,
}

/// A project after all runs.
pub struct End {
    office: Option<Office>,
    names: BTreeSet<String>,
    merged: Vec<String>,
    history: History,
}

/// A scene where nothing was stopped.
pub struct Undisturbed {
    /// The model in office and the history, before and after.
    stood: [(Option<Office>, History); 2],
    end: End,
}

/// Says it whether tests pass or not.
pub fn tell(what: &str) {
    let _ = writeln!(std::io::stderr(), "crash sweep: {what}");
}

pub fn check(holds: bool, what: impl FnOnce() -> String) -> Checked<()> {
    if holds { Ok(()) } else { Err(what()) }
}

/// Runs a command in a project that keeps its temporary files inside.
pub fn run(project: &Project, mut command: Command) -> Ran {
    Ran::of(&command.current_dir(project.path()).env("TMPDIR", project.at("tmp")).output().unwrap())
}

fn complete(project: &Project, calls: &[Call]) -> Checked<()> {
    for (binary, arguments) in calls {
        let mut call = command(binary);
        call.args(*arguments);
        let ran = run(project, call);
        check(ran.code == 0, || format!("{binary} {arguments:?} ended with {}:\n{}", ran.code, ran.err))?;
    }
    Ok(())
}

/// The model in office, verified and loaded, with its answers; every name in the deployment folder
/// leads to the same set.
pub fn office(project: &Project) -> Checked<Option<Office>> {
    let config = Config::parse(&project.read("config.json"), &project.at("config.json"), "config.json", &catalog());
    let config = config.map_err(|e| e.message())?;
    let ctx = Context::new(&config, "test", true, &Silent);
    let Some(incumbent) = contest::incumbent(&ctx).map_err(|e| e.message())? else { return Ok(None) };
    for (name, content) in &incumbent.set.files {
        let named = std::fs::read(project.at("production_deployment").join(name)).ok();
        check(named.is_none_or(|named| named == *content), || format!("{name} is not that of the set in office"))?;
    }
    signature(project)?;
    let model = &incumbent.model;
    let test = scoring::test_rows(&ctx, &common_schema(&[model])).map_err(|e| e.message())?;
    let answers = model.pipeline.predict(&test.rows, 1).map_err(|e| e.message())?;
    let answers = format!("{answers:?}");
    Ok(Some(Office { version: incumbent.set.manifest.version, answers }))
}

/// What the names in the deployment folder lead to is signed, where there is a signature at all.
fn signature(project: &Project) -> Checked<()> {
    let read = |name: &str| std::fs::read(project.at("production_deployment").join(name)).ok();
    let (Some(signature), Some(manifest)) = (read(layout::SET_SIGNATURE), read(layout::SET_MANIFEST)) else {
        return Ok(());
    };
    let key = PrivateKey::parse(&project.read("key.pem")).map_err(|e| format!("{e:?}"))?;
    let by = incumbent::signature::verify(&[key.public()], &manifest, &signature);
    by.map(drop).map_err(|refusal| format!("the set in office {}", refusal.what()))
}

/// Every file and folder, hidden ones too; times in names are left out.
fn names(project: &Project) -> BTreeSet<String> {
    let name = |entry: walkdir::DirEntry| {
        let name = entry.path().strip_prefix(project.path()).unwrap().to_string_lossy().into_owned();
        match name.split_once("/added-") {
            Some((folder, time)) if time.starts_with("20") => format!("{folder}/added-TIME.csv"),
            _ => name,
        }
    };
    walkdir::WalkDir::new(project.path()).min_depth(1).into_iter().map(|entry| name(entry.unwrap())).collect()
}

impl End {
    fn of(project: &Project) -> Checked<End> {
        let merged = [layout::MERGED, layout::REJECTED, layout::INGESTED_FILES];
        let last = project.at("production_deployment/lastrun.json");
        if last.exists() {
            let last = project.json("production_deployment/lastrun.json");
            check(last["reported"] == true, || "the reports of the last decision are missing".to_string())?;
        }
        Ok(End {
            office: office(project)?,
            names: names(project),
            merged: merged.map(|name| timeless(&project.read(&format!("ingesteddata/{name}")))).to_vec(),
            history: History::of(project)?,
        })
    }
}

/// A text without the times in names of files.
fn timeless(text: &str) -> String {
    let mut parts = text.split("added-20");
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |all, part| all + "added-TIME" + part.trim_start_matches(|c: char| c != '.'))
}

impl Scene {
    /// The points that it passes when nothing stops it.
    pub fn points(&self) -> Vec<String> {
        let project = self.project.copy();
        let counted = tempfile::NamedTempFile::new().unwrap();
        let mut call = command(self.killed.0);
        call.args(self.killed.1).env("INCUMBENT_FAULTS", format!("count:{}", counted.path().display()));
        run(&project, call).expect(0);
        std::fs::read_to_string(counted.path()).unwrap().lines().map(str::to_string).collect()
    }

    /// Kills it at each of its points.
    fn sweep(&self) {
        let points = self.points();
        tell(&format!("{}: {} points", self.name, points.len()));
        for kind in ["rename", "sync", "write", "half a write", "sqlite"] {
            assert!(points.iter().any(|point| point == kind), "{}: no {kind} among {points:?}", self.name);
        }
        let kills: Vec<Kill> = (1..=points.len()).map(Kill::Point).collect();
        self.kill_at(&kills, &|kill| match kill {
            Kill::Point(number) => {
                let from = number.saturating_sub(3);
                format!("{number}: {}, before it {:?}", points[number - 1], &points[from..number - 1])
            }
            other => format!("{other:?}"),
        });
    }

    /// What stands where nothing stops it.
    pub fn undisturbed(&self) -> Undisturbed {
        let project = self.project.copy();
        let look = |project: &Project| (office(project).unwrap(), History::of(project).unwrap());
        let before = look(&project);
        complete(&project, &[self.killed]).unwrap();
        let after = look(&project);
        complete(&project, self.next).unwrap();
        Undisturbed { stood: [before, after], end: End::of(&project).unwrap() }
    }

    /// Kills it there, each time on a copy, and looks at what stands and at what comes of it.
    fn kill_at(&self, kills: &[Kill], describe: &dyn Fn(&Kill) -> String) {
        let undisturbed = self.undisturbed();
        let outcomes = parallel::map(kills.len(), parallel::available(), |i| {
            let project = self.project.copy();
            let mut call = kills[i].command(self.killed.0);
            let status = call.args(self.killed.1).current_dir(project.path()).env("TMPDIR", project.at("tmp"));
            let status = status.output().unwrap().status;
            let checked = self.judge(&project, &undisturbed, History::is_whole);
            (status.signal() == Some(9), checked)
        });
        let wrong: Vec<String> = kills
            .iter()
            .zip(&outcomes)
            .filter_map(|(kill, (_, checked))| Some(format!("{}\n  {}", describe(kill), checked.as_ref().err()?)))
            .collect();
        assert!(wrong.is_empty(), "{}: {} of {}:\n{}", self.name, wrong.len(), kills.len(), wrong.join("\n"));
        // Threads take turns as they like: the last few points may not be reached.
        let killed = outcomes.iter().filter(|(killed, _)| *killed).count();
        assert!(killed > 0 && killed + 5 >= kills.len(), "{}: only {killed} of {} were killed", self.name, kills.len());
    }

    /// What stands after it was stopped, and what the next run makes of it. `holds` looks at the
    /// history, beside those from before and from after where nothing was stopped.
    pub fn judge(
        &self,
        project: &Project,
        undisturbed: &Undisturbed,
        holds: fn(&History, &History, &History) -> Checked<()>,
    ) -> Checked<()> {
        let Undisturbed { stood, end } = undisturbed;
        let office = office(project).map_err(|e| format!("right after: {e}"))?;
        check(stood.iter().any(|(known, _)| *known == office), || {
            format!("right after: neither the model from before nor the one from after: {office:?}")
        })?;
        let [before, after] = stood;
        History::of(project)
            .and_then(|history| holds(&history, &before.1, &after.1))
            .map_err(|e| format!("right after: {e}"))?;
        complete(project, self.next)?;
        let found = End::of(project)?;
        check(found.office == end.office, || {
            let version = |office: &Option<Office>| office.as_ref().map(|o| o.version);
            format!("in office is version {:?} instead of {:?}", version(&found.office), version(&end.office))
        })?;
        check(found.merged == end.merged, || "the merged rows are others".to_string())?;
        check(found.names == end.names || self.also.contains(&found.names), || {
            let more: Vec<_> = found.names.difference(&end.names).collect();
            let fewer: Vec<_> = end.names.difference(&found.names).collect();
            format!("files that stay: {more:?}; files that are missing: {fewer:?}")
        })?;
        found.history.deployments_are_those_of(&end.history, found.office.as_ref().map(|o| o.version))
    }
}
