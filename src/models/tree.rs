//! Binary decision trees as flat arrays.

use super::code_set::CodeSet;
use serde::{Deserialize, Serialize};

/// A tree. Node 0 is the root; the right child of a split follows its left one, and both
/// come after the split itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    nodes: Vec<Node>,
    /// What splits on categories send to the left; beside the nodes, which stay small.
    sets: Vec<CodeSet>,
    /// How many training rows pass through each node; empty where that is not known.
    /// Beside the nodes and not in them, since predictions do not read it.
    cover: Vec<u64>,
}

/// Sixteen bytes, four to a cache line.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    /// The threshold of a split, the value of a leaf; of a split on categories, the place
    /// of its set.
    number: f64,
    /// The column that a split looks at, with [`CHOICE`] where it holds categories;
    /// [`LEAF`] for a leaf.
    feature: u32,
    /// The left child of a split; with [`MISSING_LEFT`] where a missing value goes there.
    left: u32,
}

const LEAF: u32 = u32::MAX;
/// The highest bit of the column: beyond all columns of a row, so that looking for the
/// value of a number finds out, and splits on numbers need no further question.
const CHOICE: u32 = 1 << 31;
/// The highest bit, so that a node stays at sixteen bytes.
const MISSING_LEFT: u32 = 1 << 31;

impl Node {
    fn is_choice(&self) -> bool {
        self.feature != LEAF && self.feature & CHOICE != 0
    }

    /// The child that a row with this value in the split's column goes to.
    fn child(&self, value: f64) -> usize {
        // NaN is not at most anything.
        let left = value <= self.number || value.is_nan() && self.left & MISSING_LEFT != 0;
        (self.left & !MISSING_LEFT) as usize + usize::from(!left)
    }
}

/// A node as it is built.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Grown {
    /// The end of a path.
    Leaf(f64),
    /// A row goes to `left` where its `feature` is at most `threshold`, else to `right`.
    /// Where it is missing (NaN), `missing_left` says.
    Split {
        /// The column.
        feature: usize,
        /// The threshold.
        threshold: f64,
        /// Whether a row without a value goes to `left`.
        missing_left: bool,
        /// Index of a node, after this one.
        left: usize,
        /// Index of a node, after this one.
        right: usize,
    },
    /// A row goes to `left` where its `feature` is one of `codes`, else to `right`. Where
    /// it is missing (NaN), `missing_left` says.
    Choice {
        /// The column.
        feature: usize,
        /// The codes of categories.
        codes: CodeSet,
        /// Whether a row without a value goes to `left`.
        missing_left: bool,
        /// Index of a node, after this one.
        left: usize,
        /// Index of a node, after this one.
        right: usize,
    },
}

impl Tree {
    /// The tree of these nodes, the first one being the root, children after their
    /// parents. Splits whose leaves all have the same value become leaves. `None` where
    /// the nodes are no tree over `width` columns, or numbers are not finite.
    pub fn new(grown: &[Grown], width: usize) -> Option<Tree> {
        Tree::with_cover(grown, &[], width)
    }

    /// [`Tree::new`], and how many training rows pass through each of the nodes. `None`
    /// also where there are not as many counts as nodes (or none at all), no row passes
    /// through the root, or both sides of a split do not add up to it.
    pub fn with_cover(grown: &[Grown], cover: &[u64], width: usize) -> Option<Tree> {
        // From the last to the first: what a node comes to where all below it agrees.
        let mut agreed: Vec<Option<f64>> = vec![None; grown.len()];
        for (i, node) in grown.iter().enumerate().rev() {
            agreed[i] = match *node {
                Grown::Leaf(value) if value.is_finite() => Some(value),
                Grown::Split { feature, left, right, .. } | Grown::Choice { feature, left, right, .. } => {
                    let after = left > i && right > i && left != right;
                    let finite = !matches!(node, Grown::Split { threshold, .. } if !threshold.is_finite());
                    if !after || feature >= width || !finite {
                        return None;
                    }
                    let (a, b) = (*agreed.get(left)?, *agreed.get(right)?);
                    a.filter(|a| b.is_some_and(|b| a.to_bits() == b.to_bits()))
                }
                Grown::Leaf(_) => return None,
            };
        }
        // Breadth first: the children of a node lie together. A node with two parents
        // would make more nodes than there are.
        let mut order = vec![0];
        let mut nodes = Vec::new();
        let mut sets = Vec::new();
        let column = |feature: usize| {
            u32::try_from(feature).ok().filter(|column| column | CHOICE != LEAF && column & CHOICE == 0)
        };
        while let Some(i) = order.get(nodes.len()).copied() {
            nodes.push(match (agreed.get(i).copied()?, *grown.get(i)?) {
                (Some(value), _) | (None, Grown::Leaf(value)) => Node { number: value, feature: LEAF, left: 0 },
                (None, Grown::Split { feature, threshold, missing_left, left, right }) => {
                    let at = u32::try_from(order.len()).ok().filter(|at| at & MISSING_LEFT == 0)?;
                    order.extend([left, right]);
                    let left = at | if missing_left { MISSING_LEFT } else { 0 };
                    Node { number: threshold, feature: column(feature)?, left }
                }
                (None, Grown::Choice { feature, codes, missing_left, left, right }) => {
                    let at = u32::try_from(order.len()).ok().filter(|at| at & MISSING_LEFT == 0)?;
                    order.extend([left, right]);
                    sets.push(codes);
                    let left = at | if missing_left { MISSING_LEFT } else { 0 };
                    Node { number: (sets.len() - 1) as f64, feature: column(feature)? | CHOICE, left }
                }
            });
            if order.len() > grown.len() {
                return None;
            }
        }
        let known = !cover.is_empty();
        if known && cover.len() != grown.len() {
            return None;
        }
        let cover = order.iter().filter_map(|i| cover.get(*i).copied()).collect();
        Some(Tree { nodes, sets, cover }).filter(|tree| !known || tree.adds_up())
    }

    /// Whether there are rows, and each of them goes to one side at every split.
    fn adds_up(&self) -> bool {
        let sides = |left: usize| self.cover[left].checked_add(self.cover[left + 1]);
        self.cover[0] > 0 && (0..self.len()).all(|i| self.split(i).is_none_or(|(_, l)| sides(l) == Some(self.cover[i])))
    }

    /// The value of the leaf that `row` ends in. A column that the row lacks counts as
    /// missing.
    pub fn predict(&self, row: &[f64]) -> f64 {
        let mut node = self.nodes[0];
        while node.feature != LEAF {
            let next = match row.get(node.feature as usize) {
                Some(value) => node.child(*value),
                None => self.side(node, row.get((node.feature & !CHOICE) as usize).copied().unwrap_or(f64::NAN)),
            };
            node = self.nodes[next];
        }
        node.number
    }

    /// The child of a split, be it on numbers or on categories.
    fn side(&self, node: Node, value: f64) -> usize {
        if node.feature & CHOICE == 0 || value.is_nan() {
            return node.child(value);
        }
        let left = self.sets[node.number as usize].has_number(value);
        (node.left & !MISSING_LEFT) as usize + usize::from(!left)
    }

    /// Multiplies the values of the leaves.
    pub fn scale(&mut self, factor: f64) {
        self.nodes.iter_mut().filter(|node| node.feature == LEAF).for_each(|leaf| leaf.number *= factor);
    }

    /// Counts how many of `rows` pass through each node. Meant for the training rows, where
    /// whoever grew the tree has kept no counts; without rows nothing is known afterwards.
    pub fn count<'a>(&mut self, rows: impl Iterator<Item = &'a [f64]>) {
        let mut cover = vec![0; self.len()];
        for row in rows {
            let mut at = 0;
            cover[at] += 1;
            while let Some((feature, _)) = self.split(at) {
                at = self.child(at, row.get(feature).copied().unwrap_or(f64::NAN));
                cover[at] += 1;
            }
        }
        self.cover = if cover[0] > 0 { cover } else { Vec::new() };
    }

    /// How many training rows pass through each node; `None` where that is not known, as
    /// in trees saved before it was.
    pub fn cover(&self) -> Option<&[u64]> {
        Some(self.cover.as_slice()).filter(|cover| !cover.is_empty())
    }

    /// The column that a node splits on and its left child, which the right one follows;
    /// `None` for a leaf.
    pub fn split(&self, node: usize) -> Option<(usize, usize)> {
        let Node { feature, left, .. } = self.nodes[node];
        (feature != LEAF).then_some(((feature & !CHOICE) as usize, (left & !MISSING_LEFT) as usize))
    }

    /// The child of a split that a row with this value in its column goes to.
    pub fn child(&self, node: usize, value: f64) -> usize {
        self.side(self.nodes[node], value)
    }

    /// The value of a leaf; of a split on a number, its threshold.
    pub fn number(&self, node: usize) -> f64 {
        self.nodes[node].number
    }

    /// Whether a node is a split on categories.
    pub fn is_choice(&self, node: usize) -> bool {
        self.nodes[node].is_choice()
    }

    /// How many nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never: a tree has a root.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The values of the leaves.
    pub fn leaves(&self) -> impl Iterator<Item = f64> {
        self.nodes.iter().filter(|node| node.feature == LEAF).map(|node| node.number)
    }

    /// The form in which the tree is saved.
    pub fn save(&self) -> SavedTree {
        SavedTree {
            feature: (0..self.len()).map(|i| self.split(i).map_or(-1, |(feature, _)| feature as i64)).collect(),
            left: self.nodes.iter().map(|n| n.left & !MISSING_LEFT).collect(),
            number: self.nodes.iter().map(|n| if n.is_choice() { 0.0 } else { n.number }).collect(),
            missing_left: (0..).zip(&self.nodes).filter(|(_, n)| n.left & MISSING_LEFT != 0).map(|(i, _)| i).collect(),
            choices: self.choices().collect(),
            cover: self.cover.clone(),
        }
    }

    fn choices(&self) -> impl Iterator<Item = SavedChoice> {
        let nodes = (0..).zip(&self.nodes).filter(|(_, node)| node.is_choice());
        nodes.zip(&self.sets).map(|((node, _), set)| SavedChoice { node, left: set.codes().collect() })
    }

    /// Reads what [`Tree::save`] wrote; `None` where it is no tree over `width` columns.
    pub fn load(saved: &SavedTree, width: usize) -> Option<Tree> {
        let SavedTree { feature, left, number, missing_left, choices, cover } = saved;
        if feature.len() != number.len() || left.len() != number.len() {
            return None;
        }
        let mut goes_left = vec![false; number.len()];
        for i in missing_left {
            *goes_left.get_mut(*i as usize).filter(|_| feature.get(*i as usize) != Some(&-1))? = true;
        }
        let mut sets = vec![None; number.len()];
        for choice in choices {
            let at = choice.node as usize;
            *sets.get_mut(at).filter(|set| set.is_none() && feature.get(at) != Some(&-1))? =
                Some(CodeSet::of_rising(&choice.left)?);
        }
        let nodes = feature.iter().zip(left).zip(number).zip(goes_left.into_iter().zip(sets));
        let nodes = nodes.map(|(((feature, left), number), (missing_left, set))| match *feature {
            -1 => Some(Grown::Leaf(*number)),
            column => {
                let left = *left as usize;
                let feature = usize::try_from(column).ok()?;
                let right = left.checked_add(1)?;
                Some(match set {
                    Some(codes) => Grown::Choice { feature, codes, missing_left, left, right },
                    None => Grown::Split { feature, threshold: *number, missing_left, left, right },
                })
            }
        });
        Tree::with_cover(&nodes.collect::<Option<Vec<Grown>>>()?, cover, width)
    }
}

/// A tree in a model file: arrays with an element for each node, and a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedTree {
    /// The column that a split looks at; -1 for a leaf.
    pub feature: Vec<i64>,
    /// The left child of a split, the right one follows it; 0 for a leaf.
    pub left: Vec<u32>,
    /// The threshold of a split (at most: left), the value of a leaf.
    pub number: Vec<f64>,
    /// The splits that send a missing value to the left; it goes right at all others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_left: Vec<u32>,
    /// The splits on categories; all others are on numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<SavedChoice>,
    /// How many training rows pass through each node; empty where that is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cover: Vec<u64>,
}

/// A split on categories in a model file. It has no threshold; 0 stands in its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedChoice {
    /// The node.
    pub node: u32,
    /// The codes that go to the left, rising.
    pub left: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(feature: usize, threshold: f64, left: usize, right: usize) -> Grown {
        Grown::Split { feature, threshold, missing_left: false, left, right }
    }

    #[test]
    fn a_missing_value_goes_where_the_split_says() {
        let leaves = [Grown::Leaf(0.1), Grown::Leaf(0.2)];
        for (missing_left, value) in [(true, 0.1), (false, 0.2)] {
            let root = Grown::Split { feature: 0, threshold: 0.5, missing_left, left: 1, right: 2 };
            let tree = Tree::new(&[root, leaves[0], leaves[1]], 1).unwrap();
            assert_eq!([[0.5], [0.6], [f64::NAN]].map(|row| tree.predict(&row)), [0.1, 0.2, value]);
            let saved = tree.save();
            assert_eq!(Tree::load(&saved, 1).unwrap(), tree);
            for damage in [1, 3] {
                let damaged = SavedTree { missing_left: vec![damage], ..saved.clone() };
                assert!(Tree::load(&damaged, 1).is_none(), "a leaf, or no node");
            }
        }
    }

    #[test]
    fn categories_go_where_their_set_says() {
        let codes = CodeSet::of_rising(&[0, 200]).unwrap();
        for missing_left in [true, false] {
            let choice = Grown::Choice { feature: 1, codes, missing_left, left: 1, right: 2 };
            let grown = [choice, split(0, 0.5, 3, 4), Grown::Leaf(0.3), Grown::Leaf(0.1), Grown::Leaf(0.2)];
            let tree = Tree::with_cover(&grown, &[5, 3, 2, 1, 2], 2).unwrap();
            let predict = |code: f64| tree.predict(&[0.7, code]);
            assert_eq!([0.0, 200.0, 1.0, 0.5, -1.0, 1e9].map(predict), [0.2, 0.2, 0.3, 0.3, 0.3, 0.3]);
            assert_eq!((predict(f64::NAN), tree.predict(&[0.7])), if missing_left { (0.2, 0.2) } else { (0.3, 0.3) });
            assert_eq!((tree.split(0), tree.child(0, 200.0), tree.child(0, 3.0)), (Some((1, 1)), 1, 2));
            let saved = tree.save();
            assert_eq!(Tree::load(&saved, 2).unwrap(), tree);
            let text = serde_json::to_string(&saved).unwrap();
            assert!(text.contains(r#""choices":[{"node":0,"left":[0,200]}]"#), "{text}");
            let choice = |node: u32, left: Vec<u8>| SavedChoice { node, left };
            for damage in [
                vec![choice(9, vec![])],
                vec![choice(2, vec![1])],
                vec![choice(0, vec![3, 1])],
                vec![choice(0, vec![]); 2],
            ] {
                assert!(Tree::load(&SavedTree { choices: damage, ..saved.clone() }, 2).is_none());
            }
        }
    }

    #[test]
    fn rows_find_their_leaf() {
        let grown = [split(1, 0.5, 1, 4), split(0, 2.0, 2, 3), Grown::Leaf(0.1), Grown::Leaf(0.2), Grown::Leaf(0.3)];
        let tree = Tree::new(&grown, 2).unwrap();
        assert_eq!(tree.predict(&[2.0, 0.5]), 0.1, "at most goes left");
        assert_eq!(tree.predict(&[2.1, 0.5]), 0.2);
        assert_eq!(tree.predict(&[0.0, 0.6]), 0.3);
        assert_eq!(Tree::load(&tree.save(), 2).unwrap(), tree);
    }

    #[test]
    fn splits_without_a_difference_become_leaves() {
        let grown = [split(0, 0.5, 1, 2), Grown::Leaf(0.0), split(0, 0.7, 3, 4), Grown::Leaf(0.0), Grown::Leaf(0.0)];
        assert_eq!(Tree::new(&grown, 1).unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        let leaf = Grown::Leaf(0.0);
        for grown in [
            vec![],
            vec![split(0, 0.0, 0, 1), leaf],
            vec![split(0, 0.0, 1, 5), leaf],
            vec![split(3, 0.0, 1, 2), leaf, leaf],
            vec![split(0, f64::NAN, 1, 2), leaf, leaf],
            vec![Grown::Leaf(f64::INFINITY)],
            vec![split(0, 0.0, 1, 2), split(0, 0.0, 2, 3), leaf, Grown::Leaf(1.0)],
        ] {
            assert!(Tree::new(&grown, 3).is_none(), "{grown:?}");
        }
        let short = SavedTree { left: vec![], ..Tree::new(&[leaf], 1).unwrap().save() };
        assert!(Tree::load(&short, 1).is_none());
    }

    #[test]
    fn cover_follows_the_nodes() {
        // The second split makes no difference and becomes a leaf.
        let same = Grown::Leaf(0.0);
        let grown = [split(0, 0.5, 1, 2), Grown::Leaf(1.0), split(0, 0.7, 3, 4), same, same];
        let tree = Tree::with_cover(&grown, &[7, 3, 4, 1, 3], 1).unwrap();
        assert_eq!(tree.cover(), Some(&[7, 3, 4][..]));
        let mut counted = Tree::new(&grown, 1).unwrap();
        assert_eq!(counted.cover(), None);
        counted.count([0.1, 0.5, 0.4, 0.6, 0.9, f64::NAN, 0.8].iter().map(std::slice::from_ref));
        assert_eq!(counted, tree);
        let saved = tree.save();
        assert_eq!(Tree::load(&saved, 1).unwrap(), tree);
        let older = Tree::load(&SavedTree { cover: vec![], ..saved.clone() }, 1).unwrap();
        assert_eq!((older.cover(), older.predict(&[0.5])), (None, 1.0));
        for damage in [vec![7], vec![7, 3, 3], vec![0, 0, 0], vec![7, u64::MAX, 8]] {
            assert!(Tree::load(&SavedTree { cover: damage, ..saved.clone() }, 1).is_none());
        }
        counted.count([].into_iter());
        assert_eq!(counted.cover(), None);
    }
}
