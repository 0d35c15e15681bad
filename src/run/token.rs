//! The token that guards the app.

use crate::config::Config;
use crate::error::{Error, Kind, Problem, Result};
use crate::store::files;

/// The token from the file or the environment variable that the config names; `None` where there
/// is none.
///
/// # Errors
/// [`Kind::Config`]: it is empty, or holds what no header can carry. [`Kind::Missing`] and others:
/// the file cannot be read.
pub fn read(config: &Config) -> Result<Option<String>> {
    let api = &config.api;
    let (key, token) = match &api.token_file {
        Some(path) => ("token_file", Some(files::read_text(path, &config.folders.show(path))?)),
        None => ("token_env", std::env::var(&api.token_env).ok()),
    };
    let token = token.map(|token| token.trim().to_string());
    if token.as_ref().is_some_and(|token| token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic())) {
        let place = format!("{}: /api/{key}", config.name);
        let problem = Problem::at(place, "the token is empty, or holds what no header can carry");
        return Err(Error::new(Kind::Config, problem.hint("write it in letters, digits and signs, without spaces")));
    }
    Ok(token)
}
