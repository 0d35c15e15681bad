//! The decision.

use super::{Comparison, Keeping, Paired, Promotion, Rule, Segments, Verdict};
use crate::metrics::{Interval, Value};

/// Applies the rule. Every path that does not prove what the rule asks for keeps the
/// incumbent:
///
/// - An undefined challenger never takes office.
/// - An undefined incumbent stays, even against a defined challenger. On equal rows its score
///   can be undefined only because it predicts nothing positive (precision, MCC), or because
///   there is no positive row and it rightly predicts none (F1); in the latter a challenger
///   with false alarms has the defined F1 of 0. So "defined beats undefined" would deploy by
///   accident; the verdict says what is undefined, and another metric settles it.
/// - `better`: a strictly better score. `significant`: that, and the paired test that fits the
///   metric stays at or below the level, with enough differing rows for it to be possible at
///   all. `not_worse`: the 95% interval of the paired difference has no loss beyond the
///   margin; equal predictions are not worse and take office.
/// - `significant` and `not_worse` need [`Comparison::paired`].
pub fn decide(rule: Rule, comparison: &Comparison) -> Verdict {
    decide_in_segments(rule, comparison, None)
}

/// As [`decide`]; and a challenger that the rule promotes does not take office where it is worse
/// in some segment by more than the margin. Segments never promote. They must be of the same
/// two models on the same rows.
pub fn decide_in_segments(rule: Rule, comparison: &Comparison, segments: Option<Segments>) -> Verdict {
    let comparison = comparison.clone();
    let outcome = outcome(rule, &comparison).and_then(|promotion| match segments.as_ref().and_then(fallen) {
        Some(keeping) => Err(keeping),
        None => Ok(promotion),
    });
    match outcome {
        Ok(reason) => Verdict::Promote { reason, comparison, segments },
        Err(reason) => Verdict::Keep { reason, comparison, segments },
    }
}

fn fallen(segments: &Segments) -> Option<Keeping> {
    let (segment, loss) = segments.falls()?;
    Some(Keeping::SegmentFalls { segment: Box::new(segment.clone()), loss, margin: segments.margin })
}

fn outcome(rule: Rule, comparison: &Comparison) -> Result<Promotion, Keeping> {
    if let Some(why) = comparison.challenger().value.reason() {
        return Err(Keeping::ChallengerUndefined { why: why.to_string() });
    }
    if let Some(why) = comparison.champion().value.reason() {
        return Err(Keeping::ChampionUndefined { why: why.to_string() });
    }
    match rule {
        Rule::Better => better(comparison).map(|()| Promotion::Better),
        Rule::NotWorse { margin } => {
            let worst = worst_gain(comparison)?;
            // Written so that a NaN, which cannot be, would keep.
            if worst >= -margin {
                Ok(Promotion::NotWorse { margin })
            } else {
                Err(Keeping::BeyondMargin { margin, worst })
            }
        }
        Rule::Significant { level } => {
            better(comparison)?;
            significant(level, paired(comparison)?)
        }
    }
}

fn better(comparison: &Comparison) -> Result<(), Keeping> {
    match comparison.gain() {
        Some(gain) if gain > 0.0 => Ok(()),
        Some(0.0) => Err(Keeping::Tie),
        _ => Err(Keeping::Worse),
    }
}

fn paired(comparison: &Comparison) -> Result<&Paired, Keeping> {
    comparison.paired_tests().ok_or_else(|| Keeping::NoTest { why: "the rows were not compared in pairs".to_string() })
}

/// The end of the interval of the difference that is worst for the challenger, as a gain.
fn worst_gain(comparison: &Comparison) -> Result<f64, Keeping> {
    let interval = &paired(comparison)?.bootstrap.interval;
    match interval {
        Interval::Known { low, high, .. } => {
            let gain = |difference: f64| comparison.direction().gain(0.0, difference);
            Ok(gain(*low).min(gain(*high)))
        }
        Interval::Unknown { undefined } => Err(Keeping::NoTest { why: undefined.to_string() }),
    }
}

fn significant(level: f64, paired: &Paired) -> Result<Promotion, Keeping> {
    let smallest_p = paired.smallest_p();
    if smallest_p > level {
        return Err(Keeping::TooFewRows { differing: paired.differing, smallest_p, level });
    }
    let test = paired.test;
    match &paired.p_two_sided {
        Value::Defined(p) if *p <= level => Ok(Promotion::Significant { test, p: *p, level }),
        Value::Defined(p) => Err(Keeping::NotSignificant { test, p: *p, level }),
        Value::Undefined(why) => Err(Keeping::NoTest { why: why.to_string() }),
    }
}
