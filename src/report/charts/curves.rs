//! Curves over shares: ROC, precision-recall, gain and lift are one drawing.

use super::Chart;
use super::axis::Axis;
use super::canvas::{Anchor, Area, Canvas, EDGE, TextStyle, small_heading};
use super::diagonal::{self, Mark};
use crate::numbers::score;
use crate::report::fonts::text::clean;
use crate::report::theme::{BLUE, Colour, LINE, MUTED, PAPER, SERIES};

const HEAD: f32 = 100.0;
const FOOT: f32 = 56.0;
/// The axis title at the left, and the gap to the numbers.
const SIDE: f32 = 30.0;

/// Curves of one or two models.
#[derive(Debug, Clone, Default)]
pub struct Curves {
    /// The headline.
    pub title: String,
    /// The figures that sum them up.
    pub subtitle: String,
    /// What goes from 0 to 1 from left to right.
    pub across: String,
    /// What goes up.
    pub up: String,
    /// The curves: the incumbent before the challenger.
    pub curves: Vec<Curve>,
    /// What a model that knows nothing would give.
    pub reference: Option<Reference>,
}

/// A curve.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    /// Whose.
    pub name: String,
    /// Its points from left to right; what is not finite is left out.
    pub points: Vec<(f64, f64)>,
    /// Where the model stands with its threshold.
    pub mark: Option<(f64, f64)>,
}

/// A straight line to compare with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reference {
    /// What it is.
    pub name: String,
    /// Its left end.
    pub from: (f64, f64),
    /// Its right end.
    pub to: (f64, f64),
}

fn finite(p: &(f64, f64)) -> bool {
    p.0.is_finite() && p.1.is_finite()
}

impl Curves {
    /// One curve alone is that of the model that the report is about.
    fn colour(&self, curve: usize) -> Colour {
        if self.curves.len() <= 1 { BLUE } else { SERIES.get(curve).copied().unwrap_or(BLUE) }
    }

    /// From 0 to 1, or as high as the curves go.
    fn axis(&self) -> Axis {
        let points = self.curves.iter().flat_map(|c| &c.points).filter(|p| finite(p));
        let top = points.map(|p| p.1).fold(1.0, f64::max);
        Axis::round(0.0, top)
    }

    fn draw_curve(canvas: &mut dyn Canvas, curve: &Curve, colour: Colour, place: impl Fn((f64, f64)) -> (f32, f32)) {
        let points: Vec<_> = curve.points.iter().copied().filter(finite).map(&place).collect();
        canvas.path(&points, 2.2, colour);
        if let Some(mark) = curve.mark.filter(finite) {
            canvas.circle(place(mark), 5.5, PAPER);
            canvas.circle(place(mark), 4.0, colour);
        }
    }
}

impl Chart for Curves {
    fn size(&self) -> (u32, u32) {
        (430, 430)
    }

    fn draw(&self, canvas: &mut dyn Canvas, width: f32, height: f32) {
        small_heading(canvas, width, &self.title, &self.subtitle);
        let names: Vec<String> = self.curves.iter().map(|c| clean(&c.name)).collect();
        let mut entries: Vec<(Mark, &str)> =
            names.iter().enumerate().map(|(i, name)| (Mark::Stroke(self.colour(i)), name.as_str())).collect();
        entries.extend(self.reference.as_ref().map(|r| (Mark::Line, r.name.as_str())));
        diagonal::small_legend(canvas, width, &entries);
        let (level, up) = (Axis::round(0.0, 1.0), self.axis());
        let left = EDGE + SIDE + up.room();
        // Half of the last label stands right of the axis.
        let right = EDGE + level.room() / 2.0;
        let area = Area::new(left, HEAD, (width - left - right).max(10.0), (height - HEAD - FOOT).max(10.0));
        up.draw_up(canvas, area);
        level.draw_across(canvas, area);
        canvas.rect(Area::new(area.x, area.y, 1.0, area.height), LINE);
        let title = TextStyle::new(11.5).strong().colour(MUTED).anchor(Anchor::Middle);
        let (x, y) = area.centre();
        canvas.text((x, area.bottom() + 44.0), &title.fit(&self.across, area.width), title);
        canvas.text((EDGE + title.size * 0.8, y), &title.fit(&self.up, area.height), title.upward());
        let place = |p: (f64, f64)| (level.across(p.0, area), up.up(p.1, area));
        if let Some(reference) = self.reference.as_ref().filter(|r| finite(&r.from) && finite(&r.to)) {
            canvas.line(place(reference.from), place(reference.to), 1.2, MUTED);
        }
        for (i, curve) in self.curves.iter().enumerate() {
            Self::draw_curve(canvas, curve, self.colour(i), place);
        }
    }

    fn describe(&self) -> String {
        let at = |c: &Curve| {
            let points: Vec<&(f64, f64)> = c.points.iter().filter(|p| finite(p)).collect();
            let middle = points.get(points.len() / 2).map(|p| format!(", {} at {}", score(p.1), score(p.0)));
            format!("{} of {} points{}", clean(&c.name), points.len(), middle.unwrap_or_default())
        };
        let said: Vec<String> = self.curves.iter().map(at).collect();
        format!(
            "{}: {} against {}. {}. {}",
            clean(&self.title),
            self.up,
            self.across,
            clean(&self.subtitle),
            said.join("; ")
        )
    }
}
