//! Whether new rows come from where the training rows came from.
//!
//! - [`findings`]: what is found, as `diagnostics.json` has it.
//! - [`TableSketch`]: what drift needs to know of a table, in place of its rows; [`Sketcher`]
//!   makes one of rows as they come.
//! - [`compare`], [`compare_all`]: column by column, as the config says: [`calibrated`],
//!   [`evidently`] or [`nannyml`].
//! - [`multivariate`]: all features together.
//! - [`points`], [`bins`], [`distances`]: distributions of numbers and how far they lie apart;
//!   [`homogeneity`], [`novelty`]: tests of categories.

pub mod bins;
pub mod calibrated;
mod compare;
mod consistent;
pub mod distances;
pub mod evidently;
pub mod findings;
mod growing;
mod histogram;
pub mod homogeneity;
pub mod joint;
mod multivariate;
pub mod nannyml;
pub mod novelty;
pub mod numbers;
pub mod points;
mod sketch;
mod sketcher;
pub mod texts;

#[cfg(test)]
mod tests;

pub use compare::{compare, compare_all};
pub use findings::{ColumnDrift, Effect, Histogram, MissingDrift, Multivariate, NewCategories};
pub use multivariate::multivariate;
pub use sketch::{ColumnSketch, TableSketch, Values};
pub use sketcher::Sketcher;
