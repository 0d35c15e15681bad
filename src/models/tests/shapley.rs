//! SHAP values of trees against their definition, against numbers from elsewhere, and of
//! models saved before rows were counted.

use super::*;
use crate::models::code_set::CodeSet;
use crate::models::tree::{Grown, Tree};
use crate::models::tree_shap::{Scratch, TreeShap};
use proptest::prelude::*;

/// A tree over so many columns: random splits of random leaves, some of which no training
/// row reaches.
fn random_tree(random: &mut Random, width: usize, splits: usize) -> Tree {
    let mut grown = vec![Grown::Leaf(random.normal())];
    for _ in 0..splits {
        let leaves: Vec<usize> = (0..grown.len()).filter(|i| matches!(grown[*i], Grown::Leaf(_))).collect();
        let (at, left) = (leaves[random.below(leaves.len())], grown.len());
        let (feature, threshold) = (random.below(width), random.below(5) as f64);
        let missing_left = random.below(2) == 0;
        let right = left + 1;
        grown[at] = match random.below(3) {
            0 => {
                let codes: CodeSet = (0..10).filter(|_| random.below(2) == 0).collect();
                Grown::Choice { feature, codes, missing_left, left, right }
            }
            _ => Grown::Split { feature, threshold, missing_left, left, right },
        };
        grown.extend([Grown::Leaf(random.normal()), Grown::Leaf(random.normal())]);
    }
    let mut cover = vec![0; grown.len()];
    for (i, node) in grown.iter().enumerate().rev() {
        cover[i] = match node {
            Grown::Leaf(_) => random.below(6) as u64,
            Grown::Split { left, right, .. } | Grown::Choice { left, right, .. } => cover[*left] + cover[*right],
        };
    }
    Tree::with_cover(&grown, &cover, width).unwrap_or_else(|| random_tree(random, width, splits))
}

/// What the tree is expected to predict where only the columns in the set `known` are.
fn expected(tree: &Tree, row: &[f64], known: usize, node: usize) -> f64 {
    let Some((feature, left)) = tree.split(node) else { return tree.number(node) };
    if known >> feature & 1 == 1 {
        return expected(tree, row, known, tree.child(node, row[feature]));
    }
    let cover = tree.cover().unwrap();
    let [a, b] = [left, left + 1].map(|side| expected(tree, row, known, side));
    let share = if cover[node] == 0 { 0.5 } else { cover[left] as f64 / cover[node] as f64 };
    share * a + (1.0 - share) * b
}

/// The mean, over all orders in which columns become known, of what a column changes
/// (Shapley, 1953).
fn by_definition(tree: &Tree, row: &[f64]) -> Vec<f64> {
    let width = row.len();
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    let change = |column: usize, known: usize| {
        let before = known.count_ones() as usize;
        let orders = factorial(before) * factorial(width - before - 1) / factorial(width);
        orders * (expected(tree, row, known | 1 << column, 0) - expected(tree, row, known, 0))
    };
    let of = |column: usize| (0..1 << width).filter(|known| known >> column & 1 == 0).map(|k| change(column, k)).sum();
    (0..width).map(of).collect()
}

fn shap(tree: &Tree, row: &[f64]) -> (f64, Vec<f64>) {
    let (ready, mut values) = (TreeShap::of(tree).unwrap(), vec![0.0; row.len()]);
    ready.add(row, &mut Scratch::default(), &mut values);
    (ready.expected(), values)
}

proptest! {
    #[test]
    fn is_the_shapley_value(seed in any::<u64>(), width in 1..=6_usize, splits in 0..=14_usize) {
        let mut random = Random::new(seed);
        let tree = random_tree(&mut random, width, splits);
        let row: Vec<f64> = (0..width).map(|_| [0.0, 1.0, 2.5, 3.0, 9.0, f64::NAN][random.below(6)]).collect();
        let (base, values) = shap(&tree, &row);
        prop_assert!((base - expected(&tree, &row, 0, 0)).abs() < 1e-12);
        for (value, defined) in values.iter().zip(by_definition(&tree, &row)) {
            prop_assert!((value - defined).abs() < 1e-12, "{value} {defined}");
        }
        prop_assert!((base + values.iter().sum::<f64>() - tree.predict(&row)).abs() < 1e-12);
    }
}

#[test]
fn no_digits_are_lost_in_deep_trees() {
    // A path through 200 columns, each twice, nearly all rows going on at every split.
    let (width, splits) = (200, 400);
    let mut grown = Vec::new();
    let mut cover = Vec::new();
    let mut random = Random::new(5);
    for i in 0..splits {
        let (feature, threshold) = (i % width, if i < width { 0.0 } else { 1.0 });
        grown.push(Grown::Split { feature, threshold, missing_left: true, left: 2 * i + 1, right: 2 * i + 2 });
        grown.push(Grown::Leaf(1e6 * random.normal()));
        cover.extend([(splits - i + 1) as u64, 1]);
    }
    grown.push(Grown::Leaf(1e6));
    cover.push(1);
    let tree = Tree::with_cover(&grown, &cover, width).unwrap();
    for row in [vec![2.0; width], vec![0.5; width], (0..width).map(|i| f64::from(i < 150)).collect()] {
        let (base, values) = shap(&tree, &row);
        assert!((base + values.iter().sum::<f64>() - tree.predict(&row)).abs() < 1e-9 * 1e6);
        assert!(values.iter().all(|value| value.abs() < 1e7));
    }
}

#[test]
fn agrees_with_the_shap_library() {
    // shap 0.51.0, TreeExplainer, feature_perturbation="tree_path_dependent", 64-bit.
    let split = |feature, threshold, missing_left, left| Grown::Split {
        feature,
        threshold,
        missing_left,
        left,
        right: left + 1,
    };
    let leaf = Grown::Leaf;
    let grown = [
        split(0, 0.5, true, 1),
        split(1, 1.0, false, 3),
        split(2, -1.0, false, 5),
        leaf(0.3),
        split(0, -0.5, true, 7),
        leaf(-0.7),
        split(0, 2.0, true, 9),
        leaf(1.1),
        leaf(0.2),
        split(3, 0.0, false, 11),
        leaf(-0.4),
        leaf(0.9),
        split(2, 3.0, true, 13),
        leaf(2.5),
        leaf(-1.5),
    ];
    let cover = [100, 60, 40, 25, 35, 9, 31, 14, 21, 23, 8, 7, 16, 11, 5];
    let tree = Tree::with_cover(&grown, &cover, 4).unwrap();
    let nan = f64::NAN;
    #[rustfmt::skip]
    let theirs = [
        ([0.0, 0.0, 0.0, 0.0], [-0.19729032258064513, -0.016333333333333366, 0.1483440860215054, -0.07372043010752685]),
        ([-1.0, 2.0, 0.0, 0.0], [0.38720967741935497, 0.1991666666666667, 0.1483440860215054, -0.07372043010752685]),
        ([1.0, 0.0, 0.0, 1.0], [0.9071275712949975, -0.04550000000000003, 0.9910418419822347, 0.2083305867227676]),
        ([3.0, 0.0, -2.0, 1.0], [-0.7573333333333334, -0.04550000000000003, -0.3443333333333333, 0.008166666666666673]),
        ([1.0, nan, 5.0, nan], [-0.43464054464703133, 0.03250000000000001, -1.2791778868630201, -0.25768156848994855]),
        ([nan, nan, nan, nan], [0.2155134408602151, 0.1991666666666667, 0.21406720430107531, 0.03225268817204303]),
    ];
    for (row, theirs) in theirs {
        let (base, ours) = shap(&tree, &row);
        assert!((base - 0.439).abs() < 1e-14);
        assert!(ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-14), "{ours:?} {theirs:?}");
    }
}

#[test]
fn models_of_uncounted_trees_still_predict() {
    let (x, y) = noisy(200, 3, 3);
    for name in ["boosting", "random_forest"] {
        let algorithm = crate::models::by_name(name).unwrap();
        let fitted = fit(algorithm, &x, &y);
        let mut saved = fitted.save();
        let mut uncounted = 0;
        let of_forest = saved.get("trees").is_none();
        let trees = if of_forest { &mut saved["forests"][0] } else { &mut saved["trees"] };
        for tree in trees.as_array_mut().unwrap() {
            uncounted += usize::from(tree.as_object_mut().unwrap().remove("cover").is_some());
        }
        assert_eq!(Some(uncounted), fitted.facts().trees);
        let loaded = algorithm.load(saved).unwrap();
        let x = design(&x);
        assert_eq!((loaded.predict(&x, 1), loaded.raw(&x, 1)), (fitted.predict(&x, 1), fitted.raw(&x, 1)));
        assert!(loaded.contributions(&x, 1).is_none() && fitted.contributions(&x, 1).is_some());
    }
}
