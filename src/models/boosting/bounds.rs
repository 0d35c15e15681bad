//! What leaves may say, so that predictions go one way with a column: the basic method of
//! XGBoost and of LightGBM.
//!
//! A split on a constrained column is refused where the values of its sides are in the
//! wrong order. Else the value half-way between both bounds all leaves on either side, so
//! that whatever is split further down cannot undo the order. Leaves keep to what every
//! split above them says; sums of trees that all go one way do so too.

use crate::table::Monotone;

/// The least and the greatest value that leaves below a node may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    low: f64,
    high: f64,
}

impl Bounds {
    /// Any value.
    pub const NONE: Bounds = Bounds { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// Whether any value will do.
    pub fn none(self) -> bool {
        self == Bounds::NONE
    }

    /// The allowed value nearest to this one.
    pub fn nearest(self, value: f64) -> f64 {
        value.max(self.low).min(self.high)
    }

    /// The bounds of both sides of a split with these values.
    pub fn halves(self, direction: Monotone, left: f64, right: f64) -> (Bounds, Bounds) {
        let middle = 0.5 * left + 0.5 * right;
        let (below, above) = (Bounds { high: middle, ..self }, Bounds { low: middle, ..self });
        match direction {
            Monotone::Increasing => (below, above),
            Monotone::Decreasing => (above, below),
        }
    }
}

/// Whether the values of the sides are in order; smaller numbers go to the left.
pub fn in_order(direction: Monotone, left: f64, right: f64) -> bool {
    match direction {
        Monotone::Increasing => left <= right,
        Monotone::Decreasing => left >= right,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Boosting;
    use super::super::settings::PARAMS;
    use super::*;
    use crate::models::{Algorithm, Params};
    use crate::random::Random;
    use crate::table::{Classes, ColumnKind, Design, Matrix, Target};
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn halves_meet_in_the_middle() {
        let (left, right) = Bounds::NONE.halves(Monotone::Increasing, -1.0, 3.0);
        assert_eq!((left.nearest(2.0), right.nearest(-2.0), right.nearest(5.0)), (1.0, 1.0, 5.0));
        let (left, right) = left.halves(Monotone::Decreasing, 1.0, 0.0);
        assert_eq!((left.nearest(9.0), left.nearest(-9.0), right.nearest(9.0)), (1.0, 0.5, 0.5));
        assert!(Bounds::NONE.none() && !left.none());
    }

    /// Three columns, of which the first pulls one way here and the other way there, so
    /// that constraints have something to do; some cells missing.
    fn rows(random: &mut Random, n: usize) -> (Matrix, Vec<f64>) {
        let mut x = Matrix::zeros(n, 3);
        let mut scores = Vec::new();
        for row in 0..n {
            let cells = x.row_mut(row);
            cells.iter_mut().for_each(|cell| *cell = (8.0 * random.normal()).round() / 8.0);
            let wave = if cells[1] > 0.0 { (3.0 * cells[0]).sin() } else { -cells[0] };
            scores.push(cells[0] + 2.0 * wave - cells[2] + 0.5 * random.normal());
            if random.below(9) == 0 {
                cells[random.below(3)] = f64::NAN;
            }
        }
        (x, scores)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn predictions_go_one_way(seed in any::<u64>(), yes_no in any::<bool>(), leaves in 2..40_u64) {
            let mut random = Random::new(seed);
            let (x, scores) = rows(&mut random, 400);
            let y = match yes_no {
                true => {
                    let codes = scores.iter().map(|score| u32::from(*score > 0.0)).collect();
                    Target::Classes(Classes { classes: vec!["no".into(), "yes".into()], codes })
                }
                false => Target::Numbers(scores.iter().map(|score| 1e4 * score).collect()),
            };
            let directions = [(0, Monotone::Increasing), (2, Monotone::Decreasing)];
            let kinds = vec![ColumnKind::Monotone(directions[0].1), ColumnKind::Number, ColumnKind::Monotone(directions[1].1)];
            let given = json!({"max_leaves": leaves, "min_samples_leaf": 3, "l2": 0.1, "n_trees": 25, "early_stopping": "none"});
            let params = Params::check(PARAMS, given.as_object().unwrap(), "").unwrap();
            let fitted = Boosting.fit(&Design::from(x.clone()).with_kinds(kinds), &y, &params, 1, 2).unwrap();
            prop_assert!(fitted.facts().trees > Some(0));
            for (column, direction) in directions {
                for row in (0..400).step_by(40) {
                    let mut line = Matrix::zeros(81, 3);
                    for step in 0..81 {
                        line.row_mut(step).copy_from_slice(x.row(row));
                        line.row_mut(step)[column] = step as f64 / 10.0 - 4.0;
                    }
                    let scores = fitted.raw(&line.into(), 1).unwrap().column(0);
                    prop_assert!(scores.windows(2).all(|pair| in_order(direction, pair[0], pair[1])), "{scores:?}");
                }
            }
        }
    }

    #[test]
    fn several_classes_have_no_direction() {
        let (x, scores) = rows(&mut Random::new(1), 100);
        let codes = scores.iter().map(|score| u32::from(*score > 0.0) + u32::from(*score > 1.0)).collect();
        let y = Target::Classes(Classes { classes: vec!["a".into(), "b".into(), "c".into()], codes });
        let x = Design::from(x).with_kinds(vec![ColumnKind::Monotone(Monotone::Increasing)]);
        let error = Boosting.fit(&x, &y, &Params::defaults(PARAMS), 1, 1).unwrap_err();
        assert_eq!(error.kind, crate::error::Kind::Internal);
    }
}
