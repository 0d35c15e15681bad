//! Distribution functions, accurate in the tails.
//!
//! - [`normal`]: erfc, the normal tails, and the chi-square tail of one degree of freedom.
//! - [`binomial`]: the exact two-sided sign test.

pub mod binomial;
pub mod normal;
