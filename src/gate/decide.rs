//! The decision.

use super::{Comparison, Keeping, Paired, Promotion, Rule, Verdict};
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
    let comparison = comparison.clone();
    match outcome(rule, &comparison) {
        Ok(reason) => Verdict::Promote { reason, comparison },
        Err(reason) => Verdict::Keep { reason, comparison },
    }
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
