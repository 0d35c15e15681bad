//! A category of many levels as what the target is like in each of them.
//!
//! Means of the target by level, drawn towards the mean over all rows: (sum + m·mean) /
//! (n + m) (Micci-Barreca, "A preprocessing scheme for high-cardinality categorical
//! attributes", 2001). A training row's own label must not stand in what the model learns
//! from, or a level of one row would tell its label: it gets the means of the other folds.
//! Later rows get those of all training rows.
//!
//! The mean that levels are drawn to is that of all training rows in every fold: without
//! it, folds with more positives would be drawn to fewer, and that would tell labels too.

use super::category::by_frequency;
use super::{Learnt, Numeric, Transform, Wants, cells, left_out};
use crate::models::folds::stratified;
use crate::table::{Column, Matrix, Target};
use serde::{Deserialize, Serialize};

/// Folds of the training rows.
const FOLDS: usize = 5;
/// The weight of the mean over all rows, in rows of a level.
const SMOOTH: f64 = 10.0;
/// Classes or labels that have a column; rarer ones have none.
const MOST_OUTPUTS: usize = 20;

/// What is to be known of each level: the truth as numbers.
#[derive(Debug, Clone)]
pub struct Outcomes {
    /// Names of classes or labels; one without a name where there is only one number.
    names: Vec<Option<String>>,
    /// For each name, a number for each row: 0 or 1, or the quantity.
    values: Vec<Vec<f64>>,
    /// The fold of each row.
    folds: Vec<usize>,
}

impl Outcomes {
    /// Of a yes/no question whether it is yes; of several classes or labels whether it is
    /// that one, for the most frequent of them; else the quantity.
    pub fn of(target: &Target, seed: u64) -> Outcomes {
        let flag = |has: bool| f64::from(u8::from(has));
        let (names, values): (Vec<Option<String>>, Vec<Vec<f64>>) = match target {
            Target::Numbers(numbers) => (vec![None], vec![numbers.clone()]),
            Target::Classes(classes) => {
                let is = |class: usize| classes.codes.iter().map(|code| flag(*code as usize == class)).collect();
                match classes.classes.len() {
                    0..=2 => (vec![None], vec![is(1)]),
                    several => (classes.classes.iter().cloned().map(Some).collect(), (0..several).map(is).collect()),
                }
            }
            Target::Labels(labels) => {
                let has = |label: usize| labels.column(label).into_iter().map(flag).collect();
                (labels.names.iter().cloned().map(Some).collect(), (0..labels.names.len()).map(has).collect())
            }
        };
        let mut kept: Vec<usize> = (0..names.len()).collect();
        let count = |outcome: &usize| values[*outcome].iter().sum::<f64>();
        // Stable, so that ties stay in the order of the target.
        kept.sort_by(|a, b| count(b).total_cmp(&count(a)));
        kept.truncate(MOST_OUTPUTS);
        kept.sort_unstable();
        Outcomes {
            names: kept.iter().map(|i| names[*i].clone()).collect(),
            values: kept.iter().map(|i| values[*i].clone()).collect(),
            folds: stratified(target, FOLDS, seed),
        }
    }
}

/// Output columns: `city (target)`, the mean of the target; of several classes or labels
/// `city (target=gold)`, the share of rows with each. A level that training has not seen,
/// or a missing cell where it has seen none, gets the mean over all rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetEncoding {
    /// The levels of the training rows, the most frequent first.
    pub levels: Vec<String>,
    /// A column each.
    pub outputs: Vec<Encoding>,
}

/// The means of one number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Encoding {
    /// The class or label whose share it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The mean of each level, drawn towards the prior.
    pub means: Vec<f64>,
    /// The mean of missing cells, drawn towards the prior.
    pub missing: f64,
    /// The mean over all training rows.
    pub prior: f64,
    /// Present where the model asks for standardised columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numeric: Option<Numeric>,
}

impl TargetEncoding {
    /// Fits on a training column. The second value holds the columns of the training rows,
    /// by the means of the other folds.
    ///
    /// # Errors
    /// The column is empty or constant, or its levels hardly come twice.
    pub fn learn(
        name: &str,
        column: &Column,
        outcomes: &Outcomes,
        wants: Wants,
    ) -> Learnt<(TargetEncoding, Vec<Vec<f64>>)> {
        let texts = cells::texts(column);
        let (seen, _) = by_frequency(name, &texts)?;
        // Levels in their new order; the last place is for missing cells.
        let mut places = vec![seen.len(); texts.levels.len()];
        seen.iter().enumerate().for_each(|(place, level)| places[*level] = place);
        let place = |code: &u32| places.get(*code as usize).copied().unwrap_or(seen.len());
        let rows: Vec<usize> = texts.codes.iter().map(place).collect();
        let mut outputs = Vec::new();
        let mut training = Vec::new();
        for (name, values) in outcomes.names.iter().zip(&outcomes.values) {
            let (encoding, own) = Encoding::learn(name.clone(), &rows, seen.len(), values, &outcomes.folds, wants);
            outputs.push(encoding);
            training.push(own);
        }
        let constant = |column: &Vec<f64>| column.windows(2).all(|pair| pair[0] == pair[1]);
        if training.iter().all(constant) {
            return Err(left_out(name, "no level of it says anything about other rows")
                .hint("name the column in data.ignore if it is an identifier"));
        }
        let levels = seen.iter().map(|level| texts.levels[*level].clone()).collect();
        Ok(((TargetEncoding { levels, outputs }, training), None))
    }
}

impl Encoding {
    /// `rows` holds the place of each row's level, of `levels` and one for missing cells.
    fn learn(
        name: Option<String>,
        rows: &[usize],
        levels: usize,
        values: &[f64],
        folds: &[usize],
        wants: Wants,
    ) -> (Encoding, Vec<f64>) {
        // In units of the largest number no sum can overflow.
        let greatest = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        let unit = if greatest > 0.0 { greatest } else { 1.0 };
        let prior = values.iter().map(|value| value / unit).sum::<f64>() / values.len() as f64;
        // As differences from the prior, so that a level without rows is exactly there.
        let mut sums = vec![[(0.0, 0.0); FOLDS]; levels + 1];
        for ((place, value), fold) in rows.iter().zip(values).zip(folds) {
            let (rows, sum) = &mut sums[*place][*fold];
            (*rows, *sum) = (*rows + 1.0, *sum + (value / unit - prior));
        }
        let mean = |place: usize, without: Option<usize>| {
            let parts = sums[place].iter().enumerate().filter(|(fold, _)| Some(*fold) != without);
            let (rows, sum) = parts.fold((0.0, 0.0), |(n, s), (_, (rows, sum))| (n + rows, s + sum));
            (prior + sum / (rows + SMOOTH)) * unit
        };
        let own: Vec<f64> = rows.iter().zip(folds).map(|(place, fold)| mean(*place, Some(*fold))).collect();
        let numeric = match wants.standardize {
            true => Numeric::learn(&own, Wants { missing_as_nan: true, ..wants }),
            false => None,
        };
        let own = match &numeric {
            Some(numeric) => own.into_iter().map(|value| numeric.apply(value)).collect(),
            None => own,
        };
        let means = (0..levels).map(|level| mean(level, None)).collect();
        (Encoding { name, means, missing: mean(levels, None), prior: prior * unit, numeric }, own)
    }

    /// The number that the model sees for a level; `None` for one never seen.
    fn apply(&self, mean: Option<f64>) -> f64 {
        let mean = mean.unwrap_or(self.prior);
        self.numeric.as_ref().map_or(mean, |numeric| numeric.apply(mean))
    }
}

impl Transform for TargetEncoding {
    fn outputs(&self, name: &str) -> Vec<String> {
        let of = |encoding: &Encoding| match &encoding.name {
            Some(class) => format!("{name} (target={class})"),
            None => format!("{name} (target)"),
        };
        self.outputs.iter().map(of).collect()
    }

    fn width(&self) -> usize {
        self.outputs.len()
    }

    fn fill(&self, column: &Column, at: usize, out: &mut Matrix) {
        let texts = cells::texts(column);
        let places = cells::places(&texts, &self.levels);
        for (row, code) in texts.codes.iter().enumerate() {
            let cells = &mut out.row_mut(row)[at..at + self.outputs.len()];
            for (cell, encoding) in cells.iter_mut().zip(&self.outputs) {
                *cell = encoding.apply(match places.get(*code as usize) {
                    Some(place) => place.and_then(|place| encoding.means.get(place).copied()),
                    None => Some(encoding.missing),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::table::{Classes, Labels, Texts};

    fn texts(codes: Vec<u32>) -> Column {
        let levels = codes.iter().filter(|code| **code != Texts::MISSING).max().map_or(0, |most| most + 1);
        Column::Texts(Texts { codes, levels: (0..levels).map(|level| format!("l{level}")).collect() })
    }

    fn yes_no(codes: &[u32]) -> Target {
        Target::Classes(Classes { classes: vec!["no".into(), "yes".into()], codes: codes.to_vec() })
    }

    fn learn(column: &Column, target: &Target) -> (TargetEncoding, Vec<Vec<f64>>) {
        TargetEncoding::learn("city", column, &Outcomes::of(target, 3), Wants::default()).unwrap().0
    }

    /// The share of pairs of a yes and a no in which the yes has the higher number.
    fn auc(codes: &[u32], numbers: &[f64]) -> f64 {
        let of = |class: u32| codes.iter().zip(numbers).filter(move |(code, _)| **code == class).map(|(_, n)| *n);
        let wins =
            of(1).flat_map(|yes| of(0).map(move |no| if yes == no { 0.5 } else { f64::from(u8::from(yes > no)) }));
        wins.sum::<f64>() / (of(1).count() * of(0).count()) as f64
    }

    #[test]
    fn noise_looks_like_noise_in_training() {
        let mut random = Random::new(1);
        let noise: Vec<u32> = (0..900).map(|_| random.below(2) as u32).collect();
        let city: Vec<u32> = (0..900).map(|_| random.below(300) as u32).collect();
        let (encoding, training) = learn(&texts(city.clone()), &yes_no(&noise));
        let of_training = auc(&noise, &training[0]);
        assert!((of_training - 0.5).abs() < 0.06, "{of_training}");
        let mut all = Matrix::zeros(900, 1);
        encoding.fill(&texts(city), 0, &mut all);
        let with_own = auc(&noise, &all.column(0));
        assert!(with_own > 0.7, "with the own label it would be {with_own}");
        let problem = TargetEncoding::learn(
            "city",
            &texts((0..900).collect()),
            &Outcomes::of(&yes_no(&noise), 3),
            Wants::default(),
        );
        assert!(problem.unwrap_err().what.contains("kept out"), "levels of one row tell nothing at all");
    }

    #[test]
    fn means_are_drawn_to_the_prior() {
        // Ten rows of one level and ten of another, two cells missing; half of all are yes.
        let city: Vec<u32> = (0..22).map(|row| if row < 20 { row % 2 } else { Texts::MISSING }).collect();
        let truth: Vec<u32> = (0..22).map(|row| if row < 20 { row % 2 } else { row - 20 }).collect();
        let (encoding, training) = learn(&texts(city), &yes_no(&truth));
        let mut out = Matrix::zeros(4, 1);
        encoding.fill(&texts(vec![0, 1, 7, Texts::MISSING]), 0, &mut out);
        assert_eq!(out.column(0), [0.25, 0.75, 0.5, 0.5], "half of ten rows' weight is the prior's");
        assert_eq!(encoding.outputs("city"), ["city (target)"]);
        let folds = stratified(&yes_no(&truth), FOLDS, 3);
        for row in 0..20 {
            let others = (0..20).filter(|other| other % 2 == row % 2 && folds[*other] != folds[row]).count() as f64;
            let sign = if row % 2 == 1 { 0.5 } else { -0.5 };
            assert!((training[0][row] - (0.5 + sign * others / (others + SMOOTH))).abs() < 1e-12);
        }
        let text = serde_json::to_string(&encoding).unwrap();
        assert_eq!(serde_json::from_str::<TargetEncoding>(&text).unwrap(), encoding);
    }

    #[test]
    fn every_kind_of_target_has_its_columns() {
        let city: Vec<u32> = (0..60).map(|row| row % 6).collect();
        let three = (0..60).map(|row| row % 3).collect();
        let classes = ["a", "b", "c"].map(String::from).to_vec();
        let (encoding, training) = learn(&texts(city.clone()), &Target::Classes(Classes { classes, codes: three }));
        assert_eq!(encoding.outputs("city"), ["city (target=a)", "city (target=b)", "city (target=c)"]);
        assert!((0..60).all(|row| (training.iter().map(|column| column[row]).sum::<f64>() - 1.0).abs() < 1e-12));
        let labels = Labels { names: vec!["x".into(), "y".into()], flags: (0..120).map(|i| i % 5 == 0).collect() };
        let (encoding, _) = learn(&texts(city.clone()), &Target::Labels(labels));
        assert_eq!(encoding.outputs("city"), ["city (target=x)", "city (target=y)"]);
        let numbers = Target::Numbers((0..60).map(|row| f64::from(row % 6) * (1e308 / 5.0)).collect());
        let (encoding, training) = learn(&texts(city.clone()), &numbers);
        assert!(training[0].iter().chain(&encoding.outputs[0].means).all(|mean| mean.is_finite()));
        let many = (0..60).map(|row| row % 30).collect();
        let classes = (0..30).map(|class| class.to_string()).collect();
        let (encoding, _) = learn(&texts(city), &Target::Classes(Classes { classes, codes: many }));
        assert_eq!(encoding.outputs.len(), MOST_OUTPUTS);
    }

    #[test]
    fn standardised_columns_are_so_for_training_rows() {
        let city: Vec<u32> = (0..300).map(|row| row % 60).collect();
        let truth: Vec<u32> = (0..300).map(|row| u32::from(row % 7 == 0 || row % 60 < 20)).collect();
        let wants = Wants { standardize: true, ..Wants::default() };
        let outcomes = Outcomes::of(&yes_no(&truth), 1);
        let ((encoding, training), _) = TargetEncoding::learn("city", &texts(city.clone()), &outcomes, wants).unwrap();
        assert!(training[0].iter().sum::<f64>().abs() < 1e-9);
        assert!((training[0].iter().map(|value| value * value).sum::<f64>() / 300.0 - 1.0).abs() < 1e-9);
        let again = TargetEncoding::learn("city", &texts(city), &outcomes, wants).unwrap().0;
        assert_eq!(again, (encoding, training));
    }
}
