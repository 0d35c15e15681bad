//! Characters that the typeface lacks: a box with their Unicode number, as browsers draw them.
//! Names stay apart from each other that way, and nobody has to guess.

use super::canvas::{Anchor, Canvas, Point, TextStyle};
use crate::report::fonts;

/// The edges of the box in ems: from the pen, and above the baseline.
const LEFT: f32 = 0.06;
const RIGHT: f32 = 0.84;
const TOP: f32 = 0.8;
const BOTTOM: f32 = -0.08;

/// Sets a line that has such characters, from its start; `false` where it has none and
/// nothing was drawn.
pub(crate) fn set(canvas: &mut dyn Canvas, start: Point, text: &str, style: TextStyle) -> bool {
    let face = fonts::face(style.weight);
    // Without its face nothing could be set at all, the number in a box neither.
    if face.parsed.is_none() || text.chars().all(|c| face.has(c)) {
        return false;
    }
    let style = style.anchor(Anchor::Start);
    let (mut run, mut pen, mut from) = (String::new(), 0.0, 0.0);
    for c in text.chars() {
        let absent = !face.has(c);
        if absent && !run.is_empty() {
            canvas.text(place(start, style, from, 0.0), &std::mem::take(&mut run), style);
        }
        if absent {
            boxed(canvas, place(start, style, pen, 0.0), c, style);
        } else {
            if run.is_empty() {
                from = pen;
            }
            run.push(c);
        }
        pen += style.width(c.encode_utf8(&mut [0; 4]));
    }
    canvas.text(place(start, style, from, 0.0), &run, style);
    true
}

/// A place so far along the line and above it.
fn place(start: Point, style: TextStyle, along: f32, above: f32) -> Point {
    if style.upward { (start.0 - above, start.1 - along) } else { (start.0 + along, start.1 - above) }
}

/// The box of a character, with its number in two lines.
fn boxed(canvas: &mut dyn Canvas, pen: Point, c: char, style: TextStyle) {
    let em = style.size;
    let at = |along: f32, above: f32| place(pen, style, along * em, above * em);
    let corners = [at(LEFT, BOTTOM), at(RIGHT, BOTTOM), at(RIGHT, TOP), at(LEFT, TOP), at(LEFT, BOTTOM)];
    for pair in corners.windows(2) {
        canvas.line(pair[0], pair[1], em * 0.05, style.colour);
    }
    let number = format!("{:04X}", u32::from(c));
    let number = if number.len() > 4 { format!("{number:0>6}") } else { number };
    let (upper, lower) = number.split_at(number.len() / 2);
    let small = TextStyle { size: em * if upper.len() > 2 { 0.36 } else { 0.46 }, ..style };
    for (digits, above) in [(upper, 0.42), (lower, 0.02)] {
        let middle = (LEFT + RIGHT) / 2.0 - small.width(digits) / em / 2.0;
        canvas.text(at(middle, above), digits, small);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::pdf::page::Page;

    #[test]
    fn a_character_without_a_glyph_is_a_box_with_its_number() {
        let mut page = Page::default();
        page.text((10.0, 20.0), "a中b🙂", TextStyle::new(10.0));
        assert_eq!(page.texts().collect::<Vec<_>>(), ["a", "4E", "2D", "b", "01F", "642"]);
        assert!(page.absent);
        let mut page = Page::default();
        page.text((10.0, 20.0), "plain", TextStyle::new(10.0).upward());
        assert!(!page.absent && page.items.len() == 1);
    }
}
