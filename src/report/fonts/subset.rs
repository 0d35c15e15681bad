//! A face without the outlines a document does not use.
//!
//! Glyph numbers stay: only the `glyf` and `loca` tables shrink, so that nothing has to
//! be renumbered anywhere. That is possible because the embedded faces have no composite
//! glyphs (`fonts/subset.py` draws every glyph out). It makes a PDF a fifth as large and
//! saves most of the time its compression takes; the PDF library itself embeds whole
//! files when built without its layout engine.

use crate::error::{Error, Result};

/// The tables a PDF reader needs (ISO 32000-1, 9.9: TrueType font programs).
const TABLES: [&[u8; 4]; 6] = [b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp"];

/// The tables a browser needs beside (OpenType 1.9, "required tables").
const WEB: [&[u8; 4]; 10] = [b"OS/2", b"cmap", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"name", b"post"];

/// The face `font` with the outlines of `glyphs` (and of the replacement glyph 0) alone.
///
/// # Errors
/// Internal, where `font` is not a TrueType file such as those in this module.
pub fn outlines(font: &[u8], glyphs: &[u16]) -> Result<Vec<u8>> {
    build(font, glyphs, &TABLES).ok_or_else(|| Error::internal("the embedded font has an unexpected structure"))
}

/// The same with all that a browser asks of a font file.
///
/// # Errors
/// As [`outlines`].
pub fn web(font: &[u8], glyphs: &[u16]) -> Result<Vec<u8>> {
    build(font, glyphs, &WEB).ok_or_else(|| Error::internal("the embedded font has an unexpected structure"))
}

fn build(font: &[u8], glyphs: &[u16], wanted: &[&'static [u8; 4]]) -> Option<Vec<u8>> {
    let old = Outlines::of(font)?;
    let mut kept = vec![false; old.count];
    for glyph in glyphs.iter().chain(&[0]) {
        *kept.get_mut(usize::from(*glyph))? = true;
    }
    let (mut new_glyf, mut new_loca) = (Vec::new(), Vec::new());
    for (glyph, keep) in kept.iter().enumerate() {
        put_offset(&mut new_loca, new_glyf.len(), old.long);
        if *keep {
            new_glyf.extend_from_slice(old.outline(glyph)?);
            new_glyf.resize(new_glyf.len().next_multiple_of(4), 0);
        }
    }
    put_offset(&mut new_loca, new_glyf.len(), old.long);
    let mut tables = Vec::with_capacity(wanted.len());
    for tag in wanted {
        let content = match *tag {
            b"glyf" => new_glyf.as_slice(),
            b"loca" => new_loca.as_slice(),
            _ => table(font, tag)?,
        };
        tables.push((*tag, content));
    }
    Some(assemble(&tables))
}

/// From the pen to the leftmost point of each glyph, in font units.
///
/// # Errors
/// As [`outlines`].
pub fn bearings(font: &[u8]) -> Result<Vec<i16>> {
    lefts(font).ok_or_else(|| Error::internal("the embedded font has an unexpected structure"))
}

fn lefts(font: &[u8]) -> Option<Vec<i16>> {
    let tables = Outlines::of(font)?;
    (0..tables.count)
        .map(|glyph| {
            let outline = tables.outline(glyph)?;
            // The header of an outline: contours, then xMin; nothing is there for a space.
            if outline.is_empty() { Some(0) } else { u16_at(outline, 2).map(|x| x as i16) }
        })
        .collect()
}

/// The outlines of a font and where each begins.
struct Outlines<'a> {
    glyf: &'a [u8],
    loca: &'a [u8],
    long: bool,
    count: usize,
}

impl<'a> Outlines<'a> {
    fn of(font: &'a [u8]) -> Option<Outlines<'a>> {
        Some(Outlines {
            glyf: table(font, b"glyf")?,
            loca: table(font, b"loca")?,
            long: u16_at(table(font, b"head")?, 50)? == 1,
            count: usize::from(u16_at(table(font, b"maxp")?, 4)?),
        })
    }

    fn offset(&self, glyph: usize) -> Option<usize> {
        if self.long {
            u32_at(self.loca, glyph * 4).map(|at| at as usize)
        } else {
            u16_at(self.loca, glyph * 2).map(|at| usize::from(at) * 2)
        }
    }

    fn outline(&self, glyph: usize) -> Option<&'a [u8]> {
        self.glyf.get(self.offset(glyph)?..self.offset(glyph + 1)?)
    }
}

fn put_offset(loca: &mut Vec<u8>, offset: usize, long: bool) {
    if long {
        loca.extend_from_slice(&(offset as u32).to_be_bytes());
    } else {
        loca.extend_from_slice(&((offset / 2) as u16).to_be_bytes());
    }
}

/// A font file of these tables, which are in the order of their tags.
fn assemble(tables: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let count = tables.len() as u16;
    let power = count.ilog2() as u16;
    let mut file = vec![0, 1, 0, 0];
    for value in [count, 16 << power, power, 16 * count - (16 << power)] {
        file.extend_from_slice(&value.to_be_bytes());
    }
    let mut start = 12 + 16 * tables.len();
    for (tag, content) in tables {
        file.extend_from_slice(*tag);
        for value in [checksum(content), start as u32, content.len() as u32] {
            file.extend_from_slice(&value.to_be_bytes());
        }
        start += content.len().next_multiple_of(4);
    }
    for (_, content) in tables {
        file.extend_from_slice(content);
        file.resize(file.len().next_multiple_of(4), 0);
    }
    file
}

fn checksum(content: &[u8]) -> u32 {
    let mut sum = 0u32;
    for chunk in content.chunks(4) {
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        sum = sum.wrapping_add(u32::from_be_bytes(word));
    }
    sum
}

fn table<'a>(font: &'a [u8], tag: &[u8; 4]) -> Option<&'a [u8]> {
    let count = usize::from(u16_at(font, 4)?);
    let entry = (0..count).map(|i| 12 + 16 * i).find(|at| font.get(*at..at + 4) == Some(tag))?;
    let (start, length) = (u32_at(font, entry + 8)? as usize, u32_at(font, entry + 12)? as usize);
    font.get(start..start + length)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::{Weight, bytes};
    use super::*;

    fn offsets(font: &[u8]) -> Vec<u16> {
        table(font, b"loca").unwrap().chunks(2).map(|c| u16::from_be_bytes([c[0], c[1]])).collect()
    }

    #[test]
    fn the_embedded_faces_have_no_composite_glyphs() {
        for weight in Weight::ALL {
            let (font, glyf) = (bytes(weight), table(bytes(weight), b"glyf").unwrap());
            for pair in offsets(font).windows(2).filter(|p| p[0] < p[1]) {
                assert!((u16_at(glyf, usize::from(pair[0]) * 2).unwrap() as i16) >= 0);
            }
        }
    }

    #[test]
    fn kept_outlines_stay_and_the_others_go() {
        let font = bytes(Weight::Regular);
        let small = outlines(font, &[40, 41]).unwrap();
        assert!(small.len() < 8_000, "{}", small.len());
        let filled: Vec<usize> =
            offsets(&small).windows(2).enumerate().filter(|(_, p)| p[0] < p[1]).map(|(i, _)| i).collect();
        assert_eq!(filled, [0, 40, 41]);
        let outline = |f: &[u8], glyph: usize| {
            let start = usize::from(offsets(f)[glyph]) * 2;
            table(f, b"glyf").unwrap()[start..start + 20].to_vec()
        };
        assert_eq!(outline(&small, 41), outline(font, 41));
    }

    #[test]
    fn what_is_no_font_is_refused() {
        assert!(outlines(b"", &[]).is_err());
        assert!(outlines(b"not a font, but long enough to look at", &[1]).is_err());
        assert!(outlines(bytes(Weight::Regular), &[60_000]).is_err());
    }
}
