//! Folds for cross-validation, each with its share of everything.

use crate::random::Random;
use crate::table::Target;

/// Groups of rows by rising quantity.
const TENTHS: usize = 10;

/// The fold of every row, in 0..`folds`. The rows of a stratum (a class, a tenth of a
/// quantity, a number of labels) are shuffled by the seed and dealt out in turn; the next
/// one goes on where the last one ended, so that the folds are of one size.
pub fn stratified(target: &Target, folds: usize, seed: u64) -> Vec<usize> {
    let strata = strata(target);
    let mut fold_of = vec![0; strata.len()];
    let mut next = 0;
    for stratum in 0..strata.iter().max().map_or(0, |most| most + 1) {
        let mut rows: Vec<usize> = (0..strata.len()).filter(|row| strata[*row] == stratum).collect();
        Random::of_part(seed, stratum as u64).shuffle(&mut rows);
        for row in rows {
            fold_of[row] = next % folds.max(1);
            next += 1;
        }
    }
    fold_of
}

/// The stratum of every row, from 0.
fn strata(target: &Target) -> Vec<usize> {
    match target {
        Target::Classes(classes) => classes.codes.iter().map(|code| *code as usize).collect(),
        Target::Labels(labels) => labels.iter_rows().map(|row| row.iter().filter(|has| **has).count()).collect(),
        Target::Numbers(numbers) => {
            let mut order: Vec<usize> = (0..numbers.len()).collect();
            order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
            let mut strata = vec![0; numbers.len()];
            order.iter().enumerate().for_each(|(rank, row)| strata[*row] = rank * TENTHS / numbers.len());
            strata
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Classes;

    #[test]
    fn every_fold_has_its_share_of_every_class() {
        let codes: Vec<u32> = (0..100).map(|i| u32::from(i % 5 == 0)).collect();
        let target = Target::Classes(Classes { classes: vec!["no".into(), "yes".into()], codes: codes.clone() });
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
