//! `reporting --compare A B`: two deployed versions, scored anew on the same test rows and
//! reported side by side.

use super::contest::{self, Incumbent};
use super::{Context, reporting, scoring};
use crate::error::{Error, Kind, Problem, Result};
use crate::metrics::{Evaluation, Observations};
use crate::parallel;
use crate::report::{compare, html, pdf};
use crate::stages::comparing::{self, Compared, Deployed, Entrant};
use crate::stages::scoring::{common_question, common_schema};
use crate::store::batch::Batch;
use crate::store::layout;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What a comparison found, and where its reports will stand.
pub struct Made {
    /// What was found.
    pub found: Compared,
    /// The reports.
    pub files: Vec<PathBuf>,
}

/// The numbers of the two versions, as they were written: `3` or `v3`.
///
/// # Errors
/// [`Kind::Usage`]: there are not two, or one is not a number.
pub fn versions(written: &[&str]) -> Result<[u64; 2]> {
    let number = |text: &str| {
        text.trim_start_matches('v').parse::<u64>().map_err(|_| {
            let problem = Problem::at("--compare", format!("{text:?} is not the number of a version"));
            Error::new(Kind::Usage, problem.hint("deployment --history lists the versions"))
        })
    };
    match written {
        [first, second] => Ok([number(first)?, number(second)?]),
        _ => Err(Error::new(Kind::Usage, Problem::at("--compare", "takes the numbers of two versions"))),
    }
}

/// Compares two deployed versions; the reports wait in the batch.
///
/// # Errors
/// [`Kind::Missing`]: there is no such version. [`Kind::Data`]: one is damaged, they answer
/// different questions, or the test data cannot be used. Also where nothing can be written.
pub fn compare(ctx: &Context<'_>, batch: &mut Batch, wanted: [u64; 2]) -> Result<Made> {
    let [first, second] = [contest::version(ctx, wanted[0])?, contest::version(ctx, wanted[1])?];
    let (a, b) = (&first.model, &second.model);
    let models = [a, b];
    let question = common_question(&models).map_err(|e| {
        let why = e.problems().first().and_then(|p| p.why.clone()).unwrap_or_default();
        let what = format!("version {} and version {} answer different questions", wanted[0], wanted[1]);
        Error::data(ctx.show(&ctx.config.folders.production), what)
            .why(why)
            .hint("compare versions that were trained for the same target")
    })?;
    let test = scoring::test_rows(ctx, &common_schema(&models))?;
    let scored = [test.score(a, &question, ctx.config)?, test.score(b, &question, ctx.config)?];
    let entrant = |of: &Incumbent, (observations, evaluation): &'_ (Observations, Evaluation)| -> Result<_> {
        let manifest = &of.set.manifest;
        let (version, time, reason) = (manifest.version, manifest.time.clone(), manifest.reason.clone());
        let importance = test.importance(&of.model, observations, ctx.config)?;
        Ok((Deployed { version, time, reason }, evaluation.clone(), importance))
    };
    let [of_a, of_b] = [entrant(&first, &scored[0])?, entrant(&second, &scored[1])?];
    let with = |model, observations, (deployed, evaluation, importance)| Entrant {
        deployed,
        model,
        observations,
        evaluation,
        importance,
    };
    let entrants = [with(a, &scored[0].0, of_a), with(b, &scored[1].0, of_b)];
    let found = comparing::compare(entrants, ctx.config.model.seed, ctx.config.threads)?;
    let document = compare::document(&found, &ctx.time(), &a.document.schema.target_words())?;
    let now = ctx.now;
    let drawn = parallel::map(2, ctx.config.threads, |part| match part {
        0 => html::render(&document, now),
        _ => pdf::render(&document, now),
    });
    let mut files = Vec::new();
    for (name, bytes) in layout::comparison(wanted).into_iter().zip(drawn) {
        let path = ctx.config.folders.model.join(name);
        batch.write(&path, &bytes?)?;
        files.push(path);
    }
    Ok(Made { found, files })
}

/// What was found and written, for people and for programs.
///
/// # Errors
/// The numbers cannot be written as JSON.
pub fn output(ctx: &Context<'_>, made: &Made) -> Result<crate::cli::Output> {
    let verdict = compare::verdict(&made.found);
    let numbers = serde_json::to_value(&made.found).map_err(|e| Error::internal("failed to write JSON").why(e))?;
    let mut more = serde_json::Map::new();
    more.insert("verdict".to_string(), json!(format!("{}: {}", verdict.title, verdict.text)));
    if let Value::Object(numbers) = numbers {
        more.extend(numbers);
    }
    let written = reporting::written(ctx, &made.files, more);
    Ok(crate::cli::Output { text: format!("{}: {}\n{}", verdict.title, verdict.text, written.text), ..written })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_two_numbers() {
        assert_eq!(versions(&["1", "v12"]).unwrap(), [1, 12]);
        for wrong in [&["1"][..], &["1", "x"], &["-1", "2"], &["", "2"], &[]] {
            let error = versions(wrong).unwrap_err();
            assert!(error.kind == Kind::Usage && error.message().contains("--compare"), "{wrong:?}");
        }
    }
}
