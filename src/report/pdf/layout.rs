//! Layout: a document becomes pages of positioned items.
//!
//! Everything flows down a [`Flow`], which starts a new page where something does not fit
//! any more. What must stay together asks for its whole height first: a heading with the
//! beginning of what follows, the rows of a table one by one, a chart, a callout.

use super::blocks;
use super::page::{BOTTOM, CONTENT, HEIGHT, MARGIN, Page, TOP, WIDTH};
use crate::report::charts::canvas::{Anchor, Area, Canvas, TextStyle};
use crate::report::document::{Block, Document, Section};
use crate::report::theme::{INK, LINE, MUTED};

/// Text of the page foot and of the running head.
const SMALL: f32 = 7.5;

/// Said at the end where it is true.
const ABSENT: &str = "A character that the typeface of this file lacks is drawn as a box with its Unicode number.";

/// Pages as they fill.
pub(super) struct Flow {
    pages: Vec<Page>,
    /// Where the next thing goes on the last page.
    pub(super) y: f32,
}

impl Flow {
    fn new() -> Flow {
        Flow { pages: vec![Page::default()], y: TOP }
    }

    /// The page that is being filled.
    pub(super) fn page(&mut self) -> &mut Page {
        if self.pages.is_empty() {
            self.pages.push(Page::default());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    /// What is left of the page.
    pub(super) fn left(&self) -> f32 {
        BOTTOM - self.y
    }

    /// Whether nothing is on the page yet.
    pub(super) fn fresh(&self) -> bool {
        self.y <= TOP
    }

    /// Starts a new page where less than `height` is left, and says whether it did.
    pub(super) fn need(&mut self, height: f32) -> bool {
        let broke = height > self.left() && !self.fresh();
        if broke {
            self.pages.push(Page::default());
            self.y = TOP;
        }
        broke
    }

    /// White space, which a page does not begin with.
    pub(super) fn space(&mut self, height: f32) {
        if !self.fresh() {
            self.y += height;
        }
    }

    /// A line of text with its top at the flow, which goes on by `height`.
    pub(super) fn line(&mut self, x: f32, text: &str, style: TextStyle, height: f32) {
        let baseline = self.y + height / 2.0 + style.drop();
        self.page().text((x, baseline), text, style);
        self.y += height;
    }
}

/// The pages of a document, at least one.
pub fn layout(document: &Document) -> Vec<Page> {
    let mut flow = Flow::new();
    cover(&mut flow, document);
    for part in &document.sections {
        section(&mut flow, part);
    }
    if flow.pages.iter().any(|page| page.absent) {
        flow.space(16.0);
        blocks::block(&mut flow, &Block::Paragraph(ABSENT.to_string()));
    }
    let mut pages = flow.pages;
    let count = pages.len();
    for (i, page) in pages.iter_mut().enumerate() {
        running(page, document, i + 1, count);
    }
    pages
}

/// Title, subtitle, verdict, the numbers to see first, facts about the run.
fn cover(flow: &mut Flow, document: &Document) {
    let title = TextStyle::new(23.0).strong().colour(INK);
    for line in blocks::lines(&document.title, CONTENT, title, 3) {
        flow.line(MARGIN, &line, title, 29.0);
    }
    let subtitle = TextStyle::new(11.0).colour(MUTED);
    if !document.subtitle.trim().is_empty() {
        flow.y += 3.0;
        for line in blocks::lines(&document.subtitle, CONTENT, subtitle, 4) {
            flow.line(MARGIN, &line, subtitle, 15.5);
        }
    }
    if let Some(verdict) = &document.verdict {
        flow.y += 18.0;
        blocks::callout(flow, verdict);
    }
    if !document.figures.is_empty() {
        flow.y += 20.0;
        blocks::figures(flow, &document.figures);
    }
    if !document.meta.is_empty() {
        flow.y += 16.0;
        blocks::strip(flow, &document.meta);
    }
}

fn section(flow: &mut Flow, section: &Section) {
    let style = TextStyle::new(14.0).strong();
    let lines = match section.title.trim() {
        "" => Vec::new(),
        title => blocks::lines(title, CONTENT, style, 3),
    };
    let first = blocks::opening_height(&section.blocks);
    let heading = lines.len() as f32 * 18.0 + 8.0;
    flow.need(28.0 + heading + first);
    flow.space(28.0);
    for line in &lines {
        flow.line(MARGIN, line, style, 18.0);
    }
    if !lines.is_empty() {
        flow.y += 8.0;
    }
    for (i, block) in section.blocks.iter().enumerate() {
        if i > 0 {
            flow.space(if matches!(block, Block::Chart(_)) { 22.0 } else { 12.0 });
            // Words that lead to a table or a chart stay with its beginning.
            flow.need(blocks::opening_height(&section.blocks[i..]));
        }
        blocks::block(flow, block);
    }
}

/// The foot of every page, and the head of those after the first.
fn running(page: &mut Page, document: &Document, number: usize, count: usize) {
    let style = TextStyle::new(SMALL).colour(MUTED);
    let foot = HEIGHT - 36.0;
    page.rect(Area::new(MARGIN, foot - 14.0, CONTENT, 0.5), LINE);
    page.text((MARGIN, foot), &style.fit(&document.subtitle, CONTENT - 90.0), style);
    let place = format!("Page {number} of {count}");
    page.text((WIDTH - MARGIN, foot), &place, style.anchor(Anchor::End));
    if number > 1 {
        page.text((MARGIN, 38.0), &style.fit(&document.title, CONTENT), style);
    }
}
