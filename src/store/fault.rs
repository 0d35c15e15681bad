//! Points at which a test can kill the program, in debug builds alone.
//!
//! Every change of the disk passes one: those of files in [`super::disk`], those of the history at
//! each statement. The variable `INCUMBENT_FAULTS` says what happens there: `count:FILE` writes the
//! names of the points into a file, a line each; `kill:7` ends the program by SIGKILL at the seventh.
//!
//! A release build has none of it. A cargo feature would serve worse: plain `cargo test` would leave
//! the sweep out, and whoever builds with all features would ship it.

use rustix::process::{Signal, getpid, kill_process};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// What happens at the points.
enum Plan {
    Nothing,
    Count(File),
    Kill(u64),
}

/// Whether anything happens at the points.
pub fn is_armed() -> bool {
    cfg!(debug_assertions) && !matches!(plan(), Plan::Nothing)
}

/// A point before a change of that kind.
pub fn point(name: &str) {
    halfway(name, || ());
}

/// A point in the middle of a change: whoever dies here has done `half` of it.
pub fn halfway(name: &str, half: impl FnOnce()) {
    static PASSED: AtomicU64 = AtomicU64::new(0);
    if !cfg!(debug_assertions) {
        return;
    }
    match plan() {
        Plan::Nothing => {}
        // A test that cannot read the names sees that; the program goes on.
        Plan::Count(file) => drop((&*file).write_all(format!("{name}\n").as_bytes())),
        Plan::Kill(turn) if PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *turn => {
            half();
            let _ = kill_process(getpid(), Signal::KILL);
            std::process::abort()
        }
        Plan::Kill(_) => {}
    }
}

fn plan() -> &'static Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| {
        let text = std::env::var("INCUMBENT_FAULTS").unwrap_or_default();
        let counted = |path| OpenOptions::new().append(true).create(true).open(path).ok().map(Plan::Count);
        let plan = match text.split_once(':') {
            Some(("count", path)) => counted(path),
            Some(("kill", turn)) => turn.parse().ok().map(Plan::Kill),
            _ => None,
        };
        plan.unwrap_or(Plan::Nothing)
    })
}
