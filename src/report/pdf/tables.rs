//! Tables: column widths, rows that stay whole, a header on every page.

use super::blocks::{self, LEAD};
use super::layout::Flow;
use super::page::{CONTENT, MARGIN};
use crate::report::charts::canvas::{Anchor, Area, Canvas, TextStyle};
use crate::report::document::{Align, Table};
use crate::report::fonts::text::clean;
use crate::report::theme::{LINE, MUTED};

const SIZE: f32 = 9.0;
/// White between two columns.
const GUTTER: f32 = 14.0;
/// White above and below the text of a row, together.
const PAD: f32 = 6.0;
/// Lines of a cell; the rest is cut, so that a row is never higher than a page.
const MOST: usize = 12;
/// No column is narrower than this.
const NARROWEST: f32 = 22.0;

fn header_style() -> TextStyle {
    TextStyle::new(8.0).strong().colour(MUTED)
}

fn cell_style() -> TextStyle {
    TextStyle::new(SIZE)
}

/// The height of the header and the first rows, which stay together.
pub(super) fn first_height(table: &Table) -> f32 {
    const TOGETHER: usize = 3;
    let columns = columns(table);
    let rows = 0..table.rows.len().min(TOGETHER);
    let first: f32 = rows.map(|index| row_height(&row(table, index, &columns))).sum();
    row_height(&header(table, &columns)) + first.min(200.0)
}

/// A row: the lines of each of its cells.
type Row = Vec<Vec<String>>;

fn header(table: &Table, columns: &[f32]) -> Row {
    table.header.iter().zip(columns).map(|(name, width)| blocks::lines(name, *width, header_style(), 4)).collect()
}

fn row(table: &Table, index: usize, columns: &[f32]) -> Row {
    let cell = |(column, width): (usize, &f32)| blocks::lines(table.cell(index, column), *width, cell_style(), MOST);
    columns.iter().enumerate().map(cell).collect()
}

fn row_height(row: &Row) -> f32 {
    row.iter().map(Vec::len).max().unwrap_or(1).max(1) as f32 * (LEAD - 1.5) + PAD
}

/// Draws a table and moves the flow below it.
pub(super) fn table(flow: &mut Flow, table: &Table) {
    if table.header.is_empty() {
        return;
    }
    let columns = columns(table);
    let header = header(table, &columns);
    flow.need(first_height(table));
    draw(flow, table, &columns, &header, header_style());
    for index in 0..table.rows.len() {
        let row = row(table, index, &columns);
        if flow.need(row_height(&row)) {
            draw(flow, table, &columns, &header, header_style());
        }
        draw(flow, table, &columns, &row, cell_style());
    }
}

/// Draws a row with its hairline below.
fn draw(flow: &mut Flow, table: &Table, columns: &[f32], row: &Row, style: TextStyle) {
    let (top, height) = (flow.y, row_height(row));
    let mut x = MARGIN;
    for (column, (cell, width)) in row.iter().zip(columns).enumerate() {
        flow.y = top + PAD / 2.0;
        for line in cell {
            match table.align(column) {
                Align::Start => flow.line(x, line, style, LEAD - 1.5),
                Align::End => flow.line(x + width, line, style.anchor(Anchor::End), LEAD - 1.5),
            }
        }
        x += width + GUTTER;
    }
    let strong = style == header_style();
    let line = if strong { 0.9 } else { 0.5 };
    flow.page().rect(Area::new(MARGIN, top + height - line, CONTENT, line), if strong { MUTED } else { LINE });
    flow.y = top + height;
}

/// The widths of the columns, which with the gutters fill the page: what each needs, and
/// the rest to columns of text; where it is too little, the widest give way first.
fn columns(table: &Table) -> Vec<f32> {
    let count = table.header.len();
    let mut wanted = vec![NARROWEST; count];
    for (column, want) in wanted.iter_mut().enumerate() {
        let name = header_style().width(&clean(&table.header[column]));
        let cells = (0..table.rows.len()).map(|row| cell_style().width(table.cell(row, column)));
        // A little more than measured, or rounding would break a line that fits.
        *want = cells.fold(name, f32::max).max(NARROWEST) + 0.5;
    }
    let room = CONTENT - GUTTER * count.saturating_sub(1) as f32;
    let sum: f32 = wanted.iter().sum();
    if sum <= room {
        let texts = (0..count).filter(|c| table.align(*c) == Align::Start).count();
        let share = (room - sum) / if texts > 0 { texts } else { count } as f32;
        for (column, want) in wanted.iter_mut().enumerate() {
            if texts == 0 || table.align(column) == Align::Start {
                *want += share;
            }
        }
        return wanted;
    }
    // The cap that makes them fit: columns below it keep what they need.
    let (mut low, mut high) = (0.0, room);
    for _ in 0..24 {
        let cap = (low + high) / 2.0;
        if wanted.iter().map(|w| w.min(cap)).sum::<f32>() <= room { low = cap } else { high = cap }
    }
    wanted.iter().map(|w| w.min(low)).collect()
}
