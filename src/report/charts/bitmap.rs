//! The bitmap canvas: plotters' for slanted lines, rows of bytes for the rest.

use super::absent;
use super::canvas::{Area, Canvas, Point, TextStyle};
use super::glyphs::Glyphs;
use crate::error::{Error, Result};
use crate::report::fonts;
use crate::report::theme::{Colour, PAPER};
use plotters::backend::{BitMapBackend, DrawingBackend};
use plotters::style::{RGBColor, ShapeStyle};

/// Pixels, three bytes each.
pub(super) struct Bitmap {
    pixels: Vec<u8>,
    width: i32,
    height: i32,
    glyphs: Glyphs,
    failed: Option<Error>,
}

impl Bitmap {
    /// A blank picture.
    pub(super) fn new(width: u32, height: u32) -> Result<Bitmap> {
        // White is one value in all three channels.
        let pixels = vec![PAPER.0; width as usize * height as usize * 3];
        Ok(Bitmap { pixels, width: width as i32, height: height as i32, glyphs: Glyphs::new()?, failed: None })
    }

    /// The pixels, or what went wrong on the way.
    pub(super) fn finish(self) -> Result<Vec<u8>> {
        match self.failed {
            None => Ok(self.pixels),
            Some(error) => Err(error),
        }
    }

    fn plot(&mut self, draw: impl FnOnce(&mut BitMapBackend<'_>) -> bool) {
        let size = (self.width as u32, self.height as u32);
        let drawn = BitMapBackend::with_buffer_and_format(&mut self.pixels, size).is_ok_and(|mut b| draw(&mut b));
        if !drawn {
            self.failed.get_or_insert_with(|| Error::internal("a chart cannot be drawn"));
        }
    }

    /// Lays `colour` over a pixel, `cover` of 255 thick.
    fn blend(&mut self, x: i32, y: i32, colour: Colour, cover: u8) {
        if x < 0 || y < 0 || x >= self.width || y >= self.height || cover == 0 {
            return;
        }
        let at = (y as usize * self.width as usize + x as usize) * 3;
        let mix = |under: u8, over: u8| {
            let sum = u32::from(under) * (255 - u32::from(cover)) + u32::from(over) * u32::from(cover);
            ((sum + 127) / 255) as u8
        };
        if let Some([r, g, b]) = self.pixels.get_mut(at..at + 3) {
            (*r, *g, *b) = (mix(*r, colour.0), mix(*g, colour.1), mix(*b, colour.2));
        }
    }
}

fn rgb(colour: Colour) -> RGBColor {
    RGBColor(colour.0, colour.1, colour.2)
}

/// The nearest pixel.
fn pixel(at: Point) -> (i32, i32) {
    (at.0.round() as i32, at.1.round() as i32)
}

impl Canvas for Bitmap {
    fn rect(&mut self, area: Area, fill: Colour) {
        let (left, top) = pixel((area.x, area.y));
        let (right, bottom) = pixel((area.right(), area.bottom()));
        let (left, right) = (left.clamp(0, self.width) as usize, right.clamp(0, self.width) as usize);
        let (top, bottom) = (top.clamp(0, self.height) as usize, bottom.clamp(0, self.height) as usize);
        if left >= right {
            return;
        }
        let line = [fill.0, fill.1, fill.2].repeat(right - left);
        for y in top..bottom {
            let start = (y * self.width as usize + left) * 3;
            if let Some(row) = self.pixels.get_mut(start..start + line.len()) {
                row.copy_from_slice(&line);
            }
        }
    }

    fn line(&mut self, from: Point, to: Point, width: f32, colour: Colour) {
        // Upright and level lines are rectangles: sharp, and of the width asked for.
        if from.0 == to.0 || from.1 == to.1 {
            let width = width.round().max(1.0);
            let (x, y) = (from.0.min(to.0), from.1.min(to.1));
            let area = if from.0 == to.0 {
                Area::new((x - width / 2.0).round(), y, width, (from.1 - to.1).abs())
            } else {
                Area::new(x, (y - width / 2.0).round(), (from.0 - to.0).abs(), width)
            };
            self.rect(area, colour);
            return;
        }
        let style = ShapeStyle { color: rgb(colour).into(), filled: true, stroke_width: width.round().max(1.0) as u32 };
        self.plot(|b| b.draw_line(pixel(from), pixel(to), &style).is_ok());
    }

    fn circle(&mut self, centre: Point, radius: f32, fill: Colour) {
        // A pixel is covered by as much as the rim is beyond its middle: smooth, at any fraction.
        let reach = radius.clamp(0.0, 4_000.0) + 1.0;
        let within = |at: f32, side: i32| {
            let ends = [(at - reach).floor(), (at + reach).ceil()];
            ends.map(|end| end.clamp(0.0, side as f32) as i32)
        };
        let ([left, right], [top, bottom]) = (within(centre.0, self.width), within(centre.1, self.height));
        for y in top..bottom {
            for x in left..right {
                let (dx, dy) = (x as f32 + 0.5 - centre.0, y as f32 + 0.5 - centre.1);
                let cover = (radius + 0.5 - (dx * dx + dy * dy).sqrt()).clamp(0.0, 1.0);
                self.blend(x, y, fill, (cover * 255.0).round() as u8);
            }
        }
    }

    fn text(&mut self, at: Point, text: &str, style: TextStyle) {
        let shift = style.shift(text);
        let start = if style.upward { (at.0, at.1 + shift) } else { (at.0 - shift, at.1) };
        if absent::set(self, start, text, style) {
            return;
        }
        let across = if style.upward { at.0.round() as i32 } else { at.1.round() as i32 };
        // Along the line, in pixels; upward text runs against y.
        let mut pen = if style.upward { -at.1 - shift } else { at.0 - shift };
        for c in text.chars() {
            let quarters = (pen * 4.0).round() as i32;
            let (whole, quarter) = (quarters.div_euclid(4), quarters.rem_euclid(4));
            // Taken out for the time of drawing, since drawing borrows the pixels.
            let mut glyphs = std::mem::take(&mut self.glyphs);
            match glyphs.get(c, style.weight, style.size, quarter) {
                Some(glyph) => {
                    for (row, covers) in glyph.coverage.chunks_exact(glyph.width.max(1)).enumerate() {
                        for (column, cover) in covers.iter().enumerate() {
                            let along = whole + glyph.left + column as i32;
                            let down = across + glyph.top + row as i32;
                            let (x, y) = if style.upward { (down, -along - 1) } else { (along, down) };
                            self.blend(x, y, style.colour, *cover);
                        }
                    }
                }
                None => {
                    self.failed.get_or_insert_with(|| Error::internal("a character cannot be drawn"));
                }
            }
            self.glyphs = glyphs;
            let mut buffer = [0; 4];
            pen += fonts::width(c.encode_utf8(&mut buffer), style.size, style.weight);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::theme::{BLUE, INK};

    #[test]
    fn what_is_outside_is_cut_off() {
        let mut bitmap = Bitmap::new(20, 10).unwrap();
        bitmap.rect(Area::new(-5.0, -5.0, 8.0, 100.0), BLUE);
        bitmap.rect(Area::new(30.0, 3.0, 8.0, 4.0), INK);
        bitmap.circle((25.0, 5.0), 9.0, INK);
        bitmap.line((-4.0, -9.0), (60.0, 40.0), 2.0, INK);
        bitmap.text((-10.0, 4.0), "a long text that runs out", TextStyle::new(12.0));
        bitmap.text((4.0, 90.0), "and one upwards", TextStyle::new(12.0).upward());
        assert_eq!(bitmap.finish().unwrap().len(), 600);
    }

    #[test]
    fn text_runs_right_or_up() {
        let dark = |upward: bool| {
            let mut bitmap = Bitmap::new(60, 60).unwrap();
            let style = TextStyle { upward, ..TextStyle::new(14.0) };
            bitmap.text((30.0, 30.0), "lll", style);
            let pixels = bitmap.finish().unwrap();
            let places = (0..3600usize).filter(|i| pixels[i * 3] < 128);
            let (xs, ys): (Vec<usize>, Vec<usize>) = places.map(|i| (i % 60, i / 60)).unzip();
            (*xs.iter().min().unwrap(), *xs.iter().max().unwrap(), *ys.iter().min().unwrap(), *ys.iter().max().unwrap())
        };
        let (left, right, top, bottom) = dark(false);
        assert!(left >= 30 && right < 45 && top >= 18 && bottom <= 30);
        let (left, right, top, bottom) = dark(true);
        assert!(left >= 18 && right <= 30 && top > 15 && bottom < 31, "{left} {right} {top} {bottom}");
    }
}
