//! Small charts side by side, all of one size, row by row.

use super::Chart;
use super::canvas::{ABOVE, Canvas, EDGE, Placed};

/// The width of the whole without its white sides.
const INNER: f32 = 748.0;
/// White between two charts.
const GAP: f32 = 30.0;

/// Charts in rows.
#[derive(Debug)]
pub struct Grid {
    charts: Vec<Box<dyn Chart>>,
    columns: usize,
    height: f32,
}

impl Grid {
    /// These charts, `columns` in a row, each `height` high.
    pub fn new(columns: usize, height: u32, charts: Vec<Box<dyn Chart>>) -> Grid {
        Grid { charts, columns: columns.clamp(1, 4), height: height as f32 }
    }

    fn rows(&self) -> usize {
        self.charts.len().div_ceil(self.columns).max(1)
    }

    /// The width of a chart without its white sides, in a whole of that width.
    fn inner(&self, width: f32) -> f32 {
        let gaps = (self.columns - 1) as f32 * GAP;
        ((width - 2.0 * EDGE - gaps) / self.columns as f32).max(1.0)
    }
}

impl Chart for Grid {
    fn size(&self) -> (u32, u32) {
        // Only the first row has the white that a page takes back.
        let height = self.rows() as f32 * (self.height - ABOVE) + ABOVE;
        ((INNER + 2.0 * EDGE) as u32, height as u32)
    }

    fn draw(&self, canvas: &mut dyn Canvas, width: f32, height: f32) {
        let inner = self.inner(width);
        let tall = (height - ABOVE) / self.rows() as f32;
        for (i, chart) in self.charts.iter().enumerate() {
            let (row, column) = (i / self.columns, i % self.columns);
            // A chart brings its own white sides; those between two overlap.
            let at = (column as f32 * (inner + GAP), row as f32 * tall);
            let mut part = Placed { canvas: &mut *canvas, at, scale: 1.0 };
            chart.draw(&mut part, inner + 2.0 * EDGE, tall + ABOVE);
        }
    }

    fn describe(&self) -> String {
        self.charts.iter().map(|chart| chart.describe()).collect::<Vec<_>>().join(" ")
    }
}
