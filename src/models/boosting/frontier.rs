//! The leaves of a tree that grows, split by several threads.
//!
//! Splits are made in the order of their gains, and what a split leaves behind decides what comes
//! next. Therefore only one thread can work on the leaf that is next; the others split leaves that
//! will most likely be next after it. What they found waits until it is its turn, and what is never
//! asked for is dropped: the tree is the one that a single thread grows.

use super::grow::{Ground, GrownNode, GrownTree, Node};
use super::split::Split;
use crate::parallel;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The tree so far, and its leaves.
pub struct Frontier {
    leaves: Vec<Leaf>,
    max_leaves: usize,
    tree: GrownTree,
}

/// A leaf of the tree so far.
struct Leaf {
    /// Its number in the tree.
    number: usize,
    /// What its best split gains; `None` where it stays a leaf.
    gain: Option<f64>,
    work: Work,
}

/// How far somebody is with the split of a leaf.
enum Work {
    Open(Box<Node>),
    Begun,
    Done(Split, Box<[Node; 2]>),
}

/// A leaf that somebody is to split.
struct Task {
    number: usize,
    node: Node,
    is_last: bool,
    /// Whether there is nothing that other threads could do meanwhile.
    is_alone: bool,
}

/// What may be done now.
enum Next {
    Split(Task),
    /// Nothing until somebody else has ended.
    Wait,
    Nothing,
}

impl Frontier {
    /// A tree that is nothing but its root.
    pub fn new(root: Node, max_leaves: usize) -> Frontier {
        let tree = GrownTree { nodes: Vec::new(), gains: Vec::new() };
        let mut frontier = Frontier { leaves: Vec::new(), max_leaves, tree };
        frontier.push(root);
        frontier
    }

    /// Grows the tree by so many threads, which do not show in it.
    pub fn grow(self, ground: Ground, threads: usize) -> GrownTree {
        let (frontier, ended) = (Mutex::new(self), Condvar::new());
        let labour = || {
            let mut held = hold(&frontier);
            loop {
                match held.next() {
                    Next::Nothing => break ended.notify_all(),
                    Next::Wait => held = ended.wait(held).unwrap_or_else(PoisonError::into_inner),
                    Next::Split(Task { number, node, is_last, is_alone }) => {
                        drop(held);
                        let threads = if is_alone { threads } else { 1 };
                        let split = catch_unwind(AssertUnwindSafe(|| ground.split(node, is_last, threads)));
                        held = hold(&frontier);
                        match split {
                            Ok(split) => held.take(number, split),
                            Err(panic) => {
                                // So that nobody waits for what will not come.
                                held.max_leaves = 0;
                                ended.notify_all();
                                drop(held);
                                resume_unwind(panic);
                            }
                        }
                        ended.notify_all();
                    }
                }
            }
        };
        parallel::together(threads, labour);
        frontier.into_inner().unwrap_or_else(PoisonError::into_inner).tree
    }

    fn push(&mut self, node: Node) {
        let number = self.tree.nodes.len();
        self.tree.nodes.push(GrownNode { split: None, bounds: node.bounds });
        self.leaves.push(Leaf { number, gain: node.gain(), work: Work::Open(Box::new(node)) });
    }

    /// Makes the splits whose turn it is, and says what may be done then.
    fn next(&mut self) -> Next {
        loop {
            if self.leaves.len() >= self.max_leaves {
                return Next::Nothing;
            }
            let Some(first) = self.most_gained(|_| true) else { return Next::Nothing };
            let Leaf { number, work: Work::Done(..), .. } = self.leaves[first] else { return self.task(first) };
            let Work::Done(split, children) = self.leaves.remove(first).work else { return Next::Nothing };
            self.tree.nodes[number].split = Some((split, self.tree.nodes.len()));
            self.tree.gains.push((split.column, split.gain));
            children.into_iter().for_each(|child| self.push(child));
        }
    }

    /// What may be done where the split of the leaf that stands there comes first.
    fn task(&mut self, first: usize) -> Next {
        let ahead = self.leaves.iter().filter(|leaf| !matches!(leaf.work, Work::Open(_))).count();
        let is_open = |leaf: &Leaf| matches!(leaf.work, Work::Open(_));
        let chosen = match is_open(&self.leaves[first]) {
            true => Some(first),
            // No more than there is room for, if all of it comes to stay.
            false if self.leaves.len() + ahead < self.max_leaves => self.most_gained(is_open),
            false => None,
        };
        let Some(chosen) = chosen else { return Next::Wait };
        let leaf = &mut self.leaves[chosen];
        let Work::Open(node) = std::mem::replace(&mut leaf.work, Work::Begun) else { return Next::Wait };
        let (number, is_alone) = (leaf.number, self.leaves.len() == 1);
        Next::Split(Task { number, node: *node, is_last: self.leaves.len() + 1 == self.max_leaves, is_alone })
    }

    /// Takes what came of a split.
    fn take(&mut self, number: usize, split: Option<(Split, [Node; 2])>) {
        // One that became part of the tree was done before; the others are still leaves.
        if let Some(leaf) = self.leaves.iter_mut().find(|leaf| leaf.number == number)
            && let Some((split, children)) = split
        {
            leaf.work = Work::Done(split, Box::new(children));
        }
    }

    /// The leaf whose split gains most, of those; the first of equal ones.
    fn most_gained(&self, of: impl Fn(&Leaf) -> bool) -> Option<usize> {
        let leaves = self.leaves.iter().enumerate().filter(|(_, leaf)| of(leaf));
        let gains = leaves.filter_map(|(i, leaf)| Some((i, leaf.gain?)));
        gains.reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|(i, _)| i)
    }
}

fn hold(frontier: &Mutex<Frontier>) -> MutexGuard<'_, Frontier> {
    frontier.lock().unwrap_or_else(PoisonError::into_inner)
}
