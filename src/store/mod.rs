//! Everything that touches the disk. Nobody else names an artefact or calls `std::fs`.
//!
//! - [`layout`]: the names of all artefacts.
//! - [`files`]: reading, and listing input folders.
//! - [`batch`]: atomic writes; what a run makes appears together or not at all.
//! - [`envelope`]: saved models with format, version and checksum.
//! - [`versions`]: deployed sets and the pointer to the one in office.
//! - [`lock`]: one run at a time.
//! - [`history`]: SQLite.
#![allow(clippy::disallowed_methods)]

pub mod batch;
pub mod envelope;
pub mod files;
pub mod history;
pub mod layout;
pub mod lock;
pub mod versions;
