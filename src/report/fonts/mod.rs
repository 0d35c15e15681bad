//! The embedded typeface: Inter in two weights, measured without any library of the machine.
//!
//! - [`Weight`], [`bytes`]: the faces.
//! - [`width`]: how long a text is; the one measure charts, PDF and tests go by.
//! - [`text`]: cleaning, shortening and wrapping.
//! - [`subset`]: a face without the outlines a document does not use.
//!
//! Origin and licence: `fonts/README.md`, `fonts/OFL.txt`.

pub mod subset;
pub mod text;

use printpdf::ParsedFont;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// The name of the family, for formats that name fonts.
pub const FAMILY: &str = "Inter";

/// How far capitals rise above the baseline, in ems.
pub const CAP_HEIGHT: f32 = 0.727;

/// From the lowest descender to the highest ascender, in ems.
pub const EXTENT: f32 = 1.21;

/// The room of a character that the face lacks, in thousandths of an em.
const ABSENT: u16 = 900;

/// A weight of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Weight {
    /// Running text.
    Regular,
    /// Titles and emphasis: Inter SemiBold.
    Strong,
}

impl Weight {
    /// Both, in the order of weight.
    pub const ALL: [Weight; 2] = [Weight::Regular, Weight::Strong];

    /// The number CSS gives the weight.
    pub fn css(self) -> u16 {
        match self {
            Weight::Regular => 400,
            Weight::Strong => 600,
        }
    }
}

/// The TrueType file of a weight.
pub fn bytes(weight: Weight) -> &'static [u8] {
    match weight {
        Weight::Regular => include_bytes!("Inter-Regular.ttf"),
        Weight::Strong => include_bytes!("Inter-SemiBold.ttf"),
    }
}

/// The width of one line of text at `size`, in the unit of `size`.
pub fn width(text: &str, size: f32, weight: Weight) -> f32 {
    let face = face(weight);
    let units: u32 = text.chars().map(|c| u32::from(face.advance(c))).sum();
    units as f32 / 1000.0 * size
}

/// The measures of a face: what the character map and the advances say.
pub(crate) struct Face {
    /// Advance by character for the plane almost all text is in; 0 where the font has none.
    advances: Vec<u16>,
    /// From the pen to the ink, by glyph.
    bearings: Vec<i16>,
    /// The face as the PDF writer wants it, without its program.
    pub(crate) parsed: Option<ParsedFont>,
}

impl Face {
    /// The advance of a character in thousandths of an em.
    pub(crate) fn advance(&self, c: char) -> u16 {
        match self.advances.get(c as usize) {
            Some(advance) if *advance > 0 => *advance,
            _ => ABSENT,
        }
    }

    /// From the pen to the ink of a character, in thousandths of an em.
    pub(crate) fn bearing(&self, c: char) -> i16 {
        let glyph = self.parsed.as_ref().and_then(|p| p.lookup_glyph_index(c as u32)).unwrap_or(0);
        self.bearings.get(usize::from(glyph)).copied().unwrap_or(0)
    }

    /// The glyphs of these characters, those that the font has.
    pub(crate) fn glyphs(&self, text: &BTreeSet<char>) -> Vec<u16> {
        let parsed = self.parsed.iter();
        parsed.flat_map(|p| text.iter().filter_map(|c| p.lookup_glyph_index(u32::from(*c)))).collect()
    }

    /// Whether the font has the character.
    pub(crate) fn has(&self, c: char) -> bool {
        self.advances.get(c as usize).is_some_and(|a| *a > 0)
    }
}

/// The measures of a weight, read once.
pub(crate) fn face(weight: Weight) -> &'static Face {
    static FACES: [OnceLock<Face>; 2] = [OnceLock::new(), OnceLock::new()];
    FACES[weight as usize].get_or_init(|| {
        // That the embedded files parse is held by a test; if they did not, text would
        // have a plausible width and the PDF renderer would say what is wrong.
        let Some(parsed) = ParsedFont::from_bytes(bytes(weight), 0, &mut Vec::new()) else {
            return Face { advances: Vec::new(), bearings: Vec::new(), parsed: None };
        };
        let mut advances = vec![0; 0x2800];
        for (code, glyph) in &parsed.codepoint_to_glyph {
            if let (Some(slot), Some(advance)) = (advances.get_mut(*code as usize), parsed.get_glyph_width(*glyph)) {
                *slot = advance;
            }
        }
        let bearings = subset::bearings(bytes(weight)).unwrap_or_default();
        Face { advances, bearings, parsed: Some(parsed) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_faces_parse_and_have_a_thousand_units() {
        for weight in Weight::ALL {
            let parsed = face(weight).parsed.as_ref().unwrap();
            assert_eq!(parsed.units_per_em, 1000);
            let extent = f32::from(parsed.font_metrics.ascent) - f32::from(parsed.font_metrics.descent);
            assert_eq!(extent / 1000.0, EXTENT);
        }
    }

    #[test]
    fn the_alphabets_a_report_needs_are_there() {
        for weight in Weight::ALL {
            for c in "Az09 äöüßéñçłőžşğĳ ΑΩαωάώ АЯаяёЇ → ← ↑ ↓ ≤ ≥ ≠ ≈ ± × − – — … • · “” ‘’ € % ✓ ✗ ▲ ▼".chars()
            {
                assert!(face(weight).has(c), "{c:?}");
            }
        }
    }

    #[test]
    fn digits_are_of_one_width() {
        for weight in Weight::ALL {
            let widths: Vec<f32> = "0123456789".chars().map(|c| width(&c.to_string(), 100.0, weight)).collect();
            assert!(widths.iter().all(|w| (w - widths[0]).abs() <= 0.2), "{widths:?}");
        }
    }
}
