//! Folds for cross-validation, each with its share of every class.

use crate::random::Random;
use crate::table::Target;

/// The fold of every row, in 0..`folds`. The rows of a class are shuffled by the seed and
/// dealt out in turn; the next class goes on where the last one ended, so that the folds
/// are of one size.
pub fn stratified(target: &Target, folds: usize, seed: u64) -> Vec<usize> {
    let mut fold_of = vec![0; target.codes.len()];
    let mut next = 0;
    for class in 0..target.classes.len() {
        let mut rows: Vec<usize> = (0..target.codes.len()).filter(|r| target.codes[*r] as usize == class).collect();
        let mut random = Random::of_part(seed, class as u64);
        // Fisher and Yates (1938), from the end.
        for i in (1..rows.len()).rev() {
            rows.swap(i, random.below(i + 1));
        }
        for row in rows {
            fold_of[row] = next % folds.max(1);
            next += 1;
        }
    }
    fold_of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fold_has_its_share_of_every_class() {
        let codes: Vec<u32> = (0..100).map(|i| u32::from(i % 5 == 0)).collect();
        let target = Target { classes: vec!["no".into(), "yes".into()], codes: codes.clone() };
        let folds = stratified(&target, 5, 7);
        for fold in 0..5 {
            let rows: Vec<usize> = (0..100).filter(|r| folds[*r] == fold).collect();
            assert_eq!(rows.len(), 20);
            assert_eq!(rows.iter().filter(|r| codes[**r] == 1).count(), 4);
        }
        assert_eq!(folds, stratified(&target, 5, 7));
        assert_ne!(folds, stratified(&target, 5, 8));
    }
}
