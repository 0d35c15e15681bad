//! Pages become a PDF file.
//!
//! printpdf writes the structure. Four things are done here instead: fonts are cut down
//! to the glyphs that are used ([`fonts::subset`]), streams are compressed at a level
//! that is worth its time, and the dates and the identifiers, random otherwise, follow
//! from the time and the content.

use super::page::{HEIGHT, Item, Page, WIDTH};
use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::report::charts::canvas::{Point as At, TextStyle};
use crate::report::document::Document;
use crate::report::fonts::{self, Weight, subset, text::clean};
use crate::report::theme::Colour;
use chrono::{DateTime, Utc};
use flate2::{Compression, write::ZlibEncoder};
use printpdf::{
    Color, FontId, LineJoinStyle, LinePoint, Mm, Op, PaintMode, ParsedFont, PdfDocument, PdfFont, PdfFontHandle,
    PdfPage, PdfSaveOptions, Point, Polygon, PolygonRing, Pt, Rect, Rgb, TextItem, TextMatrix, WindingOrder,
    parse_pdf_date, to_lopdf_doc,
};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// Stands for characters the font has no glyph for.
const REPLACEMENT: char = '\u{fffd}';

/// The file of these pages.
pub(super) fn write(document: &Document, pages: &[Page], now: DateTime<Utc>) -> Result<Vec<u8>> {
    let mut pdf = PdfDocument::new(&clean(&document.title));
    let time = now.format("D:%Y%m%d%H%M%S+00'00'").to_string();
    let date = parse_pdf_date(&time).map_err(|why| Error::internal("a PDF cannot carry this time").why(why))?;
    let info = &mut pdf.metadata.info;
    info.creation_date = date;
    info.modification_date = date;
    info.metadata_date = date;
    info.subject = clean(&document.subtitle);
    info.creator = concat!("incumbent ", env!("CARGO_PKG_VERSION")).to_string();
    info.producer = "printpdf".to_string();
    info.author = "incumbent".to_string();
    for weight in Weight::ALL {
        let used: BTreeSet<char> = pages.iter().flat_map(|page| used_in(page, weight)).collect();
        pdf.resources.fonts.map.insert(font_id(weight), PdfFont::new(embedded(weight, &used)?));
    }
    pdf.pages = pages.iter().map(|page| PdfPage::new(Mm::from(Pt(WIDTH)), Mm::from(Pt(HEIGHT)), ops(page))).collect();
    let mut warnings = Vec::new();
    let mut file = to_lopdf_doc(&pdf, &PdfSaveOptions::default(), &mut warnings);
    // CID fonts with a map to Unicode came with 1.2 and 1.3, but readers take 1.4 for granted.
    file.version = "1.4".to_string();
    let mut parts = vec![time.into_bytes()];
    for object in file.objects.values_mut() {
        if let Ok(dictionary) = object.as_dict_mut() {
            // printpdf claims a PDF/X standard for every file; this one follows none.
            dictionary.remove(b"GTS_PDFXVersion");
        }
        if let Ok(stream) = object.as_stream_mut() {
            parts.push(stream.content.clone());
            let small = deflated(&stream.content);
            if small.len() < stream.content.len() {
                stream.dict.set("Filter", "FlateDecode");
                stream.set_content(small);
            }
        }
    }
    // Two identifiers of 32 characters: of the document, and of this state of it.
    let identity = Fingerprint::of_parts(&parts);
    if let Ok(ids) = file.trailer.get_mut(b"ID").and_then(|ids| ids.as_array_mut()) {
        for id in ids {
            if let Ok(id) = id.as_str_mut() {
                *id = identity.as_str().as_bytes()[..32].to_vec();
            }
        }
    }
    let mut bytes = Vec::new();
    file.save_to(&mut bytes).map_err(|why| Error::internal("failed to write a PDF").why(why))?;
    Ok(bytes)
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(content.len() / 2), Compression::new(5));
    // Writing into memory does not fail; if it did, the stream would stay as it is.
    match encoder.write_all(content).and_then(|()| encoder.finish()) {
        Ok(small) => small,
        Err(_) => content.to_vec(),
    }
}

fn font_id(weight: Weight) -> FontId {
    FontId(match weight {
        Weight::Regular => "Regular".to_string(),
        Weight::Strong => "Strong".to_string(),
    })
}

/// The characters a page sets in a weight.
fn used_in(page: &Page, weight: Weight) -> impl Iterator<Item = char> + '_ {
    page.items.iter().flat_map(move |item| match item {
        Item::Text(_, text, style) if style.weight == weight => text.chars(),
        _ => "".chars(),
    })
}

/// The face with the glyphs of these characters alone: its program and its tables.
fn embedded(weight: Weight, used: &BTreeSet<char>) -> Result<ParsedFont> {
    let Some(whole) = &fonts::face(weight).parsed else {
        return Err(Error::internal("the embedded font cannot be read"));
    };
    let mut glyphs: BTreeMap<u32, u16> = BTreeMap::from([(u32::from(REPLACEMENT), 0)]);
    for c in used {
        if let Some(glyph) = whole.lookup_glyph_index(u32::from(*c)) {
            glyphs.insert(u32::from(*c), glyph);
        }
    }
    let kept: Vec<u16> = glyphs.values().copied().collect();
    let widths = kept.iter().filter_map(|glyph| Some((*glyph, whole.get_glyph_width(*glyph)?))).collect();
    let program = subset::outlines(fonts::bytes(weight), &kept)?;
    // The six letters say that the font is a part of one (ISO 32000-1, 9.6.4).
    let name = match weight {
        Weight::Regular => "INCREG+Inter-Regular",
        Weight::Strong => "INCSTR+Inter-SemiBold",
    };
    let (upm, metrics) = (whole.units_per_em, whole.font_metrics.clone());
    let mut font = ParsedFont::with_glyph_data(program, 0, Some(name.to_string()), glyphs, widths, upm, metrics);
    font.pdf_font_metrics = whole.pdf_font_metrics.clone();
    Ok(font)
}

/// The drawing operations of a page.
fn ops(page: &Page) -> Vec<Op> {
    let mut ops = Vec::with_capacity(page.items.len() * 5);
    let mut fill = None;
    for item in &page.items {
        match item {
            Item::Rect(area, colour) => {
                set_fill(&mut ops, &mut fill, *colour);
                let rectangle = Rect {
                    x: Pt(area.x),
                    y: Pt(HEIGHT - area.bottom()),
                    width: Pt(area.width),
                    height: Pt(area.height),
                    mode: Some(PaintMode::Fill),
                    winding_order: None,
                };
                ops.push(Op::DrawRectangle { rectangle });
            }
            Item::Line(from, to, width, colour) => {
                ops.push(Op::SetOutlineColor { col: color(*colour) });
                ops.push(Op::SetOutlineThickness { pt: Pt(*width) });
                let points = [from, to].map(|p| LinePoint { p: point(*p), bezier: false }).to_vec();
                ops.push(Op::DrawLine { line: printpdf::Line { points, is_closed: false } });
            }
            Item::Path(through, width, colour) => {
                ops.push(Op::SetOutlineColor { col: color(*colour) });
                ops.push(Op::SetOutlineThickness { pt: Pt(*width) });
                ops.push(Op::SetLineJoinStyle { join: LineJoinStyle::Round });
                let points = through.iter().map(|p| LinePoint { p: point(*p), bezier: false }).collect();
                ops.push(Op::DrawLine { line: printpdf::Line { points, is_closed: false } });
            }
            Item::Circle(centre, radius, colour) => {
                set_fill(&mut ops, &mut fill, *colour);
                ops.push(Op::DrawPolygon { polygon: circle(*centre, *radius) });
            }
            Item::Text(at, text, style) => {
                set_fill(&mut ops, &mut fill, style.colour);
                show(&mut ops, *at, text, style);
            }
        }
    }
    ops
}

fn set_fill(ops: &mut Vec<Op>, fill: &mut Option<Colour>, colour: Colour) {
    if *fill != Some(colour) {
        ops.push(Op::SetFillColor { col: color(colour) });
        *fill = Some(colour);
    }
}

fn show(ops: &mut Vec<Op>, at: At, text: &str, style: &TextStyle) {
    let face = fonts::face(style.weight);
    let text = text.chars().map(|c| if face.has(c) { c } else { REPLACEMENT }).collect();
    let (x, y) = (at.0, HEIGHT - at.1);
    let place = if style.upward {
        Op::SetTextMatrix { matrix: TextMatrix::Raw([0.0, 1.0, -1.0, 0.0, x, y]) }
    } else {
        Op::SetTextCursor { pos: Point { x: Pt(x), y: Pt(y) } }
    };
    ops.push(Op::StartTextSection);
    ops.push(Op::SetFont { font: PdfFontHandle::External(font_id(style.weight)), size: Pt(style.size) });
    ops.push(place);
    ops.push(Op::ShowText { items: vec![TextItem::Text(text)] });
    ops.push(Op::EndTextSection);
}

fn point(at: At) -> Point {
    Point { x: Pt(at.0), y: Pt(HEIGHT - at.1) }
}

fn color(colour: Colour) -> Color {
    let part = |value: u8| (f32::from(value) / 255.0 * 1000.0).round() / 1000.0;
    Color::Rgb(Rgb { r: part(colour.0), g: part(colour.1), b: part(colour.2), icc_profile: None })
}

/// A circle of four Bézier curves; the constant makes them touch it in the middle too.
fn circle((x, y): At, r: f32) -> Polygon {
    let k = 0.5523 * r;
    let curves = [
        ((r, 0.0), false),
        ((r, k), true),
        ((k, r), true),
        ((0.0, r), false),
        ((-k, r), true),
        ((-r, k), true),
        ((-r, 0.0), false),
        ((-r, -k), true),
        ((-k, -r), true),
        ((0.0, -r), false),
        ((k, -r), true),
        ((r, -k), true),
        ((r, 0.0), false),
    ];
    let points = curves.map(|((dx, dy), bezier)| LinePoint { p: point((x + dx, y + dy)), bezier }).to_vec();
    Polygon { rings: vec![PolygonRing { points }], mode: PaintMode::Fill, winding_order: WindingOrder::NonZero }
}
