//! Tests that span algorithms: conformance of all, expected values, measured accuracy.

mod bayes;
mod conformance;
mod expected;
mod linear;
mod measured;
mod nearest;
mod optimum;
mod pipelines;
mod shapley;

use super::{ALL, Algorithm, Fitted, Params, Terms};
use crate::random::Random;
use crate::table::{
    Builder, Cell, Classes, ColumnSchema, Constraints, Design, Matrix, Role, Schema, Table, Target, Task, Type,
};

/// A matrix of these rows.
fn matrix(rows: &[&[f64]]) -> Matrix {
    let cols = rows.first().map_or(0, |r| r.len());
    Matrix::from_rows(rows.len(), cols, rows.concat()).unwrap()
}

/// A target with the classes `0`, `1`, ….
fn target(codes: &[u32], classes: usize) -> Target {
    Target::Classes(Classes { classes: (0..classes).map(|c| c.to_string()).collect(), codes: codes.to_vec() })
}

/// Rows of noise, and labels that the first two columns decide but for some noise.
fn noisy(rows: usize, cols: usize, seed: u64) -> (Matrix, Target) {
    let mut random = Random::new(seed);
    let data: Vec<f64> = (0..rows * cols).map(|_| random.normal()).collect();
    let x = Matrix::from_rows(rows, cols, data).unwrap();
    let label = |r: &[f64]| u32::from(r[0] - r.get(1).unwrap_or(&0.0) + random.normal() > 0.3);
    let codes = x.iter_rows().map(label).collect::<Vec<u32>>();
    (x, target(&codes, 2))
}

/// With texts by a vocabulary, and no constraint.
fn terms(seed: u64, threads: usize) -> Terms<'static> {
    static NONE: Constraints = Constraints::new();
    Terms { seed, threads, directions: &NONE, text: Default::default() }
}

/// The matrix as a design.
fn design(x: &Matrix) -> Design {
    x.clone().into()
}

/// The codes of a target's classes.
fn codes(target: &Target) -> &[u32] {
    match target {
        Target::Classes(classes) => &classes.codes,
        _ => panic!("no classes"),
    }
}

/// The target in one column.
fn target_in(column: &crate::table::Column) -> Target {
    Target::learn(&[("target", column)], None, None).unwrap()
}

/// Fits with default parameters.
fn fit(algorithm: &dyn Algorithm, x: &Matrix, y: &Target) -> Box<dyn Fitted> {
    algorithm.fit(&design(x), y, &Params::defaults(algorithm.params()), 1, 2).unwrap()
}

/// Area under the ROC curve by midranks (Mann and Whitney, 1947).
fn auc(positive: &[bool], scores: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let (mut ranks, mut start) = (0.0, 0);
    while start < order.len() {
        let end = (start..order.len()).find(|i| scores[order[*i]] != scores[order[start]]).unwrap_or(order.len());
        let midrank = (start + 1 + end) as f64 / 2.0;
        ranks += midrank * order[start..end].iter().filter(|i| positive[**i]).count() as f64;
        start = end;
    }
    let yes = positive.iter().filter(|p| **p).count() as f64;
    let no = positive.len() as f64 - yes;
    (ranks - yes * (yes + 1.0) / 2.0) / (yes * no)
}

/// A table of typed columns; the empty cell is missing.
fn table(columns: &[(&str, Type, Role)], rows: &[Vec<&str>]) -> Table {
    let schema =
        columns.iter().map(|(name, kind, role)| ColumnSchema { name: (*name).into(), kind: *kind, role: *role });
    let mut builder = Builder::new(Schema { columns: schema.collect() });
    for row in rows {
        for (i, cell) in row.iter().enumerate() {
            let cell = match columns[i].1 {
                _ if cell.trim().is_empty() => Cell::Missing,
                Type::Number => Cell::Number(cell.trim().parse().unwrap()),
                Type::Date => Cell::Number(crate::table::cell::date(cell).unwrap()),
                Type::Category | Type::Text => Cell::Text(cell),
            };
            builder.push(i, cell);
        }
        builder.end_row();
    }
    builder.finish()
}

#[test]
fn auc_counts_ties_half() {
    assert_eq!(auc(&[false, true, true], &[0.5, 0.5, 0.9]), 0.75);
}
