//! What charts of predictions against the truth share: a plot with a diagonal, and a legend.

use super::axis::Axis;
use super::canvas::{Anchor, Area, Canvas, EDGE, Point, TextStyle};
use crate::report::theme::{BLUE, Colour, LINE, MUTED, PAPER, sequential};

/// Where the legend stands.
const LEGEND: f32 = 97.0;
/// Where that of a small chart stands.
const SMALL_LEGEND: f32 = 80.0;

/// A mark of the legend.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mark {
    /// A point of the chart.
    Point,
    /// The range round a point.
    Range,
    /// The diagonal.
    Line,
    /// A curve of a colour.
    Stroke(Colour),
    /// An area of a colour.
    Fill(Colour),
}

/// Marks and what they mean, side by side.
pub(super) fn legend(canvas: &mut dyn Canvas, width: f32, entries: &[(Mark, &str)]) {
    legend_at(canvas, width, LEGEND, TextStyle::new(12.5), entries);
}

/// The legend of a small chart.
pub(super) fn small_legend(canvas: &mut dyn Canvas, width: f32, entries: &[(Mark, &str)]) {
    legend_at(canvas, width, SMALL_LEGEND, TextStyle::new(11.5), entries);
}

fn legend_at(canvas: &mut dyn Canvas, width: f32, y: f32, style: TextStyle, entries: &[(Mark, &str)]) {
    let mut x = EDGE;
    for (mark, text) in entries {
        let text = style.fit(text, width - EDGE - x - 24.0);
        if text.is_empty() {
            return;
        }
        match mark {
            Mark::Point => point(canvas, (x + 7.0, y)),
            Mark::Range => range(canvas, x + 7.0, y - 7.0, y + 7.0),
            Mark::Line => canvas.line((x, y), (x + 15.0, y), 1.5, MUTED),
            Mark::Stroke(colour) => canvas.line((x, y), (x + 15.0, y), 2.5, *colour),
            Mark::Fill(colour) => canvas.rect(Area::new(x + 1.0, y - 6.0, 12.0, 12.0), *colour),
        }
        canvas.text((x + 22.0, y + style.drop()), &text, style);
        x += 22.0 + style.width(&text) + style.size + 10.0;
    }
}

/// A point with a rim of paper, so that it is seen on its range and on its neighbour.
pub(super) fn point(canvas: &mut dyn Canvas, at: Point) {
    canvas.circle(at, 5.5, PAPER);
    canvas.circle(at, 4.0, BLUE);
}

/// The range of a point: a pale bar.
pub(super) fn range(canvas: &mut dyn Canvas, x: f32, top: f32, bottom: f32) {
    canvas.rect(Area::new(x - 3.5, top, 7.0, (bottom - top).max(1.0)), sequential(0.36));
}

/// The same axis both ways, the diagonal, and what the axes are.
pub(super) fn ground(canvas: &mut dyn Canvas, axis: Axis, area: Area, across: &str, up: &str, foot: f32) {
    axis.draw_up(canvas, area);
    axis.draw_across(canvas, area);
    let title = TextStyle::new(12.5).strong().colour(MUTED).anchor(Anchor::Middle);
    let (x, y) = area.centre();
    canvas.text((x, area.bottom() + foot), &title.fit(across, area.width), title);
    canvas.text((EDGE + title.size * 0.8, y), &title.fit(up, area.height), title.upward());
    canvas.rect(Area::new(area.x, area.y, 1.0, area.height), LINE);
}

/// The line on which predictions are as they came true.
pub(super) fn diagonal(canvas: &mut dyn Canvas, area: Area) {
    canvas.line((area.x, area.bottom()), (area.right(), area.y), 1.0, MUTED);
}
