//! Points at which a test can kill the program, let a change fail, or hold the program, in debug
//! builds alone.
//!
//! Every change of the disk passes one: those of files in [`super::disk`], those of the history at
//! each statement. The variable `INCUMBENT_FAULTS` says what happens there:
//!
//! - `count:FILE` writes the names of the points into a file, a line each;
//! - `kill:7` ends the program by SIGKILL at the seventh;
//! - `fail:7:ENOSPC` and `fail:7:EIO` let the change at the seventh fail, as a full disk or a broken
//!   one does (a statement of SQLite does not fail by this);
//! - `hold:7:PIPE` waits at the seventh until somebody has opened that named pipe to write into it,
//!   and has closed it.
//!
//! A release build has none of it. A cargo feature would serve worse: plain `cargo test` would leave
//! the sweep out, and whoever builds with all features would ship it.

use rustix::io::Errno;
use rustix::process::{Signal, getpid, kill_process};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// What happens at the points.
enum Plan {
    Nothing,
    Count(File),
    At(u64, Fault),
}

/// What happens at one of them.
enum Fault {
    Kill,
    Fail(Errno),
    Hold(PathBuf),
}

/// Whether anything happens at the points.
pub fn is_armed() -> bool {
    cfg!(debug_assertions) && !matches!(plan(), Plan::Nothing)
}

/// A point before a change of that kind.
///
/// # Errors
/// The one that the test asked for.
pub fn point(name: &str) -> io::Result<()> {
    halfway(name, || ())
}

/// A point in the middle of a change: whoever dies or fails here has done `half` of it.
///
/// # Errors
/// The one that the test asked for.
pub fn halfway(name: &str, half: impl FnOnce()) -> io::Result<()> {
    static PASSED: AtomicU64 = AtomicU64::new(0);
    if !cfg!(debug_assertions) {
        return Ok(());
    }
    match plan() {
        Plan::Nothing => Ok(()),
        Plan::Count(file) => {
            // A test that cannot read the names sees that; the program goes on.
            let _ = (&*file).write_all(format!("{name}\n").as_bytes());
            Ok(())
        }
        Plan::At(turn, fault) if PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *turn => match fault {
            Fault::Kill => {
                half();
                let _ = kill_process(getpid(), Signal::KILL);
                std::process::abort()
            }
            Fault::Fail(errno) => {
                half();
                Err((*errno).into())
            }
            Fault::Hold(pipe) => std::fs::read(pipe).map(drop),
        },
        Plan::At(..) => Ok(()),
    }
}

fn plan() -> &'static Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| {
        let text = std::env::var("INCUMBENT_FAULTS").unwrap_or_default();
        let mut parts = text.splitn(3, ':');
        let parts = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next());
        let at = |turn: &str, fault| turn.parse().ok().map(|turn| Plan::At(turn, fault));
        let plan = match parts {
            ("count", path, None) => OpenOptions::new().append(true).create(true).open(path).ok().map(Plan::Count),
            ("kill", turn, None) => at(turn, Fault::Kill),
            ("fail", turn, Some("ENOSPC")) => at(turn, Fault::Fail(Errno::NOSPC)),
            ("fail", turn, Some("EIO")) => at(turn, Fault::Fail(Errno::IO)),
            ("hold", turn, Some(pipe)) => at(turn, Fault::Hold(PathBuf::from(pipe))),
            _ => None,
        };
        plan.unwrap_or(Plan::Nothing)
    })
}
