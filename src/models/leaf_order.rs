//! Leaves of a tree, numbered from left to right.

/// For each node how many leaves are below it, itself included where it is one, and how many stand
/// on its left. `left` knows the left child of a node, which the right one follows; children come
/// after their parents.
pub fn of(nodes: usize, left: impl Fn(usize) -> Option<usize>) -> (Vec<usize>, Vec<usize>) {
    let (mut below, mut before) = (vec![1; nodes], vec![0; nodes]);
    for node in (0..nodes).rev() {
        if let Some(left) = left(node) {
            below[node] = below[left] + below[left + 1];
        }
    }
    for node in 0..nodes {
        if let Some(left) = left(node) {
            (before[left], before[left + 1]) = (before[node], before[node] + below[left]);
        }
    }
    (below, before)
}
