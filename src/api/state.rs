//! What requests are answered from: the model in office, kept in memory and picked up
//! anew when another is put in office.

use crate::config::Config;
use crate::error::{Error, Result};
use crate::run::training;
use crate::stages::decision::LastRun;
use crate::stages::diagnostics::Diagnostics;
use crate::stages::scoring::{Model, ScoreDocument};
use crate::store::history::History;
use crate::store::versions::Production;
use crate::store::{files, layout};
use std::sync::{Arc, RwLock};

/// The state of the API.
pub struct State {
    config: Config,
    production: Production,
    office: RwLock<Option<Arc<Office>>>,
}

/// The model in office with its score. A request that holds it is answered by it from
/// beginning to end, whatever is deployed meanwhile.
#[derive(Debug)]
pub struct Office {
    /// Its version.
    pub version: u64,
    /// When it was deployed, RFC 3339.
    pub deployed: String,
    /// The model.
    pub model: Model,
    /// Its score.
    pub score: ScoreDocument,
}

impl State {
    /// The state over the folders of a config.
    pub fn new(config: Config) -> State {
        let folder = &config.folders.production;
        let production = Production::new(folder, &config.folders.show(folder));
        State { config, production, office: RwLock::new(None) }
    }

    /// The config.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The model in office; `None` before the first deployment. Where the set in office
    /// cannot be loaded, the one loaded before goes on answering.
    ///
    /// # Errors
    /// The set in office is damaged and none was loaded before.
    pub fn office(&self) -> Result<Option<Arc<Office>>> {
        let held = self.office.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        match (self.production.current(), held) {
            (Ok(None), held) => Ok(held),
            (Ok(Some(version)), Some(held)) if held.version == version => Ok(Some(held)),
            (Ok(Some(version)), held) => match self.load(version) {
                Ok(loaded) => {
                    let loaded = Arc::new(loaded);
                    *self.office.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(Arc::clone(&loaded));
                    Ok(Some(loaded))
                }
                Err(e) => held.map(Some).ok_or(e),
            },
            (Err(e), held) => held.map(Some).ok_or(e),
        }
    }

    fn load(&self, version: u64) -> Result<Office> {
        let set = self.production.load(version)?;
        let place = |name: &str| format!("version {version}: {name}");
        let model = training::open(set.file(layout::MODEL)?, &place(layout::MODEL))?;
        let score = serde_json::from_slice(set.file(layout::SCORE)?)
            .map_err(|e| Error::data(place(layout::SCORE), "is no score").why(e))?;
        Ok(Office { version, deployed: set.manifest.time.clone(), model, score })
    }

    /// The last diagnostics; `None` before the first.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn diagnostics(&self) -> Result<Option<Diagnostics>> {
        let path = self.config.folders.model.join(layout::DIAGNOSTICS);
        let Some(bytes) = files::read_if_there(&path, layout::DIAGNOSTICS)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|e| Error::data(layout::DIAGNOSTICS, "cannot be read").why(e))
    }

    /// When the last run began that ended well, whatever it decided; `None` where there is
    /// none or the history cannot be read.
    pub fn last_success(&self) -> Option<String> {
        let path = self.config.folders.production.join(layout::HISTORY);
        History::read_only(&path).ok()??.last_success().ok()?
    }

    /// The last run that came to a decision; `None` where there is none or it cannot be read.
    pub fn last_run(&self) -> Option<LastRun> {
        let path = self.config.folders.production.join(layout::LAST_RUN);
        let bytes = files::read_if_there(&path, layout::LAST_RUN).ok()??;
        serde_json::from_slice(&bytes).ok()
    }
}
