//! The model in office on new rows that are like the old, harder, or mean something else.

use super::*;
use crate::fingerprint::Fingerprint;
use crate::metrics::by_name;

/// Rows by their true log-odds around `mean`; the model says `bend` of them.
fn rows(seed: u64, count: usize, mean: f64, bend: fn(f64) -> f64) -> Observations {
    let mut random = Random::new(seed);
    let logistic = |z: f64| 1.0 / (1.0 + (-z).exp());
    let z: Vec<f64> = (0..count).map(|_| mean + 1.5 * random.normal()).collect();
    let truth = z.iter().map(|z| u32::from(random.unit() < logistic(*z))).collect();
    let said: Vec<f64> = z.iter().map(|z| logistic(bend(*z))).collect();
    Observations::yes_no(["n".into(), "y".into()], truth, &said, 0.5).unwrap()
}

fn evaluation(observations: &Observations, metric: &str) -> Evaluation {
    let fingerprint = Fingerprint::of(b"");
    Evaluation::of(observations, by_name(metric).unwrap(), fingerprint.clone(), fingerprint, 0, 2).unwrap()
}

fn of(metric: &str, test: &Observations, fresh: &Observations, calibrate: bool) -> Performance {
    let (old, new) = (evaluation(test, metric), evaluation(fresh, metric));
    let metric = by_name(metric).unwrap();
    let one = Performance::of(3, metric, (&old, test), (&new, fresh), calibrate, (1, 1)).unwrap();
    assert_eq!(one, Performance::of(3, metric, (&old, test), (&new, fresh), calibrate, (1, 2)).unwrap());
    one
}

fn estimated<'a>(performance: &'a Performance, name: &str) -> &'a Estimated {
    performance.estimate.as_ref().unwrap().metrics.iter().find(|m| m.name == name).unwrap()
}

#[test]
fn a_fall_is_one_that_chance_does_not_explain() {
    let test = rows(1, 1_000, 0.0, |z| z);
    for metric in ["accuracy", "log_loss"] {
        let same = of(metric, &test, &rows(2, 600, 0.0, |z| z), false);
        assert!(!same.fallen && same.note.is_none(), "{same:?}");
        let (low, high) = same.difference_interval.unwrap();
        assert!(low < 0.0 && 0.0 < high, "{low} {high}");
        let other = of(metric, &test, &rows(3, 600, 0.0, |z| -z), false);
        assert!(other.fallen, "{other:?}");
        // The other way round it has risen.
        assert!(!of(metric, &rows(3, 600, 0.0, |z| -z), &test, false).fallen, "{metric}");
    }
}

#[test]
fn the_interval_is_that_of_two_independent_samples() {
    let (test, fresh) = (rows(1, 2_000, 0.0, |z| z), rows(2, 500, 0.0, |z| z));
    let found = of("accuracy", &test, &fresh, false);
    let variance = |m: &Measured| m.value.unwrap() * (1.0 - m.value.unwrap()) / m.rows as f64;
    let half = 1.96 * (variance(&found.test) + variance(&found.new_rows)).sqrt();
    let (low, high) = found.difference_interval.unwrap();
    assert!(((high - low) / 2.0 / half - 1.0).abs() < 0.12, "{low} {high} {half}");
}

#[test]
fn what_cannot_be_told_is_said() {
    let test = rows(1, 300, 0.0, |z| z);
    let one = of("accuracy", &test, &rows(2, 1, 0.0, |z| z), false);
    assert!(!one.fallen && one.difference.is_some() && one.difference_interval.is_none());
    assert!(one.note.unwrap().contains("fewer than 20 rows"));
    let positive = Observations::yes_no(["n".into(), "y".into()], vec![1; 5], &[0.5; 5], 0.5).unwrap();
    let undefined = of("roc_auc", &test, &positive, false);
    assert_eq!((undefined.difference, undefined.fallen), (None, false));
    assert!(undefined.note.unwrap().starts_with("the new rows have no roc_auc, for"));
    let quantity = |truth: &[f64]| {
        let answers = Matrix::from_rows(truth.len(), 1, vec![0.0; truth.len()]).unwrap();
        Observations::new(Target::Numbers(truth.to_vec()), answers, 0.5).unwrap()
    };
    let numbers = of("rmse", &quantity(&[1.0, 2.0, 1.5, 1.0].repeat(6)), &quantity(&[9.0, 8.0, 9.5].repeat(8)), true);
    assert!(numbers.fallen && numbers.estimate.is_none());
}

#[test]
fn probabilities_that_boast_are_calibrated_on_the_test_rows() {
    // The model's log-odds are twice the true ones.
    let (test, fresh) = (rows(1, 3_000, -0.5, |z| 2.0 * z), rows(2, 1_500, 0.5, |z| 2.0 * z));
    let (as_is, calibrated) = (of("log_loss", &test, &fresh, false), of("log_loss", &test, &fresh, true));
    let (boast, sober) = (estimated(&as_is, "accuracy"), estimated(&calibrated, "accuracy"));
    assert_eq!(
        (as_is.estimate.as_ref().unwrap().calibrated_on, calibrated.estimate.as_ref().unwrap().calibrated_on),
        (0, 3_000)
    );
    let real = boast.realised.unwrap();
    assert!(boast.interval.unwrap().0 > real, "{boast:?}");
    let (low, high) = sober.interval.unwrap();
    assert!(low <= real && real <= high, "{sober:?}");
    let few = of("log_loss", &rows(1, 199, -0.5, |z| z), &fresh, true);
    assert_eq!(few.estimate.unwrap().calibrated_on, 0);
}

#[test]
fn calibrated_estimates_hold_the_true_score_as_often_as_promised() {
    let (mut held, repetitions) = (0, 100);
    for repetition in 0..repetitions {
        let (test, fresh) =
            (rows(2 * repetition, 400, 0.0, |z| 2.0 * z), rows(2 * repetition + 1, 300, 0.5, |z| 2.0 * z));
        let said = Said { question: &fresh.truth().question(), answers: fresh.answers(), threshold: 0.5 };
        let found = Estimate::of(said, Some(&test), None, (repetition, 2)).unwrap().unwrap();
        let real = crate::metrics::value(by_name("accuracy").unwrap(), &fresh).get().unwrap();
        let (low, high) = found.metrics.iter().find(|m| m.name == "accuracy").unwrap().interval.unwrap();
        held += usize::from(low <= real && real <= high);
    }
    println!("true accuracy within the interval of calibrated estimates: {held} of {repetitions}");
    // 95 are expected; 86 or fewer are four standard errors off.
    assert!(held >= 87, "{held} of {repetitions}");
}
