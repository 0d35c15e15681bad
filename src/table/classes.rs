//! The classes of rows, of which each row has one.

use super::{Column, TargetProblem, Texts, cell};
use std::collections::HashMap;

/// A class code for each row.
///
/// For a yes/no question there are two classes and the second one is the positive.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// The labels as written in the data; index = code.
    pub classes: Vec<String>,
    /// One code a row.
    pub codes: Vec<u32>,
}

/// Labels that mean "yes" where the config does not name the positive one.
pub(super) const YES: [&str; 7] = ["1", "yes", "true", "y", "t", "on", "positive"];

impl Classes {
    /// The classes of a column for training. They are ordered by number where all are
    /// numbers, else by text; for two classes the positive comes last: `positive` where
    /// given, else one that says yes (`1`, `yes`, `true`, …), else the rarer.
    ///
    /// # Errors
    /// Missing labels, fewer than two classes, or no such positive label.
    pub fn learn(column: &Column, positive: Option<&str>) -> Result<Classes, TargetProblem> {
        let labels = labels(column);
        let missing = labels.iter().filter(|l| l.is_none()).count();
        if missing > 0 {
            return Err(TargetProblem::MissingLabels(missing));
        }
        let mut classes: Vec<String> = Vec::new();
        let mut counts = std::collections::BTreeMap::new();
        for label in labels.iter().flatten() {
            *counts.entry(label.as_str()).or_insert(0usize) += 1;
        }
        classes.extend(counts.keys().map(|l| (*l).to_string()));
        // All by number or all by text: a mixture of both is no order.
        if classes.iter().all(|class| cell::number(class).is_some()) {
            let number = |class: &String| cell::number(class).unwrap_or_default();
            classes.sort_by(|a, b| number(a).total_cmp(&number(b)).then_with(|| a.cmp(b)));
        } else {
            classes.sort();
        }
        if classes.len() < 2 {
            return Err(TargetProblem::OneClass(classes.pop()));
        }
        if let Some(wanted) = positive
            && !classes.iter().any(|c| same_label(c, wanted))
        {
            return Err(TargetProblem::NoSuchPositive(classes));
        }
        if classes.len() == 2 {
            let says_yes = |c: &String| YES.contains(&c.to_lowercase().as_str());
            let rarer = usize::from(counts.get(classes[1].as_str()) <= counts.get(classes[0].as_str()));
            let last = match positive {
                Some(wanted) => usize::from(same_label(&classes[1], wanted)),
                None => match (says_yes(&classes[0]), says_yes(&classes[1])) {
                    (true, false) => 0,
                    (false, true) => 1,
                    _ => rarer,
                },
            };
            if last == 0 {
                classes.swap(0, 1);
            }
        }
        let known = codes(&classes);
        let codes = labels.iter().flatten().map(|l| known.get(l.as_str()).copied().unwrap_or_default()).collect();
        Ok(Classes { classes, codes })
    }

    /// The codes of a column under classes already learnt.
    ///
    /// # Errors
    /// Missing labels, or a label that is none of the classes.
    pub fn read(column: &Column, classes: &[String]) -> Result<Classes, TargetProblem> {
        let labels = labels(column);
        let missing = labels.iter().filter(|l| l.is_none()).count();
        if missing > 0 {
            return Err(TargetProblem::MissingLabels(missing));
        }
        let (known, mut codes) = (codes(classes), Vec::with_capacity(labels.len()));
        for (row, label) in labels.into_iter().flatten().enumerate() {
            match known.get(label.as_str()) {
                Some(code) => codes.push(*code),
                None => return Err(TargetProblem::UnknownLabel { label, row }),
            }
        }
        Ok(Classes { classes: classes.to_vec(), codes })
    }

    /// The labels of the rows at these places, in this order; the classes stay as they are.
    pub fn take(&self, rows: &[usize]) -> Classes {
        let codes = rows.iter().filter_map(|r| self.codes.get(*r).copied()).collect();
        Classes { classes: self.classes.clone(), codes }
    }

    /// How many rows each class has.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        for code in &self.codes {
            if let Some(count) = counts.get_mut(*code as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// 1 for the positive class, 0 for the other, of a yes/no target.
    pub fn as_zero_one(&self) -> Vec<f64> {
        self.codes.iter().map(|c| f64::from(u8::from(*c == 1))).collect()
    }
}

/// The code of each class.
fn codes(classes: &[String]) -> HashMap<&str, u32> {
    classes.iter().map(String::as_str).zip(0..).collect()
}

/// `1` and `1.0` are the same label; texts are compared as they are.
fn same_label(class: &str, wanted: &str) -> bool {
    class == wanted || matches!((cell::number(class), cell::number(wanted)), (Some(a), Some(b)) if a == b)
}

/// The labels of a column as text; numbers in their shortest form, so that `1` and `1.0` agree.
pub(super) fn labels(column: &Column) -> Vec<Option<String>> {
    match column {
        Column::Numbers(values) => values.iter().map(|v| (!v.is_nan()).then(|| v.to_string())).collect(),
        Column::Texts(texts) => {
            texts.codes.iter().map(|c| (*c != Texts::MISSING).then(|| texts.levels[*c as usize].clone())).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(rows: &[&str]) -> Column {
        let mut levels: Vec<String> = Vec::new();
        let codes = rows
            .iter()
            .map(|r| match levels.iter().position(|l| l == r) {
                Some(i) => i as u32,
                None => {
                    levels.push((*r).to_string());
                    levels.len() as u32 - 1
                }
            })
            .collect();
        Column::Texts(Texts { codes, levels })
    }

    #[test]
    fn the_positive_class_comes_last() {
        let target = Classes::learn(&texts(&["Yes", "No", "No"]), None).unwrap();
        assert_eq!(target.classes, ["No", "Yes"]);
        assert_eq!(target.codes, [1, 0, 0]);
        let target = Classes::learn(&texts(&["stay", "leave", "stay"]), None).unwrap();
        assert_eq!(target.classes, ["stay", "leave"], "the rarer is the positive");
        let target = Classes::learn(&texts(&["Yes", "No"]), Some("No")).unwrap();
        assert_eq!(target.classes, ["Yes", "No"]);
        let target = Classes::learn(&Column::Numbers(vec![1.0, 0.0]), Some("1.0")).unwrap();
        assert_eq!(target.classes, ["0", "1"]);
    }

    #[test]
    fn classes_are_all_numbers_or_all_texts() {
        let order = |rows: &[&str]| Classes::learn(&texts(rows), None).unwrap().classes;
        assert_eq!(order(&["10", "9", "2"]), ["2", "9", "10"]);
        assert_eq!(order(&["10", "9", "5a"]), ["10", "5a", "9"]);
    }

    #[test]
    fn unusable_targets_are_refused() {
        assert_eq!(
            Classes::learn(&Column::Numbers(vec![1.0, 1.0]), None),
            Err(TargetProblem::OneClass(Some("1".into())))
        );
        assert_eq!(Classes::learn(&Column::Numbers(vec![1.0, f64::NAN]), None), Err(TargetProblem::MissingLabels(1)));
        assert!(matches!(Classes::learn(&texts(&["a", "b"]), Some("c")), Err(TargetProblem::NoSuchPositive(_))));
        assert_eq!(
            Classes::read(&texts(&["a", "b", "x"]), &["a".into(), "b".into()]),
            Err(TargetProblem::UnknownLabel { label: "x".into(), row: 2 })
        );
    }
}
