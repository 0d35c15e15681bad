//! What is kept of the training data beside a model, so that drift needs no training rows.

use crate::drift::TableSketch;
use crate::error::Result;
use crate::models::{Pipeline, held_out};
use crate::table::{Builder, Cell, ColumnSchema, Matrix, Question, Role, Schema, Table, Target, Type};
use serde::{Deserialize, Serialize};

/// What a sketch file is called in its envelope.
pub const FORMAT: &str = "incumbent-sketch";
/// The newest version of the format.
pub const FORMAT_VERSION: u32 = 1;

/// The content of `trainingsketch.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingSketch {
    /// Of the merged data that the model was trained on.
    pub data_fingerprint: crate::fingerprint::Fingerprint,
    /// Features and target.
    pub columns: TableSketch,
    /// What the model says of rows like those it was trained on.
    pub predictions: TableSketch,
}

/// More rows than this are not needed to know how predictions are spread, and would make training
/// twice as long.
const MOST: usize = 50_000;
/// Fewer rows than this are too few to hold some out.
const LEAST: usize = 50;

/// The predictions that later ones are held against, as [`predictions`] has them. A tree is surer
/// of rows that it has learnt by heart than of any new ones, which would look like drift: so
/// these are predictions of held-out rows, by a model that `fit` fits on the others, as large as
/// this one: one of more trees is surer too. A linear model says of its own rows what it says of others like them.
///
/// # Errors
/// The model cannot be asked.
pub fn usual_predictions(
    table: &Table,
    target: &Target,
    pipeline: &Pipeline,
    seed: u64,
    threads: usize,
    fit: &dyn Fn(&Table, &Target) -> Result<Pipeline>,
) -> Result<Table> {
    let is_linear = !pipeline.model().facts().coefficients.is_empty();
    if !is_linear && table.rows() >= LEAST {
        let some = spread(table.rows(), MOST);
        let (table, target) = (&table.take(&some), &target.take(&some));
        let (train, rest) = held_out::parts(target, seed).swap_remove(0);
        // Where the rest of the rows cannot be learnt from, as without the only row of a class,
        // the model's own rows have to do.
        if let Ok(other) = fit(&table.take(&train), &target.take(&train))
            && other.question() == pipeline.question()
            && !rest.is_empty()
        {
            let answers = other.answering(pipeline.answers()).predict(&table.take(&rest), threads)?;
            return Ok(predictions(&answers, pipeline.question()));
        }
    }
    let answers = pipeline.predict(&table.take(&spread(table.rows(), MOST)), threads)?;
    Ok(predictions(&answers, pipeline.question()))
}

/// At most so many rows, evenly spread over all.
pub fn spread(rows: usize, most: usize) -> Vec<usize> {
    let taken = rows.min(most);
    (0..taken).map(|i| (i as u128 * rows as u128 / taken as u128) as usize).collect()
}

/// Answers as a table whose columns are looked at like those of the data: the probability of the
/// positive class or of each label, the most probable class, or the number.
pub fn predictions(answers: &Matrix, question: &Question) -> Table {
    let column = |name: String, kind| ColumnSchema { name, kind, role: Role::Feature };
    let columns = match question {
        Question::Classes(classes) if classes.len() == 2 => {
            vec![column(format!("probability of {}", classes[1]), Type::Number)]
        }
        Question::Classes(_) => vec![column("predicted class".to_string(), Type::Category)],
        Question::Number => vec![column("predicted number".to_string(), Type::Number)],
        Question::Labels(labels) => {
            labels.iter().map(|label| column(format!("probability of {label}"), Type::Number)).collect()
        }
    };
    let mut builder = Builder::new(Schema { columns });
    for row in answers.iter_rows() {
        match (question, row) {
            (Question::Classes(_), [_, positive]) => builder.push(0, Cell::Number(*positive)),
            (Question::Classes(classes), shares) => {
                let best = (0..shares.len()).fold(0, |best, i| if shares[i] > shares[best] { i } else { best });
                builder.push(0, classes.get(best).map_or(Cell::Missing, |class| Cell::Text(class)));
            }
            (_, numbers) => numbers.iter().enumerate().for_each(|(i, number)| builder.push(i, Cell::Number(*number))),
        }
        builder.end_row();
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    #[test]
    fn rows_are_spread_evenly() {
        assert_eq!(spread(3, 10), [0, 1, 2]);
        assert_eq!(spread(10, 4), [0, 2, 5, 7]);
        assert!(spread(0, 4).is_empty());
    }

    #[test]
    fn each_question_has_its_columns() {
        let names = |texts: &[&str]| texts.iter().map(|t| (*t).to_string()).collect::<Vec<_>>();
        let of = |question: Question, width: usize, data: &[f64]| {
            let answers = Matrix::from_rows(data.len() / width, width, data.to_vec()).unwrap();
            let table = predictions(&answers, &question);
            (table.schema().names().join("|"), table.columns().next().unwrap().1.clone())
        };
        let (name, column) = of(Question::Classes(names(&["no", "yes"])), 2, &[0.75, 0.25, 0.5, 0.5]);
        assert_eq!((name.as_str(), column), ("probability of yes", Column::Numbers(vec![0.25, 0.5])));
        let (name, column) = of(Question::Classes(names(&["a", "b", "c"])), 3, &[0.2, 0.5, 0.3, 0.4, 0.2, 0.4]);
        let Column::Texts(texts) = column else { panic!("numbers") };
        assert_eq!((name.as_str(), texts.get(0), texts.get(1)), ("predicted class", Some("b"), Some("a")));
        assert_eq!(of(Question::Number, 1, &[1.5]), ("predicted number".to_string(), Column::Numbers(vec![1.5])));
        assert_eq!(of(Question::Labels(names(&["x", "y"])), 2, &[0.1, 0.9]).0, "probability of x|probability of y");
    }
}
