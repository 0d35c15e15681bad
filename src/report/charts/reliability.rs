//! Probabilities against what happened: a point for rows of similar probability, with the
//! interval of its share, and where the probabilities are.

use super::Chart;
use super::axis::Axis;
use super::canvas::{Anchor, Area, Canvas, EDGE, TextStyle, heading};
use super::diagonal::{self, Mark};
use crate::numbers::{grouped, percent};
use crate::report::fonts::text::clean;
use crate::report::theme::{GREY, LINE, MUTED};

const HEAD: f32 = 126.0;
const FOOT: f32 = 70.0;
const SIDE: f32 = 38.0;
/// The height of the strip below, with the gap above it.
const STRIP: f32 = 64.0;
const GAP: f32 = 14.0;

/// A reliability diagram.
#[derive(Debug, Clone, Default)]
pub struct Reliability {
    /// The headline.
    pub title: String,
    /// Which model, on which rows.
    pub subtitle: String,
    /// What a probability is of: the positive class, or a label.
    pub event: String,
    /// The points. Those that are not finite are left out.
    pub points: Vec<Point>,
    /// Rows by probability, in equal steps from 0 to 1.
    pub spread: Vec<u64>,
}

/// Rows of similar probability.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Their mean probability.
    pub predicted: f64,
    /// The share of them of which it came true.
    pub observed: f64,
    /// The lower bound of its interval.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl Reliability {
    fn sound(&self) -> impl Iterator<Item = &Point> {
        let finite = |p: &&Point| [p.predicted, p.observed, p.low, p.high].iter().all(|v| v.is_finite());
        self.points.iter().filter(finite)
    }

    /// From 0 to 1, or less far where all points are near 0.
    fn axis(&self) -> Axis {
        let top = self.sound().flat_map(|p| [p.predicted, p.high]).fold(0.0, f64::max);
        if top > 0.5 { Axis::round(0.0, 1.0) } else { Axis::round(0.0, top.max(1e-6)) }
    }

    /// The strip would be a few bars and nothing else where the axis ends early.
    fn has_strip(&self) -> bool {
        self.axis().high >= 1.0 && self.spread.iter().any(|count| *count > 0)
    }

    fn draw_strip(&self, canvas: &mut dyn Canvas, axis: Axis, area: Area) {
        let most = self.spread.iter().copied().max().unwrap_or_default().max(1) as f32;
        let steps = self.spread.len().max(1) as f64;
        for (i, count) in self.spread.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (left, right) = (axis.across(i as f64 / steps, area), axis.across((i as f64 + 1.0) / steps, area));
            let height = (*count as f32 / most * area.height).max(1.0);
            canvas.rect(Area::new(left + 1.0, area.bottom() - height, (right - left - 2.0).max(1.0), height), GREY);
        }
        canvas.line((area.x, area.bottom()), (area.right(), area.bottom()), 1.0, LINE);
        let style = TextStyle::new(11.5).colour(MUTED).anchor(Anchor::End);
        let (_, y) = area.centre();
        canvas.text((area.x - 10.0, y + style.drop()), "Rows", style);
    }
}

impl Chart for Reliability {
    fn size(&self) -> (u32, u32) {
        (820, if self.has_strip() { 640 } else { 580 })
    }

    fn draw(&self, canvas: &mut dyn Canvas, width: f32, height: f32) {
        heading(canvas, width, &self.title, &self.subtitle);
        let mut entries = vec![
            (Mark::Point, "observed share"),
            (Mark::Range, "its 95% interval"),
            (Mark::Line, "comes true as often as said"),
        ];
        let strip = if self.has_strip() { STRIP + GAP } else { 0.0 };
        if strip > 0.0 {
            entries.push((Mark::Fill(GREY), "rows by probability"));
        }
        diagonal::legend(canvas, width, &entries);
        let axis = self.axis();
        let left = EDGE + SIDE + axis.room().max(24.0);
        // Half of the last label stands right of the axis.
        let right = EDGE + axis.room() / 2.0;
        let area = Area::new(left, HEAD, (width - left - right).max(10.0), (height - HEAD - FOOT - strip).max(10.0));
        let event = clean(&self.event);
        let (across, up) = (format!("Predicted probability of {event}"), format!("Observed share of {event}"));
        diagonal::ground(canvas, axis, area, &across, &up, 48.0);
        for p in self.sound() {
            let x = axis.across(p.predicted, area);
            diagonal::range(canvas, x, axis.up(p.high, area), axis.up(p.low, area));
        }
        diagonal::diagonal(canvas, area);
        for p in self.sound() {
            diagonal::point(canvas, (axis.across(p.predicted, area), axis.up(p.observed, area)));
        }
        if strip > 0.0 {
            self.draw_strip(canvas, axis, Area::new(area.x, area.bottom() + 62.0, area.width, STRIP));
        }
    }

    fn describe(&self) -> String {
        let said =
            self.sound().map(|p| format!("predicted {}, observed {}", percent(p.predicted), percent(p.observed)));
        let rows = self.spread.iter().fold(0u64, |sum, count| sum.saturating_add(*count));
        format!("{}, {} rows. {}", clean(&self.title), grouped(rows), said.collect::<Vec<_>>().join("; "))
    }
}
