//! A page: positioned items, in points from its top left corner.

use crate::report::charts::absent;
use crate::report::charts::canvas::{Area, Canvas, Point, TextStyle};
use crate::report::theme::Colour;

/// The width of A4.
pub const WIDTH: f32 = 595.28;
/// The height of A4.
pub const HEIGHT: f32 = 841.89;
/// White at the left and at the right.
pub const MARGIN: f32 = 56.0;
/// The width text and charts have.
pub const CONTENT: f32 = WIDTH - 2.0 * MARGIN;
/// Where content starts.
pub const TOP: f32 = 62.0;
/// Where it ends.
pub const BOTTOM: f32 = HEIGHT - 64.0;

/// Something on a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A filled rectangle.
    Rect(Area, Colour),
    /// A line from a point to another, its width and colour.
    Line(Point, Point, f32, Colour),
    /// A line through points, its width and colour.
    Path(Vec<Point>, f32, Colour),
    /// A filled circle by centre and radius.
    Circle(Point, f32, Colour),
    /// A line of text that starts on the baseline at the point, whatever its anchor was.
    Text(Point, String, TextStyle),
}

/// Items in the order of drawing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The items.
    pub items: Vec<Item>,
    /// Whether a character stands on it that the typeface lacks.
    pub absent: bool,
}

impl Page {
    /// The texts of the page in the order of drawing.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|item| match item {
            Item::Text(_, text, _) => Some(text.as_str()),
            _ => None,
        })
    }
}

impl Canvas for Page {
    fn rect(&mut self, area: Area, fill: Colour) {
        self.items.push(Item::Rect(area, fill));
    }

    fn line(&mut self, from: Point, to: Point, width: f32, colour: Colour) {
        self.items.push(Item::Line(from, to, width, colour));
    }

    fn path(&mut self, points: &[Point], width: f32, colour: Colour) {
        if points.len() > 1 {
            self.items.push(Item::Path(points.to_vec(), width, colour));
        }
    }

    fn circle(&mut self, centre: Point, radius: f32, fill: Colour) {
        self.items.push(Item::Circle(centre, radius, fill));
    }

    fn text(&mut self, at: Point, text: &str, style: TextStyle) {
        if text.is_empty() {
            return;
        }
        let shift = style.shift(text);
        let start = if style.upward { (at.0, at.1 + shift) } else { (at.0 - shift, at.1) };
        if absent::set(self, start, text, style) {
            self.absent = true;
            return;
        }
        self.items.push(Item::Text(start, text.to_string(), style));
    }
}
