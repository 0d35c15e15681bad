//! Whether the challenger takes office.
//!
//! - [`Comparison`]: two evaluations on equal terms; there is no other way to compare.
//! - [`bootstrap`], [`mcnemar`], [`delong`]: paired tests on the same rows.
//! - [`Rule`]: what the challenger must show.
//! - [`segments`]: the same scores in groups of the test rows.
//! - [`decide`]: the [`Verdict`], with its reason, its numbers and a sentence for people.
//! - [`resolution`]: what so many test rows can show at all.
//!
//! In doubt the incumbent stays: an undefined score, a missing test or an interval that
//! cannot be had never promotes.

pub mod bootstrap;
mod comparison;
mod decide;
pub mod delong;
pub mod mcnemar;
mod not_comparable;
pub mod resolution;
mod rule;
pub mod segments;
mod verdict;
mod words;

pub use bootstrap::PairedBootstrap;
pub use comparison::{Comparison, Paired, Standing};
pub use decide::{decide, decide_in_segments};
pub use delong::DeLong;
pub use mcnemar::McNemar;
pub use not_comparable::{Difference, NotComparable};
pub use resolution::Resolution;
pub use rule::Rule;
pub use segments::{Segment, Segments};
pub use verdict::{Keeping, Promotion, Verdict};

#[cfg(test)]
mod cases;
