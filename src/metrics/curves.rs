//! What every threshold would give: the curves of a ranking.

use super::{Prepared, Ranking};
use crate::table::Target;
use serde::{Deserialize, Serialize};

/// Right and wrong answers at falling thresholds, of a yes/no question or of all labels
/// together. ROC, precision-recall, gain and lift are all read off these counts.
///
/// A point stands for a whole probability: rows of the same one come together, so that no
/// order among them can favour anyone. Few points are kept, chosen so that no curve shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// Positive rows, or pairs of a row and a label that it has.
    pub positive: u64,
    /// Negative rows, or pairs.
    pub negative: u64,
    /// The area under the ROC curve of all points, 0 to 1.
    pub roc_area: f64,
    /// Average precision of all points, 0 to 1.
    pub average_precision: f64,
    /// Positives at or above each threshold, none first, all last.
    pub true_positives: Vec<u64>,
    /// Negatives at or above the same thresholds.
    pub false_positives: Vec<u64>,
}

/// Points that are kept.
const MOST: usize = 100;

impl Curves {
    /// The curves of a yes/no question, or of all labels together; `None` for other questions
    /// and where no row, or every row, is positive.
    pub fn of(prepared: &Prepared<'_>) -> Option<Curves> {
        let curves = Curves::whole(prepared)?;
        let kept = curves.thinned(MOST);
        let take = |counts: &[u64]| kept.iter().filter_map(|at| counts.get(*at).copied()).collect();
        let (true_positives, false_positives) = (take(&curves.true_positives), take(&curves.false_positives));
        Some(Curves { true_positives, false_positives, ..curves })
    }

    /// Every point.
    fn whole(prepared: &Prepared<'_>) -> Option<Curves> {
        let observations = prepared.observations();
        match observations.truth() {
            Target::Classes(_) => Curves::swept(prepared.yes_no_ranking()?, observations.rows()),
            Target::Labels(labels) => {
                let said = observations.answers().as_slice();
                // Ranks are 32-bit numbers.
                u32::try_from(said.len()).ok()?;
                let has = |pair: usize| labels.flags.get(pair).copied().unwrap_or_default();
                Curves::swept(&Ranking::new(said, has), said.len())
            }
            Target::Numbers(_) => None,
        }
    }

    fn swept(ranking: &Ranking, rows: usize) -> Option<Curves> {
        let (mut tp, mut fp) = (vec![0], vec![0]);
        let (mut right, mut wrong) = (0u64, 0u64);
        let (mut area, mut precision) = (0.0, 0.0);
        ranking.sweep(&vec![1.0; rows], |positive, negative| {
            area += negative * (right as f64 + 0.5 * positive);
            right += positive as u64;
            wrong += negative as u64;
            precision += positive * right as f64 / (right + wrong) as f64;
            tp.push(right);
            fp.push(wrong);
        });
        (right > 0 && wrong > 0).then(|| Curves {
            positive: right,
            negative: wrong,
            roc_area: area / (right as f64 * wrong as f64),
            average_precision: precision / right as f64,
            true_positives: tp,
            false_positives: fp,
        })
    }

    fn counts(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.true_positives.iter().zip(&self.false_positives).map(|(tp, fp)| (*tp as f64, *fp as f64))
    }

    /// The share of positives among all: the precision of a model that knows nothing.
    pub fn base_rate(&self) -> f64 {
        self.positive as f64 / (self.positive + self.negative).max(1) as f64
    }

    /// False positive rate and true positive rate, from (0, 0) to (1, 1).
    pub fn roc(&self) -> Vec<(f64, f64)> {
        let (positive, negative) = self.sizes();
        self.counts().map(|(tp, fp)| (fp / negative, tp / positive)).collect()
    }

    /// Recall and precision. At recall 0 the precision is that of the first threshold that
    /// takes any row.
    pub fn precision_recall(&self) -> Vec<(f64, f64)> {
        let (positive, _) = self.sizes();
        let mut points: Vec<(f64, f64)> =
            self.counts().filter(|(tp, fp)| tp + fp > 0.0).map(|(tp, fp)| (tp / positive, tp / (tp + fp))).collect();
        if let Some((_, precision)) = points.first().copied() {
            points.insert(0, (0.0, precision));
        }
        points
    }

    /// The share of rows taken, most probable first, and the share of positives among them.
    pub fn gain(&self) -> Vec<(f64, f64)> {
        let (positive, negative) = self.sizes();
        self.counts().map(|(tp, fp)| ((tp + fp) / (positive + negative), tp / positive)).collect()
    }

    /// The share of rows taken, and how many times more positives are among them than among
    /// as many rows drawn blindly.
    pub fn lift(&self) -> Vec<(f64, f64)> {
        let gain = self.gain();
        gain.into_iter().filter(|(taken, _)| *taken > 0.0).map(|(taken, found)| (taken, found / taken)).collect()
    }

    fn sizes(&self) -> (f64, f64) {
        (self.positive.max(1) as f64, self.negative.max(1) as f64)
    }

    /// The places of at most `most` points: the ends first, then, again and again, the one
    /// that lies farthest off the line drawn so far, in whichever picture it does.
    fn thinned(&self, most: usize) -> Vec<usize> {
        let last = self.true_positives.len().saturating_sub(1);
        let mut kept = vec![0, last];
        let mut spans: Vec<Span> = self.farthest(0, last).into_iter().collect();
        while kept.len() < most {
            let widest =
                spans.iter().enumerate().max_by(|(_, a), (_, b)| a.off.total_cmp(&b.off).then(b.at.cmp(&a.at)));
            let Some(place) = widest.map(|(place, _)| place) else { break };
            let span = spans.swap_remove(place);
            kept.push(span.at);
            spans.extend(self.farthest(span.from, span.at));
            spans.extend(self.farthest(span.at, span.to));
        }
        kept.sort_unstable();
        kept.dedup();
        kept
    }

    /// The point between two others that is farthest from the straight line between them.
    fn farthest(&self, from: usize, to: usize) -> Option<Span> {
        let (a, b) = (self.places(from), self.places(to));
        let off = |at: usize| {
            let p = self.places(at);
            (0..p.len()).map(|i| distance(p[i], a[i], b[i])).fold(0.0, f64::max)
        };
        let best = (from + 1..to).map(|at| (at, off(at))).fold(None, |best: Option<(usize, f64)>, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        });
        best.filter(|(_, off)| *off > 0.0).map(|(at, off)| Span { from, at, to, off })
    }

    /// Where a point is in the ROC, the precision-recall and the gain curve.
    fn places(&self, at: usize) -> [(f64, f64); 3] {
        let count = |counts: &[u64]| counts.get(at).copied().unwrap_or_default() as f64;
        let (tp, fp) = (count(&self.true_positives), count(&self.false_positives));
        let (positive, negative) = self.sizes();
        let precision = if tp + fp > 0.0 { tp / (tp + fp) } else { 1.0 };
        let found = tp / positive;
        [(fp / negative, found), (found, precision), ((tp + fp) / (positive + negative), found)]
    }
}

/// A stretch of a curve and its farthest point.
struct Span {
    from: usize,
    at: usize,
    to: usize,
    off: f64,
}

/// From a point to a stretch of a line.
fn distance(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let long = dx * dx + dy * dy;
    let along = if long > 0.0 { (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / long).clamp(0.0, 1.0) } else { 0.0 };
    (p.0 - a.0 - along * dx).hypot(p.1 - a.1 - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Observations, by_name};
    use crate::random::Random;
    use crate::table::{Labels, Matrix};

    /// Probabilities with ties, on a grid of `steps`.
    fn drawn(rows: usize, steps: f64, seed: u64) -> Observations {
        let mut random = Random::new(seed);
        let truth: Vec<u32> = (0..rows).map(|_| u32::from(random.unit() < 0.3)).collect();
        let said: Vec<f64> = truth
            .iter()
            .map(|t| ((0.6 * random.unit() + 0.35 * f64::from(*t)).clamp(0.0, 1.0) * steps).round() / steps)
            .collect();
        Observations::yes_no(["no".into(), "yes".into()], truth, &said, 0.5).unwrap()
    }

    fn trapezoids(points: &[(f64, f64)]) -> f64 {
        points.windows(2).map(|w| (w[1].0 - w[0].0) * (w[1].1 + w[0].1) / 2.0).sum()
    }

    fn steps(points: &[(f64, f64)]) -> f64 {
        points.windows(2).map(|w| (w[1].0 - w[0].0) * w[1].1).sum()
    }

    #[test]
    fn the_areas_of_all_points_are_the_metrics() {
        for (rows, grid, seed) in [(40, 8.0, 1), (500, 20.0, 2), (3_000, 1e9, 3)] {
            let observations = drawn(rows, grid, seed);
            let prepared = Prepared::new(&observations);
            let value = |name: &str| by_name(name).unwrap().compute(&prepared, &prepared.once()).get().unwrap();
            let whole = Curves::whole(&prepared).unwrap();
            for found in [trapezoids(&whole.roc()), whole.roc_area] {
                assert!((found - value("roc_auc")).abs() < 1e-12, "{found}");
            }
            for found in [steps(&whole.precision_recall()), whole.average_precision] {
                assert!((found - value("average_precision")).abs() < 1e-12, "{found}");
            }
        }
    }

    #[test]
    fn fewer_points_draw_the_same_picture() {
        let observations = drawn(20_000, 1e9, 7);
        let prepared = Prepared::new(&observations);
        let (whole, thin) = (Curves::whole(&prepared).unwrap(), Curves::of(&prepared).unwrap());
        assert!(whole.true_positives.len() > 15_000 && thin.true_positives.len() <= MOST);
        assert_eq!((thin.roc()[0], *thin.roc().last().unwrap()), ((0.0, 0.0), (1.0, 1.0)));
        let off = |curve: fn(&Curves) -> Vec<(f64, f64)>| {
            let lines = curve(&thin);
            let nearest = |p: (f64, f64)| lines.windows(2).map(|w| distance(p, w[0], w[1])).fold(1.0, f64::min);
            curve(&whole).into_iter().map(nearest).fold(0.0, f64::max)
        };
        // A hundredth of the picture is the thickness of the line.
        assert!(off(Curves::roc) < 0.005 && off(Curves::gain) < 0.005);
        assert!(off(Curves::precision_recall) < 0.03, "{}", off(Curves::precision_recall));
    }

    #[test]
    fn rows_of_one_probability_come_together() {
        let observations =
            Observations::yes_no(["n".into(), "y".into()], vec![1, 0, 1, 0], &[0.9, 0.5, 0.5, 0.1], 0.5).unwrap();
        let found = Curves::of(&Prepared::new(&observations)).unwrap();
        assert_eq!((found.true_positives.clone(), found.false_positives.clone()), (vec![0, 1, 2, 2], vec![0, 0, 1, 2]));
        assert_eq!(found.precision_recall()[..2], [(0.0, 1.0), (0.5, 1.0)]);
        assert_eq!(found.gain()[1], (0.25, 0.5));
        assert_eq!(found.lift()[0], (0.25, 2.0));
        assert_eq!(found.base_rate(), 0.5);
        // Pairs right: 4 of 4 but for one tie.
        assert_eq!(found.roc_area, 0.875);
    }

    #[test]
    fn labels_are_taken_together_and_one_sided_truths_have_no_curve() {
        let labels = Labels { names: vec!["a".into(), "b".into()], flags: [true, false].repeat(10) };
        let answers = Matrix::from_rows(10, 2, [0.75, 0.25].repeat(10)).unwrap();
        let observations = Observations::new(Target::Labels(labels), answers, 0.5).unwrap();
        let found = Curves::of(&Prepared::new(&observations)).unwrap();
        assert_eq!((found.positive, found.negative, found.roc_area), (10, 10, 1.0));
        let none = Observations::yes_no(["n".into(), "y".into()], vec![0, 0], &[0.1, 0.2], 0.5).unwrap();
        assert_eq!(Curves::of(&Prepared::new(&none)), None);
    }
}
