//! A verdict in words.

use super::{Comparison, Keeping, Promotion, Verdict};
use crate::metrics::PairedTest;
use crate::numbers::grouped;

/// One sentence in lower case: scores, decision, reason, and how sure it is.
pub(super) fn sentence(verdict: &Verdict) -> String {
    let comparison = verdict.comparison();
    let mut parts = match verdict {
        Verdict::Promote { reason, .. } => promotion(reason, comparison),
        Verdict::Keep { reason, .. } => keeping(reason, comparison),
    };
    parts.extend(certainty(verdict, comparison));
    parts.join("; ")
}

fn promotion(reason: &Promotion, comparison: &Comparison) -> Vec<String> {
    match reason {
        Promotion::Better => vec![scores(comparison, "beats")],
        Promotion::NotWorse { margin } => {
            vec![standing(comparison), format!("it is not worse by more than the margin of {margin}")]
        }
        Promotion::Significant { test, p, level } => {
            vec![scores(comparison, "beats"), format!("{}, at most {level}", p_value(*test, *p))]
        }
    }
}

fn keeping(reason: &Keeping, comparison: &Comparison) -> Vec<String> {
    let metric = comparison.metric();
    let stays = |why: String| format!("the incumbent stays: {why}");
    match reason {
        Keeping::Tie => vec![scores(comparison, "equals"), "a tie keeps the incumbent".to_string()],
        Keeping::Worse => vec![scores(comparison, "does not beat"), "the incumbent stays".to_string()],
        Keeping::ChallengerUndefined { why } => {
            let rows = same_rows(comparison);
            vec![format!("the challenger has no {metric} {rows} because {why}"), "the incumbent stays".to_string()]
        }
        Keeping::ChampionUndefined { why } => vec![
            format!("the incumbent has no {metric} {} because {why}", same_rows(comparison)),
            stays("a score that does not exist cannot be beaten, so choose another metric or test data".to_string()),
        ],
        Keeping::BeyondMargin { margin, worst } => vec![
            standing(comparison),
            stays(format!("it may be worse by {}, more than the margin of {margin}", plain(-worst))),
        ],
        Keeping::NotSignificant { test, p, level } => vec![
            scores(comparison, "is ahead of"),
            stays(format!("that may be chance, {}, above {level}", p_value(*test, *p))),
        ],
        Keeping::TooFewRows { differing, smallest_p, level } => vec![
            scores(comparison, "is ahead of"),
            stays(format!(
                "the two differ on {} only, which can show nothing below p = {}, above {level}",
                rows(*differing),
                plain(*smallest_p)
            )),
        ],
        Keeping::NoTest { why } => {
            vec![standing(comparison), stays(format!("the test that the rule needs has no result, for {why}"))]
        }
    }
}

/// The interval of the difference, and plainly where it proves nothing.
fn certainty(verdict: &Verdict, comparison: &Comparison) -> Option<String> {
    let (low, high) = comparison.difference_bounds()?;
    let interval = format!("95% interval of the difference {} to {}", signed(low), signed(high));
    if verdict.indistinguishable() != Some(true) {
        return Some(interval);
    }
    let why = if low <= 0.0 && 0.0 <= high {
        "which contains 0".to_string()
    } else {
        let differing = comparison.paired_tests().map_or(0, |paired| paired.differing);
        format!("but they differ on {} only", rows(differing))
    };
    let tested = match comparison.rows() {
        1 => "1 test row".to_string(),
        count => format!("{} test rows", grouped(count)),
    };
    Some(format!("{interval}, {why}: {tested} cannot tell the two apart"))
}

fn scores(comparison: &Comparison, verb: &str) -> String {
    let (old, new) = (comparison.champion().value.get(), comparison.challenger().value.get());
    let (new, old) = both(new.unwrap_or_default(), old.unwrap_or_default());
    let (metric, way) = (comparison.metric(), comparison.direction().words());
    format!("challenger {new} {verb} incumbent {old} on {metric} ({way}) {}", same_rows(comparison))
}

/// The scores without judging between them.
fn standing(comparison: &Comparison) -> String {
    scores(comparison, "stands against")
}

fn same_rows(comparison: &Comparison) -> String {
    match comparison.rows() {
        1 => "over the same single test row".to_string(),
        rows => format!("over the same {} test rows", grouped(rows)),
    }
}

fn p_value(test: PairedTest, p: f64) -> String {
    let name = match test {
        PairedTest::Bootstrap => "paired bootstrap",
        PairedTest::Mcnemar => "McNemar's exact test",
        PairedTest::Delong => "DeLong's test",
    };
    format!("{name} p = {}", plain(p))
}

/// Two numbers with four decimals, or as many more as it takes to see that they differ.
fn both(a: f64, b: f64) -> (String, String) {
    for digits in 4..17 {
        let (x, y) = (format!("{a:.digits$}"), format!("{b:.digits$}"));
        if x != y || a == b {
            return (x, y);
        }
    }
    (a.to_string(), b.to_string())
}

/// Four decimals, or two significant digits where those would all be 0.
fn plain(number: f64) -> String {
    if number != 0.0 && number.abs() < 0.0005 { format!("{number:.1e}") } else { format!("{number:.4}") }
}

/// As [`plain`], with three decimals and the sign.
fn signed(number: f64) -> String {
    if number == 0.0 {
        "0".to_string()
    } else if number.abs() < 0.001 {
        format!("{number:+.1e}")
    } else {
        format!("{number:+.3}")
    }
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_string() } else { format!("{} rows", grouped(count)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!([0, 999, 1200, 1234567].map(grouped), ["0", "999", "1,200", "1,234,567"]);
        assert_eq!(both(0.61234, 0.57142), ("0.6123".to_string(), "0.5714".to_string()));
        assert_eq!(both(0.500001, 0.5), ("0.500001".to_string(), "0.500000".to_string()));
        assert_eq!(both(0.5, 0.5).0, "0.5000");
        assert_eq!([0.0, 0.0123, -0.2, 0.00004].map(signed), ["0", "+0.012", "-0.200", "+4.0e-5"]);
        assert_eq!([0.03125, 0.00001].map(plain), ["0.0312", "1.0e-5"]);
    }
}
