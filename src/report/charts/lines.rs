//! A measure over time: one line, on a time axis that charts beside it share.

use super::Chart;
use super::axis::Axis;
use super::canvas::{Anchor, Area, Canvas, EDGE, TextStyle, small_heading};
use super::diagonal;
use crate::numbers::score;
use crate::report::fonts::text::clean;
use crate::report::theme::{BLUE, LINE, MUTED, ORANGE};
use chrono::DateTime;

const HEAD: f32 = 78.0;
const FOOT: f32 = 34.0;
/// Seconds that are no course of time.
const MOMENT: f64 = 60.0;
/// With more points than this the line alone is drawn.
const DOTTED: usize = 40;

/// A line over time.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// The headline: the measure.
    pub title: String,
    /// Of what, in which unit.
    pub subtitle: String,
    /// Seconds since 1970 and values, by rising time. What is not finite is left out.
    pub points: Vec<(f64, f64)>,
    /// The interval of the last value.
    pub interval: Option<(f64, f64)>,
    /// Where the time axis begins and ends, in seconds since 1970. Where that is no time at all, as
    /// between runs by hand, the points stand side by side in their order.
    pub span: (f64, f64),
    /// When something was deployed, in seconds since 1970.
    pub deployed: Vec<f64>,
}

impl Lines {
    fn sound(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.points.iter().copied().filter(|p| p.0.is_finite() && p.1.is_finite())
    }

    fn axis(&self) -> Axis {
        let (low, high) = self.interval.unzip();
        Axis::around(self.sound().map(|p| p.1).chain(low).chain(high))
    }

    /// Whether the times are too close to be told apart.
    fn in_order(&self) -> bool {
        self.span.1 - self.span.0 < MOMENT
    }

    /// The share of the time axis that has passed, 0 to 1.
    fn passed(&self, seconds: f64) -> f32 {
        let share = (seconds - self.span.0) / (self.span.1 - self.span.0).max(1.0);
        if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) as f32 }
    }

    /// The ends of the time axis as days, or as times of one day.
    fn ends(&self) -> [String; 2] {
        let times = [self.span.0, self.span.1].map(|s| DateTime::from_timestamp(s as i64, 0).unwrap_or_default());
        let one_day = times[0].date_naive() == times[1].date_naive();
        if self.in_order() {
            return ["first".to_string(), "last".to_string()];
        }
        times.map(|t| t.format(if one_day { "%H:%M" } else { "%Y-%m-%d" }).to_string())
    }
}

impl Chart for Lines {
    fn size(&self) -> (u32, u32) {
        (430, 230)
    }

    fn draw(&self, canvas: &mut dyn Canvas, width: f32, height: f32) {
        small_heading(canvas, width, &self.title, &self.subtitle);
        let axis = self.axis();
        let left = EDGE + axis.room() + 10.0;
        let area = Area::new(left, HEAD, (width - left - EDGE - 8.0).max(10.0), (height - HEAD - FOOT).max(10.0));
        axis.draw_up(canvas, area);
        let x = |seconds: f64| area.x + self.passed(seconds) * area.width;
        let small = TextStyle::new(11.0).colour(MUTED);
        let [from, to] = self.ends();
        canvas.text((area.x, area.bottom() + 19.0), &from, small);
        canvas.text((area.right(), area.bottom() + 19.0), &to, small.anchor(Anchor::End));
        canvas.line((area.x, area.bottom()), (area.right(), area.bottom()), 1.0, LINE);
        for time in self.deployed.iter().filter(|_| !self.in_order()) {
            let x = x(*time);
            canvas.line((x, area.y), (x, area.bottom()), 1.2, ORANGE);
            let style = TextStyle::new(10.5).colour(MUTED);
            let (x, style) = match x - style.width("deployed") - 5.0 < area.x {
                true => (x + 5.0, style),
                false => (x - 5.0, style.anchor(Anchor::End)),
            };
            canvas.text((x, area.y + style.size), "deployed", style);
        }
        let last = self.sound().count().saturating_sub(1).max(1) as f32;
        let across = |i: usize, seconds: f64| match self.in_order() {
            true => area.x + i as f32 / last * area.width,
            false => x(seconds),
        };
        let points: Vec<(f32, f32)> =
            self.sound().enumerate().map(|(i, p)| (across(i, p.0), axis.up(p.1, area))).collect();
        if let (Some((low, high)), Some(last)) = (self.interval, points.last()) {
            diagonal::range(canvas, last.0, axis.up(high, area), axis.up(low, area));
        }
        canvas.path(&points, 2.0, BLUE);
        let dotted = if points.len() <= DOTTED { points.as_slice() } else { &points[points.len() - 1..] };
        for point in dotted {
            canvas.circle(*point, 3.0, BLUE);
        }
    }

    fn describe(&self) -> String {
        let ends = self.sound().next().zip(self.sound().last());
        let said = ends.map(|(a, b)| format!("from {} to {} in {} runs", score(a.1), score(b.1), self.sound().count()));
        format!("{}, {}: {}.", clean(&self.title), clean(&self.subtitle), said.unwrap_or_else(|| "no value".into()))
    }
}
