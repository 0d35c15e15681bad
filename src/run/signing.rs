//! Signatures of what is deployed: the key that this process signs with, `deployment --keygen` and
//! `deployment --sign`.

use super::{Context, contest, record, training};
use crate::cli::Output;
use crate::config::{Config, KeySource};
use crate::error::{Error, Kind, Problem, Result};
use crate::event::Stage;
use crate::signature::PrivateKey;
use crate::store::{key_file, layout};
use serde_json::json;
use std::path::Path;

/// A key, and what deserves attention about the place that it comes from.
pub type Found = (PrivateKey, Option<Problem>);

/// The key that this config signs with; `None` where it names none.
///
/// # Errors
/// [`Kind::Missing`]: it is not where the config says. [`Kind::Config`]: it is no key, or one whose
/// signature this very config would refuse.
pub fn key(config: &Config) -> Result<Option<Found>> {
    let section = &config.signature;
    let (text, place, attention) = match &section.key {
        None => return Ok(None),
        Some(KeySource::File(path)) => {
            let place = config.folders.show(path);
            let (text, is_open) = key_file::read(path, &place)?;
            let attention = is_open.then(|| {
                Problem::at(&place, "others than its owner may read or write the private key")
                    .why("whoever has it can bring any model into office")
                    .hint(format!("chmod 600 {place}"))
            });
            (text, place, attention)
        }
        Some(KeySource::Env(name)) => {
            let text = std::env::var(name).map_err(|_| {
                Error::missing(
                    format!("{}: /signature/key_env", config.name),
                    format!("the environment variable {name} is not set"),
                )
                .why("the private key comes from there, and what is deployed is to be signed")
                .hint("set it for the process that deploys")
            })?;
            (text, name.clone(), None)
        }
    };
    let wrong = |what: &str| Error::new(Kind::Config, Problem::at(&place, what));
    let key = PrivateKey::parse(&text).map_err(|unusable| {
        let (what, hint) = unusable.words();
        wrong(what).hint(hint)
    })?;
    let public = key.public();
    if !section.public_keys.is_empty() && !section.public_keys.contains(&public) {
        return Err(wrong(&format!(
            "is the private key of {}, which signature.public_keys does not hold",
            public.id()
        ))
        .why("what it signs would be refused")
        .hint(format!("add {public} to signature.public_keys, or name the other key")));
    }
    Ok(Some((key, attention)))
}

/// The key to sign a deployment with; `None` where signatures are off.
///
/// # Errors
/// As [`key`]; also [`Kind::Config`] where signatures are asked for and nothing can sign.
pub fn signer(ctx: &Context<'_>) -> Result<Option<PrivateKey>> {
    let Some((key, attention)) = key(ctx.config)? else {
        if ctx.config.signature.public_keys.is_empty() {
            return Ok(None);
        }
        let place = format!("{}: /signature", ctx.config.name);
        return Err(Error::new(
            Kind::Config,
            Problem::at(place, "what is deployed cannot be signed")
                .why("public_keys asks for signatures, and neither key_file nor key_env says where the private key is")
                .hint("name one of them for the process that deploys; those that only read need none"),
        ));
    };
    attention.into_iter().for_each(|problem| ctx.warn(Stage::Deployment, problem));
    Ok(Some(key))
}

/// `deployment --sign`: signs the version in office, or another, that was deployed before
/// signatures were asked for or by another key.
///
/// # Errors
/// There is no key or no such version, or the version is damaged or was changed since it was signed.
pub fn sign(ctx: &Context<'_>, wanted: Option<u64>) -> Result<Output> {
    let outcome = sign_one(ctx, wanted);
    record::stage_run(ctx, &outcome, |(version, text, _), run| {
        run.decision = Some("signed".to_string());
        run.reason = Some(text.clone());
        run.version = Some(*version);
    });
    let (_, text, json) = outcome?;
    Ok(Output::new(text, json))
}

fn sign_one(ctx: &Context<'_>, wanted: Option<u64>) -> Result<(u64, String, serde_json::Value)> {
    let Some(key) = signer(ctx)? else {
        let place = format!("{}: /signature", ctx.config.name);
        let problem = Problem::at(place, "there is no key to sign with");
        return Err(Error::new(Kind::Config, problem.hint("deployment --keygen FILE makes one and says what to add")));
    };
    let production = contest::production(ctx);
    let version = match wanted {
        Some(version) => version,
        None => production.current()?.ok_or_else(|| {
            Error::missing(ctx.show(&ctx.config.folders.production), "nothing was ever deployed")
                .hint("the first run deploys, and signs what it deploys")
        })?,
    };
    let mut model = String::new();
    let written = production.sign(version, &key, ctx.dry, |manifest, files| {
        let bytes = files.iter().find(|(name, _)| name == layout::MODEL).map(|(_, bytes)| bytes.as_slice());
        let opened = training::open(bytes.unwrap_or_default(), &format!("version {version}: {}", layout::MODEL))?;
        model = format!("model {}, deployed {}", opened.fingerprint.short(), manifest.time);
        Ok(())
    })?;
    let by = key.public().id();
    let text = match (written, ctx.dry) {
        (false, _) => format!("version {version} is signed by key {by} already: {model}"),
        (true, true) => format!("would sign version {version} by key {by}: {model}"),
        (true, false) => format!("version {version} is signed by key {by}: {model}"),
    };
    if written && !ctx.dry {
        ctx.note(Stage::Deployment, text.clone());
    }
    let json = json!({ "decision": "signed", "version": version, "signed_by": by, "changed": written && !ctx.dry });
    Ok((version, text, json))
}

/// `deployment --keygen`: a new private key in a file that is not there yet, and what to add to the
/// config.
///
/// # Errors
/// The file is there, or cannot be written.
pub fn keygen(file: &str, dry: bool) -> Result<Output> {
    let path = std::path::absolute(Path::new(file)).map_err(|e| Error::io(file, "find the current folder", &e))?;
    let key = PrivateKey::from_seed(&key_file::seed()?);
    if dry {
        let text = format!("would write a new private key into {}", path.display());
        return Ok(Output::new(text, json!({ "key_file": path })));
    }
    key_file::create(&path, &key.pem())?;
    let public = key.public();
    let section = json!({ "public_keys": [public.to_string()], "key_file": path });
    let text = format!(
        "the private key is in {}, for its owner alone; keep a copy where nobody else can read it\n\
         public key {public}, id {}\n\
         add to the config:\n  \"signature\": {section}\n\
         then sign the version in office, where there is one: deployment --sign",
        path.display(),
        public.id()
    );
    Ok(Output::asked(
        text,
        json!({
            "key_file": path, "public_key": public.to_string(), "key_id": public.id(), "config": { "signature": section },
        }),
    ))
}
