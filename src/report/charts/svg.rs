//! The SVG canvas.
//!
//! Not plotters' own SVG back end: that one rounds positions to whole pixels and places
//! text by the x-height of whatever font the viewer has.

use super::canvas::{Anchor, Area, Canvas, Point, TextStyle};
use crate::markup::escape;
use crate::report::fonts::FAMILY;
use crate::report::theme::{Colour, PAPER};
use std::fmt::Write;

/// A growing SVG document.
pub(super) struct Svg {
    text: String,
}

impl Svg {
    /// An empty picture of that size; `description` is what screen readers say.
    pub(super) fn new(width: u32, height: u32, description: &str) -> Svg {
        let text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"{FAMILY}, 'Helvetica Neue', Arial, \
             sans-serif\" style=\"font-variant-numeric: tabular-nums\">\n<title>{}</title>\n",
            escape(description)
        );
        let mut svg = Svg { text };
        svg.rect(Area::new(0.0, 0.0, width as f32, height as f32), PAPER);
        svg
    }

    /// The document.
    pub(super) fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }

    // Writing into a string cannot fail.
    fn put(&mut self, arguments: std::fmt::Arguments<'_>) {
        let _ = self.text.write_fmt(arguments);
    }
}

impl Canvas for Svg {
    fn rect(&mut self, area: Area, fill: Colour) {
        let (x, y, w, h) = (Short(area.x), Short(area.y), Short(area.width), Short(area.height));
        self.put(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"{}\"/>\n", Hex(fill)));
    }

    /// As one path: a matrix of thousands of cells would be a file of its own in rectangles.
    fn rects(&mut self, areas: &[Area], fill: Colour) {
        self.text.push_str("<path d=\"");
        for area in areas {
            let (x, y, w, h) = (Short(area.x), Short(area.y), Short(area.width), Short(area.height));
            self.put(format_args!("M{x} {y}h{w}v{h}h-{w}z"));
        }
        self.put(format_args!("\" fill=\"{}\"/>\n", Hex(fill)));
    }

    fn line(&mut self, from: Point, to: Point, width: f32, colour: Colour) {
        let (x1, y1, x2, y2) = (Short(from.0), Short(from.1), Short(to.0), Short(to.1));
        self.put(format_args!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{}\" stroke-width=\"{}\"/>\n",
            Hex(colour),
            Short(width)
        ));
    }

    fn path(&mut self, points: &[Point], width: f32, colour: Colour) {
        self.text.push_str("<polyline points=\"");
        for (i, point) in points.iter().enumerate() {
            let gap = if i == 0 { "" } else { " " };
            self.put(format_args!("{gap}{},{}", Short(point.0), Short(point.1)));
        }
        let (colour, width) = (Hex(colour), Short(width));
        self.put(format_args!(
            "\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"/>\n"
        ));
    }

    fn circle(&mut self, centre: Point, radius: f32, fill: Colour) {
        let (x, y, r) = (Short(centre.0), Short(centre.1), Short(radius));
        self.put(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"{}\"/>\n", Hex(fill)));
    }

    fn text(&mut self, at: Point, text: &str, style: TextStyle) {
        if text.is_empty() {
            return;
        }
        let (x, y) = (Short(at.0), Short(at.1));
        self.put(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\" fill=\"{}\"",
            Short(style.size),
            Hex(style.colour)
        ));
        if style.weight.css() != 400 {
            self.put(format_args!(" font-weight=\"{}\"", style.weight.css()));
        }
        match style.anchor {
            Anchor::Start => {}
            Anchor::Middle => self.text.push_str(" text-anchor=\"middle\""),
            Anchor::End => self.text.push_str(" text-anchor=\"end\""),
        }
        if style.upward {
            self.put(format_args!(" transform=\"rotate(-90 {x} {y})\""));
        }
        self.put(format_args!(">{}</text>\n", escape(text)));
    }
}

/// A length with at most two decimals.
struct Short(f32);

impl std::fmt::Display for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", (f64::from(self.0) * 100.0).round() / 100.0)
    }
}

/// A colour as `#rrggbb`.
struct Hex(Colour);

impl std::fmt::Display for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0.0, self.0.1, self.0.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_svg_is_what_was_drawn() {
        let mut svg = Svg::new(20, 10, "a < b");
        svg.rect(Area::new(0.0, 0.125, 20.0, 10.0), Colour(1, 2, 255));
        svg.rects(&[Area::new(1.0, 2.0, 3.5, 4.0), Area::new(5.0, 2.0, 3.5, 4.0)], Colour(1, 2, 3));
        svg.text((3.0, 4.0), "x & y\u{1}", TextStyle::new(12.0).strong().anchor(Anchor::End).upward());
        let text = svg.finish();
        assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n"));
        assert!(text.contains("<title>a &lt; b</title>"));
        assert!(text.contains("<rect x=\"0\" y=\"0.13\" width=\"20\" height=\"10\" fill=\"#0102ff\"/>"), "{text}");
        assert!(text.contains("<path d=\"M1 2h3.5v4h-3.5zM5 2h3.5v4h-3.5z\" fill=\"#010203\"/>"), "{text}");
        assert!(text.contains(
            "<text x=\"3\" y=\"4\" font-size=\"12\" fill=\"#18212d\" font-weight=\"600\" text-anchor=\"end\" \
             transform=\"rotate(-90 3 4)\">x &amp; y</text>"
        ));
    }
}
