//! What every metric must do, run over [`ALL`].

use super::*;
use crate::table::{Classes, Labels, Matrix, Target};
use proptest::prelude::*;

fn yes_no(truth: &[u32], scores: &[f64]) -> Observations {
    Observations::yes_no(["n".into(), "y".into()], truth.to_vec(), scores, 0.5).unwrap()
}

fn value(name: &str, observations: &Observations) -> Value {
    super::value(by_name(name).unwrap(), observations)
}

fn close(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Defined(a), Value::Defined(b)) => (a - b).abs() <= 1e-12 * a.abs().max(1.0),
        _ => a == b,
    }
}

/// Best and worst value of each binary metric at certainty.
fn range(metric: &dyn Metric) -> (f64, f64) {
    match metric.name() {
        "mcc" | "gini" => (1.0, -1.0),
        "brier" => (0.0, 1.0),
        "log_loss" => (0.0, -f64::EPSILON.ln()),
        // Inverted, the two distributions are as far apart as before.
        "ks" => (1.0, 1.0),
        // The tied positives come together as the last two of four.
        "average_precision" => (1.0, 0.5),
        _ => (1.0, 0.0),
    }
}

#[test]
fn perfect_and_inverted_are_the_ends() {
    let truth = [0, 1, 1, 0];
    let perfect = yes_no(&truth, &[0.0, 1.0, 1.0, 0.0]);
    let inverted = yes_no(&truth, &[1.0, 0.0, 0.0, 1.0]);
    for metric in applicable(Task::Binary) {
        let (best, worst) = range(metric);
        let (found_best, found_worst) = (value(metric.name(), &perfect), value(metric.name(), &inverted));
        let name = metric.name();
        assert!((found_best.get().unwrap() - best).abs() < 1e-12, "{name} {found_best}");
        assert!((found_worst.get().unwrap() - worst).abs() < 1e-12, "{name} {found_worst}");
        if name != "ks" {
            let gain = metric.direction().gain(found_worst.get().unwrap(), found_best.get().unwrap());
            assert!(gain > 0.0, "{name} has the wrong direction");
        }
    }
    // Told apart, the positives come third and fourth: (1/3 + 2/4)/2.
    let apart = yes_no(&truth, &[0.9, 0.1, 0.2, 0.8]);
    assert!(close(&value("average_precision", &apart), &Value::Defined(5.0 / 12.0)));
}

#[test]
fn values_counted_by_hand() {
    // Three positives, of which the first two are ranked 1 and tied at 3 with a negative;
    // tp 2, fp 1, fn 1, tn 2.
    let observations = yes_no(&[1, 0, 1, 0, 1, 0], &[0.9, 0.6, 0.6, 0.4, 0.3, 0.2]);
    let third = 1.0 / 3.0;
    for (name, expected) in [
        ("f1", 2.0 * third),
        ("precision", 2.0 * third),
        ("recall", 2.0 * third),
        ("accuracy", 2.0 * third),
        ("balanced_accuracy", 2.0 * third),
        ("mcc", third),
        // Pairs won: 3 of 3, 2½ of 3, 1 of 3.
        ("roc_auc", 6.5 / 9.0),
        ("gini", 4.0 / 9.0),
        // 1/1, then 2/3, then 3/5, each a third of the recall.
        ("average_precision", (1.0 + 2.0 / 3.0 + 0.6) / 3.0),
        // After 0.9: 1/3 to 0; after 0.6: 2/3 to 1/3.
        ("ks", third),
        ("brier", (0.01 + 0.36 + 0.16 + 0.16 + 0.49 + 0.04) / 6.0),
        ("log_loss", -(0.9_f64 * 0.4 * 0.6 * 0.6 * 0.3 * 0.8).ln() / 6.0),
    ] {
        assert!(close(&value(name, &observations), &Value::Defined(expected)), "{name}");
    }
}

#[test]
fn three_classes_counted_by_hand() {
    let rows = vec![0.8, 0.1, 0.1, 0.2, 0.7, 0.1, 0.5, 0.3, 0.2, 0.1, 0.3, 0.6];
    let matrix = Matrix::from_rows(4, 3, rows).unwrap();
    let classes = ["a", "b", "c"].map(String::from).to_vec();
    // Predicted a, b, a, c.
    let observations =
        Observations::new(Target::Classes(Classes { classes, codes: vec![0, 1, 1, 2] }), matrix, 0.5).unwrap();
    for (name, expected) in [
        ("accuracy", 0.75),
        ("micro_f1", 0.75),
        ("balanced_accuracy", 2.5 / 3.0),
        ("macro_f1", (2.0 / 3.0 + 2.0 / 3.0 + 1.0) / 3.0),
        ("macro_precision", (0.5 + 1.0 + 1.0) / 3.0),
        ("macro_recall", 2.5 / 3.0),
        ("top_3_accuracy", 1.0),
        ("log_loss", -(0.8_f64 * 0.7 * 0.3 * 0.6).ln() / 4.0),
    ] {
        assert!(close(&value(name, &observations), &Value::Defined(expected)), "{name}");
    }
    for metric in ALL.iter().filter(|m| !m.applies(Task::Multiclass) && !m.applies(Task::Multilabel)) {
        assert!(value(metric.name(), &observations).reason().is_some(), "{}", metric.name());
    }
}

#[test]
fn quantities_counted_by_hand() {
    let matrix = Matrix::from_rows(4, 1, vec![2.5, 0.0, 2.0, 1.0]).unwrap();
    let observations = Observations::new(Target::Numbers(vec![3.0, -0.5, 2.0, 0.0]), matrix, 0.5).unwrap();
    for (name, expected) in [
        ("rmse", (1.5_f64 / 4.0).sqrt()),
        ("mae", 0.5),
        // The mean is 1.125: squares about it sum to 8.1875.
        ("r2", 1.0 - 1.5 / 8.1875),
        ("mape", (0.5 / 3.0 + 1.0) / 3.0),
    ] {
        assert!(close(&value(name, &observations), &Value::Defined(expected)), "{name}");
    }
    let note = by_name("mape").unwrap().note(&Prepared::new(&observations));
    assert_eq!(note.as_deref(), Some("1 row whose true value is 0 is left out"));
    for metric in ALL.iter().filter(|m| !m.applies(Task::Regression)) {
        assert!(value(metric.name(), &observations).reason().is_some(), "{}", metric.name());
    }
    let flat = Matrix::from_rows(2, 1, vec![0.0, 1.0]).unwrap();
    let flat = Observations::new(Target::Numbers(vec![0.0, 0.0]), flat, 0.5).unwrap();
    assert_eq!(value("r2", &flat).reason(), Some("all true values are the same"));
    assert_eq!(value("mape", &flat).reason(), Some("every true value is 0"));
}

#[test]
fn labels_counted_by_hand() {
    // Truth: ab, b, –; predicted: a, ab, b.
    let names = ["a", "b", "c"].map(String::from).to_vec();
    let flags = vec![true, true, false, false, true, false, false, false, false];
    let shares = vec![0.9, 0.4, 0.1, 0.8, 0.6, 0.2, 0.3, 0.7, 0.4];
    let matrix = Matrix::from_rows(3, 3, shares.clone()).unwrap();
    let observations = Observations::new(Target::Labels(Labels { names, flags: flags.clone() }), matrix, 0.5).unwrap();
    let loss = flags.iter().zip(&shares).map(|(has, p): (&bool, &f64)| -(if *has { *p } else { 1.0 - p }).ln());
    for (name, expected) in [
        ("micro_precision", 2.0 / 4.0),
        ("micro_recall", 2.0 / 3.0),
        ("micro_f1", 4.0 / 7.0),
        // a: one of two right, none missed; b: one of two right, one missed; c never occurs.
        ("macro_precision", 0.5),
        ("macro_recall", 0.75),
        ("macro_f1", (2.0 / 3.0 + 0.5) / 2.0),
        // a: 0.9 above 0.8 and 0.3; b: 0.4 and 0.6 below 0.7; c is on no row.
        ("roc_auc", 0.5),
        ("hits_at_1", 0.5),
        ("hits_at_3", 1.0),
        ("log_loss", loss.sum::<f64>() / 9.0),
    ] {
        assert!(close(&value(name, &observations), &Value::Defined(expected)), "{name}");
    }
    for metric in applicable(Task::Multilabel) {
        assert!(value(metric.name(), &observations).get().is_some(), "{}", metric.name());
    }
}

#[test]
fn one_class_only_is_said() {
    let undefined = |truth: &[u32], scores: &[f64]| -> Vec<&str> {
        let observations = yes_no(truth, scores);
        applicable(Task::Binary).map(|m| m.name()).filter(|name| value(name, &observations).get().is_none()).collect()
    };
    let ranked = ["balanced_accuracy", "mcc", "roc_auc", "gini"];
    assert_eq!(undefined(&[1, 1], &[0.9, 0.1]), [&ranked[..], &["ks"]].concat());
    let no_positive = ["recall", "balanced_accuracy", "mcc", "roc_auc", "gini", "average_precision", "ks"];
    assert_eq!(undefined(&[0, 0], &[0.9, 0.1]), no_positive);
    assert_eq!(undefined(&[0, 0], &[0.1, 0.1]), [&["f1", "precision"], &no_positive[..]].concat());
    assert_eq!(undefined(&[0, 1], &[0.1, 0.1]), ["precision", "mcc"], "nothing is predicted positive");
    assert_eq!(value("f1", &yes_no(&[0, 1], &[0.1, 0.1])), Value::Defined(0.0));
}

#[test]
fn weights_of_zero_leave_nothing() {
    let observations = yes_no(&[0, 1], &[0.1, 0.9]);
    let prepared = Prepared::new(&observations);
    for metric in ALL {
        assert!(metric.compute(&prepared, &[0.0, 0.0]).reason().is_some(), "{}", metric.name());
    }
}

fn rows() -> impl Strategy<Value = Vec<(u32, u32, u32)>> {
    // Few distinct probabilities, so that ties are common; weights up to 3.
    proptest::collection::vec((0..2u32, 0..8u32, 0..4u32), 1..40)
}

proptest! {
    #[test]
    fn a_weight_counts_as_so_many_copies(rows in rows()) {
        let (truth, scores, weights): (Vec<u32>, Vec<f64>, Vec<f64>) =
            rows.iter().map(|(t, p, w)| (*t, f64::from(*p) / 7.0, f64::from(*w))).collect();
        let copies: Vec<&(u32, u32, u32)> =
            rows.iter().flat_map(|row| std::iter::repeat_n(row, row.2 as usize)).collect();
        prop_assume!(!copies.is_empty());
        let weighted = yes_no(&truth, &scores);
        let prepared = Prepared::new(&weighted);
        let copied_truth: Vec<u32> = copies.iter().map(|row| row.0).collect();
        let copied_scores: Vec<f64> = copies.iter().map(|row| f64::from(row.1) / 7.0).collect();
        let copied = yes_no(&copied_truth, &copied_scores);
        for metric in applicable(Task::Binary) {
            let (a, b) = (metric.compute(&prepared, &weights), value(metric.name(), &copied));
            prop_assert!(close(&a, &b), "{}: {} against {}", metric.name(), a, b);
        }
    }

    #[test]
    fn rankings_depend_on_the_order_alone(rows in rows()) {
        let truth: Vec<u32> = rows.iter().map(|row| row.0).collect();
        let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.1) / 7.0).collect();
        let bent: Vec<f64> = scores.iter().map(|p| p.powi(3) / 2.0 + 0.1).collect();
        for name in ["roc_auc", "gini", "average_precision", "ks"] {
            prop_assert_eq!(value(name, &yes_no(&truth, &scores)), value(name, &yes_no(&truth, &bent)));
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter(rows in rows()) {
        let of = |rows: &[(u32, u32, u32)]| {
            let truth: Vec<u32> = rows.iter().map(|row| row.0).collect();
            let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.1) / 7.0).collect();
            yes_no(&truth, &scores)
        };
        let reversed: Vec<_> = rows.iter().rev().copied().collect();
        for metric in applicable(Task::Binary) {
            prop_assert!(close(&value(metric.name(), &of(&rows)), &value(metric.name(), &of(&reversed))));
        }
    }
}
