//! How each block of a document stands on the page.

use super::drawing;
use crate::error::Result;
use crate::markup::{escape, shortened};
use crate::numbers::grouped;
use crate::report::charts::Chart;
use crate::report::document::{Align, Block, Callout, Document, Figure, Section, Table, Tone};
use chrono::DateTime;
use std::fmt::{Arguments, Write};

/// The longest text of a cell, in characters: cells of data may hold whole letters.
const CELL: usize = 300;

/// Charts up to this width can stand side by side and be read.
const NARROW: u32 = 800;

/// A growing page.
pub(super) struct Writer {
    html: String,
    /// Rows of a table at most.
    rows: usize,
    /// Tables so far: each needs a name of its own.
    tables: usize,
}

impl Writer {
    /// An empty page whose tables have at most so many rows.
    pub(super) fn new(rows: usize) -> Writer {
        Writer { html: String::new(), rows, tables: 0 }
    }

    /// The HTML so far.
    pub(super) fn finish(self) -> String {
        self.html
    }

    /// Adds HTML.
    pub(super) fn put(&mut self, html: &str) {
        self.html.push_str(html);
    }

    // Writing into a string cannot fail.
    fn add(&mut self, arguments: Arguments<'_>) {
        let _ = self.html.write_fmt(arguments);
    }

    /// The title, what came out, and the facts about the run.
    pub(super) fn head(&mut self, document: &Document) {
        let title = if document.title.trim().is_empty() { "Report" } else { document.title.as_str() };
        self.add(format_args!("<header class=\"head\">\n<h1>{}</h1>\n", escape(title)));
        if !document.subtitle.is_empty() {
            self.add(format_args!("<p class=\"lead\">{}</p>\n", escape(&document.subtitle)));
        }
        if let Some(verdict) = &document.verdict {
            self.callout(verdict);
        }
        if !document.figures.is_empty() {
            self.put("<dl class=\"figures\">\n");
            for Figure { label, value, note } in &document.figures {
                let (label, value, note) = (escape(label), escape(value), escape(note));
                self.add(format_args!(
                    "<div><dt>{label}</dt><dd><strong>{value}</strong><span>{note}</span></dd></div>\n"
                ));
            }
            self.put("</dl>\n");
        }
        if !document.meta.is_empty() {
            self.facts(&document.meta, "meta");
        }
        self.put("</header>\n");
    }

    /// A section, under a heading where it has a title.
    ///
    /// # Errors
    /// A chart cannot be drawn.
    pub(super) fn section(&mut self, section: &Section, id: &str, titled: bool) -> Result<()> {
        match titled {
            true => self.add(format_args!(
                "<section class=\"card\" aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>\n",
                escape(&section.title)
            )),
            false => self.add(format_args!("<div class=\"card\" id=\"{id}\">\n")),
        }
        let mut blocks = section.blocks.as_slice();
        while let Some((first, rest)) = blocks.split_first() {
            let charts: Vec<&dyn Chart> = blocks.iter().map_while(chart).collect();
            blocks = rest;
            match first {
                Block::Paragraph(text) => self.add(format_args!("<p>{}</p>\n", escape(text))),
                Block::List(points) => self.list(points),
                Block::Facts(facts) => self.facts(facts, "facts"),
                Block::Table(table) => self.table(table, &section.title),
                Block::Callout(callout) => self.callout(callout),
                Block::Chart(_) => {
                    blocks = &blocks[charts.len() - 1..];
                    self.charts(&charts)?;
                }
            }
        }
        self.put(if titled { "</section>\n" } else { "</div>\n" });
        Ok(())
    }

    fn list(&mut self, points: &[String]) {
        self.put("<ul>\n");
        for point in points {
            self.add(format_args!("<li>{}</li>\n", escape(point)));
        }
        self.put("</ul>\n");
    }

    fn facts(&mut self, facts: &[(String, String)], class: &str) {
        self.add(format_args!("<dl class=\"{class}\">\n"));
        for (name, value) in facts {
            self.add(format_args!("<div><dt>{}</dt><dd>{}</dd></div>\n", shortened(name, CELL), cell(value)));
        }
        self.put("</dl>\n");
    }

    /// The tone is a colour; the words say the same.
    fn callout(&mut self, callout: &Callout) {
        let tone = match callout.tone {
            Tone::Good => "good",
            Tone::Neutral => "neutral",
            Tone::Warning => "warning",
        };
        self.add(format_args!("<div class=\"callout {tone}\">\n"));
        if !callout.title.trim().is_empty() {
            self.add(format_args!("<p><strong>{}</strong></p>\n", escape(&callout.title)));
        }
        if !callout.text.trim().is_empty() {
            self.add(format_args!("<p>{}</p>\n", escape(&callout.text)));
        }
        self.put("</div>\n");
    }

    /// Narrow charts that follow each other stand side by side where there is room. On a phone each
    /// scrolls in a box of its own, so that its text keeps its size.
    fn charts(&mut self, charts: &[&dyn Chart]) -> Result<()> {
        let beside = charts.len() > 1 && charts.iter().all(|chart| chart.size().0 <= NARROW);
        self.put(if beside { "<div class=\"beside\">\n" } else { "" });
        for chart in charts {
            let svg = drawing::svg(*chart)?;
            self.add(format_args!("<figure class=\"scroll\" tabindex=\"0\">\n{svg}</figure>\n"));
        }
        self.put(if beside { "</div>\n" } else { "" });
        Ok(())
    }

    /// A table in a box of its own that scrolls; `title` is what it is of.
    fn table(&mut self, table: &Table, title: &str) {
        if table.header.is_empty() {
            return;
        }
        self.tables += 1;
        let (id, shown) = (self.tables, table.rows.len().min(self.rows));
        self.add(format_args!(
            "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-labelledby=\"table-{id}\">\n<table>\n\
             <caption id=\"table-{id}\">{}, table {id}</caption>\n<thead><tr>",
            escape(title.trim())
        ));
        let class = |column: usize| match table.align(column) {
            Align::Start => "",
            Align::End => " class=\"n\"",
        };
        for (column, name) in table.header.iter().enumerate() {
            self.add(format_args!("<th scope=\"col\"{}>{}</th>", class(column), shortened(name, CELL)));
        }
        self.put("</tr></thead>\n<tbody>\n");
        for row in 0..shown {
            self.put("<tr>");
            for column in 0..table.header.len() {
                let text = cell(table.cell(row, column));
                match column {
                    0 => self.add(format_args!("<th scope=\"row\"{}>{text}</th>", class(column))),
                    _ => self.add(format_args!("<td{}>{text}</td>", class(column))),
                }
            }
            self.put("</tr>\n");
        }
        self.put("</tbody>\n</table>\n</div>\n");
        if shown < table.rows.len() {
            self.add(format_args!(
                "<p class=\"note\">The first {} of {} rows are shown, to keep this page small. The PDF of this report \
                 has them all.</p>\n",
                grouped(shown as u64),
                grouped(table.rows.len() as u64)
            ));
        }
    }
}

/// The text of a cell; a time as people read it, with the exact one for machines.
fn cell(text: &str) -> String {
    match DateTime::parse_from_rfc3339(text) {
        Ok(time) if text.ends_with('Z') => {
            format!("<time datetime=\"{}\">{}</time>", escape(text), time.format("%Y-%m-%d %H:%M:%S"))
        }
        _ => shortened(text, CELL).to_string(),
    }
}

fn chart(block: &Block) -> Option<&dyn Chart> {
    match block {
        Block::Chart(chart) => Some(chart.as_ref()),
        _ => None,
    }
}
