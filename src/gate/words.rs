//! A verdict in words.

use super::{Comparison, Keeping, Promotion, Segment, Segments, Verdict};
use crate::metrics::{PairedTest, Reads, by_name};
use crate::numbers::grouped;

/// One sentence in lower case: scores, decision, reason, and how sure it is.
pub(super) fn sentence(verdict: &Verdict) -> String {
    let comparison = verdict.comparison();
    let mut parts = match verdict {
        Verdict::Promote { reason, .. } => promotion(reason, comparison),
        Verdict::Keep { reason, .. } => keeping(reason, comparison),
    };
    if let (true, Some(segments)) = (verdict.promotes(), verdict.segments()) {
        parts.push(self::segments(segments));
    }
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
        Keeping::SegmentFalls { segment, loss, margin } => vec![
            standing(comparison),
            stays(format!(
                "where {} the challenger's {metric} is {} against {} over {}, worse by {}, more than the margin of \
                 {margin}",
                place(segment),
                plain(segment.new.unwrap_or_default()),
                plain(segment.old.unwrap_or_default()),
                rows(segment.rows),
                plain(*loss),
            )),
        ],
        Keeping::NoTest { why } => {
            vec![standing(comparison), stays(format!("the test that the rule needs has no result, for {why}"))]
        }
    }
}

/// What was judged in segments and found, and what could not be judged.
pub(super) fn segments(segments: &Segments) -> String {
    let columns = segments.columns.join(", ");
    let judged = segments.judged().count();
    let counted =
        |count: u64| if count == 1 { "1 segment".to_string() } else { format!("{} segments", grouped(count)) };
    let silent = match segments.not_judged {
        0 => String::new(),
        1 => " (1 more has too few rows or no score and is not judged)".to_string(),
        more => format!(" ({} more have too few rows or no score and are not judged)", grouped(more)),
    };
    let Some((worst, loss)) = segments.worst() else {
        return format!("no segment of {columns} could be judged{silent}");
    };
    let found = match segments.fallen() {
        0 => format!("in {} of {columns} none is worse by more than {}", counted(judged as u64), segments.margin),
        n => {
            let are = if n == 1 { "is" } else { "are" };
            format!("{n} of {} of {columns} {are} worse by more than {}", counted(judged as u64), segments.margin)
        }
    };
    let worst = match loss > 0.0 {
        true => format!(", the worst where {} by {}", place(worst), plain(loss)),
        false => String::new(),
    };
    format!("{found}{worst}{silent}")
}

/// `region is north`, `age is 31 to 44`.
fn place(segment: &Segment) -> String {
    format!("{} is {}", segment.name, segment.value)
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
    let shown = format!("{interval}, {why}: {tested} cannot tell the two apart");
    Some(match verdict.resolution().sentence().filter(|_| counts_rows(comparison)) {
        Some(bound) => format!("{shown}; {bound}"),
        None => shown,
    })
}

/// Whether the bound of the sign test says something about the metric: one of predicted
/// classes, where a row is won or lost.
fn counts_rows(comparison: &Comparison) -> bool {
    let of_classes = by_name(comparison.metric()).is_ok_and(|metric| metric.reads() == Reads::Classes);
    of_classes && comparison.paired_tests().is_some_and(|paired| paired.mcnemar.is_some())
}

fn scores(comparison: &Comparison, verb: &str) -> String {
    let (old, new) = (comparison.champion().value.get(), comparison.challenger().value.get());
    let (new, old, apart) = both(new.unwrap_or_default(), old.unwrap_or_default(), comparison.difference_bounds());
    let (metric, way) = (comparison.metric(), comparison.direction().words());
    format!("challenger {new} {verb} incumbent {old}{apart} on {metric} ({way}) {}", same_rows(comparison))
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

/// Two scores with the decimals that [`decimals`] allows, and by how little they differ where
/// those do not show it.
fn both(a: f64, b: f64, interval: Option<(f64, f64)>) -> (String, String, String) {
    let digits = decimals(a.abs().max(b.abs()), interval);
    let (x, y) = (format!("{a:.digits$}"), format!("{b:.digits$}"));
    let apart = if x == y && a != b { format!(" (they differ by {:.1e})", (a - b).abs()) } else { String::new() };
    (x, y, apart)
}

/// Four decimals for scores up to 1. Errors in the unit of the target have as many, up to four,
/// as the interval of the difference justifies: two digits of its width.
fn decimals(size: f64, interval: Option<(f64, f64)>) -> usize {
    let width = interval.map(|(low, high)| high - low).filter(|width| *width > 0.0);
    match width {
        Some(width) if size > 1.0 => (1.0 - width.log10().floor()).clamp(0.0, 4.0) as usize,
        _ => 4,
    }
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
    } else if number.abs() >= 100.0 {
        format!("{number:+.1}")
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
        let told = |a, b, interval| {
            let (a, b, apart) = both(a, b, interval);
            format!("{a} {b}{apart}")
        };
        assert_eq!(told(0.61234, 0.57142, None), "0.6123 0.5714");
        assert_eq!(told(0.500001, 0.5, None), "0.5000 0.5000 (they differ by 1.0e-6)");
        assert_eq!(told(0.5, 0.5, Some((0.0, 0.0))), "0.5000 0.5000");
        assert_eq!(told(12_345.678, 12_000.25, Some((-400.0, -250.0))), "12346 12000");
        assert_eq!(told(12.345678, 12.25, Some((-0.12, -0.05))), "12.346 12.250");
        assert_eq!(signed(-345.678), "-345.7");
        assert_eq!([0.0, 0.0123, -0.2, 0.00004].map(signed), ["0", "+0.012", "-0.200", "+4.0e-5"]);
        assert_eq!([0.03125, 0.00001].map(plain), ["0.0312", "1.0e-5"]);
    }
}
