//! Glyphs as coverage: drawn by plotters (ab_glyph) from the embedded font.
//!
//! plotters sets a line of text with every glyph on a whole pixel, which makes the gaps
//! between letters uneven at small sizes. So each glyph is drawn once at four times its
//! size, and scaled down for the quarter of a pixel it stands at.

use crate::error::{Error, Result};
use crate::report::fonts::{self, EXTENT, FAMILY, Weight};
use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

/// Scale at which glyphs are drawn, and the number of positions within a pixel.
const FINE: i32 = 4;

/// The coverage of a glyph standing at a quarter of a pixel.
pub(super) struct Glyph {
    /// From the pen's pixel to the first column.
    pub(super) left: i32,
    /// From the baseline to the first row; negative above it.
    pub(super) top: i32,
    /// Columns.
    pub(super) width: usize,
    /// One value a pixel, row by row; 255 is covered.
    pub(super) coverage: Vec<u8>,
}

/// A glyph before scaling down: position and coverage at four times the size.
struct Large {
    left: i32,
    top: i32,
    width: usize,
    height: usize,
    coverage: Vec<f32>,
}

/// Glyphs that were drawn.
#[derive(Default)]
pub(super) struct Glyphs {
    fonts: HashMap<Key, FontDesc<'static>, Mixed>,
    large: HashMap<Key, Large, Mixed>,
    small: HashMap<Key, Glyph, Mixed>,
}

/// Character, weight, size in quarters and position in quarters, in one number.
type Key = u64;

type Mixed = BuildHasherDefault<Mix>;

/// Mixes a key by one multiplication. A chart looks a glyph up for every letter, and the
/// standard hash, safe against chosen keys, costs more than drawing the letter.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, key: u64) {
        let product = (self.0 ^ key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = product ^ (product >> 32);
    }
}

fn key(c: char, weight: Weight, size: u32, quarter: i32) -> Key {
    u64::from(c) | (weight as u64) << 24 | u64::from(size) << 26 | (quarter as u64 & 3) << 60
}

impl Glyphs {
    /// An empty store; the fonts are registered with plotters at the first one.
    pub(super) fn new() -> Result<Glyphs> {
        static REGISTERED: OnceLock<bool> = OnceLock::new();
        let registered = REGISTERED
            .get_or_init(|| Weight::ALL.iter().all(|w| register_font(FAMILY, style(*w), fonts::bytes(*w)).is_ok()));
        if *registered { Ok(Glyphs::default()) } else { Err(Error::internal("the embedded font cannot be registered")) }
    }

    /// The glyph of `c` at `quarter` quarters right of a pixel's edge. `None` where plotters cannot draw it.
    pub(super) fn get(&mut self, c: char, weight: Weight, size: f32, quarter: i32) -> Option<&Glyph> {
        let size = (size * FINE as f32).round() as u32;
        match self.small.entry(key(c, weight, size, quarter)) {
            Entry::Occupied(known) => Some(known.into_mut()),
            Entry::Vacant(place) => {
                let large = match self.large.entry(key(c, weight, size, 0)) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(place) => {
                        let font = self.fonts.entry(key('\0', weight, size, 0)).or_insert_with(|| font(weight, size));
                        place.insert(draw(font, c, fonts::face(weight).bearing(c), size)?)
                    }
                };
                Some(place.insert(large.scaled_down(quarter)))
            }
        }
    }
}

fn style(weight: Weight) -> FontStyle {
    match weight {
        Weight::Regular => FontStyle::Normal,
        Weight::Strong => FontStyle::Bold,
    }
}

/// The font in which an em has `size` pixels. ab_glyph counts from descender to ascender
/// instead; plotters takes half of that as the baseline and cuts it off, so it is even.
fn font(weight: Weight, size: u32) -> FontDesc<'static> {
    let extent = (f64::from(size) * f64::from(EXTENT) / 2.0).round() * 2.0;
    FontDesc::new(FontFamily::Name(FAMILY), extent, style(weight))
}

/// Draws a glyph. plotters puts its ink at the pen, whatever its bearing, which is added here.
fn draw(font: &FontDesc<'static>, c: char, bearing: i16, size: u32) -> Option<Large> {
    let mut points: Vec<(i32, i32, f32)> = Vec::new();
    let drawn = font.draw(c.encode_utf8(&mut [0; 4]), (0, 0), |x, y, cover| {
        points.push((x, y, cover));
        Ok::<(), std::convert::Infallible>(())
    });
    drawn.ok()?.ok()?;
    let baseline = (font.get_size() / 2.0) as i32;
    let left = points.iter().map(|p| p.0).min().unwrap_or(0);
    let top = points.iter().map(|p| p.1).min().unwrap_or(0);
    let width = points.iter().map(|p| p.0 - left + 1).max().unwrap_or(0) as usize;
    let height = points.iter().map(|p| p.1 - top + 1).max().unwrap_or(0) as usize;
    let mut coverage = vec![0.0; width * height];
    for (x, y, cover) in points {
        coverage[(y - top) as usize * width + (x - left) as usize] = cover;
    }
    let left = left + (f32::from(bearing) / 1000.0 * size as f32).floor() as i32;
    Some(Large { left, top: top - baseline, width, height, coverage })
}

impl Large {
    /// The mean of each four by four cells of the grid shifted by `quarter`.
    fn scaled_down(&self, quarter: i32) -> Glyph {
        let start = self.left + quarter;
        let (left, top) = (start.div_euclid(FINE), self.top.div_euclid(FINE));
        let (dx, dy) = (start.rem_euclid(FINE) as usize, self.top.rem_euclid(FINE) as usize);
        let fine = FINE as usize;
        let width = (self.width + dx).div_ceil(fine);
        let height = (self.height + dy).div_ceil(fine);
        let mut sums = vec![0.0f32; width * height];
        for (y, row) in self.coverage.chunks_exact(self.width.max(1)).enumerate() {
            let sums = &mut sums[(y + dy) / fine * width..];
            for (x, cover) in row.iter().enumerate() {
                sums[(x + dx) / fine] += cover;
            }
        }
        let most = (FINE * FINE) as f32;
        // Sixteen steps are as smooth to the eye as 256, and keep a chart's colours few.
        let coverage = sums.iter().map(|sum| (sum / most * 15.0).min(15.0).round() as u8 * 17).collect();
        Glyph { left, top, width, coverage }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capital_stands_on_the_baseline_and_has_its_height() {
        let mut glyphs = Glyphs::new().unwrap();
        let glyph = glyphs.get('H', Weight::Regular, 100.0, 0).unwrap();
        let rows = glyph.coverage.len() / glyph.width;
        assert!((glyph.top + 73).abs() <= 1, "{}", glyph.top);
        assert!((rows as i32 - 73).abs() <= 1, "{rows}");
    }

    #[test]
    fn a_quarter_of_a_pixel_moves_ink_but_loses_none() {
        let mut glyphs = Glyphs::new().unwrap();
        let mut ink = |quarter| -> i64 {
            let glyph = glyphs.get('e', Weight::Strong, 12.0, quarter).unwrap();
            glyph.coverage.iter().map(|c| i64::from(*c)).sum()
        };
        let sums = [ink(0), ink(1), ink(2), ink(3)];
        assert!(sums.iter().all(|s| (s - sums[0]).abs() < sums[0] / 50), "{sums:?}");
    }

    #[test]
    fn spaces_and_unknown_characters_are_no_problem() {
        let mut glyphs = Glyphs::new().unwrap();
        assert!(glyphs.get(' ', Weight::Regular, 12.0, 0).unwrap().coverage.is_empty());
        assert!(!glyphs.get('🙂', Weight::Regular, 12.0, 0).unwrap().coverage.is_empty());
    }
}
