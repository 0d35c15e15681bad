//! Right and wrong labels: for each label the rows that have it over those predicted to
//! have it. What both share is one block, so that the rest of the upper bar is what was
//! missed and the rest of the lower one what was wrongly said.

use super::Chart;
use super::axis::Axis;
use super::canvas::{Anchor, Area, Canvas, EDGE, TextStyle, heading};
use super::diagonal::{self, Mark};
use crate::numbers::{grouped, percent};
use crate::report::fonts::text::clean;
use crate::report::theme::{BLUE, GREY, MUTED, ORANGE};

/// Most labels that are drawn.
pub const MOST: usize = 30;

const HEAD: f32 = 146.0;
const ROW: f32 = 22.0;
const FOOT: f32 = 42.0;
/// The height of one of the two bars of a label.
const BAR: f32 = 7.0;
/// The columns at the right: how wide, and what they are.
const COLUMN: f32 = 78.0;
const COLUMNS: [&str; 3] = ["Has it", "Precision", "Recall"];

/// Labels by falling number of rows.
#[derive(Debug, Clone)]
pub struct Labels {
    title: String,
    subtitle: String,
    labels: Vec<Label>,
    /// How many there are, drawn or not.
    all: usize,
}

/// Rows counted by one label.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// Rows that have it.
    pub rows: u64,
    /// Rows that are predicted to have it.
    pub predicted: u64,
    /// Rows of which both is true.
    pub both: u64,
}

impl Label {
    /// The share of predicted rows that have it; `None` where none is predicted.
    pub fn precision(&self) -> Option<f64> {
        (self.predicted > 0).then(|| self.both as f64 / self.predicted as f64)
    }

    /// The share of its rows that are predicted; `None` where it has none.
    pub fn recall(&self) -> Option<f64> {
        (self.rows > 0).then(|| self.both as f64 / self.rows as f64)
    }
}

impl Labels {
    /// The labels by falling number of rows, at most 30 of them.
    pub fn new(title: impl Into<String>, subtitle: impl Into<String>, mut labels: Vec<Label>) -> Labels {
        let all = labels.len();
        labels.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.name.cmp(&b.name)));
        labels.truncate(MOST);
        Labels { title: title.into(), subtitle: subtitle.into(), labels, all }
    }

    fn axis(&self) -> Axis {
        let most = self.labels.iter().map(|l| l.rows.max(l.predicted)).max().unwrap_or_default();
        // Rows are whole: below five of them the steps are one row each.
        Axis::round(0.0, (most as f64).max(5.0))
    }

    /// The subtitle, which says what is left out.
    fn subtitle(&self) -> String {
        if self.all <= self.labels.len() {
            return self.subtitle.clone();
        }
        format!("{}; the {} most frequent of {} labels", self.subtitle, self.labels.len(), grouped(self.all as u64))
    }

    fn side(&self) -> f32 {
        let longest = self.labels.iter().map(|l| names().width(&clean(&l.name))).fold(0.0, f32::max);
        longest.clamp(60.0, 200.0) + 16.0
    }

    fn draw_row(canvas: &mut dyn Canvas, label: &Label, axis: Axis, area: Area, y: f32) {
        let end = |rows: u64| axis.across(rows as f64, area);
        let right = end(label.both.min(label.rows).min(label.predicted));
        // Where one of the two is empty the other stands in the middle.
        let (upper, lower) = match (label.rows, label.predicted) {
            (0, _) | (_, 0) => (y - BAR / 2.0, y - BAR / 2.0),
            _ => (y - BAR, y),
        };
        for (rows, top, colour) in [(label.rows, upper, GREY), (label.predicted, lower, ORANGE)] {
            if end(rows) > right {
                canvas.rect(Area::new(right, top, (end(rows) - right).max(1.0), BAR), colour);
            }
        }
        if right > area.x {
            canvas.rect(Area::new(area.x, y - BAR, right - area.x, 2.0 * BAR), BLUE);
        }
        let share = |share: Option<f64>| share.map_or("–".to_string(), percent);
        let texts = [grouped(label.rows), share(label.precision()), share(label.recall())];
        let style = TextStyle::new(12.0).anchor(Anchor::End);
        for (i, text) in texts.iter().enumerate() {
            let x = area.right() + (i + 1) as f32 * COLUMN;
            canvas.text((x, y + style.drop()), &style.fit(text, COLUMN - 8.0), style);
        }
    }
}

fn names() -> TextStyle {
    TextStyle::new(12.5)
}

impl Chart for Labels {
    fn size(&self) -> (u32, u32) {
        (820, (HEAD + self.labels.len().max(1) as f32 * ROW + FOOT) as u32)
    }

    fn draw(&self, canvas: &mut dyn Canvas, width: f32, height: f32) {
        heading(canvas, width, &self.title, &self.subtitle());
        let entries = [
            (Mark::Fill(BLUE), "has it, predicted"),
            (Mark::Fill(GREY), "has it, missed"),
            (Mark::Fill(ORANGE), "predicted, has it not"),
        ];
        diagonal::legend(canvas, width, &entries);
        let left = EDGE + self.side();
        let numbers = COLUMNS.len() as f32 * COLUMN;
        let area = Area::new(left, HEAD, (width - left - numbers - EDGE).max(10.0), (height - HEAD - FOOT).max(10.0));
        let axis = self.axis();
        axis.draw_across(canvas, area);
        let head = TextStyle::new(11.5).colour(MUTED).anchor(Anchor::End);
        for (i, name) in COLUMNS.iter().enumerate() {
            canvas.text((area.right() + (i + 1) as f32 * COLUMN, area.y - 8.0), name, head);
        }
        let row = area.height / self.labels.len().max(1) as f32;
        for (i, label) in self.labels.iter().enumerate() {
            let y = area.y + (i as f32 + 0.5) * row;
            let style = names().anchor(Anchor::End);
            canvas.text((left - 14.0, y + style.drop()), &style.fit(&label.name, self.side() - 16.0), style);
            Self::draw_row(canvas, label, axis, area, y);
        }
        canvas.line((area.x, area.y), (area.x, area.bottom()), 1.0, MUTED);
    }

    fn describe(&self) -> String {
        let said = self.labels.iter().map(|l| {
            let counts = [l.rows, l.predicted, l.both].map(grouped);
            format!("{}: {} rows have it, {} predicted, {} both", clean(&l.name), counts[0], counts[1], counts[2])
        });
        format!("{}. {}", clean(&self.title), said.collect::<Vec<_>>().join("; "))
    }
}
