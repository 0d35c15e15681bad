//! The manifest of a set and the signature beside it: read once, the signature first of all.

use super::{FORMAT, FORMAT_VERSION, Production, SetManifest, SignedManifest, damaged};
use crate::error::{Error, Kind, Problem, Result};
use crate::signature::{self, PrivateKey, PublicKey, Refusal};
use crate::store::{batch, disk, files, layout, stated};

/// More than any manifest has: it is read before anything of it is believed.
const MOST_MANIFEST: u64 = 64 << 20;
/// More than any signature has.
const MOST_SIGNATURE: u64 = 64 << 10;

impl Production {
    /// The manifest of a set and the id of the trusted key that signed it. Where keys are trusted
    /// nothing of the manifest is read before one of them is found to have signed it.
    ///
    /// # Errors
    /// As [`Production::manifest`].
    pub fn signed_manifest(&self, version: u64) -> Result<SignedManifest> {
        let bytes = self.manifest_bytes(version)?;
        let signed_by = match self.trusted.is_empty() {
            true => None,
            false => Some(
                self.signer(version, &bytes, &self.trusted)?
                    .map_err(|refusal| self.refused(version, &refusal, refusal.hint(version)))?,
            ),
        };
        Ok((self.parsed(version, &bytes)?, signed_by))
    }

    fn refused(&self, version: u64, refusal: &Refusal, hint: String) -> Error {
        let place = self.set_place(version, layout::SET_MANIFEST);
        Error::new(Kind::Data, Problem::at(place, refusal.what()).why(refusal.why()).hint(hint))
    }

    fn manifest_bytes(&self, version: u64) -> Result<Vec<u8>> {
        let path = self.set_folder(version).join(layout::SET_MANIFEST);
        files::read_at_most(&path, MOST_MANIFEST, &self.set_place(version, layout::SET_MANIFEST))
    }

    /// Which of these keys has signed these bytes as the manifest of a set.
    fn signer(
        &self,
        version: u64,
        manifest: &[u8],
        trusted: &[PublicKey],
    ) -> Result<std::result::Result<String, Refusal>> {
        let path = self.set_folder(version).join(layout::SET_SIGNATURE);
        match files::read_at_most(&path, MOST_SIGNATURE, &self.set_place(version, layout::SET_SIGNATURE)) {
            Ok(document) => Ok(signature::verify(trusted, manifest, &document)),
            Err(e) if e.kind == Kind::Missing => Ok(Err(match path.is_symlink() {
                true => Refusal::Unreadable("it is a link that leads nowhere".to_string()),
                false => Refusal::Missing,
            })),
            Err(e) if e.kind == Kind::Data => {
                Ok(Err(Refusal::Unreadable(format!("it is longer than {MOST_SIGNATURE} bytes"))))
            }
            Err(e) => Err(e),
        }
    }

    fn parsed(&self, version: u64, bytes: &[u8]) -> Result<SetManifest> {
        let place = self.set_place(version, layout::SET_MANIFEST);
        stated::refuse_foreign(FORMAT, FORMAT_VERSION, bytes, &place)?;
        let manifest: SetManifest =
            serde_json::from_slice(bytes).map_err(|e| damaged(&place, "is not a manifest").why(e))?;
        // A whole set of an earlier day, copied to the place of another, is not that other one.
        if manifest.version != version {
            return Err(damaged(&place, &format!("is the manifest of version {}", manifest.version)));
        }
        Ok(manifest)
    }

    /// Why the signature of a set is refused; `None` where it is not, or no key is trusted.
    ///
    /// # Errors
    /// The manifest or the signature cannot be read.
    pub fn refusal(&self, version: u64) -> Result<Option<Refusal>> {
        match self.trusted.is_empty() {
            true => Ok(None),
            false => Ok(self.signer(version, &self.manifest_bytes(version)?, &self.trusted)?.err()),
        }
    }

    /// Signs a set that is there, whole, and either has no signature or one by a trusted key or by
    /// this one. `look` judges what is in it; with `dry` nothing is written. Whether there was
    /// something to write.
    ///
    /// # Errors
    /// There is no such set, it is damaged, its signature is refused, or the new one cannot be written.
    pub fn sign(
        &self,
        version: u64,
        key: &PrivateKey,
        dry: bool,
        look: impl FnOnce(&SetManifest, &[(String, Vec<u8>)]) -> Result<()>,
    ) -> Result<bool> {
        if !self.set_folder(version).is_dir() {
            return self.load(version).map(|_| false);
        }
        let bytes = self.manifest_bytes(version)?;
        // The key's own signature counts also before it is trusted.
        let known = [&self.trusted[..], &[key.public()]].concat();
        let signer = self.signer(version, &bytes, &known)?;
        if let Err(refusal) = &signer
            && *refusal != Refusal::Missing
        {
            // Whatever stands there was not put there by a key that is trusted: neither need the set be.
            let hint = format!(
                "it is not signed anew: hold the set against a copy that you trust, or learn who changed it; then \
                 remove {} and sign",
                layout::SET_SIGNATURE
            );
            return Err(self.refused(version, refusal, hint));
        }
        let manifest = self.parsed(version, &bytes)?;
        look(&manifest, &self.contents(&manifest)?)?;
        if signer.is_ok_and(|by| by == key.public().id()) {
            return Ok(false);
        }
        if !dry {
            let signature = signature::sign(key, &bytes)?;
            self.add_signature(version, &signature).map_err(|e| {
                Error::create(self.set_place(version, layout::SET_SIGNATURE), "write the signature", &e)
            })?;
        }
        Ok(true)
    }

    /// By one rename, from a place that is swept where this is killed before it.
    fn add_signature(&self, version: u64, signature: &[u8]) -> std::io::Result<()> {
        let temporary = batch::temporary_beside(&self.folder.join(layout::VERSIONS).join(layout::SET_SIGNATURE));
        let written = || -> std::io::Result<()> {
            let file = disk::create(&temporary)?;
            disk::write(&file, signature)?;
            disk::sync(&file)?;
            disk::rename(&temporary, &self.set_folder(version).join(layout::SET_SIGNATURE))
        };
        written().inspect_err(|_| drop(disk::remove(&temporary)))?;
        disk::sync(&std::fs::File::open(self.set_folder(version))?)?;
        if self.current().ok().flatten() == Some(version) {
            self.link_names(version)?;
            disk::sync(&std::fs::File::open(&self.folder)?)?;
        }
        Ok(())
    }
}
