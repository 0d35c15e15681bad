//! The line that would set predicted log-odds right.

use serde::{Deserialize, Serialize};

/// Intercept and slope of a logistic regression of what happened on the predicted log-odds
/// (Cox 1958). Sound probabilities have 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Recalibration {
    /// Above 0 where even odds come true too often, below 0 where too seldom.
    pub intercept: f64,
    /// Below 1 where probabilities are too extreme, above 1 where they are too cautious.
    pub slope: f64,
}

/// Probabilities nearer to 0 or 1 than this count as this far away: certainty has no odds.
const CLIP: f64 = 1e-6;
/// Newton steps; a handful is enough where there is an answer.
const STEPS: usize = 50;

impl Recalibration {
    /// The line for these probabilities and what happened; `None` where the rows do not
    /// determine it: one outcome only, one probability only, or outcomes that the
    /// probabilities part without fail.
    pub(super) fn of(pairs: &[(f64, bool)]) -> Option<Recalibration> {
        if !overlap(pairs) {
            return None;
        }
        let odds: Vec<(f64, f64)> = pairs
            .iter()
            .map(|(probability, happened)| {
                let p = probability.clamp(CLIP, 1.0 - CLIP);
                ((p / (1.0 - p)).ln(), f64::from(u8::from(*happened)))
            })
            .collect();
        let (mut at, mut loss) = ((0.0, 1.0), loss(&odds, (0.0, 1.0)));
        for _ in 0..STEPS {
            let step = newton(&odds, at)?;
            // Half the way until it helps: far from the answer a whole step may overshoot.
            let better = (0..30).map(|halvings| 0.5f64.powi(halvings)).find_map(|part| {
                let next = (at.0 - part * step.0, at.1 - part * step.1);
                let found = self::loss(&odds, next);
                (found <= loss).then_some((next, found))
            });
            let Some((next, found)) = better else { break };
            let moved = (next.0 - at.0).abs().max((next.1 - at.1).abs());
            (at, loss) = (next, found);
            if moved < 1e-10 {
                break;
            }
        }
        let (intercept, slope) = at;
        (intercept.is_finite() && slope.is_finite()).then_some(Recalibration { intercept, slope })
    }
}

/// Whether the probabilities of both outcomes overlap: only then is the likelihood largest
/// at finite numbers (Albert and Anderson 1984).
fn overlap(pairs: &[(f64, bool)]) -> bool {
    let ends = |outcome: bool| {
        let of = pairs.iter().filter(|(_, happened)| *happened == outcome).map(|(probability, _)| *probability);
        of.fold(None, |ends: Option<(f64, f64)>, p| Some(ends.map_or((p, p), |(low, high)| (low.min(p), high.max(p)))))
    };
    matches!((ends(true), ends(false)), (Some(yes), Some(no)) if yes.0 < no.1 && no.0 < yes.1)
}

/// The log-loss in sum: ln(1 + exp(z)) − y·z without overflow.
fn loss(odds: &[(f64, f64)], (intercept, slope): (f64, f64)) -> f64 {
    let one = |(x, y): &(f64, f64)| {
        let z = intercept + slope * x;
        z.max(0.0) + (-z.abs()).exp().ln_1p() - y * z
    };
    odds.iter().map(one).sum()
}

/// The Newton step; `None` where the curvature vanishes in some direction.
fn newton(odds: &[(f64, f64)], (intercept, slope): (f64, f64)) -> Option<(f64, f64)> {
    let (mut g, mut gx, mut h, mut hx, mut hxx) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (x, y) in odds {
        let p = 1.0 / (1.0 + (-(intercept + slope * x)).exp());
        let (error, weight) = (p - y, p * (1.0 - p));
        g += error;
        gx += error * x;
        h += weight;
        hx += weight * x;
        hxx += weight * x * x;
    }
    let determinant = h * hxx - hx * hx;
    (determinant > 1e-10 * h * hxx).then(|| ((hxx * g - hx * gx) / determinant, (h * gx - hx * g) / determinant))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `hits` of `rows` rows at a probability.
    fn rows(groups: &[(f64, usize, usize)]) -> Vec<(f64, bool)> {
        groups.iter().flat_map(|(p, hits, rows)| (0..*rows).map(|i| (*p, i < *hits))).collect()
    }

    #[test]
    fn sound_probabilities_need_no_correction() {
        let found = Recalibration::of(&rows(&[(0.2, 20, 100), (0.5, 50, 100), (0.9, 90, 100)])).unwrap();
        assert!(found.intercept.abs() < 1e-9 && (found.slope - 1.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn two_groups_are_met_exactly() {
        // Said 0.1 and 0.9, came true 20% and 80%: slope ln 4 / ln 9, no intercept.
        let found = Recalibration::of(&rows(&[(0.1, 20, 100), (0.9, 80, 100)])).unwrap();
        assert!((found.slope - 4f64.ln() / 9f64.ln()).abs() < 1e-9 && found.intercept.abs() < 1e-9, "{found:?}");
        // Said 0.5 and 0.8, came true 60% and 90%: ln 1.5, and (ln 9 − ln 1.5)/ln 4.
        let found = Recalibration::of(&rows(&[(0.5, 60, 100), (0.8, 90, 100)])).unwrap();
        assert!((found.intercept - 1.5f64.ln()).abs() < 1e-9);
        assert!((found.slope - (9f64.ln() - 1.5f64.ln()) / 4f64.ln()).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn where_nothing_determines_it_there_is_none() {
        for groups in [
            &[][..],
            &[(0.3, 3, 10)],
            &[(0.3, 0, 10), (0.6, 0, 10)],
            &[(0.3, 0, 10), (0.6, 10, 10)],
            &[(0.0, 0, 10), (1.0, 10, 10)],
        ] {
            assert_eq!(Recalibration::of(&rows(groups)), None, "{groups:?}");
        }
        assert!(Recalibration::of(&rows(&[(0.0, 1, 10), (1.0, 9, 10)])).is_some());
    }
}
