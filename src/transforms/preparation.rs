//! All transforms of a table, in the order of its columns.

use super::{MOST_CODES, MOST_LEVELS, Numeric, Outcomes, Step, TargetEncoding, Transform, Wants, category};
use crate::error::{Error, Kind, Problem, Result};
use crate::suggest::{NAMED, listed};
use crate::table::{Column, ColumnKind, Constraints, Design, Matrix, Sparse, Table, Target, Type};
use serde::{Deserialize, Serialize};

/// A column of the table and how it enters the design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// The name in the header.
    pub column: String,
    /// The fitted transform.
    pub transform: Step,
}

/// From a table to a design matrix, as fitted on the training rows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Preparation {
    features: Vec<Feature>,
}

impl Preparation {
    /// Fits the transforms of all feature columns of `table`, of which `target` is the
    /// truth. Columns from which nothing can be learnt (empty or constant ones) are left
    /// out; each is told. The design is the one to train on: unlike that of
    /// [`Preparation::apply`], it says of no row what only its own truth has told. `seed`
    /// chooses the folds for that.
    ///
    /// # Errors
    /// As [`Preparation::apply`].
    pub fn fit_transform(
        table: &Table,
        target: &Target,
        wants: Wants,
        seed: u64,
    ) -> Result<(Preparation, Design, Vec<Problem>)> {
        let mut notices = Vec::new();
        let mut features = Vec::new();
        // Columns of the training design, and where they begin.
        let mut own: Vec<(usize, Vec<Vec<f64>>)> = Vec::new();
        let mut outcomes: Option<Outcomes> = None;
        let mut width = 0;
        for schema in table.schema().features() {
            let Some(column) = table.column(&schema.name) else { continue };
            // Models that take codes have room for more levels.
            let most = if wants.codes { MOST_CODES } else { MOST_LEVELS };
            let learnt = if schema.kind == Type::Category && has_more_levels(column, most) {
                let outcomes = outcomes.get_or_insert_with(|| Outcomes::of(target, seed));
                TargetEncoding::learn(&schema.name, column, outcomes, wants).map(|((encoding, columns), notice)| {
                    own.push((width, columns));
                    (Step::Target(encoding), notice)
                })
            } else {
                Step::learn(&schema.name, schema.kind, column, wants)
            };
            match learnt {
                Ok((transform, notice)) => {
                    notices.extend(notice);
                    width += transform.width();
                    features.push(Feature { column: schema.name.clone(), transform });
                }
                Err(notice) => notices.push(notice),
            }
        }
        let preparation = Preparation { features };
        let mut design = preparation.apply(table)?;
        for (at, columns) in &own {
            columns.iter().enumerate().for_each(|(i, column)| design.replace(at + i, column));
        }
        Ok((preparation, design, notices))
    }

    /// Fits where there is no truth, and no category of many levels.
    #[cfg(test)]
    pub fn fit(table: &Table, wants: Wants) -> (Preparation, Vec<Problem>) {
        let no_truth = Target::Numbers(vec![0.0; table.rows()]);
        let fitted = Preparation::fit_transform(table, &no_truth, wants, 0);
        fitted.map_or_else(|error| (Preparation::default(), error.problems().to_vec()), |(p, _, notices)| (p, notices))
    }

    /// The features used, in the order of their columns in the design.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The names of the design's columns, in order: dense ones, then sparse ones.
    pub fn names(&self) -> Vec<String> {
        let dense = self.features.iter().flat_map(|f| f.transform.outputs(&f.column));
        dense.chain(self.features.iter().flat_map(|f| f.transform.sparse_outputs(&f.column))).collect()
    }

    /// Whether no transform is wider than those learnt here: a saved one may say anything.
    pub fn is_sound(&self) -> bool {
        self.features.iter().all(|feature| match &feature.transform {
            Step::Text(text) => text.is_sound(),
            _ => true,
        })
    }

    /// How many columns the design has.
    pub fn width(&self) -> usize {
        self.dense_width() + self.features.iter().map(|f| f.transform.sparse_width()).sum::<usize>()
    }

    fn dense_width(&self) -> usize {
        self.features.iter().map(|f| f.transform.width()).sum()
    }

    /// Whether the design has sparse columns.
    pub fn has_sparse(&self) -> bool {
        self.features.iter().any(|f| f.transform.sparse_width() > 0)
    }

    /// What the design's columns are to a model that is to keep to these constraints.
    pub fn kinds(&self, directions: &Constraints) -> Vec<ColumnKind> {
        self.features.iter().flat_map(|f| f.transform.kinds(directions.get(&f.column).copied())).collect()
    }

    /// Whether the design may hold NaN for missing cells.
    pub fn has_nan(&self) -> bool {
        let keeps = |numeric: &Option<Numeric>| numeric.as_ref().is_some_and(|n| n.median.is_none());
        self.features.iter().any(|feature| match &feature.transform {
            Step::Number(number) => keeps(&number.value),
            Step::Date(date) => [&date.days, &date.month, &date.weekday].into_iter().any(keeps),
            Step::Category(_) | Step::Target(_) | Step::Text(_) => false,
            Step::Codes(_) => true,
        })
    }

    /// The design matrix of a table: its rows × [`Preparation::width`], all finite but for
    /// the NaN of missing cells where [`Preparation::has_nan`].
    /// Columns are found by name; others than the features may be there or not.
    ///
    /// # Errors
    /// [`Kind::Data`] where feature columns are missing from the table; all are named.
    pub fn apply(&self, table: &Table) -> Result<Design> {
        let mut out = Matrix::zeros(table.rows(), self.dense_width());
        let (mut at, mut next, mut sparse, mut problems) = (0, 0, Vec::new(), Vec::new());
        for feature in &self.features {
            let Some((place, column)) = table.column_near(&feature.column, next) else {
                problems.push(absent(feature, table));
                continue;
            };
            next = place + 1;
            feature.transform.fill(column, at, &mut out);
            if feature.transform.sparse_width() > 0 {
                sparse.push(feature.transform.sparse(column));
            }
            at += feature.transform.width();
        }
        Error::unless_empty(Kind::Data, problems)?;
        Design::new(out, Sparse::beside(sparse)).ok_or_else(|| Error::internal("columns of a table differ in length"))
    }
}

/// The problem of a table without the column of a feature.
fn absent(feature: &Feature, table: &Table) -> Problem {
    Problem::at("", format!("column {:?} is missing", feature.column))
        .why("the model was trained on it")
        .hint(format!("the columns are {}", listed(&table.schema().names(), NAMED)))
}

/// Whether a category has more levels than have a place of their own.
fn has_more_levels(column: &Column, most: usize) -> bool {
    let texts = super::cells::texts(column);
    category::by_frequency("", &texts).is_ok_and(|(seen, _)| seen.len() > most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Builder, Cell, ColumnSchema, Role, Schema, Type};
    use proptest::prelude::*;

    fn table(kinds: &[Type], rows: &[Vec<Given>]) -> Table {
        let columns = kinds.iter().enumerate().map(|(i, kind)| ColumnSchema {
            name: format!("c{i}"),
            kind: *kind,
            role: Role::Feature,
        });
        let mut builder = Builder::new(Schema { columns: columns.collect() });
        for row in rows {
            for (i, given) in row.iter().enumerate() {
                let cell = match (given, kinds[i]) {
                    (Given::Missing, _) => Cell::Missing,
                    (Given::Number(v), Type::Number | Type::Date) => Cell::Number(*v),
                    (Given::Number(v), _) => Cell::Text(if *v > 0.0 { "1.5" } else { "zero" }),
                    (Given::Text(t), Type::Category | Type::Text) => Cell::Text(t),
                    (Given::Text(t), _) => Cell::Number(t.len() as f64),
                };
                builder.push(i, cell);
            }
            builder.end_row();
        }
        builder.finish()
    }

    #[derive(Debug, Clone)]
    enum Given {
        Missing,
        Number(f64),
        Text(String),
    }

    fn given() -> impl Strategy<Value = Given> {
        prop_oneof![
            Just(Given::Missing),
            prop::num::f64::NORMAL.prop_map(Given::Number),
            (-50i32..50).prop_map(|v| Given::Number(f64::from(v))),
            "[a-c]{0,2}".prop_map(Given::Text),
        ]
    }

    fn kinds() -> impl Strategy<Value = Vec<Type>> {
        let kind = prop::sample::select(vec![Type::Number, Type::Date, Type::Category, Type::Text]);
        prop::collection::vec(kind, 4)
    }

    fn rows() -> impl Strategy<Value = Vec<Vec<Given>>> {
        prop::collection::vec(prop::collection::vec(given(), 4), 0..30)
    }

    proptest! {
        #[test]
        fn any_table_gives_finite_numbers_of_the_same_width(
            (kinds, rows, later_kinds, later_rows) in (kinds(), rows(), kinds(), rows()),
            (standardize, missing_as_nan, codes, sparse) in any::<(bool, bool, bool, bool)>(),
        ) {
            let wants = Wants { standardize, missing_as_nan, codes, sparse, ..Wants::default() };
            let (preparation, _) = Preparation::fit(&table(&kinds, &rows), wants);
            prop_assert!(missing_as_nan || codes || !preparation.has_nan());
            for later in [table(&kinds, &rows), table(&later_kinds, &later_rows)] {
                let matrix = preparation.apply(&later).unwrap();
                prop_assert_eq!(matrix.rows(), later.rows());
                prop_assert_eq!(matrix.cols(), preparation.width());
                prop_assert_eq!(preparation.names().len(), preparation.width());
                for feature in preparation.features() {
                    prop_assert_eq!(feature.transform.outputs("").len(), feature.transform.width());
                }
                prop_assert_eq!(matrix.sparse().is_some(), preparation.has_sparse());
                prop_assert!(matrix.dense().as_slice().iter().all(|v| v.is_finite() || v.is_nan() && preparation.has_nan()));
            }
            let text = serde_json::to_string(&preparation).unwrap();
            prop_assert_eq!(serde_json::from_str::<Preparation>(&text).unwrap(), preparation);
        }

        #[test]
        fn a_row_alone_is_prepared_as_among_others(
            (kinds, rows, later_kinds, later_rows) in (kinds(), rows(), kinds(), rows()),
            (standardize, missing_as_nan, codes, sparse) in any::<(bool, bool, bool, bool)>(),
        ) {
            let wants = Wants { standardize, missing_as_nan, codes, sparse, ..Wants::default() };
            let (preparation, _) = Preparation::fit(&table(&kinds, &rows), wants);
            let later = table(&later_kinds, &later_rows);
            let all = preparation.apply(&later).unwrap();
            let bits = |row: &[f64]| row.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            for row in 0..later.rows() {
                let one = preparation.apply(&later.part(row..row + 1)).unwrap();
                prop_assert_eq!(bits(one.dense().row(0)), bits(all.dense().row(row)));
                prop_assert_eq!(one.sparse().map(|s| s.row(0)), all.sparse().map(|s| s.row(row)));
            }
        }
    }

    #[test]
    fn useless_columns_are_told_and_missing_ones_refused() {
        let rows: Vec<Vec<Given>> = (0..4)
            .map(|i| vec![Given::Number(f64::from(i)), Given::Number(7.0), Given::Missing, Given::Text("x".into())])
            .collect();
        let whole = table(&[Type::Number, Type::Number, Type::Category, Type::Text], &rows);
        let (preparation, notices) = Preparation::fit(&whole, Wants::default());
        assert_eq!(preparation.names(), ["c0"]);
        let told: Vec<&str> = notices.iter().map(|n| n.what.as_str()).collect();
        assert_eq!(told.len(), 3);
        assert!(told.iter().zip(["c1", "c2", "c3"]).all(|(what, name)| what.contains(name)));
        let error = preparation.apply(&Builder::new(Schema::default()).finish()).unwrap_err();
        assert_eq!(error.kind, Kind::Data);
        assert!(error.message().contains("column \"c0\" is missing"));
    }

    #[test]
    fn the_saved_form_is_clear() {
        let rows =
            vec![vec![Given::Number(1.0), Given::Text("a".into())], vec![Given::Missing, Given::Text("b".into())]];
        let rows: Vec<Vec<Given>> =
            rows.into_iter().chain([vec![Given::Number(2.0), Given::Text("b".into())]]).collect();
        let (preparation, _) = Preparation::fit(&table(&[Type::Number, Type::Category], &rows), Wants::default());
        assert_eq!(
            serde_json::to_value(&preparation).unwrap(),
            serde_json::json!([
                {"column": "c0", "transform": {"kind": "number", "value": {"median": 1.5}, "missing": true}},
                {"column": "c1", "transform": {"kind": "category", "levels": ["b", "a"], "missing": false, "other": false}},
            ])
        );
        let wants = Wants { missing_as_nan: true, ..Wants::default() };
        let numbers: Vec<Vec<Given>> = rows.iter().map(|row| row[..1].to_vec()).collect();
        let (preparation, _) = Preparation::fit(&table(&[Type::Number], &numbers), wants);
        assert_eq!(
            serde_json::to_value(&preparation).unwrap(),
            serde_json::json!([{"column": "c0", "transform": {"kind": "number", "value": {}, "missing": false}}])
        );
    }
}
