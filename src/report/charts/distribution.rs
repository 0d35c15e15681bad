//! One or two distributions of a column: then as grey areas, now as a blue outline; of
//! categories a pair of bars each.

use super::Chart;
use super::axis::Axis;
use super::canvas::{Anchor, Area, Canvas, EDGE, TextStyle, small_heading};
use super::diagonal::{self, Mark};
use crate::numbers::percent;
use crate::report::fonts::text::clean;
use crate::report::theme::{BLUE, Colour, GREY, LINE, MUTED, sequential};

const HEAD: f32 = 98.0;
const FOOT: f32 = 34.0;
/// Categories that are drawn one by one; the rest is one more.
const MOST: usize = 7;

/// Shares of bins or categories.
#[derive(Debug, Clone, Default)]
pub struct Distribution {
    /// The headline: the column.
    pub title: String,
    /// What was found about it.
    pub subtitle: String,
    /// The edges of the bins, one more than bins; empty for categories.
    pub edges: Vec<f64>,
    /// The categories; empty for numbers.
    pub labels: Vec<String>,
    /// The share of each then; empty where there is nothing to compare with.
    pub reference: Vec<f64>,
    /// The share of each now.
    pub current: Vec<f64>,
    /// The names of then and now; none where there is only now.
    pub names: Option<(String, String)>,
}

/// A bin: its edges and its heights then and now.
struct Bin {
    from: f64,
    to: f64,
    then: f64,
    now: f64,
}

impl Distribution {
    /// The bins; their height is the share by width, so that unequal bins do not mislead.
    fn bins(&self) -> Vec<Bin> {
        let one = |(i, edge): (usize, &[f64])| {
            let (from, to) = (edge[0], edge[1]);
            let width = (to - from).max(f64::MIN_POSITIVE);
            let of = |shares: &[f64]| shares.get(i).map_or(0.0, |share| share / width);
            Bin { from, to, then: of(&self.reference), now: of(&self.current) }
        };
        let sound = |b: &Bin| [b.from, b.to, b.then, b.now].iter().all(|v| v.is_finite());
        self.edges.windows(2).enumerate().map(one).filter(sound).collect()
    }

    /// The categories with their shares, those of most rows one by one and in their order.
    fn categories(&self) -> Vec<(String, f64, f64)> {
        let of = |shares: &[f64], i: usize| shares.get(i).copied().filter(|s| s.is_finite()).unwrap_or_default();
        let all: Vec<(String, f64, f64)> = self
            .labels
            .iter()
            .enumerate()
            .map(|(i, name)| (clean(name), of(&self.reference, i), of(&self.current, i)))
            .collect();
        if all.len() <= MOST + 1 {
            return all;
        }
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by(|a, b| all[*b].1.max(all[*b].2).total_cmp(&all[*a].1.max(all[*a].2)).then(a.cmp(b)));
        let mut kept = order[..MOST].to_vec();
        kept.sort_unstable();
        let rest = order[MOST..].iter().fold((0.0, 0.0), |sum, i| (sum.0 + all[*i].1, sum.1 + all[*i].2));
        let mut shown: Vec<_> = kept.iter().map(|i| all[*i].clone()).collect();
        shown.push((format!("{} others", all.len() - MOST), rest.0, rest.1));
        shown
    }

    fn draw_bins(&self, canvas: &mut dyn Canvas, area: Area) {
        let bins = self.bins();
        let axis = Axis::around(self.edges.iter().copied());
        // Half of the first label stands left of the axis, half of the last one right of it.
        let half = axis.room() / 2.0;
        let area = Area::new(area.x + half, area.y, (area.width - 2.0 * half).max(1.0), area.height);
        axis.draw_across(canvas, area);
        let most = bins.iter().flat_map(|b| [b.then, b.now]).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
        let up = |height: f64| area.bottom() - (height / most) as f32 * area.height;
        let (fill, alone) = if self.names.is_some() { (GREY, false) } else { (sequential(0.55), true) };
        let mut outline = Vec::new();
        for bin in &bins {
            let (left, right) = (axis.across(bin.from, area), axis.across(bin.to, area));
            let top = up(if alone { bin.now } else { bin.then });
            if area.bottom() > top {
                let width = (right - left - 0.8).max(0.5);
                canvas.rect(Area::new(left + 0.4, top, width, area.bottom() - top), fill);
            }
            outline.extend([(left, up(bin.now)), (right, up(bin.now))]);
        }
        if !alone {
            if let (Some(first), Some(last)) = (outline.first().copied(), outline.last().copied()) {
                outline.insert(0, (first.0, area.bottom()));
                outline.push((last.0, area.bottom()));
            }
            canvas.path(&outline, 2.0, BLUE);
        }
        canvas.line((area.x, area.bottom()), (area.right(), area.bottom()), 1.0, MUTED);
    }

    fn draw_categories(&self, canvas: &mut dyn Canvas, area: Area) {
        let shown = self.categories();
        let names = TextStyle::new(11.5).anchor(Anchor::End);
        let longest = shown.iter().map(|(name, _, _)| names.width(name)).fold(0.0, f32::max);
        let side = longest.clamp(30.0, (area.width * 0.36).max(30.0));
        // Half of the last label stands right of the axis.
        let bars = Area::new(area.x + side + 10.0, area.y, (area.width - side - 24.0).max(10.0), area.height);
        let most = shown.iter().flat_map(|(_, then, now)| [*then, *now]).fold(0.0, f64::max);
        let axis = Axis::round(0.0, most.max(0.01));
        axis.draw_across(canvas, bars);
        let row = bars.height / shown.len().max(1) as f32;
        let thick = (row * 0.36).min(12.0);
        for (i, (name, then, now)) in shown.iter().enumerate() {
            let y = bars.y + (i as f32 + 0.5) * row;
            canvas.text((bars.x - 8.0, y + names.drop()), &names.fit(name, side), names);
            let parts: &[(f64, f32, Colour)] = match self.names {
                Some(_) => &[(*then, y - thick, GREY), (*now, y, BLUE)],
                None => &[(*now, y - thick / 2.0, BLUE)],
            };
            for (share, top, colour) in parts {
                let long = axis.across(*share, bars) - bars.x;
                if long > 0.0 {
                    canvas.rect(Area::new(bars.x, *top, long.max(1.0), thick - 0.5), *colour);
                }
            }
        }
        canvas.line((bars.x, bars.y), (bars.x, bars.bottom()), 1.0, LINE);
    }
}

impl Chart for Distribution {
    fn size(&self) -> (u32, u32) {
        (430, 330)
    }

    fn draw(&self, canvas: &mut dyn Canvas, width: f32, height: f32) {
        small_heading(canvas, width, &self.title, &self.subtitle);
        let mut head = HEAD;
        match &self.names {
            Some((then, now)) => {
                let now_mark = if self.labels.is_empty() { Mark::Stroke(BLUE) } else { Mark::Fill(BLUE) };
                diagonal::small_legend(canvas, width, &[(Mark::Fill(GREY), then), (now_mark, now)]);
            }
            None => head -= 20.0,
        }
        let area = Area::new(EDGE, head, (width - 2.0 * EDGE).max(10.0), (height - head - FOOT).max(10.0));
        if self.labels.is_empty() { self.draw_bins(canvas, area) } else { self.draw_categories(canvas, area) }
    }

    fn describe(&self) -> String {
        let mut said = Vec::new();
        for (name, then, now) in self.categories() {
            said.push(format!("{name} {} then, {} now", percent(then), percent(now)));
        }
        let ends = self.edges.first().zip(self.edges.last());
        said.extend(ends.map(|(a, b)| format!("{} bins from {a} to {b}", self.edges.len() - 1)));
        format!("{}. {}. {}.", clean(&self.title), clean(&self.subtitle), said.join("; "))
    }
}
