//! Loops compiled for several widths of vectors, of which the processor that runs them takes its
//! widest: a program that is built once runs on every machine, and fast on the newer ones.
//!
//! A loop is an `#[inline(always)]` function of a [`Simd`], called by [`dispatch!`]. Its results
//! do not depend on the width: no sum of floats is put in another order or rounded in fewer steps.
//! What it calls is to be `#[inline(always)]` too, and no closure, as the compiler may leave these
//! out of line, where they are compiled for the vectors that every processor has.

pub use fearless_simd::{Level, Simd, dispatch, prelude, u8x32, u8x64};
use std::sync::LazyLock;

/// The widest vectors of this processor.
pub fn level() -> Level {
    // Asking the processor takes longer than some of the loops.
    static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);
    *LEVEL
}
