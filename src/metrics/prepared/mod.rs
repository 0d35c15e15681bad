//! Observations ranked and counted once, for many reweightings.
//!
//! - [`classes`]: one class a row.
//! - [`labels`]: any of several labels a row.
//! - [`quantity`]: a number a row.
//! - [`groups`]: rows by class.

mod classes;
mod groups;
mod labels;
mod quantity;

pub use classes::Cells;

use super::{Observations, Ranking, Reads, Value, why};
use crate::table::Target;
use classes::ByClass;
use labels::ByLabel;
use quantity::Errors;
use std::sync::OnceLock;

/// What every metric needs of the rows, computed once before the bootstrap.
#[derive(Debug, Clone)]
pub struct Prepared<'a> {
    observations: &'a Observations,
    kind: Kind,
    /// The rows by falling probability of the positive class, or of each label. Made when a
    /// metric first asks: those of predicted classes never do, and sorting takes longest.
    rankings: OnceLock<Vec<Ranking>>,
}

#[derive(Debug, Clone)]
enum Kind {
    Classes(ByClass),
    Labels(ByLabel),
    Quantity(Errors),
}

impl<'a> Prepared<'a> {
    /// Ranks and counts the rows, in O(n log n) for each output.
    pub fn new(observations: &'a Observations) -> Prepared<'a> {
        let kind = match observations.truth() {
            Target::Classes(_) => Kind::Classes(ByClass::new(observations)),
            Target::Labels(truth) => {
                Kind::Labels(ByLabel::new(truth, observations.answers(), observations.threshold()))
            }
            Target::Numbers(truth) => Kind::Quantity(Errors::new(truth, observations.answers().as_slice())),
        };
        Prepared { observations, kind, rankings: OnceLock::new() }
    }

    /// The observations behind.
    pub fn observations(&self) -> &'a Observations {
        self.observations
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.observations.rows()
    }

    /// The predicted class code of each row; none where the question is not about classes.
    pub fn predicted(&self) -> &[u32] {
        match &self.kind {
            Kind::Classes(classes) => classes.predicted(),
            _ => &[],
        }
    }

    /// The weights that count every row once.
    pub fn once(&self) -> Vec<f64> {
        vec![1.0; self.rows()]
    }

    /// On how many rows another model of the same rows says something else, as far as a
    /// metric looks.
    pub fn differing(&self, other: &Prepared<'_>, reads: Reads) -> usize {
        match (reads, &self.kind, &other.kind) {
            (Reads::Classes, Kind::Classes(a), Kind::Classes(b)) => {
                a.predicted().iter().zip(b.predicted()).filter(|(a, b)| a != b).count()
            }
            (Reads::Classes, Kind::Labels(a), Kind::Labels(b)) => a.differing(b),
            _ => {
                let (a, b) = (self.observations.answers(), other.observations.answers());
                a.iter_rows().zip(b.iter_rows()).filter(|(a, b)| a != b).count()
            }
        }
    }

    /// The four cells of a yes/no question.
    #[inline]
    pub fn cells(&self, weights: &[f64]) -> Option<Cells> {
        match &self.kind {
            Kind::Classes(classes) => classes.cells(weights),
            _ => None,
        }
    }

    /// The rows by falling probability, and the cells; or why a ranking has nothing to tell:
    /// no yes/no question, or no positive row.
    pub(super) fn ranked(&self, weights: &[f64]) -> Result<(&Ranking, Cells), Value> {
        let Some(cells) = self.cells(weights) else { return Err(Value::undefined(why::NOT_YES_NO)) };
        if cells.positive() <= 0.0 {
            return Err(Value::undefined(why::NO_POSITIVE));
        }
        match self.rankings() {
            [ranking] => Ok((ranking, cells)),
            _ => Err(Value::undefined(why::NOT_YES_NO)),
        }
    }

    /// The rows by falling probability of the positive class; `None` for other questions.
    pub(super) fn yes_no_ranking(&self) -> Option<&Ranking> {
        if self.observations.is_yes_no() { self.rankings().first() } else { None }
    }

    fn rankings(&self) -> &[Ranking] {
        self.rankings.get_or_init(|| {
            let answers = self.observations.answers();
            match self.observations.truth() {
                Target::Classes(truth) if self.observations.is_yes_no() => {
                    vec![Ranking::new(&answers.column(1), |row| truth.codes[row] == 1)]
                }
                Target::Labels(truth) => {
                    let of = |label: usize| {
                        let has = truth.column(label);
                        Ranking::new(&answers.column(label), |row| has[row])
                    };
                    (0..truth.names.len()).map(of).collect()
                }
                _ => Vec::new(),
            }
        })
    }

    /// The rows by falling probability of each label; none for other questions.
    pub(super) fn label_rankings(&self) -> &[Ranking] {
        match &self.kind {
            Kind::Labels(_) => self.rankings(),
            _ => &[],
        }
    }

    /// The share of rows whose class is predicted right.
    pub(super) fn mean_hit(&self, weights: &[f64]) -> Value {
        match &self.kind {
            Kind::Classes(classes) => mean(classes.hits(), weights),
            _ => Value::undefined(why::NOT_CLASSES),
        }
    }

    /// The mean log-loss, in nats; of labels, the mean over labels too.
    pub(super) fn mean_log_loss(&self, weights: &[f64]) -> Value {
        match &self.kind {
            Kind::Classes(classes) => mean(classes.log_losses(), weights),
            Kind::Labels(labels) => mean(labels.log_losses(), weights),
            Kind::Quantity(_) => Value::undefined(why::NOT_CLASSES),
        }
    }

    /// The mean squared error of the positive class's probability.
    pub(super) fn mean_square(&self, weights: &[f64]) -> Value {
        match &self.kind {
            Kind::Classes(classes) if self.observations.is_yes_no() => mean(classes.squares(), weights),
            _ => Value::undefined(why::NOT_YES_NO),
        }
    }

    /// Calls `each` for every class or label with the weight of its rows, of the rows
    /// predicted so, and of those where both hold.
    #[inline]
    pub(super) fn each_class(&self, weights: &[f64], mut each: impl FnMut(f64, f64, f64)) {
        match &self.kind {
            Kind::Classes(classes) => classes.each(weights, &mut each),
            Kind::Labels(labels) => labels.each(weights, &mut each),
            Kind::Quantity(_) => {}
        }
    }

    /// The mean over the classes or labels that occur in the truth or the predictions of what
    /// `of` makes of the weights that [`Prepared::each_class`] tells.
    pub(super) fn macro_mean(&self, weights: &[f64], of: impl Fn(f64, f64, f64) -> f64) -> Value {
        let (mut sum, mut classes) = (0.0, 0.0);
        self.each_class(weights, |rows, said, right| {
            if rows + said > 0.0 {
                sum += of(rows, said, right);
                classes += 1.0;
            }
        });
        Value::ratio(sum, classes, why::NO_ROWS)
    }

    /// The share of rows whose true class, or one of whose true labels, is among the `k` most
    /// probable ones. Rows without a label do not count.
    pub(super) fn share_among(&self, k: usize, weights: &[f64]) -> Value {
        let places = match &self.kind {
            Kind::Classes(classes) => classes.places(),
            Kind::Labels(labels) => labels.places(),
            Kind::Quantity(_) => return Value::undefined(why::NOT_CLASSES),
        };
        let (mut among, mut all) = (0.0, 0.0);
        for (place, weight) in places.iter().zip(weights) {
            all += weight * f64::from(u8::from(*place != groups::NOWHERE));
            among += weight * f64::from(u8::from((*place as usize) < k));
        }
        Value::ratio(among, all, "no row has a label")
    }

    /// The errors of predicted numbers; `None` for other questions.
    pub(super) fn errors(&self) -> Option<&Errors> {
        match &self.kind {
            Kind::Quantity(errors) => Some(errors),
            _ => None,
        }
    }
}

/// −ln p with p clipped to [ε, 1 − ε], ε the machine epsilon, as scikit-learn clips it.
fn log_loss(p: f64) -> f64 {
    -p.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

/// The weighted mean.
pub(super) fn mean(values: &[f64], weights: &[f64]) -> Value {
    let (mut sum, mut total) = (0.0, 0.0);
    for (value, weight) in values.iter().zip(weights) {
        sum += value * weight;
        total += weight;
    }
    Value::ratio(sum, total, why::NO_ROWS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_weighted() {
        let observations =
            Observations::yes_no(["n".into(), "y".into()], vec![0, 0, 1, 1], &[0.1, 0.9, 0.1, 0.9], 0.5).unwrap();
        let prepared = Prepared::new(&observations);
        let cells = prepared.cells(&[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert_eq!(cells, Cells { tn: 1.0, fp: 2.0, fn_: 3.0, tp: 4.0 });
        let mut classes = Vec::new();
        prepared.each_class(&[1.0, 2.0, 3.0, 4.0], |rows, said, right| classes.push((rows, said, right)));
        assert_eq!(classes, [(3.0, 4.0, 1.0), (7.0, 6.0, 4.0)]);
    }

    #[test]
    fn the_log_loss_of_certainty_is_finite() {
        assert!((log_loss(0.0) - 36.04365338911715).abs() < 1e-12);
        assert!(log_loss(1.0) >= 0.0 && log_loss(1.0) < 1e-15);
    }
}
