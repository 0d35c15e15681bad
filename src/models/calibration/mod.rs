//! Probabilities that mean what they say: of rows that are given 0.3, three in ten are to be
//! positive. A map from a model's probabilities to better ones is learnt on answers for
//! rows that the model had not learnt from.
//!
//! - [`sigmoid`]: two numbers; for few rows, and for errors that are alike at both ends.
//! - [`isotonic`]: any rising map; for thousands of rows.

mod isotonic;
mod sigmoid;

use crate::table::{Matrix, Question, Target, Task};
use isotonic::Isotonic;
use serde::{Deserialize, Serialize};
use sigmoid::Sigmoid;

/// How a map is learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A line in the log-odds.
    Sigmoid,
    /// The best rising map.
    Isotonic,
}

impl Method {
    /// The names used in configs, in the order of the variants.
    pub const NAMES: [&str; 2] = ["sigmoid", "isotonic"];

    /// The method of that name.
    pub fn of_name(name: &str) -> Option<Method> {
        [Method::Sigmoid, Method::Isotonic].into_iter().zip(Method::NAMES).find(|(_, n)| *n == name).map(|(m, _)| m)
    }
}

/// A map for each probability that is mapped on its own: the positive class of a yes/no
/// question, else each class or label. Classes are divided by their sum afterwards
/// (Zadrozny and Elkan, 2002).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    maps: Vec<Map>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Map {
    Sigmoid(Sigmoid),
    Isotonic(Isotonic),
}

impl Map {
    fn learn(method: Method, shares: &[f64], positive: &[bool]) -> Map {
        match method {
            Method::Sigmoid => Map::Sigmoid(Sigmoid::learn(shares, positive)),
            Method::Isotonic => Map::Isotonic(Isotonic::learn(shares, positive)),
        }
    }

    fn apply(&self, p: f64) -> f64 {
        match self {
            Map::Sigmoid(map) => map.apply(p),
            Map::Isotonic(map) => map.apply(p),
        }
    }
}

impl Calibration {
    /// Learns from probabilities (rows × classes or labels) and the truth about the same
    /// rows; `None` for a quantity, which has no probabilities.
    pub fn learn(method: Method, answers: &Matrix, truth: &Target) -> Option<Calibration> {
        let of = |column: usize, positive: &[bool]| Map::learn(method, &answers.column(column), positive);
        let maps = match truth {
            Target::Numbers(_) => return None,
            Target::Labels(labels) => (0..labels.names.len()).map(|label| of(label, &labels.column(label))).collect(),
            Target::Classes(classes) => {
                let is = |class: usize| classes.codes.iter().map(|code| *code as usize == class).collect::<Vec<bool>>();
                match classes.classes.len() {
                    2 => vec![of(1, &is(1))],
                    several => (0..several).map(|class| of(class, &is(class))).collect(),
                }
            }
        };
        Some(Calibration { maps })
    }

    /// Whether these are maps for the answers to such a question.
    pub fn fits(&self, question: &Question) -> bool {
        match question.task() {
            Task::Binary => self.maps.len() == 1,
            Task::Regression => false,
            _ => self.maps.len() == question.outputs(),
        }
    }

    /// Whether every map rises from probabilities to probabilities, as those learnt here do.
    pub fn is_sound(&self) -> bool {
        self.maps.iter().all(|map| match map {
            Map::Sigmoid(map) => map.is_sound(),
            Map::Isotonic(map) => map.is_sound(),
        })
    }

    /// Maps answers in place; `exclusive` where the probabilities of a row sum to 1.
    pub fn apply(&self, answers: &mut Matrix, exclusive: bool) {
        for row in 0..answers.rows() {
            let cells = answers.row_mut(row);
            if let ([map], true, [no, yes]) = (self.maps.as_slice(), exclusive, &mut *cells) {
                *yes = map.apply(*yes);
                *no = 1.0 - *yes;
                continue;
            }
            let mapped: Vec<f64> = cells.iter().zip(&self.maps).map(|(p, map)| map.apply(*p)).collect();
            let sum: f64 = if exclusive { mapped.iter().sum() } else { 1.0 };
            // Where no class is left with a share, the model's own word is kept.
            if sum > 0.0 {
                cells.iter_mut().zip(mapped).for_each(|(cell, p)| *cell = (p / sum).min(1.0));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::table::{Classes, Labels};

    /// Rows whose true log-odds are half of what the model says, and a little less.
    fn bent(rows: usize) -> (Matrix, Vec<bool>) {
        let mut random = Random::new(4);
        let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
        let mut data = Vec::new();
        let mut truth = Vec::new();
        for _ in 0..rows {
            let z = 3.0 * random.normal();
            data.extend([1.0 - sigmoid(z), sigmoid(z)]);
            truth.push(random.unit() < sigmoid(0.5 * z - 0.4));
        }
        (Matrix::from_rows(rows, 2, data).unwrap(), truth)
    }

    fn log_loss(answers: &Matrix, truth: &[bool]) -> f64 {
        let of = |(row, yes): (&[f64], &bool)| -row[usize::from(*yes)].max(1e-15).ln();
        answers.iter_rows().zip(truth).map(of).sum::<f64>() / truth.len() as f64
    }

    #[test]
    fn bent_probabilities_are_straightened_on_other_rows() {
        let (learnt, truth) = bent(4_000);
        let codes = truth.iter().map(|yes| u32::from(*yes)).collect();
        let target = Target::Classes(Classes { classes: vec!["n".into(), "y".into()], codes });
        let (other, other_truth) = bent(8_000);
        let best = {
            let mut best = other.clone();
            for row in 0..best.rows() {
                let z = (best.row(row)[1] / best.row(row)[0]).ln();
                let p = 1.0 / (1.0 + (0.4 - 0.5 * z).exp());
                best.row_mut(row).copy_from_slice(&[1.0 - p, p]);
            }
            log_loss(&best, &other_truth)
        };
        for method in [Method::Sigmoid, Method::Isotonic] {
            let calibration = Calibration::learn(method, &learnt, &target).unwrap();
            assert!(calibration.fits(&target.question()) && !calibration.fits(&Question::Number));
            let mut mapped = other.clone();
            calibration.apply(&mut mapped, true);
            assert!(mapped.iter_rows().all(|row| (row[0] + row[1] - 1.0).abs() < 1e-12));
            let (before, after) = (log_loss(&other, &other_truth), log_loss(&mapped, &other_truth));
            assert!(after < before - 0.05 && after < best + 0.01, "{method:?}: {before} {after} {best}");
            let text = serde_json::to_string(&calibration).unwrap();
            assert_eq!(serde_json::from_str::<Calibration>(&text).unwrap(), calibration);
        }
    }

    #[test]
    fn maps_that_are_none_are_seen() {
        let sound = |json: &str| serde_json::from_str::<Calibration>(json).unwrap().is_sound();
        assert!(sound(
            r#"{"maps":[{"isotonic":{"from":[0.1,0.5],"to":[0.2,0.9]}},{"sigmoid":{"slope":1,"intercept":-3}}]}"#
        ));
        for wrong in [
            r#"{"isotonic":{"from":[0,1],"to":[0.9,0.1]}}"#,
            r#"{"isotonic":{"from":[0,1],"to":[5,6]}}"#,
            r#"{"isotonic":{"from":[0.5,0.5],"to":[0.1,0.2]}}"#,
            r#"{"isotonic":{"from":[0.5],"to":[]}}"#,
            r#"{"sigmoid":{"slope":-1,"intercept":0}}"#,
        ] {
            assert!(!sound(&format!("{{\"maps\":[{wrong}]}}")), "{wrong}");
        }
    }

    #[test]
    fn several_classes_still_sum_to_one_and_labels_need_not() {
        let answers = Matrix::from_rows(3, 3, vec![0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.0, 0.5, 0.5]).unwrap();
        let classes = Classes { classes: ["a", "b", "c"].map(String::from).to_vec(), codes: vec![0, 1, 2] };
        let labels = Labels { names: classes.classes.clone(), flags: vec![true; 9] };
        for method in [Method::Sigmoid, Method::Isotonic] {
            let mut mapped = answers.clone();
            Calibration::learn(method, &answers, &Target::Classes(classes.clone())).unwrap().apply(&mut mapped, true);
            for row in mapped.iter_rows() {
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{row:?}");
            }
            let mut mapped = answers.clone();
            let of_labels = Calibration::learn(method, &answers, &Target::Labels(labels.clone())).unwrap();
            of_labels.apply(&mut mapped, false);
            assert!(mapped.as_slice().iter().all(|p| *p > 0.5 && *p <= 1.0), "{method:?} {mapped:?}");
        }
        assert_eq!(Calibration::learn(Method::Sigmoid, &answers, &Target::Numbers(vec![1.0])), None);
    }
}
