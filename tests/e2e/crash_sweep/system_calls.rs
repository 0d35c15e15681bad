//! Killed at each system call that writes, which takes no help of the program: see docs/testing.md.

use super::runs::{challenge, first_deployment, large_merge, rollback};
use super::{Kill, Scene, run, tell};
use crate::project::command;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Calls that change what lies on the disk. `openat` counts where it may create a file.
const CALLS: &str = "write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,link,linkat,symlink,symlinkat,\
                     unlink,unlinkat,ftruncate,mkdir,mkdirat,openat";

/// The command under strace, which kills it at that call.
pub fn killed(run: &Command, call: &str, number: usize) -> Command {
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
    traced.arg("-e").arg(format!("inject={call}:signal=SIGKILL:when={number}")).arg(run.get_program());
    traced
}

impl Scene {
    /// Every such call of an undisturbed run: its name and its number. strace counts in each thread
    /// by itself, so that a number stands for the thread which comes to it first.
    fn system_calls(&self) -> Vec<Kill> {
        let project = self.project.copy();
        let trace = tempfile::NamedTempFile::new().unwrap();
        let mut traced = Command::new("strace");
        traced.args(["-f", "-qq", "-e", &format!("trace={CALLS}"), "-e", "signal=none", "-o"]).arg(trace.path());
        traced.arg(command(self.killed.0).get_program()).args(self.killed.1);
        run(&project, traced).expect(0);
        let text = std::fs::read_to_string(trace.path()).unwrap();
        let (mut seen, mut kills) = (BTreeMap::new(), BTreeSet::new());
        // 4711 rename("a", "b") = 0
        for (thread, call) in text.lines().filter_map(|line| line.split_once(' ')) {
            let Some((name, rest)) = call.trim_start().split_once('(').filter(|(name, _)| !name.contains(' ')) else {
                continue;
            };
            let number = *seen.entry((thread, name)).and_modify(|number| *number += 1).or_insert(1);
            if name != "openat" || rest.contains("O_CREAT") {
                kills.insert((name, number));
            }
        }
        kills.into_iter().map(|(name, number)| Kill::SystemCall(name.to_string(), number)).collect()
    }
}

#[test]
#[ignore = "needs strace and takes minutes; see docs/testing.md"]
fn system_calls_that_write() {
    if Command::new("strace").arg("-V").output().is_err() {
        tell("skipped: strace is not on this machine");
        return;
    }
    let stride = std::env::var("CRASH_SWEEP_STRIDE").map_or(1, |text| text.parse().expect("a whole number"));
    for scene in [challenge(), first_deployment(), rollback(), large_merge()] {
        let calls = scene.system_calls();
        let kills: Vec<Kill> = calls.iter().step_by(stride).cloned().collect();
        tell(&format!("{}: {} of {} system calls", scene.name, kills.len(), calls.len()));
        assert!(!kills.is_empty(), "{}: strace saw no call", scene.name);
        scene.kill_at(&kills, &|kill| format!("{kill:?}"));
    }
}
