//! Scores that probabilities let one expect before the labels are known.
//!
//! The idea is that of confidence-based performance estimation (CBPE; NannyML, documentation,
//! "How it works: performance estimation"): of rows that are given 0.9 rightly, nine in ten are
//! positive, so that the probabilities themselves tell how many predictions will be right.
//! NannyML sums expected confusion cells. Here labels are drawn from the probabilities many
//! times and every metric is computed of each draw by its own code: the mean is the estimate,
//! for every metric alike, and the spread is what the labels of so many rows would show.
//!
//! It holds while the probabilities hold. Rows of another mix (covariate shift) are followed;
//! where the same rows mean something else than before (concept shift) it sees nothing.

use super::{Interval, Metric, Observations, Prepared, Value};
use crate::error::Result;
use crate::parallel;
use crate::random::Random;
use crate::table::{Classes, Labels, Matrix, Question, Target};

/// Draws for up to [`FULL_ROWS`] rows.
const MOST: usize = 200;
/// Draws for any number of rows: the interval of so many rows is narrow.
const LEAST: usize = 60;
/// Up to so many rows the number of draws is not reduced.
const FULL_ROWS: usize = 20_000;

/// How many times labels are drawn for so many rows.
pub fn draws(rows: usize) -> usize {
    (MOST * FULL_ROWS / rows.max(1)).clamp(LEAST, MOST)
}

/// What a model said of rows whose labels are not known, or not looked at.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// What it answers; not a number.
    pub question: &'a Question,
    /// Its probabilities, rows × classes or labels, as metrics and predictions use them.
    pub answers: &'a Matrix,
    /// From which probability on the positive class, or a label, is predicted.
    pub threshold: f64,
}

/// Each metric's expected value and the 95% interval of what labels would give, in their order.
/// `believed` has for the n-th draw the probabilities that labels are drawn from, in the shape
/// of the answers: the answers themselves, or calibrated ones. Labels of a row are drawn each on
/// its own. The same for any number of threads.
///
/// # Errors
/// As [`Observations::new`]; [`crate::error::Kind::Internal`] for a quantity, which has no
/// probabilities.
pub fn expected<'a>(
    said: Said<'_>,
    believed: &(dyn Fn(u64) -> std::borrow::Cow<'a, Matrix> + Sync),
    metrics: &[&dyn Metric],
    seed: u64,
    threads: usize,
) -> Result<Vec<(Value, Interval)>> {
    let drawn = parallel::map(draws(said.answers.rows()), threads, |draw| {
        let mut random = Random::of_part(seed, draw as u64);
        let truth = labels(said.question, &believed(draw as u64), &mut random);
        let observations = Observations::new(truth, said.answers.clone(), said.threshold)?;
        let prepared = Prepared::new(&observations);
        let once = prepared.once();
        Ok(metrics.iter().map(|m| m.compute(&prepared, &once).get().unwrap_or(f64::NAN)).collect::<Vec<f64>>())
    });
    let drawn = drawn.into_iter().collect::<Result<Vec<Vec<f64>>>>()?;
    let of = |place: usize| {
        let mut values: Vec<f64> = drawn.iter().map(|values| values[place]).collect();
        let interval = Interval::of_resamples(&mut values);
        let mean = match &interval {
            Interval::Known { .. } => Value::of(values.iter().sum::<f64>() / values.len() as f64),
            Interval::Unknown { undefined } => Value::Undefined(undefined.clone()),
        };
        (mean, interval)
    };
    Ok((0..metrics.len()).map(of).collect())
}

/// One draw of the truth.
fn labels(question: &Question, probabilities: &Matrix, random: &mut Random) -> Target {
    match question {
        Question::Classes(classes) => {
            let codes = probabilities.iter_rows().map(|shares| class(shares, random.unit())).collect();
            Target::Classes(Classes { classes: classes.clone(), codes })
        }
        Question::Labels(names) => {
            let flags = probabilities.as_slice().iter().map(|p| random.unit() < *p).collect();
            Target::Labels(Labels { names: names.clone(), flags })
        }
        // Refused by the shape check of the observations: a quantity has no probabilities.
        Question::Number => Target::Numbers(Vec::new()),
    }
}

/// The class in whose part of [0, 1) the number falls; the last takes what rounding leaves.
fn class(shares: &[f64], mut number: f64) -> u32 {
    for (code, share) in shares.iter().enumerate() {
        if number < *share {
            return code as u32;
        }
        number -= share;
    }
    shares.len().saturating_sub(1) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{applicable, by_name};
    use crate::table::Task;
    use std::borrow::Cow;

    fn yes_no() -> Question {
        Question::Classes(vec!["n".into(), "y".into()])
    }

    fn matrix(positive: &[f64]) -> Matrix {
        Matrix::from_rows(positive.len(), 2, positive.iter().flat_map(|p| [1.0 - p, *p]).collect()).unwrap()
    }

    fn logistic(z: f64) -> f64 {
        1.0 / (1.0 + (-z).exp())
    }

    fn of(answers: &Matrix, believed: &Matrix, metrics: &[&str], seed: u64) -> Vec<(Value, Interval)> {
        let question = yes_no();
        let said = Said { question: &question, answers, threshold: 0.5 };
        let metrics: Vec<&dyn Metric> = metrics.iter().map(|name| by_name(name).unwrap()).collect();
        let found = expected(said, &|_| Cow::Borrowed(believed), &metrics, seed, 1).unwrap();
        assert_eq!(found, expected(said, &|_| Cow::Borrowed(believed), &metrics, seed, 2).unwrap());
        found
    }

    #[test]
    fn closed_forms_are_met() {
        let mut random = Random::new(1);
        let p: Vec<f64> = (0..2_000).map(|_| logistic(2.0 * random.normal())).collect();
        let truth: Vec<f64> = p.iter().map(|p| p * p).collect();
        let found = of(&matrix(&p), &matrix(&truth), &["accuracy", "brier", "log_loss", "recall", "precision"], 2);
        let mean = |f: &dyn Fn(f64, f64) -> f64| p.iter().zip(&truth).map(|(p, t)| f(*p, *t)).sum::<f64>() / 2_000.0;
        let yes = |p: f64| f64::from(u8::from(p >= 0.5));
        let hits = mean(&|p, t| if p >= 0.5 { t } else { 1.0 - t });
        let brier = mean(&|p, t| t * (1.0 - t) + (p - t).powi(2));
        let loss = mean(&|p, t| -t * p.ln() - (1.0 - t) * (1.0 - p).ln());
        let recall = mean(&|p, t| yes(p) * t) / mean(&|_, t| t);
        let precision = mean(&|p, t| yes(p) * t) / mean(&|p, _| yes(p));
        for ((value, interval), exact) in found.iter().zip([hits, brier, loss, recall, precision]) {
            assert!((value.get().unwrap() - exact).abs() < 0.004, "{value} {exact}");
            assert!(interval.holds(exact), "{interval:?} {exact}");
        }
    }

    #[test]
    fn certainty_is_believed_and_nothing_is_undefined_that_need_not_be() {
        let certain = matrix(&[0.0, 1.0, 1.0]);
        let found = of(&certain, &certain, &["accuracy", "roc_auc"], 0);
        assert!(
            found.iter().all(|(value, interval)| value.get() == Some(1.0) && interval.bounds() == Some((1.0, 1.0)))
        );
        let never = matrix(&[0.0, 0.0]);
        assert!(of(&never, &never, &["recall"], 0)[0].0.reason().is_some());
    }

    #[test]
    fn several_classes_and_labels_are_estimated_and_quantities_are_not() {
        let three = Matrix::from_rows(2, 3, vec![0.7, 0.2, 0.1, 0.1, 0.1, 0.8]).unwrap();
        let names = ["a", "b", "c"].map(String::from).to_vec();
        for (question, task, name, exact) in [
            (Question::Classes(names.clone()), Task::Multiclass, "accuracy", 0.75),
            // 1.5 of the 2 predicted labels are there, and 2 labels in all.
            (Question::Labels(names), Task::Multilabel, "micro_precision", 0.75),
        ] {
            let metrics: Vec<&dyn Metric> = applicable(task).collect();
            let said = Said { question: &question, answers: &three, threshold: 0.5 };
            let found = expected(said, &|_| Cow::Borrowed(&three), &metrics, 3, 1).unwrap();
            let place = metrics.iter().position(|m| m.name() == name).unwrap();
            assert!((found[place].0.get().unwrap() - exact).abs() < 0.06, "{name} {:?}", found[place]);
        }
        let said = Said { question: &Question::Number, answers: &three, threshold: 0.5 };
        assert!(expected(said, &|_| Cow::Borrowed(&three), &[], 0, 1).is_err());
    }

    /// Rows of which a share is positive by their true log-odds; the model says `bend` of them.
    fn rows(random: &mut Random, count: usize, mean: f64, bend: impl Fn(f64) -> f64) -> (Matrix, Vec<u32>) {
        let z: Vec<f64> = (0..count).map(|_| mean + 1.5 * random.normal()).collect();
        let truth = z.iter().map(|z| u32::from(random.unit() < logistic(*z))).collect();
        (matrix(&z.iter().map(|z| logistic(bend(*z))).collect::<Vec<f64>>()), truth)
    }

    fn realised(answers: &Matrix, truth: Vec<u32>, metric: &str) -> f64 {
        let Question::Classes(classes) = yes_no() else { unreachable!() };
        let observations =
            Observations::new(Target::Classes(Classes { classes, codes: truth }), answers.clone(), 0.5).unwrap();
        crate::metrics::value(by_name(metric).unwrap(), &observations).get().unwrap()
    }

    #[test]
    fn true_scores_lie_in_their_intervals_as_often_as_promised() {
        const METRICS: [&str; 4] = ["accuracy", "f1", "roc_auc", "log_loss"];
        let mut held = [0; 4];
        for repetition in 0..200 {
            let (answers, truth) = rows(&mut Random::of_part(7, repetition), 300, -0.5, |z| z);
            for (place, (_, interval)) in of(&answers, &answers, &METRICS, repetition).into_iter().enumerate() {
                held[place] += usize::from(interval.holds(realised(&answers, truth.clone(), METRICS[place])));
            }
        }
        println!("true scores within their interval in 200 repetitions of 300 rows: {METRICS:?} {held:?}");
        // 190 are expected; fewer than 180 are more than three standard errors off.
        assert!(held.iter().all(|held| (180..=200).contains(held)), "{held:?}");
    }

    #[test]
    fn another_mix_of_rows_is_followed_and_another_meaning_is_not_seen() {
        let mut random = Random::new(5);
        let (before, _) = rows(&mut random, 4_000, 2.0, |z| z);
        let (harder, truth) = rows(&mut random, 4_000, 0.0, |z| z);
        let (old, new) = (&of(&before, &before, &["accuracy"], 1)[0], &of(&harder, &harder, &["accuracy"], 1)[0]);
        let (old, fallen) = (old.0.get().unwrap(), new.0.get().unwrap());
        assert!(fallen < old - 0.05, "{old} {fallen}");
        let real = realised(&harder, truth, "accuracy");
        println!(
            "covariate shift: accuracy {old:.3} before, {fallen:.3} {:?} estimated, {real:.3} true",
            new.1.bounds()
        );
        assert!(new.1.holds(real));
        // The same answers, and every true probability is another one.
        let (answers, truth) = rows(&mut random, 4_000, 0.0, |z| -z);
        let blind = &of(&answers, &answers, &["accuracy"], 1)[0];
        let real = realised(&answers, truth, "accuracy");
        println!("concept shift: accuracy {:.3} {:?} estimated, {real:.3} true", blind.0, blind.1.bounds());
        assert!(!blind.1.holds(real) && blind.0.get().unwrap() > 0.7, "{blind:?}");
    }
}
