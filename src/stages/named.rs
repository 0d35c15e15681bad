//! The columns that a config names, held against those of the data.

use crate::config::Config;
use crate::error::{Error, Kind, Problem, Result, pointer_token};
use crate::suggest::{NAMED, closest, listed};
use std::collections::HashSet;

/// Makes sure that every column that the config names is one of these, and that the last one,
/// which is the target where none is named, is not kept out of the model or told to it.
///
/// # Errors
/// [`Kind::Config`] with everything wrong, each with the JSON pointer of its key.
pub fn check(config: &Config, columns: &[&str]) -> Result<()> {
    let known: HashSet<&str> = columns.iter().copied().collect();
    let uses = uses(config);
    let unknown = || uses.iter().filter(|(_, name)| !known.contains(name));
    let of_target = match columns.last() {
        Some(last) if config.data.hints.targets.is_empty() => of_target(config, last),
        _ => Vec::new(),
    };
    let count = unknown().count() + of_target.len();
    let problems = unknown().map(|(pointer, name)| no_column(&config.name, pointer, name, columns));
    if count == 0 { Ok(()) } else { Err(Error::of_many(Kind::Config, count, problems.chain(of_target))) }
}

/// A name that no column has.
fn no_column(config: &str, pointer: &str, name: &str, columns: &[&str]) -> Problem {
    let listed = listed(columns, NAMED);
    let hint = match closest(name, columns.iter().copied()) {
        Some(near) => format!("did you mean {near:?}? The columns are {listed}"),
        None => format!("the columns are {listed}"),
    };
    Problem::at(format!("{config}: {pointer}"), format!("no column is called {name:?}")).hint(hint)
}

/// Where the config names columns: the pointer of each, and the name.
fn uses(config: &Config) -> Vec<(String, &str)> {
    let (data, hints) = (&config.data, &config.data.hints);
    let mut uses: Vec<(String, &str)> = match hints.targets.as_slice() {
        [one] => vec![("/data/target".to_string(), one)],
        several => in_list("/data/target", several).collect(),
    };
    uses.extend(in_list("/data/id", &hints.id));
    uses.extend(in_list("/data/ignore", &hints.ignore));
    uses.extend(in_list("/data/features", hints.features.as_deref().unwrap_or_default()));
    uses.extend(as_keys("/data/types", hints.types.keys()));
    uses.extend(as_keys("/data/rules", data.rules.keys()));
    uses.extend(as_keys("/model/monotone", config.model.monotone.keys()));
    uses
}

fn in_list<'a>(pointer: &'a str, names: &'a [String]) -> impl Iterator<Item = (String, &'a str)> {
    names.iter().enumerate().map(move |(i, name)| (format!("{pointer}/{i}"), name.as_str()))
}

fn as_keys<'a>(pointer: &'a str, names: impl Iterator<Item = &'a String>) -> impl Iterator<Item = (String, &'a str)> {
    names.map(move |name| (format!("{pointer}/{}", pointer_token(name)), name.as_str()))
}

/// Lists that name the last column though it is the target, as no other is named.
fn of_target(config: &Config, last: &str) -> Vec<Problem> {
    let hints = &config.data.hints;
    let features = hints.features.as_deref().unwrap_or_default();
    let lists = [("/data/id", hints.id.as_slice()), ("/data/ignore", &hints.ignore), ("/data/features", features)];
    let of = lists.into_iter().flat_map(|(pointer, names)| in_list(pointer, names)).filter(|(_, name)| *name == last);
    of.map(|(pointer, _)| {
        Problem::at(format!("{}: {pointer}", config.name), format!("column {last:?} is the target"))
            .why("it is the last one, and data.target names no other")
            .hint("name the column to predict in data.target")
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Catalog;
    use std::path::Path;

    fn told(rest: &str, columns: &[&str]) -> Vec<(String, String)> {
        let text = format!(
            r#"{{"input_folder_path": "in", "output_folder_path": "out", "test_data_path": "test",
                "output_model_path": "models", "prod_deployment_path": "prod", {rest}}}"#
        );
        let catalog = Catalog {
            models: vec!["boosting"],
            monotone: vec!["boosting"],
            metrics: vec![],
            rules: vec![],
            check_params: &|_, _, _| Vec::new(),
            check_schedule: &|_| Ok(()),
        };
        let config = Config::parse(&text, Path::new("/c.json"), "c.json", &catalog).unwrap();
        let problems = check(&config, columns).err().map(|error| error.problems().to_vec()).unwrap_or_default();
        problems.into_iter().map(|p| (p.place.replace("c.json: ", ""), p.hint.unwrap_or_default())).collect()
    }

    #[test]
    fn every_name_that_is_no_column_is_told_in_one_run() {
        let rest = r#""data": {"target": "lef", "id": ["who"], "ignore": ["plan", "nothing"], "features": ["agee"],
            "types": {"p/n": "text"}, "rules": {"fe~s": {"min": 0}}},
            "model": {"kind": "boosting", "monotone": {"a": "increasing"}}"#;
        let told = told(rest, &["who", "age", "plan", "left"]);
        let places: Vec<&str> = told.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(
            places,
            [
                "/data/target",
                "/data/ignore/1",
                "/data/features/0",
                "/data/types/p~1n",
                "/data/rules/fe~0s",
                "/model/monotone/a"
            ]
        );
        assert_eq!(told[0].1, "did you mean \"left\"? The columns are who, age, plan, left");
        assert_eq!(told[1].1, "the columns are who, age, plan, left");
    }

    #[test]
    fn the_last_column_is_the_target_and_nothing_else() {
        for (list, place) in [("\"ignore\"", "ignore/0"), ("\"id\"", "id/0"), ("\"features\"", "features/0")] {
            let told_of = told(&format!(r#""data": {{{list}: ["left"]}}"#), &["age", "left"]);
            assert!(told_of.len() == 1 && told_of[0].0 == format!("/data/{place}"), "{told_of:?}");
        }
        assert!(told(r#""data": {"target": "age", "ignore": ["left"]}"#, &["age", "left"]).is_empty());
        assert!(told(r#""data": {"features": ["age"]}"#, &["age", "left"]).is_empty());
    }
}
