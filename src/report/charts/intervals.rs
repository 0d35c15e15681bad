//! Scores side by side: a bar each, with the interval it may lie in.

use super::Chart;
use super::axis::Axis;
use super::canvas::{Anchor, Area, Canvas, EDGE, TextStyle, heading};
use crate::numbers::score;
use crate::report::fonts::text::clean;
use crate::report::theme::{BLUE, Colour, INK, MUTED, PAPER, SERIES};

const HEAD: f32 = 92.0;
const LEGEND: f32 = 34.0;
/// The height of a bar and its share of white.
const BAR: f32 = 22.0;
const GAP: f32 = 18.0;
/// Room for the numbers at the right.
const NUMBERS: f32 = 172.0;
const FOOT: f32 = 52.0;

/// Metrics, each with a bar for every series.
#[derive(Debug, Clone, Default)]
pub struct Intervals {
    /// The headline.
    pub title: String,
    /// What is compared, on which rows, with which kind of interval.
    pub subtitle: String,
    /// The names of the series, at most three: champion, challenger, reference.
    pub series: Vec<String>,
    /// The metrics in order.
    pub groups: Vec<Group>,
}

/// A metric.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// A value for each series.
    pub bars: Vec<Bar>,
}

/// A score.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bar {
    /// The value; `None` where it is undefined.
    pub value: Option<f64>,
    /// The lower and the upper bound.
    pub interval: Option<(f64, f64)>,
}

impl Bar {
    /// A value with its bounds.
    pub fn new(value: f64, low: f64, high: f64) -> Bar {
        Bar { value: Some(value), interval: Some((low, high)) }
    }

    fn value(&self) -> Option<f64> {
        self.value.filter(|v| v.is_finite())
    }

    fn interval(&self) -> Option<(f64, f64)> {
        self.interval.filter(|(low, high)| low.is_finite() && high.is_finite())
    }

    fn text(&self) -> (String, String) {
        match (self.value(), self.interval()) {
            (None, _) => ("undefined".into(), String::new()),
            (Some(value), None) => (score(value), String::new()),
            (Some(value), Some((low, high))) => (score(value), format!("{} – {}", score(low), score(high))),
        }
    }
}

impl Intervals {
    /// How many series are drawn.
    fn count(&self) -> usize {
        self.series.len().clamp(1, SERIES.len())
    }

    /// The colour of a series. One alone is the model that the report is about.
    fn colour(&self, series: usize) -> Colour {
        if self.count() == 1 { BLUE } else { SERIES.get(series).copied().unwrap_or(BLUE) }
    }

    fn bars(&self) -> impl Iterator<Item = Bar> + '_ {
        self.groups.iter().flat_map(|g| g.bars.iter().take(self.count()).copied())
    }

    fn axis(&self) -> Axis {
        Axis::of_bars(self.bars().flat_map(|bar| {
            let (low, high) = bar.interval().unzip();
            [bar.value(), low, high].into_iter().flatten()
        }))
    }

    fn names() -> TextStyle {
        TextStyle::new(13.5)
    }

    fn side(&self) -> f32 {
        let longest = self.groups.iter().map(|g| Self::names().width(&clean(&g.name))).fold(0.0, f32::max);
        longest.clamp(60.0, 200.0) + 16.0
    }

    fn draw_legend(&self, canvas: &mut dyn Canvas, width: f32) {
        let style = TextStyle::new(12.5);
        let mut x = EDGE;
        let room = (width - 2.0 * EDGE) / self.count() as f32 - 44.0;
        for (series, name) in self.series.iter().take(self.count()).enumerate() {
            let name = style.fit(name, room);
            canvas.rect(Area::new(x, HEAD + 1.0, 12.0, 12.0), self.colour(series));
            canvas.text((x + 19.0, HEAD + 7.0 + style.drop()), &name, style);
            x += 44.0 + style.width(&name);
        }
    }

    fn draw_bar(canvas: &mut dyn Canvas, bar: Bar, colour: Colour, axis: Axis, area: Area, row: Area) {
        let (_, y) = row.centre();
        let zero = axis.across(0.0, area);
        if let Some(value) = bar.value() {
            let end = axis.across(value, area);
            let (left, right) = (zero.min(end), zero.max(end));
            canvas.rect(Area::new(left, row.y + 1.0, (right - left).max(1.0), row.height - 2.0), colour);
        }
        if let (Some(_), Some((low, high))) = (bar.value(), bar.interval()) {
            let (low, high) = (axis.across(low, area), axis.across(high, area));
            // An interval without a width would be a blot.
            if high - low < 2.0 {
                return Self::draw_numbers(canvas, bar, area, y);
            }
            // White under ink: the whisker is seen on the bar and off it.
            for (width, colour) in [(4.0, PAPER), (2.0, INK)] {
                canvas.line((low, y), (high, y), width, colour);
                for x in [low, high] {
                    canvas.line((x, y - 5.0), (x, y + 5.0), width, colour);
                }
            }
        }
        Self::draw_numbers(canvas, bar, area, y);
    }

    fn draw_numbers(canvas: &mut dyn Canvas, bar: Bar, area: Area, y: f32) {
        let (value, range) = bar.text();
        let style = TextStyle::new(13.0).strong();
        let muted = bar.value().is_none();
        let style = if muted { TextStyle::new(12.0).colour(MUTED) } else { style };
        let x = area.right() + 20.0;
        canvas.text((x, y + style.drop()), &value, style);
        let small = TextStyle::new(11.5).colour(MUTED);
        let start = x + style.width(&value).max(44.0) + 9.0;
        canvas.text((start, y + small.drop()), &small.fit(&range, area.right() + NUMBERS - start), small);
    }
}

impl Chart for Intervals {
    fn size(&self) -> (u32, u32) {
        let group = self.count() as f32 * BAR + GAP;
        (820, (HEAD + LEGEND + self.groups.len().max(1) as f32 * group + FOOT) as u32)
    }

    fn draw(&self, canvas: &mut dyn Canvas, width: f32, height: f32) {
        heading(canvas, width, &self.title, &self.subtitle);
        self.draw_legend(canvas, width);
        let left = EDGE + self.side();
        let top = HEAD + LEGEND;
        let area = Area::new(left, top, (width - left - NUMBERS - EDGE).max(10.0), (height - top - FOOT).max(10.0));
        let axis = self.axis();
        axis.draw_across(canvas, area);
        let group = area.height / self.groups.len().max(1) as f32;
        let bar = (group - GAP).max(2.0) / self.count() as f32;
        for (i, g) in self.groups.iter().enumerate() {
            let y = area.y + i as f32 * group + GAP / 2.0;
            let style = Self::names().anchor(Anchor::End);
            let middle = y + (group - GAP) / 2.0 + style.drop();
            canvas.text((left - 14.0, middle), &style.fit(&g.name, self.side() - 16.0), style);
            for (series, value) in g.bars.iter().take(self.count()).enumerate() {
                let row = Area::new(area.x, y + series as f32 * bar, area.width, bar);
                Self::draw_bar(canvas, *value, self.colour(series), axis, area, row);
            }
        }
        let zero = axis.across(0.0, area);
        canvas.line((zero, area.y), (zero, area.bottom()), 1.0, MUTED);
    }

    fn describe(&self) -> String {
        let mut said = Vec::new();
        for group in &self.groups {
            for (bar, name) in group.bars.iter().zip(&self.series) {
                said.push(format!("{} of {}: {}", clean(&group.name), clean(name), bar.text().0));
            }
        }
        format!("{}. {}", clean(&self.title), said.join("; "))
    }
}
