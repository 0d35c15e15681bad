//! Round after round: a tree for each score on what is still wrong, until there are
//! enough, nothing is left to split, or rows kept aside say that more would do harm.

use super::binning::Binned;
use super::grow::{GrownTree, Growth, grow};
use super::histogram::{MOST_ROWS, Rounded};
use super::leaves::{Leaves, Planes};
use super::loss::Loss;
use super::sample::{Sample, TreeRows};
use super::state::State;
use crate::error::{Error, Result};
use crate::models::tree::Tree;
use crate::random::Random;
use crate::table::Design;

/// Leaves of small trees and of large ones.
const SIZES: [usize; 2] = [8, 32];

/// How boosting goes about it.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Rounds at most.
    pub rounds: usize,
    /// How each tree is grown.
    pub growth: Growth,
    /// Leaves of a tree at most; `None` leaves it to the data.
    pub max_leaves: Option<usize>,
    /// Whether all rows are learnt from once it is known for how many rounds.
    pub refit: bool,
    /// Bins of a column.
    pub max_bins: usize,
    /// Rows that a tree is grown on.
    pub tree_rows: TreeRows,
    /// Rounds without a lower loss on the rows kept aside after which to stop.
    pub patience: Option<usize>,
    /// The share of the rows kept aside where there is such a number.
    pub validation_share: f64,
    /// Chooses these rows.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug)]
pub struct Boosted {
    /// The scores before the first tree.
    pub start: Vec<f64>,
    /// The trees of the first round, a tree for each score, then those of the second, ….
    pub trees: Vec<Tree>,
    /// What the splits of each column have gained.
    pub gains: Vec<f64>,
}

/// What is true of the rows that are learnt from.
#[derive(Debug)]
pub struct Rows {
    /// Codes of classes, or numbers.
    pub labels: Vec<f64>,
    /// How much each row counts.
    pub weights: Vec<f64>,
    /// Groups of which the same share is kept aside, from 0.
    pub strata: Vec<usize>,
}

/// Boosts on the rows of `x`. Where the plan leaves the size of the trees open, small trees
/// and large ones are tried, and the rows kept aside say which are better; without such
/// rows the trees are small.
///
/// # Errors
/// `Kind::Data` for more rows than a tree can be grown on; `Kind::Internal` for more than 2^32 rows,
/// or where a tree is not one.
pub fn boost(x: &Design, y: &Rows, loss: &dyn Loss, plan: &Plan) -> Result<Boosted> {
    let share = if plan.patience.is_some() { plan.validation_share } else { 0.0 };
    let (rows, aside) = keep_aside(&y.strata, share, plan.seed)?;
    let binned = Binned::new(x, plan.max_bins, plan.seed, plan.growth.threads);
    let drawn = plan.tree_rows.of(rows.len(), plan.growth.limits.min_samples_leaf).unwrap_or(rows.len());
    if drawn > MOST_ROWS {
        return Err(Error::data("", format!("a tree of boosting is grown on {MOST_ROWS} rows at most"))
            .why(format!("it would be {drawn}"))
            .hint("lower model.params.tree_rows"));
    }
    let planes = Planes::of(&binned, y.labels.len(), plan.growth.threads);
    let ground = Ground { y, loss, plan, binned: &binned, planes: &planes };
    let sizes = match plan.max_leaves {
        Some(leaves) => vec![leaves],
        None if aside.is_empty() => vec![SIZES[0]],
        None => SIZES.to_vec(),
    };
    let mut best: Option<(f64, usize, Boosted)> = None;
    for leaves in sizes {
        let (loss, boosted) = ground.rounds(&rows, &aside, leaves, plan.rounds)?;
        if best.as_ref().is_none_or(|(before, _, _)| loss < *before) {
            best = Some((loss, leaves, boosted));
        }
    }
    let (_, leaves, boosted) = best.ok_or_else(|| Error::internal("boosting was given no size of trees"))?;
    if !plan.refit || aside.is_empty() {
        return Ok(boosted);
    }
    // As many rounds as were best, now on the rows kept aside too.
    let all: Vec<u32> = (0..y.labels.len() as u32).collect();
    let rounds = boosted.trees.len() / loss.outputs();
    Ok(ground.rounds(&all, &[], leaves, rounds)?.1)
}

/// What the rounds stand on.
struct Ground<'a> {
    y: &'a Rows,
    loss: &'a dyn Loss,
    plan: &'a Plan,
    binned: &'a Binned,
    planes: &'a Planes,
}

impl Ground<'_> {
    /// Up to so many rounds of trees with up to so many leaves on `rows`. The first value is
    /// the lowest loss on the rows kept aside, after which the trees end; 0 without such rows.
    fn rounds(&self, rows: &[u32], aside: &[usize], max_leaves: usize, rounds: usize) -> Result<(f64, Boosted)> {
        let Ground { y, loss, plan, binned, planes } = *self;
        let growth = Growth { max_leaves, ..plan.growth };
        let outputs = loss.outputs();
        let start = loss.start(&mut rows.iter().map(|row| (y.labels[*row as usize], y.weights[*row as usize])));
        // Rows kept aside weigh nothing, and no tree looks at them.
        let mut weights = y.weights.clone();
        aside.iter().for_each(|row| weights[*row] = 0.0);
        let mut state = State::new(loss, &y.labels, &weights);
        state.advance(&start.iter().map(|start| vec![*start]).collect::<Vec<_>>(), growth.threads);
        let mut boosted = Boosted { start, trees: Vec::new(), gains: vec![0.0; binned.columns()] };
        let mut best = Best { loss: f64::INFINITY, trees: 0, rounds_ago: 0 };
        for _ in 0..rounds {
            let (mut split, mut values) = (false, Vec::new());
            for (derivatives, leaf_of) in state.derivatives.iter().zip(&mut state.leaf_of) {
                let grown = self.grown(derivatives, rows, boosted.trees.len(), &growth);
                // Whatever part of the rows has shaped the tree, all of them say what its leaves do.
                let leaves = Leaves::of(&grown, binned);
                let mut sums = leaves.fill(leaf_of, planes, derivatives, growth.threads);
                aside.iter().for_each(|row| sums[usize::from(leaf_of[*row])].rows -= 1);
                let (tree, of_leaves) = leaves.tree(&grown, binned, &sums, |sums, bounds| growth.value(sums, bounds));
                grown.gains.iter().for_each(|(column, gain)| boosted.gains[*column] += gain);
                split |= !grown.gains.is_empty();
                boosted.trees.push(tree.ok_or_else(|| Error::internal("a boosted tree is none"))?);
                values.push(of_leaves);
            }
            state.advance(&values, growth.threads);
            if !split {
                // Later rounds would find nothing either.
                boosted.trees.truncate(boosted.trees.len() - outputs);
                break;
            }
            if let Some(patience) = plan.patience.filter(|_| !aside.is_empty()) {
                best.consider(aside.iter().map(|row| y.weights[*row] * state.loss_of(*row)).sum(), boosted.trees.len());
                if best.rounds_ago >= patience {
                    break;
                }
            }
        }
        if aside.is_empty() {
            return Ok((0.0, boosted));
        }
        boosted.trees.truncate(best.trees);
        Ok((best.loss, boosted))
    }

    /// The next tree, on all `rows` or on some of them.
    fn grown(&self, derivatives: &[[f32; 2]], rows: &[u32], tree: usize, growth: &Growth) -> GrownTree {
        let Some(size) = self.plan.tree_rows.of(rows.len(), growth.limits.min_samples_leaf) else {
            return grow(rows.to_vec(), self.binned, &Rounded::new(derivatives, growth.threads), growth);
        };
        let seed = Random::of_part(self.plan.seed, tree as u64).next_u64();
        let Sample { binned, rounded } = Sample::draw(size, self.binned, derivatives, seed, growth.threads);
        grow((0..rounded.pairs.len() as u32).collect(), &binned, &rounded, growth)
    }
}

/// How far boosting was when the loss on the rows kept aside was lowest.
struct Best {
    loss: f64,
    trees: usize,
    rounds_ago: usize,
}

impl Best {
    fn consider(&mut self, loss: f64, trees: usize) {
        if loss < self.loss {
            *self = Best { loss, trees, rounds_ago: 0 };
        } else {
            self.rounds_ago += 1;
        }
    }
}

/// Rows to learn from and rows kept aside, both in order; of each class the same share is
/// kept aside, rounded down, so that no class is without a row to learn from.
fn keep_aside(strata: &[usize], share: f64, seed: u64) -> Result<(Vec<u32>, Vec<usize>)> {
    let rows = u32::try_from(strata.len())
        .map_err(|_| Error::internal("boosting counts rows in 32 bits").why(format!("{} rows", strata.len())))?;
    let mut of_class: Vec<Vec<u32>> = vec![Vec::new(); strata.iter().max().map_or(0, |most| most + 1)];
    (0..rows).zip(strata).for_each(|(row, label)| of_class[*label].push(row));
    let mut kept = vec![false; strata.len()];
    let mut random = Random::new(seed);
    for members in &mut of_class {
        let count = (members.len() as f64 * share) as usize;
        // The beginning of a Fisher-Yates shuffle.
        for at in 0..count {
            let chosen = at + random.below(members.len() - at);
            members.swap(at, chosen);
            kept[members[at] as usize] = true;
        }
    }
    let aside = (0..strata.len()).filter(|row| kept[*row]).collect();
    Ok(((0..rows).filter(|row| !kept[*row as usize]).collect(), aside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_kept_aside_have_the_same_shares() {
        let labels: Vec<usize> = (0..100).map(|i| usize::from(i % 4 == 0)).collect();
        let (rows, aside) = keep_aside(&labels, 0.2, 3).unwrap();
        assert_eq!((rows.len(), aside.len()), (80, 20));
        assert_eq!(aside.iter().filter(|row| labels[**row] == 1).count(), 5);
        assert!(rows.is_sorted() && aside.is_sorted() && !aside.iter().any(|a| rows.contains(&(*a as u32))));
        assert_eq!(keep_aside(&labels, 0.2, 3).unwrap().1, aside);
        assert_ne!(keep_aside(&labels, 0.2, 4).unwrap().1, aside);
        assert!(keep_aside(&labels[..4], 0.2, 3).unwrap().1.is_empty(), "too few to spare one");
    }
}
