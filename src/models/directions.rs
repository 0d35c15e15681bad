//! Constraints of direction, held against the data before anything is fitted.

use super::{ALL, Algorithm};
use crate::error::{Error, Kind, Problem, Result, pointer_token};
use crate::suggest;
use crate::table::{ColumnSchema, Constraints, Role, Schema, Task, Type};
use std::collections::HashMap;

/// Makes sure that each constrained column is a feature that has an order, and that the
/// question has one too. `place` is put before the column in messages.
///
/// # Errors
/// [`Kind::Config`] with everything wrong.
pub fn check(directions: &Constraints, schema: &Schema, task: Task, place: &str) -> Result<()> {
    let of_several = (!directions.is_empty() && task == Task::Multiclass).then(|| {
        Problem::at(place, "a target of several classes has no direction")
            .why("what makes one class more likely makes another less so")
            .hint("remove it, or ask a yes/no question")
    });
    let columns: HashMap<&str, &ColumnSchema> = schema.columns.iter().map(|c| (c.name.as_str(), c)).collect();
    let has_order = |column: &ColumnSchema| matches!(column.kind, Type::Number | Type::Date);
    let fits = |found: &&ColumnSchema| found.role == Role::Feature && has_order(found);
    let wrong = || directions.keys().filter(|name| columns.get(name.as_str()).copied().filter(fits).is_none());
    let count = of_several.iter().count() + wrong().count();
    if count == 0 {
        return Ok(());
    }
    let features: Vec<&str> = schema.features().map(|feature| feature.name.as_str()).collect();
    let known = |column: &str| match suggest::closest(column, features.iter().copied()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("the features are {}", suggest::listed(&features, suggest::NAMED)),
    };
    let told = wrong().map(|column| {
        let at = format!("{place}/{}", pointer_token(column));
        match columns.get(column.as_str()) {
            None => Problem::at(at, format!("the data has no column {column:?}")).hint(known(column)),
            Some(found) if found.role != Role::Feature => {
                Problem::at(at, format!("column {column:?} is no feature of the model")).hint(known(column))
            }
            Some(found) => Problem::at(at, format!("column {column:?} has no order: it is a {}", found.kind.name()))
                .hint("name a number or a date, or say in data.types that it is one"),
        }
    });
    Err(Error::of_many(Kind::Config, count, of_several.into_iter().chain(told)))
}

/// Makes sure that an algorithm keeps to directions where there are any.
///
/// # Errors
/// [`Kind::Config`] with the algorithms that do.
pub fn must_keep(algorithm: &dyn Algorithm, directions: &Constraints) -> Result<()> {
    if directions.is_empty() || algorithm.keeps_directions() {
        return Ok(());
    }
    let names: Vec<&str> = ALL.iter().filter(|a| a.keeps_directions()).map(|a| a.name()).collect();
    let problem = Problem::at("", format!("{} keeps to no directions", algorithm.name()))
        .hint(format!("set model.kind to {}, or remove model.monotone", names.join(" or ")));
    Err(Error::new(Kind::Config, problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{ColumnSchema, Monotone};

    #[test]
    fn what_has_no_order_is_refused() {
        let column = |name: &str, kind, role| ColumnSchema { name: name.into(), kind, role };
        let schema = Schema {
            columns: vec![
                column("age", Type::Number, Role::Feature),
                column("since", Type::Date, Role::Feature),
                column("plan", Type::Category, Role::Feature),
                column("left", Type::Number, Role::Target),
            ],
        };
        let told = |columns: &[&str], task: Task| {
            let directions = columns.iter().map(|name| ((*name).to_string(), Monotone::Increasing)).collect();
            let told = check(&directions, &schema, task, "config.json: /model/monotone");
            told.err().map_or(Vec::new(), |e| e.problems().iter().map(|p| p.labelled("error")).collect())
        };
        assert!(told(&["age", "since"], Task::Binary).is_empty() && told(&[], Task::Multiclass).is_empty());
        assert_eq!(
            told(&["aeg", "left", "plan"], Task::Regression),
            [
                "error: config.json: /model/monotone/aeg: the data has no column \"aeg\"\nhint: did you mean \"age\"?",
                "error: config.json: /model/monotone/left: column \"left\" is no feature of the model\nhint: the features are age, since, plan",
                "error: config.json: /model/monotone/plan: column \"plan\" has no order: it is a category\nhint: name a number or a date, or say in data.types that it is one",
            ]
        );
        assert!(told(&["age"], Task::Multiclass)[0].contains("several classes has no direction"));
    }
}
