//! What a chart draws on.
//!
//! The trait is small and safe to use through a reference, so that charts do not know
//! the output and outputs do not know the charts. Positions are fractions of a pixel:
//! the bitmap rounds edges to pixels, SVG and PDF keep them.

use crate::report::fonts::{self, Weight};
use crate::report::theme::{Colour, INK};

/// The white space every chart leaves at its sides. A page with margins of its own takes it back.
pub const EDGE: f32 = 36.0;

/// The white space above a title.
pub const ABOVE: f32 = 28.0;

/// A position: right and down from the top left corner.
pub type Point = (f32, f32);

/// An upright rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// The left edge.
    pub x: f32,
    /// The upper edge.
    pub y: f32,
    /// From left to right.
    pub width: f32,
    /// From top to bottom.
    pub height: f32,
}

impl Area {
    /// A rectangle by its upper left corner and its size.
    pub fn new(x: f32, y: f32, width: f32, height: f32) -> Area {
        Area { x, y, width, height }
    }

    /// The right edge.
    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    /// The lower edge.
    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }

    /// The middle.
    pub fn centre(&self) -> Point {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// The rectangle with `by` less on each side.
    pub fn inset(&self, by: f32) -> Area {
        Area::new(self.x + by, self.y + by, (self.width - 2.0 * by).max(0.0), (self.height - 2.0 * by).max(0.0))
    }
}

/// Which point of a text its position is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Anchor {
    /// Its start on the baseline.
    #[default]
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextStyle {
    /// The em in units of the canvas.
    pub size: f32,
    /// The weight.
    pub weight: Weight,
    /// The colour.
    pub colour: Colour,
    /// Which point the position means.
    pub anchor: Anchor,
    /// Whether it runs upwards, a quarter turn to the left, instead of to the right.
    pub upward: bool,
}

impl TextStyle {
    /// Regular ink from its start.
    pub fn new(size: f32) -> TextStyle {
        TextStyle { size, weight: Weight::Regular, colour: INK, anchor: Anchor::Start, upward: false }
    }

    /// The same in the strong weight.
    pub fn strong(self) -> TextStyle {
        TextStyle { weight: Weight::Strong, ..self }
    }

    /// The same in another colour.
    pub fn colour(self, colour: Colour) -> TextStyle {
        TextStyle { colour, ..self }
    }

    /// The same about another point.
    pub fn anchor(self, anchor: Anchor) -> TextStyle {
        TextStyle { anchor, ..self }
    }

    /// The same running upwards.
    pub fn upward(self) -> TextStyle {
        TextStyle { upward: true, ..self }
    }

    /// How long `text` is in this style.
    pub fn width(&self, text: &str) -> f32 {
        fonts::width(text, self.size, self.weight)
    }

    /// `text`, or as much of it as fits into `room`.
    pub fn fit(&self, text: &str, room: f32) -> String {
        fonts::text::shorten(text, room, self.size, self.weight)
    }

    /// How far below the middle of a line its baseline is, for capitals and digits to stand in the middle.
    pub fn drop(&self) -> f32 {
        self.size * fonts::CAP_HEIGHT / 2.0
    }

    /// How far before its position the text starts.
    pub fn shift(&self, text: &str) -> f32 {
        match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => self.width(text) / 2.0,
            Anchor::End => self.width(text),
        }
    }
}

/// A surface that charts are drawn on.
pub trait Canvas {
    /// Fills a rectangle.
    fn rect(&mut self, area: Area, fill: Colour);

    /// Fills many rectangles of one colour.
    fn rects(&mut self, areas: &[Area], fill: Colour) {
        areas.iter().for_each(|area| self.rect(*area, fill));
    }

    /// Draws a straight line.
    fn line(&mut self, from: Point, to: Point, width: f32, colour: Colour);

    /// Draws a line through all of these points.
    fn path(&mut self, points: &[Point], width: f32, colour: Colour) {
        for pair in points.windows(2) {
            self.line(pair[0], pair[1], width, colour);
        }
    }

    /// Fills a circle.
    fn circle(&mut self, centre: Point, radius: f32, fill: Colour);

    /// Sets one line of text with its baseline through `at`. `text` is clean (see [`fonts::text::clean`]).
    fn text(&mut self, at: Point, text: &str, style: TextStyle);
}

/// Draws the outline of a rectangle, its stroke inside the edge.
pub fn frame(canvas: &mut dyn Canvas, area: Area, width: f32, colour: Colour) {
    let Area { x, y, .. } = area;
    canvas.rect(Area::new(x, y, area.width, width), colour);
    canvas.rect(Area::new(x, area.bottom() - width, area.width, width), colour);
    canvas.rect(Area::new(x, y + width, width, area.height - 2.0 * width), colour);
    canvas.rect(Area::new(area.right() - width, y + width, width, area.height - 2.0 * width), colour);
}

/// The shared head of a chart: title and subtitle, shortened to the width of the chart.
pub fn heading(canvas: &mut dyn Canvas, width: f32, title: &str, subtitle: &str) {
    head(canvas, width, (title, 19.0, 44.0), (subtitle, 13.5, 67.0));
}

/// The head of a small chart, such as those that stand side by side.
pub fn small_heading(canvas: &mut dyn Canvas, width: f32, title: &str, subtitle: &str) {
    head(canvas, width, (title, 15.0, 41.0), (subtitle, 12.0, 59.0));
}

/// Two lines: text, size, baseline.
fn head(canvas: &mut dyn Canvas, width: f32, title: (&str, f32, f32), subtitle: (&str, f32, f32)) {
    let room = width - 2.0 * EDGE;
    let style = TextStyle::new(title.1).strong();
    canvas.text((EDGE, title.2), &style.fit(title.0, room), style);
    let style = TextStyle::new(subtitle.1).colour(crate::report::theme::MUTED);
    canvas.text((EDGE, subtitle.2), &style.fit(subtitle.0, room), style);
}

/// A part of a canvas as a canvas of its own, moved and scaled.
pub struct Placed<'a> {
    /// The whole.
    pub canvas: &'a mut dyn Canvas,
    /// Where the top left corner of the part is.
    pub at: Point,
    /// Units of the whole for one of the part.
    pub scale: f32,
}

impl Placed<'_> {
    fn point(&self, p: Point) -> Point {
        (self.at.0 + p.0 * self.scale, self.at.1 + p.1 * self.scale)
    }

    fn area(&self, area: Area) -> Area {
        let (x, y) = self.point((area.x, area.y));
        Area::new(x, y, area.width * self.scale, area.height * self.scale)
    }
}

impl Canvas for Placed<'_> {
    fn rect(&mut self, area: Area, fill: Colour) {
        self.canvas.rect(self.area(area), fill);
    }

    fn rects(&mut self, areas: &[Area], fill: Colour) {
        let areas: Vec<Area> = areas.iter().map(|area| self.area(*area)).collect();
        self.canvas.rects(&areas, fill);
    }

    fn line(&mut self, from: Point, to: Point, width: f32, colour: Colour) {
        let (from, to) = (self.point(from), self.point(to));
        self.canvas.line(from, to, width * self.scale, colour);
    }

    fn path(&mut self, points: &[Point], width: f32, colour: Colour) {
        let points: Vec<Point> = points.iter().map(|p| self.point(*p)).collect();
        self.canvas.path(&points, width * self.scale, colour);
    }

    fn circle(&mut self, centre: Point, radius: f32, fill: Colour) {
        let centre = self.point(centre);
        self.canvas.circle(centre, radius * self.scale, fill);
    }

    fn text(&mut self, at: Point, text: &str, style: TextStyle) {
        let at = self.point(at);
        self.canvas.text(at, text, TextStyle { size: style.size * self.scale, ..style });
    }
}
