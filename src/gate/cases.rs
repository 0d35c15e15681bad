//! The gate on small cases whose outcome can be told by looking.

use super::*;
use crate::fingerprint::Fingerprint;
use crate::metrics::{Evaluation, Observations, by_name};
use crate::table::{Builder, Cell, ColumnSchema, Role, Schema, Type};

type Case = (Evaluation, Observations);

fn case(metric: &str, truth: &[u32], scores: &[f64], threshold: f64, data: &str) -> Case {
    let observations = Observations::yes_no(["n".into(), "y".into()], truth.to_vec(), scores, threshold).unwrap();
    let (test, model) =
        (Fingerprint::of(data.as_bytes()), Fingerprint::of_parts(scores.iter().map(|s| s.to_le_bytes())));
    let evaluation = Evaluation::of(&observations, by_name(metric).unwrap(), test, model, 1, 1).unwrap();
    (evaluation, observations)
}

fn compare(metric: &str, truth: &[u32], champion: &[f64], challenger: &[f64]) -> Comparison {
    let (old, new) = (case(metric, truth, champion, 0.5, "t"), case(metric, truth, challenger, 0.5, "t"));
    Comparison::paired((&old.0, &old.1), (&new.0, &new.1), 1, 1).unwrap()
}

const BETTER: Rule = Rule::Better;
const SIGNIFICANT: Rule = Rule::Significant { level: 0.05 };
const NOT_WORSE: Rule = Rule::NotWorse { margin: 0.01 };

/// 40 rows, half of them positive; the model is right, with that confidence, on the first `right`.
fn scores(right: usize, sure: f64) -> (Vec<u32>, Vec<f64>) {
    let truth: Vec<u32> = (0..40).map(|i| i % 2).collect();
    let score = |(i, t): (usize, &u32)| if (i < right) == (*t == 1) { sure } else { 1.0 - sure };
    (truth.clone(), truth.iter().enumerate().map(score).collect())
}

fn against(metric: &str, champion: (usize, f64), challenger: (usize, f64)) -> Comparison {
    let (truth, old) = scores(champion.0, champion.1);
    compare(metric, &truth, &old, &scores(challenger.0, challenger.1).1)
}

fn reason(verdict: Verdict) -> Keeping {
    match verdict {
        Verdict::Keep { reason, .. } => reason,
        promoted => panic!("{}", promoted.sentence()),
    }
}

#[test]
fn unequal_terms_do_not_compare() {
    let truth = [0, 1];
    let base = case("f1", &truth, &[0.1, 0.9], 0.5, "t");
    let other = case("recall", &truth, &[0.1, 0.9], 0.4, "u");
    let refusal = Comparison::new(&base.0, &other.0).unwrap_err();
    assert_eq!(refusal.differences.len(), 3);
    let text = refusal.to_string();
    assert!(text.contains("by f1, the challenger by recall; the champion's threshold is 0.5"), "{text}");
    assert!(Comparison::new(&base.0, &case("f1", &truth, &[0.1, 0.2], 0.5, "t").0).is_ok());
    let mut turned = base.0.clone();
    turned.direction = crate::metrics::Direction::LowerIsBetter;
    assert!(Comparison::new(&base.0, &turned).unwrap_err().to_string().contains("two directions"));
}

#[test]
fn predictions_must_be_those_of_the_scores() {
    let (a, b) = (case("f1", &[0, 1], &[0.1, 0.9], 0.5, "t"), case("f1", &[1, 1], &[0.1, 0.9], 0.5, "t"));
    let refusal = Comparison::paired((&a.0, &a.1), (&b.0, &b.1), 0, 1).unwrap_err();
    assert_eq!(refusal.differences, [Difference::Rows]);
    let c = case("f1", &[0, 1], &[0.1, 0.2], 0.5, "t");
    let refusal = Comparison::paired((&a.0, &a.1), (&c.0, &a.1), 0, 1).unwrap_err();
    assert_eq!(refusal.differences, [Difference::Observations("challenger")]);
}

#[test]
fn better_is_strict_and_follows_the_direction() {
    assert!(decide(BETTER, &against("f1", (20, 0.9), (30, 0.9))).promotes());
    assert_eq!(reason(decide(BETTER, &against("f1", (30, 0.9), (20, 0.9)))), Keeping::Worse);
    let tie = decide(BETTER, &against("f1", (30, 0.9), (30, 0.8)));
    assert!(tie.sentence().contains("a tie keeps the incumbent"), "{}", tie.sentence());
    assert_eq!(reason(tie), Keeping::Tie);
    for metric in ["log_loss", "brier"] {
        assert!(decide(BETTER, &against(metric, (40, 0.6), (40, 0.9))).promotes(), "{metric}");
        assert_eq!(reason(decide(BETTER, &against(metric, (40, 0.9), (40, 0.6)))), Keeping::Worse, "{metric}");
        assert!(decide(SIGNIFICANT, &against(metric, (40, 0.6), (40, 0.9))).promotes(), "{metric}");
        assert!(decide(NOT_WORSE, &against(metric, (40, 0.6), (40, 0.9))).promotes(), "{metric}");
        let worse = reason(decide(NOT_WORSE, &against(metric, (40, 0.9), (40, 0.6))));
        assert!(matches!(worse, Keeping::BeyondMargin { worst, .. } if worst < -0.1), "{metric} {worse:?}");
    }
}

#[test]
fn few_rows_prove_nothing_and_that_is_said() {
    let truth = [0, 1, 1, 0, 1];
    let comparison = compare("f1", &truth, &[0.4, 0.9, 0.4, 0.6, 0.8], &[0.4, 0.9, 0.6, 0.6, 0.8]);
    let verdict = decide(BETTER, &comparison);
    assert!(verdict.promotes() && verdict.indistinguishable() == Some(true));
    let sentence = verdict.sentence();
    assert!(sentence.starts_with("challenger 0.8571 beats incumbent 0.6667 on f1 (higher is better) over the same 5 test rows; 95% interval of the difference 0 to +"), "{sentence}");
    assert!(sentence.contains("which contains 0: 5 test rows cannot tell the two apart; even"), "{sentence}");
    assert!(sentence.ends_with("right on all 5 rows where the incumbent errs would give p = 0.06"), "{sentence}");
    // Five of five the other way round: the bootstrap sees no contradiction, the sign test knows better.
    let all = compare("accuracy", &truth, &[0.9, 0.1, 0.1, 0.9, 0.1], &[0.1, 0.9, 0.9, 0.1, 0.9]);
    let promoted = decide(BETTER, &all).sentence();
    assert!(
        promoted.contains("but they differ on 5 rows only: 5 test rows cannot tell the two apart; even"),
        "{promoted}"
    );
    let kept = reason(decide(SIGNIFICANT, &all));
    assert_eq!(kept, Keeping::TooFewRows { differing: 5, smallest_p: 0.0625, level: 0.05 });
}

#[test]
fn significance_is_the_test_that_fits() {
    for metric in ["accuracy", "f1", "roc_auc"] {
        let strong = decide(SIGNIFICANT, &against(metric, (20, 0.9), (36, 0.9)));
        assert!(strong.promotes(), "{metric}: {}", strong.sentence());
    }
    // Seven rows gained and none lost: p = 2/128. Six gained and two lost: p = 0.29.
    let verdict = decide(SIGNIFICANT, &against("accuracy", (20, 0.9), (27, 0.9)));
    assert!(verdict.sentence().contains("McNemar's exact test p = 0.0156, at most 0.05"), "{}", verdict.sentence());
    let (truth, old) = scores(30, 0.9);
    let mut new = scores(36, 0.9).1;
    new[0] = old[36];
    new[1] = old[37];
    let kept = decide(SIGNIFICANT, &compare("accuracy", &truth, &old, &new));
    assert!(kept.sentence().contains("the incumbent stays: that may be chance"), "{}", kept.sentence());
    let Keeping::NotSignificant { p, .. } = reason(kept) else { panic!("another reason") };
    assert!((p - 74.0 / 256.0).abs() < 1e-12, "{p}");
}

#[test]
fn not_worse_bears_the_margin_and_no_more() {
    assert!(decide(NOT_WORSE, &against("accuracy", (30, 0.9), (30, 0.8))).promotes());
    let kept = decide(NOT_WORSE, &against("accuracy", (30, 0.9), (29, 0.9)));
    assert!(!kept.promotes() && kept.sentence().contains("more than the margin of 0.01"), "{}", kept.sentence());
    assert!(decide(Rule::NotWorse { margin: 0.2 }, &against("accuracy", (30, 0.9), (29, 0.9))).promotes());
}

#[test]
fn undefined_scores_never_promote() {
    let defined = [0.4, 0.9];
    let silent = [0.1, 0.2];
    for rule in [BETTER, NOT_WORSE, SIGNIFICANT] {
        let kept = decide(rule, &compare("precision", &[0, 1], &defined, &silent));
        assert!(
            kept.sentence().contains("the challenger has no precision over the same 2 test rows"),
            "{}",
            kept.sentence()
        );
        assert!(matches!(reason(kept), Keeping::ChallengerUndefined { .. }));
        let kept = decide(rule, &compare("precision", &[0, 1], &silent, &defined));
        assert!(kept.sentence().contains("cannot be beaten"), "{}", kept.sentence());
        assert!(matches!(reason(kept), Keeping::ChampionUndefined { .. }));
        // Without a positive row, a false alarm turns an undefined F1 into 0.
        let alarm = decide(rule, &compare("f1", &[0, 0], &silent, &defined));
        assert!(!alarm.promotes());
    }
}

#[test]
fn rules_that_need_pairs_keep_without_them() {
    let (truth, old) = scores(20, 0.9);
    let (old, new) = (case("f1", &truth, &old, 0.5, "t"), case("f1", &truth, &scores(36, 0.9).1, 0.5, "t"));
    let comparison = Comparison::new(&old.0, &new.0).unwrap();
    assert!(decide(BETTER, &comparison).promotes());
    for rule in [NOT_WORSE, SIGNIFICANT] {
        assert!(matches!(reason(decide(rule, &comparison)), Keeping::NoTest { .. }));
    }
}

/// 80 rows, 40 in the north and 40 in the south; each model errs on the rows named.
fn in_regions(metric: &str, rule: Rule, champion: &[usize], challenger: &[usize], margin: f64) -> Verdict {
    let truth: Vec<u32> = (0..80).map(|i| i % 2).collect();
    let said = |wrong: &[usize]| -> Vec<f64> {
        truth.iter().enumerate().map(|(i, t)| if wrong.contains(&i) == (*t == 1) { 0.1 } else { 0.9 }).collect()
    };
    let (old, new) =
        (case(metric, &truth, &said(champion), 0.5, "t"), case(metric, &truth, &said(challenger), 0.5, "t"));
    let comparison = Comparison::paired((&old.0, &old.1), (&new.0, &new.1), 1, 1).unwrap();
    let column = ColumnSchema { name: "region".into(), kind: Type::Category, role: Role::Ignored };
    let mut builder = Builder::new(Schema { columns: vec![column] });
    for i in 0..80 {
        builder.push(0, Cell::Text(if i < 40 { "north" } else { "south" }));
        builder.end_row();
    }
    let columns = ["region".to_string()];
    let terms = segments::Terms { columns: &columns, margin, least_rows: 30 };
    let segments = Segments::of(by_name(metric).unwrap(), &builder.finish(), &old.1, &new.1, &terms);
    decide_in_segments(rule, &comparison, Some(segments))
}

#[test]
fn a_better_challenger_that_fails_a_region_does_not_take_office() {
    // 20 errors less in the north, 8 more in the south: better overall, by all three rules.
    let (north, south): (Vec<usize>, Vec<usize>) = ((0..20).collect(), (40..48).collect());
    for (metric, rule) in
        [("accuracy", BETTER), ("f1", BETTER), ("brier", NOT_WORSE), ("accuracy", SIGNIFICANT), ("log_loss", BETTER)]
    {
        let kept = in_regions(metric, rule, &north, &south, 0.05);
        let Keeping::SegmentFalls { segment, loss, margin } = reason(kept) else { panic!("{metric}: another reason") };
        assert_eq!(
            (segment.name.as_str(), segment.value.as_str(), segment.rows, margin),
            ("region", "south", 40, 0.05)
        );
        assert!(loss > 0.05, "{metric} {loss}");
    }
    let kept = in_regions("accuracy", BETTER, &north, &south, 0.05);
    assert!(
        kept.sentence().contains(
            "the incumbent stays: where region is south the challenger's accuracy is 0.8000 against 1.0000 over 40 \
             rows, worse by 0.2000, more than the margin of 0.05"
        ),
        "{}",
        kept.sentence()
    );
    let json = serde_json::to_value(&kept).unwrap();
    assert_eq!(
        (&json["reason"]["kind"], &json["reason"]["segment"]["value"]),
        (&"segment_falls".into(), &"south".into())
    );
    assert_eq!(json["segments"]["segments"][0]["old"], 0.5);
}

#[test]
fn segments_within_the_margin_let_it_pass_and_never_promote() {
    let (north, south): (Vec<usize>, Vec<usize>) = ((0..20).collect(), (40..48).collect());
    let passed = in_regions("accuracy", BETTER, &north, &south, 0.3);
    assert!(passed.promotes());
    let sentence = passed.sentence();
    assert!(
        sentence.contains(
            "; in 2 segments of region none is worse by more than 0.3, the worst where region is south by 0.2000;"
        ),
        "{sentence}"
    );
    let worse = in_regions("accuracy", BETTER, &[], &north, 0.9);
    assert!(!worse.sentence().contains("segment") && worse.segments().is_some(), "{}", worse.sentence());
    assert_eq!(reason(worse), Keeping::Worse);
}

#[test]
fn a_verdict_is_written_with_its_numbers() {
    let json = serde_json::to_value(decide(SIGNIFICANT, &against("f1", (20, 0.9), (36, 0.9)))).unwrap();
    assert_eq!(json["verdict"], "promote");
    assert_eq!(json["reason"]["kind"], "significant");
    assert_eq!(json["reason"]["test"], "bootstrap");
    assert_eq!(json["comparison"]["rows"], 40);
    assert!(json["comparison"]["paired"]["mcnemar"]["exact_p"].is_number());
}
