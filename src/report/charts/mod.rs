//! Charts: a description that draws itself onto any [`Canvas`].
//!
//! A chart is a file here with one `impl Chart`. It is drawn in units of CSS pixels, with
//! fractions, from the top left; [`to_png`], [`to_svg`] and the PDF renderer bring the
//! canvases, so one drawing code serves them all.
//!
//! - [`confusion`]: the confusion matrix.
//! - [`intervals`]: scores side by side, with their intervals.
//! - [`quantity`]: predicted against true numbers.
//! - [`labels`]: right and wrong labels.
//! - [`reliability`]: probabilities against what happened.
//! - [`bars`]: inputs by weight.
//! - [`curves`]: curves over shares: ROC, precision-recall, gain, lift.
//! - [`errors`]: errors of predicted numbers against the prediction.
//! - [`distribution`]: one or two distributions of a column.
//! - [`lines`]: a measure over time.
//! - [`grid`]: small charts side by side.

pub mod bars;
pub mod canvas;
pub mod confusion;
pub mod curves;
pub mod distribution;
pub mod errors;
pub mod grid;
pub mod intervals;
pub mod labels;
pub mod lines;
pub mod quantity;
pub mod reliability;

pub(crate) mod absent;
pub(crate) mod axis;
mod bitmap;
mod diagonal;
mod glyphs;
mod png;
mod svg;

pub use bars::Bars;
pub use canvas::{Anchor, Area, Canvas, TextStyle};
pub use confusion::Confusion;
pub use curves::Curves;
pub use distribution::Distribution;
pub use errors::Errors;
pub use grid::Grid;
pub use intervals::{Bar, Group, Intervals};
pub use labels::Labels;
pub use lines::Lines;
pub use quantity::Quantity;
pub use reliability::Reliability;

use crate::error::{Error, Result};
use std::fmt::Debug;

/// A drawing.
pub trait Chart: Debug + Send + Sync {
    /// The width and height at which its text has its natural size.
    fn size(&self) -> (u32, u32);

    /// Draws it into `width` by `height` of white ground, with [`canvas::EDGE`] left at the sides.
    fn draw(&self, canvas: &mut dyn Canvas, width: f32, height: f32);

    /// What it shows in one sentence, for those who cannot see it.
    fn describe(&self) -> String;
}

/// The largest picture that is made, in pixels each way.
const LARGEST: u32 = 8_000;

/// The pixels of a chart: three bytes each, red, green and blue, row by row.
///
/// # Errors
/// Internal, where a side is zero or over 8,000, or the embedded font is not to be had.
pub fn to_rgb(chart: &dyn Chart, width: u32, height: u32) -> Result<Vec<u8>> {
    if width == 0 || height == 0 || width > LARGEST || height > LARGEST {
        return Err(Error::internal(format!("a picture of {width} by {height} pixels cannot be drawn")));
    }
    let mut canvas = bitmap::Bitmap::new(width, height)?;
    chart.draw(&mut canvas, width as f32, height as f32);
    canvas.finish()
}

/// A chart as a PNG file.
///
/// # Errors
/// As [`to_rgb`].
pub fn to_png(chart: &dyn Chart, width: u32, height: u32) -> Result<Vec<u8>> {
    Ok(png::encode(&to_rgb(chart, width, height)?, width as usize, height as usize))
}

/// A chart as an SVG file. Text stays text, in the embedded family where the viewer has it.
///
/// # Errors
/// As [`to_rgb`].
pub fn to_svg(chart: &dyn Chart, width: u32, height: u32) -> Result<String> {
    if width == 0 || height == 0 || width > LARGEST || height > LARGEST {
        return Err(Error::internal(format!("a picture of {width} by {height} pixels cannot be drawn")));
    }
    let mut canvas = svg::Svg::new(width, height, &chart.describe());
    chart.draw(&mut canvas, width as f32, height as f32);
    Ok(canvas.finish())
}
