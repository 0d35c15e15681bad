//! Deployed sets and the one atomic pointer to the set in office.
//!
//! ```text
//! production_deployment/
//!   versions/1/  trainedmodel.json latestscore.txt latestscore.json ingestedfiles.txt trainingsketch.json manifest.json
//!                manifest.json.sig, where deployments are signed
//!   versions/2/  …
//!   current -> versions/2
//!   trainedmodel.json -> current/trainedmodel.json      (and so for the others)
//! ```
//!
//! A set is written whole under a temporary name, synced, renamed, read back and held
//! against its manifest; only then does the pointer flip, by one rename. Sets are never
//! changed afterwards. From before a set has its name until it is in office the link `.next`
//! says which one it is: where a run was killed in between, the next one removes that set.
//!
//! Where keys are trusted, nothing of a set is believed before one of them has signed its manifest
//! ([`signed`]).

mod signed;

use super::{batch, disk, files, layout};
use crate::error::{Error, Kind, Problem, Result};
use crate::fingerprint::Fingerprint;
use crate::signature::{self, PrivateKey, PublicKey};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// The format's name and version; a reader refuses any other.
pub const FORMAT: &str = "incumbent-deployment";
/// See [`FORMAT`].
pub const FORMAT_VERSION: u32 = 1;

/// `manifest.json` of a set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetManifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The number of the set.
    pub version: u64,
    /// When it was deployed, RFC 3339.
    pub time: String,
    /// By which run.
    pub run_id: String,
    /// By which program.
    pub program: String,
    /// The set that was in office before.
    pub replaces: Option<u64>,
    /// Why it was deployed, in words.
    pub reason: String,
    /// The model.
    pub model_fingerprint: Fingerprint,
    /// What it was trained on, how it scored, and what the set before scored on the same rows.
    #[serde(default)]
    pub evidence: serde_json::Value,
    /// Size and SHA-256 of every other file.
    pub files: Vec<SetFile>,
}

/// A file of a set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Fingerprint,
}

/// The manifest of a set and the id of the trusted key that signed it; `None` where no key is trusted.
pub type SignedManifest = (SetManifest, Option<String>);

/// A set, read whole and verified.
#[derive(Debug, Clone)]
pub struct Set {
    /// Its manifest.
    pub manifest: SetManifest,
    /// Name and content of every file that the manifest names.
    pub files: Vec<(String, Vec<u8>)>,
    /// The id of the trusted key that signed it; `None` where no key is trusted.
    pub signed_by: Option<String>,
}

impl Set {
    /// The content of a file.
    ///
    /// # Errors
    /// The set has no such file.
    pub fn file(&self, name: &str) -> Result<&[u8]> {
        self.files.iter().find(|(n, _)| n == name).map(|(_, bytes)| bytes.as_slice()).ok_or_else(|| {
            Error::data(format!("version {}", self.manifest.version), format!("{name} is not in the set"))
        })
    }
}

/// The deployment folder.
#[derive(Debug, Clone)]
pub struct Production {
    folder: PathBuf,
    shown: String,
    trusted: Vec<PublicKey>,
}

impl Production {
    /// The deployment folder at a path; `shown` is what messages call it. Where keys are trusted,
    /// a set that none of them has signed is refused.
    pub fn new(folder: &Path, shown: &str, trusted: &[PublicKey]) -> Production {
        Production { folder: folder.to_path_buf(), shown: shown.to_string(), trusted: trusted.to_vec() }
    }

    /// The number of the set in office; `None` before the first deployment.
    ///
    /// # Errors
    /// The pointer does not point to a numbered set, or it is lost although a set was in
    /// office: the links through it still stand.
    pub fn current(&self) -> Result<Option<u64>> {
        let pointer = self.folder.join(layout::CURRENT);
        match fs::read_link(&pointer) {
            Ok(target) => match numbered(&target) {
                Some(version) => Ok(Some(version)),
                None => Err(Error::data(self.place(layout::CURRENT), "does not point to a numbered version")
                    .hint("point it to one: deployment --rollback VERSION")),
            },
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                if layout::SET.iter().any(|name| self.folder.join(name).is_symlink()) {
                    return Err(Error::data(
                        self.place(layout::CURRENT),
                        "the pointer to the deployed version is lost",
                    )
                    .why("the links through it say that a version was in office")
                    .hint("put one back: deployment --rollback VERSION; deployment --history lists them"));
                }
                Ok(None)
            }
            // A file or folder in its place, as a copy without links makes it.
            Err(e) if e.kind() == std::io::ErrorKind::InvalidInput => {
                Err(Error::data(self.place(layout::CURRENT), "is no link to a deployed version")
                    .hint("move it away, then put a version back: deployment --rollback VERSION"))
            }
            Err(e) => Err(Error::io(self.place(layout::CURRENT), "read the pointer to the deployed version", &e)),
        }
    }

    /// The numbers of all sets, ascending.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn versions(&self) -> Result<Vec<u64>> {
        let folder = self.folder.join(layout::VERSIONS);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(Error::io(self.place(layout::VERSIONS), "read the folder", &e)),
        };
        let mut versions: Vec<u64> =
            entries.flatten().filter_map(|e| e.file_name().to_str().and_then(|n| n.parse().ok())).collect();
        versions.sort_unstable();
        Ok(versions)
    }

    /// Reads a set and holds every file against the manifest.
    ///
    /// # Errors
    /// [`Kind::Missing`]: no such version. [`Kind::Data`]: the set is incomplete or damaged, or its
    /// signature is refused.
    pub fn load(&self, version: u64) -> Result<Set> {
        let folder = self.set_folder(version);
        if !folder.is_dir() {
            let known: Vec<String> = self.versions()?.iter().map(u64::to_string).collect();
            let hint = if known.is_empty() {
                "nothing was ever deployed; run fullprocess".into()
            } else {
                format!("these are there: {}", known.join(", "))
            };
            return Err(Error::missing(format!("version {version}"), "no such version").hint(hint));
        }
        let (manifest, signed_by) = self.signed_manifest(version)?;
        let files = self.contents(&manifest)?;
        Ok(Set { manifest, files, signed_by })
    }

    /// Every file that a manifest names, held against it.
    fn contents(&self, manifest: &SetManifest) -> Result<Vec<(String, Vec<u8>)>> {
        let folder = self.set_folder(manifest.version);
        let place = |name: &str| self.set_place(manifest.version, name);
        let mut contents: Vec<(String, Vec<u8>)> = Vec::new();
        for file in &manifest.files {
            // Each is held in memory.
            if contents.iter().any(|(name, _)| *name == file.name) {
                return Err(damaged(&place(layout::SET_MANIFEST), &format!("names {:?} twice", file.name)));
            }
            if !layout::SET.contains(&file.name.as_str()) {
                return Err(damaged(&place(layout::SET_MANIFEST), &format!("names a foreign file {:?}", file.name)));
            }
            let bytes = files::read_of_size(&folder.join(&file.name), file.bytes, &place(&file.name))?;
            let bytes = bytes.filter(|bytes| Fingerprint::of(bytes) == file.sha256);
            let bytes = bytes.ok_or_else(|| damaged(&place(&file.name), "the checksum does not fit the manifest"))?;
            contents.push((file.name.clone(), bytes));
        }
        Ok(contents)
    }

    /// The manifest of a set, without a look at the files that it names.
    ///
    /// # Errors
    /// It is missing or cannot be read, or its signature is refused.
    pub fn manifest(&self, version: u64) -> Result<SetManifest> {
        self.signed_manifest(version).map(|(manifest, _)| manifest)
    }

    /// The set in office; `None` before the first deployment.
    ///
    /// # Errors
    /// As [`Production::load`].
    pub fn in_office(&self) -> Result<Option<Set>> {
        match self.current()? {
            Some(version) => self.load(version).map(Some),
            None => Ok(None),
        }
    }

    /// Writes a complete set under the next number and verifies it. It is not in office
    /// until [`Production::put_in_office`]. `manifest.version`, `.replaces` and `.files` are
    /// filled in here. With a key it is signed.
    ///
    /// # Errors
    /// Anything failed: then there is no such set.
    pub fn prepare(
        &self,
        mut manifest: SetManifest,
        contents: &[(&str, &[u8])],
        key: Option<&PrivateKey>,
    ) -> Result<u64> {
        self.check_links()?;
        let versions = self.folder.join(layout::VERSIONS);
        batch::create_folder(&versions)?;
        let version = self.versions()?.last().map_or(1, |v| v.saturating_add(1));
        manifest.version = version;
        manifest.replaces = self.current()?;
        manifest.files = contents
            .iter()
            .map(|(name, bytes)| SetFile {
                name: (*name).to_string(),
                bytes: bytes.len() as u64,
                sha256: Fingerprint::of(bytes),
            })
            .collect();
        let temporary = batch::temporary_beside(&versions.join(version.to_string()));
        let made = write_set(&temporary, &manifest, contents, key).and_then(|()| self.name_set(version, &temporary));
        made.inspect_err(|_| {
            let _ = disk::remove_folder(&temporary);
            self.discard(version);
        })?;
        Ok(version)
    }

    /// Announces a set that is written, gives it its name and reads it back.
    fn name_set(&self, version: u64, temporary: &Path) -> Result<()> {
        replace_link(&set_link(version), &self.folder.join(layout::NEXT))
            .map_err(|e| Error::create(self.place(layout::NEXT), "announce the new version", &e))?;
        disk::rename(temporary, &self.set_folder(version))
            .map_err(|e| Error::create(self.place(layout::VERSIONS), "name the new version", &e))?;
        batch::sync_folder(&self.folder.join(layout::VERSIONS))?;
        self.load(version).map(drop)
    }

    /// Removes a prepared set that will not come into office.
    pub fn discard(&self, version: u64) {
        // A set that nothing points to harms nobody if it stays.
        let _ = disk::remove_folder(&self.set_folder(version));
        let _ = disk::remove(&self.folder.join(layout::NEXT));
    }

    /// Makes good what a killed run left: removes a set that it did not put in office any more, and
    /// completes the links to the set in office. What fails here fails again, and is told, where
    /// the next set is put in office. Only the holder of the lock may call this.
    pub fn recover(&self) {
        let (Ok(current), Ok(())) = (self.current(), self.check_links()) else { return };
        if let Ok(target) = fs::read_link(self.folder.join(layout::NEXT)) {
            match numbered(&target) {
                Some(version) if current != Some(version) => self.discard(version),
                _ => drop(disk::remove(&self.folder.join(layout::NEXT))),
            }
        }
        if let Some(version) = current {
            let _ = self.link_names(version);
        }
    }

    /// A folder in the place of a link would stop a deployment halfway.
    fn check_links(&self) -> Result<()> {
        for name in [layout::CURRENT].into_iter().chain(layout::SET) {
            let link = self.folder.join(name);
            if link.is_dir() && !link.is_symlink() {
                return Err(Error::create(
                    self.place(name),
                    "replace the link",
                    &std::io::ErrorKind::IsADirectory.into(),
                ));
            }
        }
        Ok(())
    }

    /// Flips the pointer to an existing, verified set.
    ///
    /// # Errors
    /// No such set, a damaged one, or the pointer cannot be replaced.
    pub fn put_in_office(&self, version: u64) -> Result<()> {
        self.load(version)?;
        self.check_links()?;
        self.point_to(version)
    }

    fn point_to(&self, version: u64) -> Result<()> {
        replace_link(&set_link(version), &self.folder.join(layout::CURRENT))
            .and_then(|()| self.link_names(version))
            .map_err(|e| Error::create(self.place(layout::CURRENT), "point to the new version", &e))?;
        let next = self.folder.join(layout::NEXT);
        if next.is_symlink() {
            // It says nothing any more; where it stays, the next run removes it.
            let _ = disk::remove(&next);
        }
        batch::sync_folder(&self.folder)
    }

    /// Puts a link in the deployment folder for each file of the set, and for no other.
    fn link_names(&self, version: u64) -> std::io::Result<()> {
        for name in layout::SET {
            let link = self.folder.join(name);
            let is_there = self.set_folder(version).join(name).exists();
            let target = Path::new(layout::CURRENT).join(name);
            match fs::read_link(&link) {
                // What the set does not have, a link must not promise.
                Ok(_) if !is_there => disk::remove(&link)?,
                Ok(known) if known == target => {}
                _ if is_there => replace_link(&target, &link)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The manifests of all sets, ascending, with the id of the key that signed each; a set that
    /// cannot be read is a problem beside them.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn manifests(&self) -> Result<(Vec<SignedManifest>, Vec<Problem>)> {
        let (mut found, mut problems) = (Vec::new(), Vec::new());
        for version in self.versions()? {
            match self.load(version) {
                Ok(set) => found.push((set.manifest, set.signed_by)),
                Err(e) => problems.extend(e.problems().iter().cloned()),
            }
        }
        Ok((found, problems))
    }

    fn set_folder(&self, version: u64) -> PathBuf {
        self.folder.join(set_link(version))
    }

    fn place(&self, name: &str) -> String {
        format!("{}/{name}", self.shown)
    }

    fn set_place(&self, version: u64, name: &str) -> String {
        format!("{}/{}/{version}/{name}", self.shown, layout::VERSIONS)
    }
}

/// Writes the files of a set, the manifest and its signature last.
fn write_set(
    folder: &Path,
    manifest: &SetManifest,
    contents: &[(&str, &[u8])],
    key: Option<&PrivateKey>,
) -> Result<()> {
    let _ = disk::remove_folder(folder);
    batch::create_folder(folder)?;
    let manifest = serde_json::to_vec_pretty(manifest).map_err(|e| Error::internal("failed to write JSON").why(e))?;
    let signature = key.map(|key| signature::sign(key, &manifest)).transpose()?;
    let manifest = [(layout::SET_MANIFEST, manifest.as_slice())];
    let signature = signature.iter().map(|bytes| (layout::SET_SIGNATURE, bytes.as_slice()));
    let mut files = Vec::new();
    for (name, bytes) in contents.iter().copied().chain(manifest).chain(signature) {
        let path = folder.join(name);
        let write = || -> std::io::Result<fs::File> {
            let file = disk::create(&path)?;
            disk::write(&file, bytes)?;
            Ok(file)
        };
        let file = write().map_err(|e| Error::create(path.display(), "write the file", &e))?;
        files.push((path, file));
    }
    batch::sync(&files.iter().map(|(path, file)| (path.as_path(), file)).collect::<Vec<_>>())?;
    batch::sync_folder(folder)
}

fn damaged(place: &str, what: &str) -> Error {
    Error::new(Kind::Data, Problem::at(place, what))
        .hint("go back to a whole version with deployment --rollback VERSION; deployment --history lists them")
}

/// Where the pointer to a set leads.
fn set_link(version: u64) -> PathBuf {
    Path::new(layout::VERSIONS).join(version.to_string())
}

/// The number of the set that a pointer leads to.
fn numbered(target: &Path) -> Option<u64> {
    target.file_name()?.to_str()?.parse().ok()
}

/// Puts a symbolic link in the place of whatever was there, by one rename.
fn replace_link(target: &Path, link: &Path) -> std::io::Result<()> {
    let temporary = batch::temporary_beside(link);
    let _ = disk::remove(&temporary);
    disk::link(target, &temporary)?;
    disk::rename(&temporary, link).inspect_err(|_| drop(disk::remove(&temporary)))
}

#[cfg(test)]
mod tests;
