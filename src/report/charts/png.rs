//! PNG files from pixels, fast.
//!
//! plotters writes PNG files only to a path, and through an encoder that tries filters.
//! Charts are flat and have few colours. A row like the one above it becomes zeros, any
//! other stays as it is; where 256 colours suffice a pixel is one byte instead of three.
//! The fastest compression is then good enough: slower ones gain a sixth for thrice the time.

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use std::io::Write;

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];

/// The filters "none" and "up" of PNG 1.2, section 6.
const NONE: u8 = 0;
const UP: u8 = 2;

/// The colour types of PNG 1.2, section 4.1.1.
const TRUE_COLOUR: u8 = 2;
const INDEXED: u8 = 3;

/// A PNG file of `width` by `height` pixels, three bytes each.
pub(super) fn encode(rgb: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut file = Vec::with_capacity(64 * 1024);
    file.extend_from_slice(&SIGNATURE);
    let indexed = Indexed::of(rgb, width * 3);
    let mut header = Vec::with_capacity(13);
    header.extend_from_slice(&(width as u32).to_be_bytes());
    header.extend_from_slice(&(height as u32).to_be_bytes());
    // Eight bits, the colour type, the only compression and filter set, not interlaced.
    header.extend_from_slice(&[8, if indexed.is_some() { INDEXED } else { TRUE_COLOUR }, 0, 0, 0]);
    chunk(&mut file, b"IHDR", &header);
    match indexed {
        Some(indexed) => {
            chunk(&mut file, b"PLTE", &indexed.palette);
            chunk(&mut file, b"IDAT", &compressed(&indexed.pixels, width));
        }
        None => chunk(&mut file, b"IDAT", &compressed(rgb, width * 3)),
    }
    chunk(&mut file, b"IEND", &[]);
    file
}

/// Rows of `stride` bytes, filtered and compressed.
fn compressed(pixels: &[u8], stride: usize) -> Vec<u8> {
    let mut out = ZlibEncoder::new(Vec::with_capacity(64 * 1024), Compression::fast());
    let mut same = vec![0; stride + 1];
    same[0] = UP;
    let mut above: &[u8] = &[];
    for row in pixels.chunks_exact(stride.max(1)) {
        // Writing into memory does not fail.
        let _ =
            if row == above { out.write_all(&same) } else { out.write_all(&[NONE]).and_then(|()| out.write_all(row)) };
        above = row;
    }
    out.finish().unwrap_or_default()
}

/// Pixels as numbers in a palette.
struct Indexed {
    palette: Vec<u8>,
    pixels: Vec<u8>,
}

impl Indexed {
    /// `None` where there are more than 256 colours.
    fn of(rgb: &[u8], stride: usize) -> Option<Indexed> {
        const SLOTS: usize = 1024;
        // Colour and number by hash, the next free slot on a collision.
        let mut slots: Vec<Option<(u32, u8)>> = vec![None; SLOTS];
        let (mut palette, mut pixels) = (Vec::with_capacity(768), Vec::with_capacity(rgb.len() / 3));
        let mut last = None;
        let mut above: &[u8] = &[];
        for row in rgb.chunks_exact(stride.max(1)) {
            if row == above {
                pixels.extend_from_within(pixels.len() - stride / 3..);
                continue;
            }
            for pixel in row.chunks_exact(3) {
                let colour = u32::from_be_bytes([0, pixel[0], pixel[1], pixel[2]]);
                let number = match last {
                    Some((known, number)) if known == colour => number,
                    _ => {
                        let mut slot = (colour.wrapping_mul(0x9E37_79B1) >> 22) as usize;
                        while slots[slot].is_some_and(|(known, _)| known != colour) {
                            slot = (slot + 1) % SLOTS;
                        }
                        match slots[slot] {
                            Some((_, number)) => number,
                            None => {
                                let number = u8::try_from(palette.len() / 3).ok()?;
                                palette.extend_from_slice(pixel);
                                slots[slot] = Some((colour, number));
                                number
                            }
                        }
                    }
                };
                last = Some((colour, number));
                pixels.push(number);
            }
            above = row;
        }
        Some(Indexed { palette, pixels })
    }
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(content);
    file.extend_from_slice(&(content.len() as u32).to_be_bytes());
    file.extend_from_slice(kind);
    file.extend_from_slice(content);
    file.extend_from_slice(&crc.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::ZlibDecoder;
    use std::io::Read;

    /// The chunks of a file, their checksums checked.
    fn chunks(file: &[u8]) -> Vec<(String, Vec<u8>)> {
        assert_eq!(file[..8], SIGNATURE);
        let (mut chunks, mut rest) = (Vec::new(), &file[8..]);
        while !rest.is_empty() {
            let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            let mut crc = Crc::new();
            crc.update(&rest[4..8 + length]);
            assert_eq!(rest[8 + length..12 + length], crc.sum().to_be_bytes());
            chunks.push((String::from_utf8(rest[4..8].to_vec()).unwrap(), rest[8..8 + length].to_vec()));
            rest = &rest[12 + length..];
        }
        chunks
    }

    fn decode(file: &[u8]) -> Vec<u8> {
        let chunks = chunks(file);
        let part = |name: &str| chunks.iter().find(|(n, _)| n == name).map(|(_, content)| content.clone());
        let header = part("IHDR").unwrap();
        let width = u32::from_be_bytes(header[..4].try_into().unwrap()) as usize;
        let stride = if header[9] == INDEXED { width } else { width * 3 };
        let mut lines = Vec::new();
        ZlibDecoder::new(&part("IDAT").unwrap()[..]).read_to_end(&mut lines).unwrap();
        let mut pixels: Vec<u8> = Vec::new();
        for line in lines.chunks_exact(stride + 1) {
            match line[0] {
                NONE => pixels.extend_from_slice(&line[1..]),
                _ => pixels.extend_from_within(pixels.len() - stride..),
            }
        }
        match part("PLTE") {
            Some(palette) => pixels.iter().flat_map(|n| palette[usize::from(*n) * 3..][..3].to_vec()).collect(),
            None => pixels,
        }
    }

    #[test]
    fn few_and_many_colours_come_back_as_they_were() {
        for colours in [1usize, 2, 256, 257, 4_000] {
            let pixel = |i: usize| [(i % colours) as u8, (i % colours / 256) as u8, 7];
            let rgb: Vec<u8> = (0..80 * 60).flat_map(|i| pixel(i / 3)).collect();
            assert_eq!(decode(&encode(&rgb, 80, 60)), rgb, "{colours}");
        }
    }
}
