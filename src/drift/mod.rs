//! Whether new rows come from where the training rows came from.
//!
//! - [`findings`]: what is found, as `diagnostics.json` has it.

pub mod findings;

pub use findings::{ColumnDrift, Effect, Histogram, MissingDrift, Multivariate, NewCategories};
