//! The gate's rule `significant` lets chance through no more often than it promises.

#[path = "../../examples/gate_simulation.rs"]
#[allow(dead_code, reason = "the example has a main function")]
mod gate_simulation;

use gate_simulation::{METRICS, promoted};

#[test]
fn an_equal_challenger_is_seldom_significant() {
    for metric in METRICS {
        // 400 runs each: one direction of a two-sided test at 5% is 2.5%, with a standard error
        // of 0.8%.
        let ([better, _, significant], _) = promoted(metric, 80, false, 400, 2);
        assert!(significant <= 0.05, "{metric}: {significant}");
        assert!((0.35..=0.6).contains(&better), "{metric}: {better}, about half and fewer by ties");
    }
}

#[test]
fn a_better_challenger_is_found_in_enough_rows() {
    // By the table of docs/gate.md these gains are found in 96% and 62% of contests; of forty,
    // three standard errors less are 0.87 and 0.39.
    for (metric, rows, least) in [("rmse", 200, 0.8), ("log_loss", 1000, 0.38)] {
        let ([_, _, significant], gain) = promoted(metric, rows, true, 40, 2);
        assert!(significant >= least, "{metric}: {significant} of gains of {gain}");
    }
}
