//! Distribution functions, accurate in the tails.
//!
//! - [`normal`]: erfc, the normal tails, and the chi-square tail of one degree of freedom.
//! - [`gamma`]: the regularised incomplete gamma function, and the chi-square tail that follows.
//! - [`binomial`]: the exact two-sided sign test.
//! - [`fisher`]: the exact test of two shares.
//! - [`kolmogorov`]: how often two samples of one distribution lie so far apart.
//! - [`many_tests`]: p-values of many tests, adjusted together.

pub mod binomial;
pub mod fisher;
pub mod gamma;
pub mod kolmogorov;
pub mod many_tests;
pub mod normal;
