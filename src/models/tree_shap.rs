//! SHAP values of one tree: how much each column of a row moves the prediction away from
//! the mean of the training rows (Lundberg, Erion and Lee, "Consistent individualized
//! feature attribution for tree ensembles", 2018; the variant that follows the paths of
//! the tree).
//!
//! The game whose Shapley values these are: a set of columns is worth what the tree is
//! expected to predict where only these columns are known. At a split on a known column
//! the row goes its way; at another, both sides count by their share of the training rows
//! (*cover*).
//!
//! In that game a leaf of value v is worth v·∏ⱼ fⱼ, over the columns j on its path: fⱼ is 1
//! or 0 where the column is known, as the row passes all the splits on it or does not (oⱼ),
//! else the product zⱼ of the shares at these splits. So with all columns known with
//! probability t, fⱼ(t) = zⱼ(1 − t) + oⱼt, and the Shapley value of column i is the
//! integral over t from 0 to 1 of v·(oᵢ − zᵢ)·∏_{j≠i} fⱼ(t) (Owen, "Multilinear extensions
//! of games", 1972). The integrand is a polynomial, which Gauss-Legendre quadrature
//! integrates exactly, with half as many points as there are columns on a path. All terms
//! of a product are positive, so that no digits are lost however deep the tree is.
//!
//! The products are *extended* by a column from the root downwards, and *unwound* by
//! division where a column comes again. On the way back up, the sum of the leaves below a
//! node gives each edge its part at once: nodes × points operations for a row.

use super::quadrature::gauss_legendre;
use super::tree::Tree;

/// A tree made ready to explain rows.
#[derive(Debug)]
pub struct TreeShap<'a> {
    tree: &'a Tree,
    expected: f64,
    /// For each node the edge that leads to it; the root's leads from nowhere.
    edges: Vec<Edge>,
    /// Points and weights of the quadrature.
    rule: Vec<(f64, f64)>,
}

/// The edge above a node.
#[derive(Debug, Clone, Copy)]
struct Edge {
    /// The column of the split that it leaves.
    feature: usize,
    /// The node under the nearest edge further up with the same column, 0 for none.
    before: usize,
    /// zⱼ: the product of the shares over this edge and those further up with its column.
    share: f64,
}

/// Memory for [`TreeShap::add`], for one tree after the other.
#[derive(Debug, Default)]
pub struct Scratch {
    /// For each node whether the row passes its edge and those of the same column above.
    passes: Vec<bool>,
    /// For each node and point the product of the fⱼ; on the way up, times the values of
    /// the leaves below.
    products: Vec<f64>,
}

impl<'a> TreeShap<'a> {
    /// `None` where the tree has no cover.
    pub fn of(tree: &'a Tree) -> Option<TreeShap<'a>> {
        let cover = tree.cover()?;
        let root = Edge { feature: usize::MAX, before: 0, share: 1.0 };
        let mut edges = vec![root; tree.len()];
        let mut parents = vec![0; tree.len()];
        // Different columns on the way to each node.
        let mut columns = vec![0_usize; tree.len()];
        let mut expected = 0.0;
        for node in 0..tree.len() {
            let Some((feature, left)) = tree.split(node) else {
                expected += cover[node] as f64 / cover[0] as f64 * tree.number(node);
                continue;
            };
            let mut before = node;
            while before > 0 && edges[before].feature != feature {
                before = parents[before];
            }
            for child in [left, left + 1] {
                // Sides that no training row reaches count alike.
                let share = if cover[node] == 0 { 0.5 } else { cover[child] as f64 / cover[node] as f64 };
                edges[child] = Edge { feature, before, share: edges[before].share * share };
                parents[child] = node;
                columns[child] = columns[node] + usize::from(before == 0);
            }
        }
        // The integrand's degree is one less than the columns on a path.
        let most = columns.iter().copied().max().unwrap_or_default();
        Some(TreeShap { tree, expected, edges, rule: gauss_legendre(most.div_ceil(2)) })
    }

    /// What the tree predicts where nothing is known of a row: the mean of the leaves by
    /// cover.
    pub fn expected(&self) -> f64 {
        self.expected
    }

    /// Adds the SHAP values of `row`, one for each column, to `out`, in the unit of the
    /// leaves; with [`TreeShap::expected`] they sum to what the tree predicts. Columns that
    /// the row lacks count as missing; `out` must have all columns of the tree.
    pub fn add(&self, row: &[f64], scratch: &mut Scratch, out: &mut [f64]) {
        self.extend(row, scratch);
        let (points, Scratch { passes, products }) = (self.rule.len(), scratch);
        // Children come after their parents.
        for node in (1..self.tree.len()).rev() {
            if let Some((_, left)) = self.tree.split(node) {
                let (above, below) = products.split_at_mut(left * points);
                let sides = below[..points].iter().zip(&below[points..]);
                above[node * points..].iter_mut().zip(sides).for_each(|(sum, (left, right))| *sum = left + right);
            } else {
                products[node * points..][..points].iter_mut().for_each(|sum| *sum *= self.tree.number(node));
            }
            let Edge { feature, before, share } = self.edges[node];
            let (outer, sums) = (self.edges[before].share, &products[node * points..]);
            let part = |((t, weight), sum): (&(f64, f64), &f64)| {
                // The edge further up has counted these leaves too, as if it were the last.
                weight * sum * (slope(share, passes[node], *t) - slope(outer, passes[before], *t))
            };
            out[feature] += self.rule.iter().zip(sums).map(part).sum::<f64>();
        }
    }

    /// Fills `scratch` from the root downwards.
    fn extend(&self, row: &[f64], scratch: &mut Scratch) {
        let (points, Scratch { passes, products }) = (self.rule.len(), scratch);
        passes.clear();
        passes.resize(self.tree.len(), true);
        products.clear();
        products.resize(self.tree.len() * points, 1.0);
        for node in 0..self.tree.len() {
            let Some((feature, left)) = self.tree.split(node) else { continue };
            let taken = self.tree.child(node, row.get(feature).copied().unwrap_or(f64::NAN));
            let (above, below) = products.split_at_mut(left * points);
            for (child, below) in [left, left + 1].into_iter().zip(below.chunks_exact_mut(points)) {
                let Edge { before, share, .. } = self.edges[child];
                let outer = self.edges[before].share;
                passes[child] = passes[before] && child == taken;
                let above = &above[node * points..];
                for ((below, above), (t, _)) in below.iter_mut().zip(above).zip(&self.rule) {
                    let unwound = factor(outer, passes[before], *t);
                    // Zero where nothing gets: it then is so for all that follows.
                    *below = if unwound > 0.0 { above / unwound * factor(share, passes[child], *t) } else { 0.0 };
                }
            }
        }
    }
}

/// fⱼ(t) = zⱼ(1 − t) + oⱼt.
fn factor(share: f64, passes: bool, t: f64) -> f64 {
    share * (1.0 - t) + if passes { t } else { 0.0 }
}

/// (oⱼ − zⱼ) / fⱼ(t); 0 where fⱼ is, as the product that it stands beside is too.
fn slope(share: f64, passes: bool, t: f64) -> f64 {
    let factor = factor(share, passes, t);
    if factor > 0.0 { (f64::from(u8::from(passes)) - share) / factor } else { 0.0 }
}
