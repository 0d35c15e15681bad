//! Errors of predicted numbers against the prediction: where most of them lie, step by step.

use super::Chart;
use super::axis::Axis;
use super::canvas::{Anchor, Area, Canvas, EDGE, TextStyle, small_heading};
use super::diagonal::{self, Mark};
use crate::report::fonts::text::clean;
use crate::report::theme::{LINE, MUTED, sequential};

const HEAD: f32 = 100.0;
const FOOT: f32 = 56.0;
const SIDE: f32 = 30.0;

/// Errors by rising prediction.
#[derive(Debug, Clone, Default)]
pub struct Errors {
    /// The headline.
    pub title: String,
    /// What an error is.
    pub subtitle: String,
    /// What is predicted.
    pub target: String,
    /// The steps. Those that are not finite are left out.
    pub steps: Vec<Step>,
}

/// Rows of similar predictions.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Step {
    /// Their mean prediction.
    pub predicted: f64,
    /// The 5%, 25%, 50%, 75% and 95% quantile of their errors.
    pub quantiles: [f64; 5],
}

impl Errors {
    fn sound(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|s| s.predicted.is_finite() && s.quantiles.iter().all(|q| q.is_finite()))
    }
}

impl Chart for Errors {
    fn size(&self) -> (u32, u32) {
        (430, 400)
    }

    fn draw(&self, canvas: &mut dyn Canvas, width: f32, height: f32) {
        small_heading(canvas, width, &self.title, &self.subtitle);
        let entries =
            [(Mark::Point, "median"), (Mark::Fill(sequential(0.5)), "50%"), (Mark::Range, "90% of the errors")];
        diagonal::small_legend(canvas, width, &entries);
        let level = Axis::around(self.sound().map(|s| s.predicted));
        // Zero, where there is no error, is always in the picture.
        let up = Axis::around(self.sound().flat_map(|s| s.quantiles).chain([0.0]));
        let left = EDGE + SIDE + up.room();
        let right = EDGE + level.room() / 2.0;
        let area = Area::new(left, HEAD, (width - left - right).max(10.0), (height - HEAD - FOOT).max(10.0));
        up.draw_up(canvas, area);
        level.draw_across(canvas, area);
        canvas.rect(Area::new(area.x, area.y, 1.0, area.height), LINE);
        let title = TextStyle::new(11.5).strong().colour(MUTED).anchor(Anchor::Middle);
        let (x, y) = area.centre();
        let across = format!("Predicted {}", clean(&self.target));
        canvas.text((x, area.bottom() + 44.0), &title.fit(across.trim(), area.width), title);
        canvas.text((EDGE + title.size * 0.8, y), "Error", title.upward());
        for step in self.sound() {
            let x = level.across(step.predicted, area);
            let [low, quarter, _, upper, high] = step.quantiles.map(|q| up.up(q, area));
            diagonal::range(canvas, x, high, low);
            canvas.rect(Area::new(x - 3.5, upper, 7.0, (quarter - upper).max(1.0)), sequential(0.5));
        }
        let zero = up.up(0.0, area);
        canvas.line((area.x, zero), (area.right(), zero), 1.2, MUTED);
        for step in self.sound() {
            diagonal::point(canvas, (level.across(step.predicted, area), up.up(step.quantiles[2], area)));
        }
    }

    fn describe(&self) -> String {
        let up = Axis::around(self.sound().flat_map(|s| s.quantiles).chain([0.0]));
        let [low, high] = [up.low, up.high].map(|end| up.label(end));
        format!("{}. Errors in {} steps, on an axis from {low} to {high}.", clean(&self.title), self.sound().count())
    }
}
