//! Whether the parts of a sketch that was read go together: what is computed from it relies on that.

use super::numbers::{LARGEST, NumberSketch};
use super::points::Points;
use super::sketch::{ColumnSketch, TableSketch, Values};
use super::texts::TextSketch;

impl TableSketch {
    /// The first column of which the parts contradict each other.
    pub fn inconsistent(&self) -> Option<&str> {
        // More rows than floats count are none that anybody had, and sums of them would overflow.
        let countable = self.rows <= 1 << f64::MANTISSA_DIGITS;
        self.columns
            .iter()
            .find(|column| !countable || !column.is_consistent(self.rows))
            .map(|column| column.name.as_str())
    }
}

impl ColumnSketch {
    fn is_consistent(&self, rows: u64) -> bool {
        self.missing.checked_add(self.values.count()).is_some_and(|cells| cells <= rows)
            && match &self.values {
                Values::Numbers(numbers) => numbers.is_consistent(),
                Values::Texts(texts) => texts.is_consistent(),
            }
    }
}

impl NumberSketch {
    fn is_consistent(&self) -> bool {
        self.points.is_consistent(self.count)
            && [self.mean, self.std, self.min, self.max].iter().all(|number| number.abs() <= LARGEST)
            && self.min <= self.max
            && self.points.ends.last().is_none_or(|last| *last <= self.max)
            && self.doane.len() != 1
            && self.doane.iter().all(|edge| edge.abs() <= LARGEST + 1.0)
            && self.doane.is_sorted()
    }
}

impl Points {
    fn is_consistent(&self, rows: u64) -> bool {
        self.ends.len() == self.counts.len()
            && (self.means.is_empty() || self.means.len() == self.ends.len())
            && self.ends.iter().chain(&self.means).all(|number| number.abs() <= LARGEST)
            && self.ends.is_sorted_by(|a, b| a < b)
            && sum(&self.counts) == Some(rows)
    }
}

impl TextSketch {
    fn is_consistent(&self) -> bool {
        self.texts.len() == self.counts.len()
            && self.rest_distinct <= self.rest_rows
            && sum(&self.counts).and_then(|kept| kept.checked_add(self.rest_rows)) == Some(self.count)
    }
}

fn sum(counts: &[u64]) -> Option<u64> {
    counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Role, Type};

    fn of(values: Values, kind: Type) -> TableSketch {
        let rows = values.count() + 1;
        let column = ColumnSketch { name: "fee".to_string(), kind, role: Role::Feature, missing: 1, values };
        TableSketch { rows, columns: vec![column] }
    }

    /// Whether it goes together after a change.
    fn after(sketch: &TableSketch, change: impl Fn(&mut ColumnSketch)) -> bool {
        let mut changed = sketch.clone();
        change(&mut changed.columns[0]);
        changed.inconsistent().is_none()
    }

    fn after_number(sketch: &TableSketch, change: impl Fn(&mut NumberSketch)) -> bool {
        after(sketch, |column| match &mut column.values {
            Values::Numbers(numbers) => change(numbers),
            Values::Texts(_) => panic!("these are numbers"),
        })
    }

    #[test]
    fn numbers_go_together_or_not() {
        let many: Vec<f64> = (0..30_000).map(f64::from).collect();
        for numbers in [vec![], vec![3.0], vec![-1.5, 2.0, 2.0, f64::NAN, 1e300], many] {
            let sketch = of(Values::Numbers(NumberSketch::of(&numbers)), Type::Number);
            assert_eq!(sketch.inconsistent(), None, "{} numbers", numbers.len());
            assert!(!after(&sketch, |column| column.missing = 2));
            assert!(TableSketch { rows: u64::MAX, ..sketch.clone() }.inconsistent().is_some());
            assert!(!after(&sketch, |column| column.missing = u64::MAX));
            assert!(!after_number(&sketch, |numbers| numbers.count += 1));
            assert!(!after_number(&sketch, |numbers| numbers.max = numbers.min - 1.0));
            assert!(!after_number(&sketch, |numbers| numbers.std = 1e300));
            assert!(!after_number(&sketch, |numbers| numbers.doane = vec![1.0]));
            if numbers.len() > 1 {
                assert!(!after_number(&sketch, |numbers| numbers.points.counts.truncate(1)));
                assert!(!after_number(&sketch, |numbers| numbers.points.ends.truncate(1)));
                assert!(!after_number(&sketch, |numbers| numbers.points.ends.swap(0, 1)));
                assert!(!after_number(&sketch, |numbers| numbers.points.means.push(0.0)));
                assert!(!after_number(&sketch, |numbers| numbers.points.counts[0] = u64::MAX));
                assert!(!after_number(&sketch, |numbers| numbers.max = numbers.min));
                assert!(!after_number(&sketch, |numbers| numbers.doane.reverse()));
            }
        }
    }

    #[test]
    fn texts_go_together_or_not() {
        let texts = TextSketch::of_counts(vec![("a".to_string(), 3), ("b".to_string(), 1)]);
        let sketch = of(Values::Texts(texts), Type::Category);
        assert_eq!(sketch.inconsistent(), None);
        let after_text = |change: fn(&mut TextSketch)| {
            after(&sketch, |column| match &mut column.values {
                Values::Texts(texts) => change(texts),
                Values::Numbers(_) => panic!("these are texts"),
            })
        };
        assert!(!after_text(|texts| texts.counts.truncate(1)));
        assert!(!after_text(|texts| texts.texts.push("c".to_string())));
        assert!(!after_text(|texts| texts.rest_rows = 1));
        assert!(!after_text(|texts| texts.rest_distinct = 1));
        assert!(!after_text(|texts| texts.counts[0] = u64::MAX));
    }
}
