//! Metrics and paired tests against values computed by public packages.
//!
//! The reference data is no part of the repository. It is looked for in the folder that
//! `INCUMBENT_SHARED_DATA` names, then beside the repository; without it the test says
//! that it was skipped.
#![allow(clippy::disallowed_methods)]

#[cfg(test)]
mod oracle {
    use incumbent::fingerprint::Fingerprint;
    use incumbent::gate::Comparison;
    use incumbent::metrics::{Evaluation, Observations, applicable, by_name};
    use serde_json::Value;
    use std::path::PathBuf;

    fn file(name: &str) -> Option<String> {
        let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
        let folders = std::env::var_os("INCUMBENT_SHARED_DATA").into_iter().chain([beside.into()]);
        folders.map(|f| PathBuf::from(f).join("oracle").join(name)).find_map(|path| std::fs::read_to_string(path).ok())
    }

    fn close(found: Option<f64>, expected: &Value, what: &str) {
        let (found, expected) = (found.unwrap(), expected.as_f64().unwrap());
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{what}: {found} is not {expected}");
    }

    fn evaluation(observations: &Observations, metric: &str, model: &str) -> Evaluation {
        let (test, model) = (Fingerprint::of(b"scores.csv"), Fingerprint::of(model.as_bytes()));
        Evaluation::of(observations, by_name(metric).unwrap(), test, model, 0, 2).unwrap()
    }

    #[test]
    fn scores_and_paired_tests_are_the_references() {
        let (Some(rows), Some(expected)) = (file("scores.csv"), file("scores_expected.json")) else {
            eprintln!("skipped: no reference data; set INCUMBENT_SHARED_DATA to its folder");
            return;
        };
        let expected: Value = serde_json::from_str(&expected).unwrap();
        let cells: Vec<Vec<f64>> = rows
            .lines()
            .skip(1)
            .map(|line| line.split(',').map(|cell| cell.trim().parse().unwrap()).collect())
            .collect();
        let truth: Vec<u32> = cells.iter().map(|row| row[0] as u32).collect();
        let observations = |column: usize| {
            let scores: Vec<f64> = cells.iter().map(|row| row[column]).collect();
            Observations::yes_no(["0".into(), "1".into()], truth.clone(), &scores, 0.5).unwrap()
        };
        let (champion, challenger) = (observations(1), observations(2));
        for (model, observations) in [("champion", &champion), ("challenger", &challenger)] {
            let found = evaluation(observations, "f1", model);
            for metric in applicable(incumbent::table::Task::Binary).map(|m| m.name()) {
                let score = found.score(metric).unwrap();
                close(score.value.get(), &expected[model][metric], &format!("{model} {metric}"));
                assert!(score.interval.holds(score.value.get().unwrap()), "{model} {metric}");
            }
            assert_eq!(
                serde_json::to_value(&found.confusion.as_ref().unwrap().counts).unwrap(),
                expected[model]["confusion"]
            );
        }
        let (old, new) =
            (evaluation(&champion, "roc_auc", "champion"), evaluation(&challenger, "roc_auc", "challenger"));
        let comparison = Comparison::paired((&old, &champion), (&new, &challenger), 0, 2).unwrap();
        let paired = comparison.paired_tests().unwrap();
        let mcnemar = &expected["mcnemar"];
        let mc = paired.mcnemar.as_ref().unwrap();
        assert_eq!(mcnemar["challenger_only_right"], mc.challenger_only_right);
        assert_eq!(mcnemar["champion_only_right"], mc.champion_only_right);
        close(Some(mc.exact_p), &mcnemar["exact_p"], "exact p");
        close(mc.chi2_corrected.get(), &mcnemar["chi2_corrected"], "chi-square");
        close(mc.chi2_p.get(), &mcnemar["chi2_p"], "p of chi-square");
        let delong = paired.delong.as_ref().unwrap();
        close(delong.auc_champion.get(), &expected["delong"]["auc_champion"], "AUC of the champion");
        close(delong.auc_challenger.get(), &expected["delong"]["auc_challenger"], "AUC of the challenger");
        close(delong.z.get(), &expected["delong"]["z"], "DeLong's z");
        close(delong.p_two_sided.get(), &expected["delong"]["p_two_sided"], "DeLong's p");
    }
}
