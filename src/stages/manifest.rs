//! `ingestion.json`: what was read, file by file, and what came of it.

use crate::fingerprint::Fingerprint;
use crate::table::Schema;
use serde::{Deserialize, Serialize};

/// The format's name and version; a reader refuses any other.
pub const FORMAT: &str = "incumbent-ingestion";
/// See [`FORMAT`].
pub const FORMAT_VERSION: u32 = 1;

/// The manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The program that wrote it.
    pub program: String,
    /// When, RFC 3339.
    pub time: String,
    /// The run.
    pub run_id: String,
    /// The data settings of the config that the result depends on.
    pub settings: String,
    /// SHA-256 of `finaldata.csv`: the fingerprint of the data.
    pub fingerprint: Fingerprint,
    /// Size of `finaldata.csv`.
    pub bytes: u64,
    /// Sums over the files.
    pub totals: Counts,
    /// The columns.
    pub schema: Schema,
    /// The files in order of ingestion.
    pub files: Vec<FileEntry>,
}

/// One input file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Name relative to the input folder.
    pub name: String,
    /// Size as it lies on disk.
    pub bytes: u64,
    /// Of the file as it lies on disk.
    pub sha256: Fingerprint,
    /// What became of its rows.
    #[serde(flatten)]
    pub counts: Counts,
    /// Time taken.
    pub seconds: f64,
    /// Tells an untouched file without reading it.
    pub stamp: Stamp,
}

/// What became of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Rows read.
    pub rows_read: u64,
    /// Rows that stand in `finaldata.csv`.
    pub kept: u64,
    /// Rows that stood in it already.
    pub duplicate: u64,
    /// Rows that stand in `rejected.csv`.
    pub rejected: u64,
}

impl Counts {
    /// Adds another count.
    pub fn add(&mut self, other: Counts) {
        self.rows_read += other.rows_read;
        self.kept += other.kept;
        self.duplicate += other.duplicate;
        self.rejected += other.rejected;
    }
}

/// What the file system says of a file. The change time cannot be set by a program, so
/// that equal stamps mean equal content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stamp {
    /// Inode number.
    pub inode: u64,
    /// Modification time, nanoseconds since 1970.
    pub modified: i128,
    /// Change time, nanoseconds since 1970.
    pub changed: i128,
}
