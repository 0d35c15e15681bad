//! k nearest neighbours (Fix and Hodges, 1951): what the k training rows at the least
//! Euclidean distance say, on the mean.
//!
//! All distances are taken, which is exact whatever the number of columns. Of rows at the
//! same distance the earlier one in the training data is nearer. The model holds the
//! training design: in memory 8 bytes for each cell, in the model file up to 20.

use super::params::{Domain, ParamSpec, Params, Value};
use super::{Algorithm, Facts, Fitted, blocks, input, unreadable};
use crate::error::{Error, Problem, Result};
use crate::parallel;
use crate::table::{Design, Matrix, Target, Task};
use serde::{Deserialize, Serialize};

/// The algorithm.
#[derive(Debug, Clone, Copy)]
pub struct KNearestNeighbours;

const NAME: &str = "k_nearest_neighbours";

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "k",
        default: Value::Integer(25),
        domain: Domain::Integer { least: 1, most: 100_000, words: &[] },
        purpose: "how many neighbours are asked; all rows where there are fewer",
    },
    ParamSpec {
        name: "weights",
        default: Value::Word("uniform"),
        domain: Domain::Choice(&["uniform", "distance"]),
        purpose: "whether all neighbours count alike, or each by the inverse of its distance",
    },
    ParamSpec {
        name: "standardize",
        default: Value::Flag(true),
        domain: Domain::Flag,
        purpose: "whether numbers and dates get mean 0 and deviation 1 first, so that distances treat all alike",
    },
];

/// Cells of the training design from which a notice tells the size of the model.
const MANY_CELLS: usize = 1_000_000;
/// Cells of the training design at most (160 MB in memory, up to 400 MB in the file).
const MOST_CELLS: usize = 20_000_000;
/// Asked rows that one thread takes at a time, and training rows that they are compared
/// with before the next ones, so that both stay in the cache.
const ASKED: usize = 32;
const COMPARED: usize = 128;

impl Algorithm for KNearestNeighbours {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "what the most similar training rows say; the model holds all of them, at most 20 million cells"
    }

    fn learns(&self) -> &'static [Task] {
        &[Task::Binary, Task::Multiclass, Task::Regression]
    }

    fn params(&self) -> &'static [ParamSpec] {
        PARAMS
    }

    fn wants_standardized(&self, params: &Params) -> bool {
        params.flag("standardize")
    }

    fn fit(&self, x: &Design, y: &Target, params: &Params, _seed: u64, _threads: usize) -> Result<Box<dyn Fitted>> {
        input::check(x, y, self.takes_missing_as_nan())?;
        let x = x.dense();
        let cells = x.rows() * x.cols();
        if cells > MOST_CELLS {
            return Err(Error::data("", format!("{NAME} would hold a training design of {cells} cells"))
                .why(format!("the model holds all training rows, {MOST_CELLS} cells at most"))
                .hint("use another model, or fewer rows or columns"));
        }
        let answers = match y {
            Target::Numbers(numbers) => numbers.clone(),
            _ => input::classes(y)?.codes.iter().map(|code| f64::from(*code)).collect(),
        };
        Ok(Box::new(Model {
            width: x.cols(),
            outputs: y.question().outputs(),
            k: params.integer("k")?.unwrap_or(1),
            by_distance: params.is("weights", "distance"),
            answers,
            cells: x.as_slice().to_vec(),
        }))
    }

    fn load(&self, value: serde_json::Value) -> Result<Box<dyn Fitted>> {
        let model: Model = serde_json::from_value(value).map_err(|error| unreadable(NAME, error))?;
        let class = |code: &f64| code.fract() == 0.0 && (0.0..model.outputs as f64).contains(code);
        let answers = model.outputs == 1 || model.outputs > 1 && model.answers.iter().all(class);
        let whole = model.width.checked_mul(model.answers.len()) == Some(model.cells.len());
        if !(answers && whole && model.k > 0 && model.width > 0 && !model.answers.is_empty()) {
            return Err(unreadable(NAME, "rows, columns and classes do not fit together"));
        }
        Ok(Box::new(model))
    }
}

/// The fitted model, in the form in which it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Model {
    width: usize,
    /// Columns of predictions: 1 for a quantity.
    outputs: usize,
    k: usize,
    by_distance: bool,
    /// The quantity or the class of each training row.
    answers: Vec<f64>,
    /// The training rows, one after the other.
    cells: Vec<f64>,
}

/// Training rows by distance: the nearest first, of equals the earlier one.
type Nearest = Vec<(f64, usize)>;

impl Model {
    /// The nearest training rows of some rows.
    fn nearest(&self, x: &Matrix, rows: std::ops::Range<usize>) -> Vec<Nearest> {
        let k = self.k.min(self.answers.len());
        let mut found = vec![Nearest::with_capacity(k + 1); rows.len()];
        for (part, training) in self.cells.chunks(COMPARED * self.width).enumerate() {
            for (row, nearest) in rows.clone().zip(&mut found) {
                for (i, known) in training.chunks_exact(self.width).enumerate() {
                    let squares = squared_distance(x.row(row), known);
                    if nearest.len() == k && nearest.last().is_some_and(|(worst, _)| squares >= *worst) {
                        continue;
                    }
                    let place = nearest.partition_point(|(other, _)| *other <= squares);
                    nearest.insert(place, (squares, part * COMPARED + i));
                    nearest.truncate(k);
                }
            }
        }
        found
    }

    /// The mean answer of the nearest rows: a quantity, or the share of each class.
    fn answer(&self, nearest: &Nearest, out: &mut [f64]) {
        let exact = nearest.first().is_some_and(|(squares, _)| *squares == 0.0);
        let weight = |squares: f64| match self.by_distance {
            false => 1.0,
            // A row like the one asked about silences all others.
            true if exact => f64::from(u8::from(squares == 0.0)),
            true => 1.0 / squares.sqrt(),
        };
        let total: f64 = nearest.iter().map(|(squares, _)| weight(*squares)).sum();
        for (squares, row) in nearest {
            // So far away that all weights are 0: all alike.
            let share = if total > 0.0 { weight(*squares) / total } else { 1.0 / nearest.len() as f64 };
            let answer = self.answers[*row];
            match self.outputs {
                1 => out[0] += share * answer,
                _ => out[answer as usize] += share,
            }
        }
        if self.outputs > 1 {
            out.iter_mut().for_each(|share| *share = share.min(1.0));
        }
    }
}

/// Σ (aᵢ − bᵢ)², added up in four lanes; infinite where it is beyond all numbers.
fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    let (a_lanes, a_rest) = a.as_chunks::<4>();
    let (b_lanes, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (x, y) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..4 {
            let away = x[lane] - y[lane];
            sums[lane] += away * away;
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(x, y)| (x - y) * (x - y)).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

impl Fitted for Model {
    /// Every training row is compared.
    fn cost(&self) -> usize {
        1 + self.cells.len() / 2_000
    }

    fn width(&self) -> usize {
        self.width
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn predict(&self, x: &Design, threads: usize) -> Matrix {
        let x = x.dense();
        let parts = parallel::map(x.rows().div_ceil(ASKED), threads, |block| {
            let nearest = self.nearest(x, blocks::range(x.rows(), ASKED, block));
            let mut part = vec![0.0; nearest.len() * self.outputs];
            part.chunks_exact_mut(self.outputs).zip(&nearest).for_each(|(out, nearest)| self.answer(nearest, out));
            part
        });
        Matrix::from_rows(x.rows(), self.outputs, parts.concat()).unwrap_or_default()
    }

    fn save(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    fn notices(&self) -> Vec<Problem> {
        if self.cells.len() <= MANY_CELLS {
            return Vec::new();
        }
        let size = format!("the model holds the training design of {} cells", self.cells.len());
        vec![Problem::at("", size).why(format!("{NAME} looks its answers up in all training rows"))]
    }

    fn facts(&self) -> Facts {
        Facts::default()
    }
}
