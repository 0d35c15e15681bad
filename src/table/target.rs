//! What a model learns to predict, and what it answers.

use super::{Classes, Column, Labels, Task, cell};
use serde::{Deserialize, Serialize};

/// The truth about each row.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// One class, of two or of several.
    Classes(Classes),
    /// A finite number.
    Numbers(Vec<f64>),
    /// Any of several labels.
    Labels(Labels),
}

/// What a model answers for a row: a column of its predictions each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answers", content = "names", rename_all = "lowercase")]
pub enum Question {
    /// The probability of each of these classes; of two, the second is the positive one.
    Classes(Vec<String>),
    /// One number.
    Number,
    /// The probability of each of these labels.
    Labels(Vec<String>),
}

/// Why a column cannot serve as a target.
#[derive(Debug, Clone, PartialEq)]
pub enum TargetProblem {
    /// So many rows have no label.
    MissingLabels(usize),
    /// Every row has the same label, or there is no row.
    OneClass(Option<String>),
    /// The positive label named in the config is none of these.
    NoSuchPositive(Vec<String>),
    /// A label that the model does not know, first seen in this row.
    UnknownLabel {
        /// The label.
        label: String,
        /// The row, from 0.
        row: usize,
    },
    /// Every row has the same number, or there is no row.
    OneNumber(Option<f64>),
    /// A quantity is to be learnt, and the column holds texts.
    NotNumbers,
    /// A label is neither yes nor no.
    NotYesNo {
        /// The label.
        label: String,
        /// The row, from 0.
        row: usize,
    },
}

/// More different whole numbers than this are a quantity and not classes.
const MANY_NUMBERS: usize = 20;

impl Target {
    /// The target in these columns, for training. Several columns are labels. One column is
    /// a quantity where `task` says so, or, without a task, where it holds more than two
    /// different numbers of which some are not whole or more than twenty are different;
    /// else it holds classes, see [`Classes::learn`].
    ///
    /// # Errors
    /// The column and what is wrong with it.
    pub fn learn(
        columns: &[(&str, &Column)],
        task: Option<Task>,
        positive: Option<&str>,
    ) -> Result<Target, (String, TargetProblem)> {
        let Some((name, column)) = columns.first() else {
            return Err((String::new(), TargetProblem::OneClass(None)));
        };
        let told = |problem| ((*name).to_string(), problem);
        if columns.len() > 1 || task == Some(Task::Multilabel) {
            return Labels::read(columns).map(Target::Labels);
        }
        if task == Some(Task::Regression) || task.is_none() && positive.is_none() && is_quantity(column) {
            let numbers = numbers(column).map_err(told)?;
            let first = numbers.first().copied();
            if numbers.iter().all(|value| Some(*value) == first) {
                return Err(told(TargetProblem::OneNumber(first)));
            }
            return Ok(Target::Numbers(numbers));
        }
        Classes::learn(column, positive).map(Target::Classes).map_err(told)
    }

    /// The truth in these columns about rows that a model is asked about.
    ///
    /// # Errors
    /// The column and what is wrong with it: missing cells, or one that is no answer.
    pub fn read(columns: &[(&str, &Column)], question: &Question) -> Result<Target, (String, TargetProblem)> {
        let Some((name, column)) = columns.first() else {
            return Err((String::new(), TargetProblem::OneClass(None)));
        };
        let told = |problem| ((*name).to_string(), problem);
        match question {
            Question::Classes(classes) => Classes::read(column, classes).map(Target::Classes).map_err(told),
            Question::Number => numbers(column).map(Target::Numbers).map_err(told),
            Question::Labels(_) => Labels::read(columns).map(Target::Labels),
        }
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        match self {
            Target::Classes(classes) => classes.codes.len(),
            Target::Numbers(numbers) => numbers.len(),
            Target::Labels(labels) => labels.rows(),
        }
    }

    /// The rows at these places, in this order.
    pub fn take(&self, rows: &[usize]) -> Target {
        match self {
            Target::Classes(classes) => Target::Classes(classes.take(rows)),
            Target::Numbers(numbers) => {
                Target::Numbers(rows.iter().filter_map(|row| numbers.get(*row).copied()).collect())
            }
            Target::Labels(labels) => Target::Labels(labels.take(rows)),
        }
    }

    /// What a model that learns this answers.
    pub fn question(&self) -> Question {
        match self {
            Target::Classes(classes) => Question::Classes(classes.classes.clone()),
            Target::Numbers(_) => Question::Number,
            Target::Labels(labels) => Question::Labels(labels.names.clone()),
        }
    }

    /// The kind of question.
    pub fn task(&self) -> Task {
        self.question().task()
    }
}

impl Question {
    /// The kind of question.
    pub fn task(&self) -> Task {
        match self {
            Question::Classes(classes) if classes.len() <= 2 => Task::Binary,
            Question::Classes(_) => Task::Multiclass,
            Question::Number => Task::Regression,
            Question::Labels(_) => Task::Multilabel,
        }
    }

    /// How many columns predictions have.
    pub fn outputs(&self) -> usize {
        match self {
            Question::Classes(names) | Question::Labels(names) => names.len(),
            Question::Number => 1,
        }
    }

    /// The names of classes or labels; none for a number.
    pub fn names(&self) -> &[String] {
        match self {
            Question::Classes(names) | Question::Labels(names) => names,
            Question::Number => &[],
        }
    }
}

fn numbers(column: &Column) -> Result<Vec<f64>, TargetProblem> {
    match column {
        _ if column.missing() > 0 => Err(TargetProblem::MissingLabels(column.missing())),
        Column::Numbers(values) => Ok(values.clone()),
        Column::Texts(texts) => {
            let levels: Vec<Option<f64>> = texts.levels.iter().map(|level| cell::number(level)).collect();
            let values = texts.codes.iter().map(|code| levels.get(*code as usize).copied().flatten());
            values.collect::<Option<Vec<f64>>>().ok_or(TargetProblem::NotNumbers)
        }
    }
}

fn is_quantity(column: &Column) -> bool {
    let Column::Numbers(values) = column else { return false };
    let mut distinct: Vec<f64> = Vec::new();
    for value in values.iter().filter(|v| !v.is_nan()) {
        if !distinct.contains(value) {
            distinct.push(*value);
            if distinct.len() > MANY_NUMBERS {
                return true;
            }
        }
    }
    distinct.len() > 2 && distinct.iter().any(|value| value.fract() != 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Texts;

    fn learn(values: &[f64], task: Option<Task>) -> Result<Target, TargetProblem> {
        let column = Column::Numbers(values.to_vec());
        Target::learn(&[("y", &column)], task, None).map_err(|(_, problem)| problem)
    }

    #[test]
    fn the_values_tell_the_task() {
        let many: Vec<f64> = (0..21).map(f64::from).collect();
        for (values, task) in [
            (&[0.0, 1.0][..], Task::Binary),
            (&[0.5, 1.0], Task::Binary),
            (&[1.0, 2.0, 3.0], Task::Multiclass),
            (&many[..20], Task::Multiclass),
            (&many, Task::Regression),
            (&[1.0, 2.5, 3.0], Task::Regression),
        ] {
            assert_eq!(learn(values, None).unwrap().task(), task, "{values:?}");
        }
        assert_eq!(learn(&[1.0, 2.0], Some(Task::Regression)).unwrap(), Target::Numbers(vec![1.0, 2.0]));
        assert_eq!(learn(&many, Some(Task::Multiclass)).unwrap().task(), Task::Multiclass);
    }

    #[test]
    fn quantities_need_numbers_that_differ() {
        let regression = Some(Task::Regression);
        assert_eq!(learn(&[2.0, 2.0], regression), Err(TargetProblem::OneNumber(Some(2.0))));
        assert_eq!(learn(&[2.0, f64::NAN], regression), Err(TargetProblem::MissingLabels(1)));
        let texts = |level: &str| Column::Texts(Texts { codes: vec![0, 1], levels: vec!["1.5".into(), level.into()] });
        let read = |column: &Column| Target::read(&[("y", column)], &Question::Number).map_err(|(_, problem)| problem);
        assert_eq!(read(&texts("2")), Ok(Target::Numbers(vec![1.5, 2.0])));
        assert_eq!(read(&texts("two")), Err(TargetProblem::NotNumbers));
    }

    #[test]
    fn several_columns_are_labels() {
        let (a, b) = (Column::Numbers(vec![1.0, 0.0]), Column::Numbers(vec![0.0, 0.0]));
        let target = Target::learn(&[("a", &a), ("b", &b)], None, None).unwrap();
        assert_eq!(target.question(), Question::Labels(vec!["a".into(), "b".into()]));
        assert_eq!((target.rows(), target.take(&[0]).rows()), (2, 1));
    }
}
