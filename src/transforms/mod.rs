//! From a table to the numbers that a model sees: what is fitted on the training rows,
//! kept inside the model, and applied to every later table in the same way.
//!
//! - [`Preparation`]: the whole way from [`Table`](crate::table::Table) to
//!   [`Matrix`].
//! - [`Number`], [`Date`], [`Category`], [`Codes`], [`TargetEncoding`], [`Text`]: one transform a file. A further one is a file, a
//!   variant of [`Step`] and a line in [`Step::learn`].
//!
//! Whatever a later table holds, the result has the same width and is finite, but for the
//! NaN of missing cells where the model wants them so ([`Wants`]): a column that has
//! changed its type is read as what the model learnt, and a cell that cannot be read so
//! counts as missing.

mod category;
pub mod cells;
mod codes;
mod date;
mod grams;
mod number;
mod numeric;
mod preparation;
mod target_encoding;
mod text;

pub use category::{Category, MOST_LEVELS};
pub use codes::{Codes, MOST_CODES};
pub use date::Date;
pub use number::Number;
pub use numeric::{Numeric, Scale, Wants};
pub use preparation::{Feature, Preparation};
pub use target_encoding::{Encoding, Outcomes, TargetEncoding};
pub use text::{Grams, MOST_DENSE, MOST_SPARSE, Text, TextForm};

use crate::error::Problem;
use crate::table::{Column, ColumnKind, Matrix, Monotone, Sparse, Type};
use serde::{Deserialize, Serialize};

/// Turns one column of a table into columns of a design matrix.
pub trait Transform {
    /// The names of the columns made of the column `name`. They are for people: a level
    /// that is itself called `(other)` shares its name with the rare ones.
    fn outputs(&self, name: &str) -> Vec<String>;

    /// How many they are: the length of [`Transform::outputs`], without the names.
    fn width(&self) -> usize;

    /// Writes them into `out` (zeros before, as many rows as `column`) from the column
    /// `at` on.
    fn fill(&self, column: &Column, at: usize, out: &mut Matrix);

    /// What the columns are to a model, in the order of [`Transform::outputs`], where
    /// predictions are to go this way with the column they are made of. Numbers without a
    /// direction where not told.
    fn kinds(&self, _direction: Option<Monotone>) -> Vec<ColumnKind> {
        vec![ColumnKind::Number; self.width()]
    }

    /// The names of the sparse columns made of the column `name`, which come after all
    /// dense ones.
    fn sparse_outputs(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }

    /// How many they are.
    fn sparse_width(&self) -> usize {
        0
    }

    /// These columns, for the rows of `column`.
    fn sparse(&self, column: &Column) -> Sparse {
        let mut none = Sparse::new(0);
        (0..column.len()).for_each(|_| none.push([]));
        none
    }
}

/// A fitted transform: written as `{"kind": "number", …}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Step {
    /// A number.
    Number(Number),
    /// A calendar date.
    Date(Date),
    /// One of a set of names.
    Category(Category),
    /// One of a set of names, for a model that takes codes.
    Codes(Codes),
    /// One of many names.
    Target(TargetEncoding),
    /// A text.
    Text(Text),
}

/// A step and what should be told about it; or why the column is left out.
pub type Learnt<T> = Result<(T, Option<Problem>), Problem>;

impl Step {
    /// Fits the transform of a type on a training column.
    ///
    /// # Errors
    /// Why nothing can be learnt from the column; the rest of the table still can.
    pub fn learn(name: &str, kind: Type, column: &Column, wants: Wants) -> Learnt<Step> {
        match kind {
            Type::Number => Number::learn(name, column, wants).map(|(t, notice)| (Step::Number(t), notice)),
            Type::Date => Date::learn(name, column, wants).map(|(t, notice)| (Step::Date(t), notice)),
            Type::Category if wants.codes => Codes::learn(name, column).map(|(t, notice)| (Step::Codes(t), notice)),
            Type::Category => Category::learn(name, column).map(|(t, notice)| (Step::Category(t), notice)),
            Type::Text => Text::learn(name, column, wants).map(|(t, notice)| (Step::Text(t), notice)),
        }
    }

    /// The names that it tells apart; none for numbers, dates and texts.
    pub fn levels(&self) -> &[String] {
        match self {
            Step::Category(Category { levels, .. }) | Step::Codes(Codes { levels }) => levels,
            Step::Target(TargetEncoding { levels, .. }) => levels,
            Step::Number(_) | Step::Date(_) | Step::Text(_) => &[],
        }
    }

    fn transform(&self) -> &dyn Transform {
        match self {
            Step::Number(transform) => transform,
            Step::Date(transform) => transform,
            Step::Category(transform) => transform,
            Step::Codes(transform) => transform,
            Step::Target(transform) => transform,
            Step::Text(transform) => transform,
        }
    }
}

impl Transform for Step {
    fn outputs(&self, name: &str) -> Vec<String> {
        self.transform().outputs(name)
    }

    fn width(&self) -> usize {
        self.transform().width()
    }

    fn fill(&self, column: &Column, at: usize, out: &mut Matrix) {
        self.transform().fill(column, at, out);
    }

    fn kinds(&self, direction: Option<Monotone>) -> Vec<ColumnKind> {
        self.transform().kinds(direction)
    }

    fn sparse_outputs(&self, name: &str) -> Vec<String> {
        self.transform().sparse_outputs(name)
    }

    fn sparse_width(&self) -> usize {
        self.transform().sparse_width()
    }

    fn sparse(&self, column: &Column) -> Sparse {
        self.transform().sparse(column)
    }
}

/// The first of so many columns goes the direction asked for, the others do not.
fn first_directed(columns: usize, direction: Option<Monotone>) -> Vec<ColumnKind> {
    let directed = |column: usize| direction.filter(|_| column == 0).map_or(ColumnKind::Number, ColumnKind::Monotone);
    (0..columns).map(directed).collect()
}

/// The notice of a column that is left out.
fn left_out(name: &str, why: &str) -> Problem {
    Problem::at("", format!("column {name:?} is kept out of the model")).why(why)
}

/// No cell is present.
const EMPTY: &str = "every cell of the training rows is missing";
/// All cells are the same.
const CONSTANT: &str = "it is the same in all training rows";
