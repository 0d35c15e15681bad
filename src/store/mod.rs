//! Everything that touches the disk. Nobody else names an artefact or calls `std::fs`.
//!
//! - [`layout`]: the names of all artefacts.
//! - [`files`]: reading, and listing input folders.
//! - [`batch`]: atomic writes; what a run makes appears together or not at all.
//! - [`envelope`]: saved models with format, version and checksum.
//! - [`stated`]: other files that state their format.
//! - [`versions`]: deployed sets and the pointer to the one in office.
//! - [`added`]: rows that come in over HTTP, appended so that none is lost.
//! - [`key_file`]: the private key that deployments are signed with.
//! - [`lock`]: one run at a time.
//! - [`history`]: what happened, in SQLite.
//! - [`prediction_log`]: predictions and their labels, in the history.
//! - [`log_file`]: appending to the log, and its rotation.
//! - [`process`]: what the system says of this process.
//! - [`registry`]: the newest published versions of packages.
//! - [`read_ahead`]: input files on their way before they are asked for.
//! - `regular`: opening what must be a regular file, and `write_behind`: writing with the disk in step.
//! - [`scratch`]: files for what memory does not hold.
//! - [`space`]: room and rights.
//!
//! Each of them changes the disk through `disk`, where the points of `fault` lie.
#![allow(clippy::disallowed_methods)]

pub mod added;
pub mod batch;
mod disk;
pub mod envelope;
mod fault;
pub mod files;
pub mod history;
pub mod key_file;
pub mod layout;
pub mod lock;
pub mod log_file;
pub mod prediction_log;
pub mod process;
pub mod read_ahead;
pub mod registry;
mod regular;
pub mod scratch;
pub mod space;
pub mod stated;
pub mod versions;
mod write_behind;
