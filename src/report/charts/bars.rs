//! Names with a value each: level bars, the weightiest first as they come.

use super::Chart;
use super::axis::Axis;
use super::canvas::{Anchor, Area, Canvas, EDGE, TextStyle, heading};
use super::diagonal::{self, Mark};
use crate::report::fonts::text::clean;
use crate::report::theme::{BLUE, GREY, INK, MUTED, PAPER};

const HEAD: f32 = 88.0;
const ROW: f32 = 24.0;
const FOOT: f32 = 40.0;
/// Most room for the values at the right.
const NUMBERS: f32 = 160.0;

/// A bar chart.
#[derive(Debug, Clone, Default)]
pub struct Bars {
    /// The headline.
    pub title: String,
    /// What the values are.
    pub subtitle: String,
    /// The bars from top to bottom.
    pub bars: Vec<Item>,
    /// What the grey and the blue bars are, where bars come in pairs.
    pub names: Option<(String, String)>,
}

/// A bar.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Item {
    /// What it is of.
    pub name: String,
    /// How long it is; below 0 it goes to the left.
    pub value: f64,
    /// The value before, drawn in grey above the bar.
    pub before: Option<f64>,
    /// How far the value may be off, either way.
    pub spread: Option<f64>,
    /// The value as it is written beside.
    pub text: String,
}

impl Item {
    /// The ends of the whisker.
    fn ends(&self) -> Option<(f64, f64)> {
        let spread = self.spread.filter(|s| s.is_finite() && *s > 0.0)?;
        Some((self.value - spread, self.value + spread))
    }
}

impl Bars {
    fn sound(&self) -> impl Iterator<Item = &Item> {
        self.bars.iter().filter(|bar| bar.value.is_finite())
    }

    fn axis(&self) -> Axis {
        let ends = self.sound().flat_map(|bar| {
            let (low, high) = bar.ends().unwrap_or((bar.value, bar.value));
            [bar.value, low, high, bar.before.filter(|b| b.is_finite()).unwrap_or_default()]
        });
        let (low, high) = ends.fold((0.0f64, 0.0f64), |(low, high), v| (low.min(v), high.max(v)));
        Axis::round(low, high)
    }

    fn head(&self) -> f32 {
        if self.names.is_some() { HEAD + 28.0 } else { HEAD }
    }

    /// Room for the values.
    fn numbers(&self) -> f32 {
        let longest = self.bars.iter().map(|bar| values().width(&clean(&bar.text))).fold(0.0, f32::max);
        (longest + 20.0).min(NUMBERS)
    }

    /// Room for the names.
    fn side(&self) -> f32 {
        let longest = self.bars.iter().map(|bar| names().width(&clean(&bar.name))).fold(0.0, f32::max);
        longest.clamp(60.0, 260.0) + 16.0
    }
}

fn names() -> TextStyle {
    TextStyle::new(13.0)
}

fn values() -> TextStyle {
    TextStyle::new(12.5)
}

impl Chart for Bars {
    fn size(&self) -> (u32, u32) {
        let row = if self.names.is_some() { ROW + 6.0 } else { ROW };
        (820, (self.head() + self.bars.len().max(1) as f32 * row + FOOT) as u32)
    }

    fn draw(&self, canvas: &mut dyn Canvas, width: f32, height: f32) {
        heading(canvas, width, &self.title, &self.subtitle);
        if let Some((before, now)) = &self.names {
            diagonal::legend(canvas, width, &[(Mark::Fill(GREY), before), (Mark::Fill(BLUE), now)]);
        }
        let (left, head) = (EDGE + self.side(), self.head());
        let area =
            Area::new(left, head, (width - left - self.numbers() - EDGE).max(10.0), (height - head - FOOT).max(10.0));
        let axis = self.axis();
        axis.draw_across(canvas, area);
        let zero = axis.across(0.0, area);
        let row = area.height / self.bars.len().max(1) as f32;
        for (i, bar) in self.bars.iter().enumerate() {
            let y = area.y + (i as f32 + 0.5) * row;
            let style = names().anchor(Anchor::End);
            canvas.text((left - 14.0, y + style.drop()), &style.fit(&bar.name, self.side() - 16.0), style);
            if bar.value.is_finite() {
                let end = axis.across(bar.value, area);
                let thick = if bar.before.is_some() { row * 0.38 } else { row * 0.62 }.max(1.0);
                let (x, long) = (zero.min(end), (zero - end).abs().max(1.0));
                let top = if bar.before.is_some() { y } else { y - thick / 2.0 };
                canvas.rect(Area::new(x, top, long, thick - 0.5), BLUE);
                if let Some(before) = bar.before.filter(|b| b.is_finite()) {
                    let end = axis.across(before, area);
                    let (x, long) = (zero.min(end), (zero - end).abs().max(1.0));
                    canvas.rect(Area::new(x, y - thick, long, thick - 0.5), GREY);
                }
                if let Some((low, high)) = bar.ends() {
                    let (low, high) = (axis.across(low, area), axis.across(high, area));
                    // White under ink: the whisker is seen on the bar and off it.
                    for (width, colour) in [(3.5, PAPER), (1.5, INK)] {
                        canvas.line((low, y), (high, y), width, colour);
                        for x in [low, high] {
                            canvas.line((x, y - 4.0), (x, y + 4.0), width, colour);
                        }
                    }
                }
            }
            // Numbers stand under each other.
            let style = values().anchor(Anchor::End);
            canvas.text((width - EDGE, y + style.drop()), &style.fit(&bar.text, NUMBERS - 20.0), style);
        }
        canvas.line((zero, area.y), (zero, area.bottom()), 1.0, MUTED);
    }

    fn describe(&self) -> String {
        let said = self.bars.iter().map(|bar| format!("{} {}", clean(&bar.name), clean(&bar.text)));
        format!("{}. {}", clean(&self.title), said.collect::<Vec<_>>().join("; "))
    }
}
