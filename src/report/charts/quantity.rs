//! Predicted against true numbers: a point for rows of similar predictions, with the range
//! in which most of their true values are.

use super::Chart;
use super::axis::Axis;
use super::canvas::{Area, Canvas, EDGE, heading};
use super::diagonal::{self, Mark};
use crate::report::fonts::text::clean;

const HEAD: f32 = 126.0;
const FOOT: f32 = 70.0;
/// The axis title at the left, and the gap to the numbers.
const SIDE: f32 = 38.0;

/// True values by rising prediction.
#[derive(Debug, Clone, Default)]
pub struct Quantity {
    /// The headline.
    pub title: String,
    /// Which model, on which rows.
    pub subtitle: String,
    /// What is predicted.
    pub target: String,
    /// The steps. Values that are not finite are left out.
    pub points: Vec<Point>,
}

/// Rows of similar predictions.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Their mean prediction.
    pub predicted: f64,
    /// Their mean truth.
    pub truth: f64,
    /// Where most of their true values begin.
    pub low: f64,
    /// Where they end.
    pub high: f64,
}

impl Quantity {
    fn sound(&self) -> impl Iterator<Item = &Point> {
        let finite = |p: &&Point| [p.predicted, p.truth, p.low, p.high].iter().all(|v| v.is_finite());
        self.points.iter().filter(finite)
    }

    /// One axis for both directions, so that the diagonal means what it says.
    fn axis(&self) -> Axis {
        Axis::around(self.sound().flat_map(|p| [p.predicted, p.truth, p.low, p.high]))
    }
}

impl Chart for Quantity {
    fn size(&self) -> (u32, u32) {
        (820, 600)
    }

    fn draw(&self, canvas: &mut dyn Canvas, width: f32, height: f32) {
        heading(canvas, width, &self.title, &self.subtitle);
        let entries = [
            (Mark::Point, "mean of the true values"),
            (Mark::Range, "80% of the true values"),
            (Mark::Line, "prediction equals truth"),
        ];
        diagonal::legend(canvas, width, &entries);
        let axis = self.axis();
        let left = EDGE + SIDE + axis.room();
        // Half of the last label stands right of the axis.
        let right = EDGE + axis.room() / 2.0;
        let area = Area::new(left, HEAD, (width - left - right).max(10.0), (height - HEAD - FOOT).max(10.0));
        let target = clean(&self.target);
        let (across, up) = (format!("Predicted {target}"), format!("True {target}"));
        diagonal::ground(canvas, axis, area, across.trim(), up.trim(), 48.0);
        for p in self.sound() {
            let x = axis.across(p.predicted, area);
            diagonal::range(canvas, x, axis.up(p.high, area), axis.up(p.low, area));
        }
        diagonal::diagonal(canvas, area);
        for p in self.sound() {
            diagonal::point(canvas, (axis.across(p.predicted, area), axis.up(p.truth, area)));
        }
    }

    fn describe(&self) -> String {
        let axis = self.axis();
        format!(
            "{}. Predicted against true {} in {} steps, on axes from {} to {}.",
            clean(&self.title),
            clean(&self.target),
            self.sound().count(),
            axis.label(axis.low),
            axis.label(axis.high)
        )
    }
}
