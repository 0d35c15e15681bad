//! Whether the challenger takes office.
//!
//! - [`Comparison`]: two evaluations on equal terms; there is no other way to compare.
//! - [`bootstrap`], [`mcnemar`], [`delong`]: paired tests on the same rows.
//! - [`Rule`]: what the challenger must show.
//! - [`decide`]: the [`Verdict`], with its reason, its numbers and a sentence for people.
//!
//! In doubt the incumbent stays: an undefined score, a missing test or an interval that
//! cannot be had never promotes.

pub mod bootstrap;
mod comparison;
mod decide;
pub mod delong;
pub mod mcnemar;
mod not_comparable;
mod rule;
mod verdict;
mod words;

pub use bootstrap::PairedBootstrap;
pub use comparison::{Comparison, Paired, Standing};
pub use decide::decide;
pub use delong::DeLong;
pub use mcnemar::McNemar;
pub use not_comparable::{Difference, NotComparable};
pub use rule::Rule;
pub use verdict::{Keeping, Promotion, Verdict};

#[cfg(test)]
mod cases;
