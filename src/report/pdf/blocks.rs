//! How each block of a document stands on a page.

use super::layout::Flow;
use super::page::{BOTTOM, CONTENT, MARGIN, TOP};
use super::tables;
use crate::report::charts::Chart;
use crate::report::charts::canvas::{ABOVE, Area, Canvas, EDGE, Placed, TextStyle};
use crate::report::document::{Block, Callout, Figure, Tone};
use crate::report::fonts::text::wrap;
use crate::report::theme::{GOOD, INK, LINE, MUTED, NEUTRAL, WARNING};

/// Running text.
pub(super) const BODY: f32 = 9.5;
/// From line to line of it.
pub(super) const LEAD: f32 = 14.0;
/// The height of a page's content.
const PAGE: f32 = BOTTOM - TOP;
/// Points for a pixel of a chart: its text is then as large as that of a table.
const CHART: f32 = 0.65;
/// How much smaller a chart may become to stay on its page.
const SHRINK: f32 = 0.78;

/// The lines of a text, at most `most`; what is cut ends in `…`.
pub(super) fn lines(text: &str, room: f32, style: TextStyle, most: usize) -> Vec<String> {
    let mut lines = wrap(text, room, style.size, style.weight);
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.push(style.fit(&rest, room));
    }
    lines
}

/// Draws a block and moves the flow below it.
pub(super) fn block(flow: &mut Flow, block: &Block) {
    match block {
        Block::Paragraph(text) => paragraph(flow, text),
        Block::List(points) => list(flow, points),
        Block::Facts(facts) => self::facts(flow, facts),
        Block::Table(table) => tables::table(flow, table),
        Block::Callout(callout) => self::callout(flow, callout),
        Block::Chart(chart) => self::chart(flow, chart.as_ref()),
    }
}

/// How much of these blocks must stand together: short paragraphs with the beginning of what
/// they lead to.
pub(super) fn opening_height(blocks: &[Block]) -> f32 {
    /// Longer paragraphs may part from what follows.
    const SHORT: usize = 5;
    let mut height = 0.0;
    for (i, block) in blocks.iter().enumerate() {
        let lines = match block {
            Block::Paragraph(text) => wrap(text, CONTENT, BODY, body().weight).len(),
            _ => SHORT + 1,
        };
        if lines > SHORT || i + 1 == blocks.len() {
            height += first_height(block);
            break;
        }
        height += lines as f32 * LEAD + 22.0;
    }
    height.min(PAGE * 0.6)
}

/// How much of a block must stand under its heading.
fn first_height(block: &Block) -> f32 {
    match block {
        Block::Paragraph(_) | Block::List(_) => 2.0 * LEAD,
        Block::Facts(facts) => facts.len().min(6) as f32 * FACT,
        Block::Table(table) => tables::first_height(table),
        Block::Callout(callout) => Message::of(callout).height,
        Block::Chart(chart) => scaled(chart.as_ref()).1 * SHRINK,
    }
}

fn body() -> TextStyle {
    TextStyle::new(BODY)
}

fn paragraph(flow: &mut Flow, text: &str) {
    running_lines(flow, &wrap(text, CONTENT, BODY, body().weight), MARGIN);
}

/// Lines of running text. Neither the first nor the last stands alone on a page.
fn running_lines(flow: &mut Flow, lines: &[String], x: f32) {
    for (i, line) in lines.iter().enumerate() {
        let together = if i == 0 || i + 2 == lines.len() { 2.min(lines.len() - i) } else { 1 };
        flow.need(together as f32 * LEAD);
        flow.line(x, line, body(), LEAD);
    }
}

fn list(flow: &mut Flow, points: &[String]) {
    const INDENT: f32 = 13.0;
    for (i, point) in points.iter().enumerate() {
        if i > 0 {
            flow.space(3.0);
        }
        let lines = wrap(point, CONTENT - INDENT, BODY, body().weight);
        flow.need(lines.len().min(2) as f32 * LEAD);
        let middle = flow.y + LEAD / 2.0;
        flow.page().circle((MARGIN + 3.0, middle), 1.6, MUTED);
        running_lines(flow, &lines, MARGIN + INDENT);
    }
}

/// The height of a fact of one line.
const FACT: f32 = 20.0;

/// Labels at the left, values beside them, a hairline between two facts.
fn facts(flow: &mut Flow, facts: &[(String, String)]) {
    let label = body().colour(MUTED);
    let longest = facts.iter().map(|(name, _)| label.width(&label.fit(name, 180.0))).fold(60.0, f32::max);
    let start = longest + 24.0;
    for (i, (name, value)) in facts.iter().enumerate() {
        let values = lines(value, CONTENT - start, body(), 12);
        let names = lines(name, longest + 0.1, label, 3);
        let height = values.len().max(names.len()) as f32 * LEAD + (FACT - LEAD);
        let broke = flow.need(height);
        if i > 0 && !broke {
            let y = flow.y;
            flow.page().rect(Area::new(MARGIN, y, CONTENT, 0.5), LINE);
        }
        let top = flow.y + (FACT - LEAD) / 2.0;
        for (column, style, x) in [(&names, label, MARGIN), (&values, body(), MARGIN + start)] {
            flow.y = top;
            for line in column {
                flow.line(x, line, style, LEAD);
            }
        }
        flow.y = top + height - (FACT - LEAD) / 2.0;
    }
}

/// Facts side by side, each label over its value, as many in a row as fit.
pub(super) fn strip(flow: &mut Flow, facts: &[(String, String)]) {
    let (label, value) = (TextStyle::new(7.5).colour(MUTED), body());
    let widest = facts.iter().map(|(l, v)| label.width(l).max(value.width(v))).fold(0.0, f32::max) + 18.0;
    let most = ((CONTENT / widest) as usize).clamp(1, 4);
    // Rows of even length: four facts stand two by two, never three and one.
    let across = facts.len().div_ceil(facts.len().div_ceil(most).max(1)).max(1);
    let width = CONTENT / across as f32;
    for row in facts.chunks(across) {
        let height = 30.0;
        flow.need(height);
        for (i, (name, text)) in row.iter().enumerate() {
            let x = MARGIN + i as f32 * width;
            let y = flow.y;
            flow.page().text((x, y + 9.0), &label.fit(name, width - 14.0), label);
            flow.page().text((x, y + 21.5), &value.fit(text, width - 14.0), value);
        }
        flow.y += height;
    }
}

/// Large numbers side by side, each between its label and its note.
pub(super) fn figures(flow: &mut Flow, figures: &[Figure]) {
    let (label, note) = (TextStyle::new(8.5).colour(MUTED), TextStyle::new(8.0).colour(MUTED));
    let value = TextStyle::new(26.0).strong().colour(INK);
    let width = CONTENT / figures.len().clamp(1, 4) as f32;
    for row in figures.chunks(4) {
        flow.need(62.0);
        let y = flow.y;
        for (i, figure) in row.iter().enumerate() {
            let x = MARGIN + i as f32 * width;
            for (text, style, down) in
                [(&figure.label, label, 8.0), (&figure.value, value, 36.0), (&figure.note, note, 52.0)]
            {
                flow.page().text((x, y + down), &style.fit(text, width - 14.0), style);
            }
        }
        flow.y += 62.0;
    }
}

/// A callout, measured.
struct Message {
    title: Vec<String>,
    text: Vec<String>,
    height: f32,
}

const PAD: f32 = 14.0;

impl Message {
    const TITLE: f32 = 12.5;

    fn of(callout: &Callout) -> Message {
        let room = CONTENT - 2.0 * PAD - 6.0;
        let title = match callout.title.trim() {
            "" => Vec::new(),
            title => lines(title, room, TextStyle::new(Self::TITLE).strong(), 3),
        };
        let text = match callout.text.trim() {
            "" => Vec::new(),
            text => lines(text, room, body(), 24),
        };
        let gap = if title.is_empty() || text.is_empty() { 0.0 } else { 4.0 };
        let height = 2.0 * (PAD - 2.0) + title.len() as f32 * 17.0 + gap + text.len() as f32 * LEAD;
        Message { title, text, height }
    }
}

/// A tinted panel with a bar in the colour of its tone.
pub(super) fn callout(flow: &mut Flow, callout: &Callout) {
    let message = Message::of(callout);
    let (colour, ground) = match callout.tone {
        Tone::Good => GOOD,
        Tone::Neutral => NEUTRAL,
        Tone::Warning => WARNING,
    };
    flow.need(message.height);
    let top = flow.y;
    flow.page().rect(Area::new(MARGIN, top, CONTENT, message.height), ground);
    flow.page().rect(Area::new(MARGIN, top, 4.0, message.height), colour);
    flow.y += PAD - 2.0;
    let style = TextStyle::new(Message::TITLE).strong().colour(colour);
    for line in &message.title {
        flow.line(MARGIN + PAD + 4.0, line, style, 17.0);
    }
    if !message.title.is_empty() {
        flow.y += 4.0;
    }
    for line in &message.text {
        flow.line(MARGIN + PAD + 4.0, line, body(), LEAD);
    }
    flow.y = top + message.height;
}

/// Points for a unit of the chart, and its height without the white above its title.
fn scaled(chart: &dyn Chart) -> (f32, f32) {
    let (width, height) = chart.size();
    let (width, height) = ((width as f32 - 2.0 * EDGE).max(1.0), (height as f32 - ABOVE).max(1.0));
    let scale = CHART.min(CONTENT / width).min(PAGE * 0.9 / height);
    (scale, height * scale)
}

/// A chart with its title on the left margin. Rather than leave a page half empty it
/// becomes a little smaller.
fn chart(flow: &mut Flow, chart: &dyn Chart) {
    let (mut scale, mut height) = scaled(chart);
    let fit = flow.left() / height;
    if (SHRINK..1.0).contains(&fit) {
        (scale, height) = (scale * fit, height * fit);
    }
    flow.need(height);
    let (width, tall) = chart.size();
    let at = (MARGIN - EDGE * scale, flow.y - ABOVE * scale);
    let mut canvas = Placed { canvas: flow.page(), at, scale };
    chart.draw(&mut canvas, width as f32, tall as f32);
    flow.y += height;
}
