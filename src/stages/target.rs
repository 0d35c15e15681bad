//! The target: what is learnt from merged rows, and what was true of test rows.

use crate::config::Config;
use crate::error::{Error, Kind, Problem, Result};
use crate::table::{Classes, Column, Question, Schema, Table, Target, TargetProblem, Task};
use std::collections::HashMap;

/// The target of training rows; `place` is what messages call the rows. Where the config names
/// no positive class, that of the model `before` stays it: which class is rarer may change.
///
/// # Errors
/// There is no target column, or its values are no target of the configured task.
pub fn learn(table: &Table, config: &Config, before: Option<&Question>, place: &str) -> Result<(Target, Vec<Problem>)> {
    let columns = columns(table.schema(), table, place)?;
    let task = config.data.task;
    let kept = match before {
        Some(Question::Classes(classes)) if classes.len() == 2 && columns.len() == 1 => {
            classes.last().filter(|_| same_classes(classes, &columns)).map(String::as_str)
        }
        _ => None,
    };
    let positive = config.data.positive.as_deref().or(kept);
    let target = Target::learn(&columns, task, positive)
        .map_err(|(column, problem)| error(problem, &column, place, &config.name))?;
    if let (Target::Classes(classes), Some((name, column))) = (&target, columns.first()) {
        check_classes(classes, column, name, table.rows(), config, place)?;
        if let (Some(Question::Classes(known)), None) = (before, task) {
            refuse_slips(classes, known, name, place)?;
        }
    }
    let notices = rare(&target, place);
    Ok((target, notices))
}

/// Where the model in office answers a yes/no question, a few rows of another class are slips of
/// the pen: taken for a class they would make it another question, with another metric.
fn refuse_slips(target: &Classes, known: &[String], name: &str, place: &str) -> Result<()> {
    let new: Vec<(&String, usize)> =
        target.classes.iter().zip(target.counts()).filter(|(class, _)| !known.contains(class)).collect();
    let is_slip = |count: usize| count < FEW && (count as f64) < RARE * target.codes.len() as f64;
    if known.len() != 2 || target.classes.len() != 2 + new.len() || new.is_empty() || !new.iter().all(|n| is_slip(n.1))
    {
        return Ok(());
    }
    let told: Vec<String> = new.iter().map(|(class, count)| format!("{class:?} in {count}")).collect();
    Err(Error::data(place, format!("the target {name:?} is {} of {} rows", told.join(", "), target.codes.len()))
        .why(format!("the model in office tells {} apart, and so few rows make no new class", known.join(" and ")))
        .hint("mend the labels; or say \"task\": \"multiclass\" in data where they are meant"))
}

/// Whether the one column holds these two classes and no other.
fn same_classes(classes: &[String], columns: &[(&str, &Column)]) -> bool {
    let found = columns.first().and_then(|(_, column)| Classes::learn(column, None).ok());
    found.is_some_and(|found| found.classes.len() == 2 && found.classes.iter().all(|class| classes.contains(class)))
}

/// Fewer rows than this do not show what a class looks like.
const FEW: usize = 5;
/// A class with a smaller share of the rows may be a slip of the pen.
const RARE: f64 = 0.01;

/// Classes that may be mistakes, and labels that tell nothing.
fn rare(target: &Target, place: &str) -> Vec<Problem> {
    match target {
        Target::Numbers(_) => Vec::new(),
        Target::Classes(classes) => {
            let rows = classes.codes.len() as f64;
            let counts = classes.classes.iter().zip(classes.counts());
            let rare = counts.filter(|(_, count)| *count < FEW && (*count as f64) < RARE * rows);
            let told: Vec<String> = rare.map(|(class, count)| format!("{class:?} ({count})")).collect();
            let notice = Problem::at(place, format!("classes of very few rows: {}", told.join(", ")))
                .why("so few do not show what a class looks like")
                .hint("mend the labels if they are mistakes");
            if told.is_empty() { Vec::new() } else { vec![notice] }
        }
        Target::Labels(labels) => {
            let always = |label: &usize| {
                let has = labels.column(*label);
                has.iter().all(|one| Some(one) == has.first())
            };
            let told: Vec<String> =
                (0..labels.names.len()).filter(always).map(|label| format!("{:?}", labels.names[label])).collect();
            let notice = Problem::at(place, format!("labels that no row has, or every row: {}", told.join(", ")))
                .why("they are answered so for ever")
                .hint("add rows, or leave them out of data.target");
            if told.is_empty() { Vec::new() } else { vec![notice] }
        }
    }
}

/// What was true of rows that a model with this schema is asked about.
///
/// # Errors
/// A target column is missing, or holds what is no answer to the question.
pub fn read(table: &Table, schema: &Schema, question: &Question, place: &str) -> Result<Target> {
    Target::read(&columns(schema, table, place)?, question)
        .map_err(|(column, problem)| error(problem, &column, place, "config"))
}

/// The target columns of `schema` in a table, with their names.
fn columns<'a>(schema: &'a Schema, table: &'a Table, place: &str) -> Result<Vec<(&'a str, &'a Column)>> {
    let found: Vec<(&str, Option<&Column>)> =
        schema.targets().map(|c| (c.name.as_str(), table.column(&c.name))).collect();
    if found.is_empty() {
        return Err(Error::data(place, "there is no target column").hint("name it in data.target"));
    }
    let lacking = found.iter().filter(|(_, column)| column.is_none());
    let problems = lacking.map(|(name, _)| Problem::at(place, format!("the target column {name:?} is missing")));
    Error::unless_empty(Kind::Data, problems.collect())?;
    Ok(found.into_iter().filter_map(|(name, column)| Some((name, column?))).collect())
}

/// Whether classes are those of the task, and enough rows have each.
fn check_classes(
    target: &Classes,
    column: &Column,
    name: &str,
    rows: usize,
    config: &Config,
    place: &str,
) -> Result<()> {
    let classes = target.classes.len();
    let shown: Vec<&str> = target.classes.iter().take(5).map(String::as_str).collect();
    let told = |why: String| Error::data(place, format!("the target {name:?} has {classes} different values")).why(why);
    let mut spelt: HashMap<String, &String> = HashMap::new();
    for b in &target.classes {
        if let Some(a) = spelt.insert(b.to_lowercase(), b) {
            let counts = target.counts();
            let rows =
                |label: &String| target.classes.iter().position(|c| c == label).and_then(|c| counts.get(c)).copied();
            let (of_a, of_b) = (rows(a).unwrap_or_default(), rows(b).unwrap_or_default());
            return Err(Error::data(
                place,
                format!("the target {name:?} holds {a:?} in {of_a} rows and {b:?} in {of_b}"),
            )
            .why("the two labels differ in capitals only")
            .hint("write them alike in the input files"));
        }
    }
    if classes > 2 && config.data.task == Some(Task::Binary) {
        return Err(told(format!("data.task is binary; the first values are {}", shown.join(", ")))
            .hint("name the right column in data.target, or say \"task\": \"multiclass\""));
    }
    if classes * 2 > rows {
        let hint = match column {
            Column::Numbers(_) if classes > 2 => {
                "say \"task\": \"regression\" in data where the numbers are a quantity"
            }
            _ => "a class is learnt from several rows: name the right column in data.target",
        };
        return Err(told(format!("that is more than one for every two of the {rows} rows")).hint(hint));
    }
    if classes > 2 && config.data.positive.is_some() {
        let problem =
            Problem::at(format!("{}: /data/positive", config.name), "there is no positive class among several");
        return Err(Error::new(Kind::Config, problem.hint("remove the key, or make the target a yes/no question")));
    }
    Ok(())
}

/// The words for a target that cannot be used.
fn error(problem: TargetProblem, column: &str, place: &str, config: &str) -> Error {
    match problem {
        TargetProblem::MissingLabels(rows) => {
            Error::data(place, format!("the target {column:?} is missing in {rows} rows"))
                .hint("rows without a label cannot be used here")
        }
        TargetProblem::OneClass(class) => {
            let what = match class {
                Some(class) => format!("the target {column:?} is {class:?} in every row"),
                None => format!("the target {column:?} has no value"),
            };
            Error::data(place, what)
                .why("a model learns from at least two classes")
                .hint("add rows of the other class, or name the right column in data.target")
        }
        TargetProblem::NoSuchPositive(classes) => Error::new(
            Kind::Config,
            Problem::at(format!("{config}: /data/positive"), format!("the target {column:?} has no such value"))
                .hint(format!("its values are {}", classes.iter().take(10).cloned().collect::<Vec<_>>().join(", "))),
        ),
        TargetProblem::UnknownLabel { label, row } => {
            Error::data(place, format!("the target {column:?} is {label:?} in data row {}", row + 1))
                .why("the model was not trained with this class")
                .hint("mend the label, or train on data that has it")
        }
        TargetProblem::OneNumber(number) => {
            let value = number.map_or("empty".to_string(), |n| n.to_string());
            Error::data(place, format!("the target {column:?} is {value} in every row"))
                .why("a model learns from values that differ")
                .hint("add rows with other values, or name the right column in data.target")
        }
        TargetProblem::NotNumbers => Error::data(place, format!("the target {column:?} holds texts"))
            .why("a quantity is to be predicted")
            .hint("name the right column in data.target, or leave data.task out"),
        TargetProblem::NotYesNo { label, row } => {
            Error::data(place, format!("the target {column:?} is {label:?} in data row {}", row + 1))
                .why("a label is yes or no: 1 or 0, yes or no, true or false")
                .hint("mend the cell, or name other columns in data.target")
        }
    }
}
