//! The confusion matrix: rows are what was, columns what was predicted.
//!
//! Colour and the second line of a cell are the share of its row, so that a rare class is
//! read as easily as a common one; the first line is the count. Of many classes the colours
//! alone are drawn: a heat map, with the names beside.

use super::Chart;
use super::canvas::{Anchor, Area, Canvas, EDGE, TextStyle, frame, heading};
use crate::error::{Error, Result};
use crate::numbers::{compact, grouped, percent, whole_percent};
use crate::report::fonts::{Weight, text::clean};
use crate::report::theme::{INK, LINE, MUTED, sequential, text_on};

/// Most classes that are drawn one by one.
pub const MOST: usize = 60;
/// Most classes whose cells have room for text.
const WRITTEN: usize = 20;

/// Colours of a heat map, above none.
const HEAT: usize = 32;

/// What stands above the matrix: title and subtitle.
const HEAD: f32 = 96.0;
/// The scale at the right, with its labels.
const SCALE: f32 = 104.0;
/// The axis title at the left.
const AXIS: f32 = 30.0;

/// The number of rows of a class, at its name.
const NOTE: TextStyle =
    TextStyle { size: 11.0, weight: Weight::Regular, colour: MUTED, anchor: Anchor::End, upward: false };

/// A confusion matrix with its names.
#[derive(Debug, Clone)]
pub struct Confusion {
    title: String,
    subtitle: String,
    classes: Vec<String>,
    counts: Vec<Vec<u64>>,
}

impl Confusion {
    /// A matrix of `counts[actual][predicted]`. Past 60 classes the rarest are counted
    /// together as "other", the last one.
    ///
    /// # Errors
    /// Internal, where the matrix is empty or not square.
    pub fn new(
        title: impl Into<String>,
        subtitle: impl Into<String>,
        classes: Vec<String>,
        counts: Vec<Vec<u64>>,
    ) -> Result<Confusion> {
        if classes.is_empty() || counts.len() != classes.len() || counts.iter().any(|row| row.len() != classes.len()) {
            return Err(Error::internal(format!("a confusion matrix of {} classes is not square", classes.len())));
        }
        let (classes, counts) = if classes.len() > MOST { folded(&classes, &counts) } else { (classes, counts) };
        let classes = classes.iter().map(|name| clean(name)).collect::<Vec<_>>();
        let classes = classes.into_iter().map(|name| if name.is_empty() { "(empty)".into() } else { name }).collect();
        Ok(Confusion { title: title.into(), subtitle: subtitle.into(), classes, counts })
    }

    fn rows(&self, class: usize) -> u64 {
        self.counts[class].iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The share of a cell in its row; `None` where the row is empty.
    fn share(&self, actual: usize, predicted: usize) -> Option<f64> {
        let rows = self.rows(actual);
        (rows > 0).then(|| self.counts[actual][predicted] as f64 / rows as f64)
    }

    /// What stands under the name of a row.
    fn note(&self, class: usize) -> String {
        match self.rows(class) {
            0 => "no rows".to_string(),
            rows => format!("n = {}", grouped(rows)),
        }
    }

    fn longest_name(&self, style: TextStyle) -> f32 {
        self.classes.iter().map(|name| style.width(name)).fold(0.0, f32::max)
    }
}

/// The classes with most rows in their order, the others together.
fn folded(classes: &[String], counts: &[Vec<u64>]) -> (Vec<String>, Vec<Vec<u64>>) {
    let mut order: Vec<usize> = (0..classes.len()).collect();
    order.sort_by_key(|class| std::cmp::Reverse(counts[*class].iter().fold(0u64, |a, b| a.saturating_add(*b))));
    let mut kept = order[..MOST - 1].to_vec();
    kept.sort_unstable();
    let place = |class: usize| kept.binary_search(&class).unwrap_or(MOST - 1);
    let mut folded = vec![vec![0u64; MOST]; MOST];
    for (actual, row) in counts.iter().enumerate() {
        for (predicted, count) in row.iter().enumerate() {
            let cell = &mut folded[place(actual)][place(predicted)];
            *cell = cell.saturating_add(*count);
        }
    }
    let mut names: Vec<String> = kept.iter().map(|class| classes[*class].clone()).collect();
    names.push(format!("other ({})", classes.len() - kept.len()));
    (names, folded)
}

/// Where things are, for a size.
struct Plan {
    grid: Area,
    cell: (f32, f32),
    names: TextStyle,
    /// Whether the names of the columns run upwards.
    upward: bool,
    count: TextStyle,
    share: TextStyle,
    short: bool,
}

impl Confusion {
    /// Whether cells have text.
    fn written(&self) -> bool {
        self.classes.len() <= WRITTEN
    }

    fn names_style(&self) -> TextStyle {
        TextStyle::new(match self.classes.len() {
            0..=10 => 13.5,
            11..=WRITTEN => 12.0,
            n => (560.0 / n as f32).clamp(10.0, 12.0),
        })
    }

    /// Room for the names at the left: as long as they are, within reason.
    fn side(&self) -> f32 {
        let classes = if self.written() { self.classes.len() } else { 0 };
        let notes = (0..classes).map(|class| NOTE.width(&self.note(class))).fold(0.0, f32::max);
        self.longest_name(self.names_style()).max(notes).clamp(56.0, 170.0) + 14.0
    }

    /// Whether the names of the columns would not fit side by side, and the height they need.
    fn foot(&self, cell: f32) -> (bool, f32) {
        let longest = self.longest_name(self.names_style());
        // Two long names in wide cells are better cut than turned.
        let upward = longest > cell - 10.0 && cell < 150.0;
        (upward, if upward { longest.min(120.0) + 12.0 } else { 28.0 } + 34.0)
    }

    fn plan(&self, width: f32, height: f32) -> Plan {
        let n = self.classes.len() as f32;
        let left = EDGE + AXIS + self.side();
        let across = (width - left - SCALE - EDGE).max(n);
        let (upward, foot) = self.foot(across / n);
        let grid = Area::new(left, HEAD, across, (height - HEAD - foot - EDGE * 0.6).max(n));
        let cell = (across / n, grid.height / n);
        let longest = self.counts.iter().flatten().max().copied().unwrap_or(0);
        let best = if cell.1 >= 96.0 { 21.0 } else { (cell.1 * 0.27).clamp(9.0, 16.0) };
        // Smaller digits first; where even those do not fit, fewer of them, in all cells alike.
        let fits =
            |size: f32| TextStyle::new(size).strong().width(&grouped(longest)) <= (cell.0 - 12.0).min(cell.0 * 0.86);
        let (size, short) = match [best, best * 0.85, 11.0f32.min(best)].into_iter().find(|s| fits(*s)) {
            Some(size) => (size, false),
            None => (best.min(cell.0 * 0.28), true),
        };
        let count = TextStyle::new(size).strong().anchor(Anchor::Middle);
        let share = TextStyle::new((size * 0.74).max(9.5)).anchor(Anchor::Middle);
        Plan { grid, cell, names: self.names_style(), upward, count, share, short }
    }

    /// The cells of a heat map, those of one colour together: an eye tells no more than so many apart.
    fn draw_heat(&self, canvas: &mut dyn Canvas, plan: &Plan) {
        let mut cells = vec![Vec::new(); HEAT + 1];
        let (w, h) = plan.cell;
        for actual in 0..self.classes.len() {
            for predicted in 0..self.classes.len() {
                let share = self.share(actual, predicted).unwrap_or(0.0);
                // What happened at all is never drawn as nothing.
                let step = (share * HEAT as f64).round().max(f64::from(u8::from(share > 0.0)));
                let area = Area::new(plan.grid.x + predicted as f32 * w, plan.grid.y + actual as f32 * h, w, h);
                cells[step as usize].push(area.inset(0.5));
            }
        }
        for (step, areas) in cells.iter().enumerate().filter(|(_, areas)| !areas.is_empty()) {
            canvas.rects(areas, sequential(step as f64 / HEAT as f64));
        }
    }

    fn draw_cells(&self, canvas: &mut dyn Canvas, plan: &Plan) {
        for actual in 0..self.classes.len() {
            for predicted in 0..self.classes.len() {
                let (w, h) = plan.cell;
                let area = Area::new(plan.grid.x + predicted as f32 * w, plan.grid.y + actual as f32 * h, w, h);
                let share = self.share(actual, predicted);
                let ground = sequential(share.unwrap_or(0.0));
                let gap = if self.classes.len() > 10 { 0.5 } else { 1.5 };
                canvas.rect(area.inset(gap), ground);
                if actual == predicted {
                    // What is right is framed: found without knowing the colours.
                    frame(canvas, area.inset(gap), if gap > 1.0 { 2.0 } else { 1.0 }, INK);
                }
                let count = self.counts[actual][predicted];
                // Nothing is said quietly.
                let colour = if count == 0 { MUTED } else { text_on(ground) };
                let (x, y) = area.centre();
                let text = if plan.short { compact(count) } else { grouped(count) };
                let space = plan.share.size * 0.72;
                canvas.text((x, y + plan.count.drop() - space), &text, plan.count.colour(colour));
                let text = match share {
                    None => "–".to_string(),
                    Some(share) if w < 64.0 => whole_percent(share),
                    Some(share) => percent(share),
                };
                let below = y + plan.share.drop() + plan.count.size * 0.62;
                canvas.text((x, below), &text, plan.share.colour(colour));
            }
        }
    }

    fn draw_names(&self, canvas: &mut dyn Canvas, plan: &Plan) {
        let (w, h) = plan.cell;
        let grid = plan.grid;
        let small = NOTE;
        for (class, name) in self.classes.iter().enumerate() {
            let y = grid.y + (class as f32 + 0.5) * h;
            let style = plan.names.anchor(Anchor::End);
            let note = self.note(class);
            let two = if h >= 34.0 { 8.0 } else { 0.0 };
            canvas.text((grid.x - 12.0, y + style.drop() - two), &style.fit(name, self.side() - 14.0), style);
            if two > 0.0 {
                let note = small.fit(&note, self.side() - 14.0);
                canvas.text((grid.x - 12.0, y + small.drop() + two), &note, small);
            }
            let x = grid.x + (class as f32 + 0.5) * w;
            if plan.upward {
                let style = plan.names.anchor(Anchor::End).upward();
                canvas.text((x + style.drop(), grid.bottom() + 10.0), &style.fit(name, 120.0), style);
            } else {
                let style = plan.names.anchor(Anchor::Middle);
                canvas.text((x, grid.bottom() + 23.0), &style.fit(name, w - 10.0), style);
            }
        }
        let (middle, centre) = grid.centre();
        let title = TextStyle::new(12.5).strong().colour(MUTED).anchor(Anchor::Middle);
        let (_, foot) = self.foot(w);
        canvas.text((middle, grid.bottom() + foot - 4.0), "Predicted", title);
        canvas.text((EDGE + title.size * 0.8, centre), "Actual", title.upward());
    }

    fn draw_scale(canvas: &mut dyn Canvas, grid: Area) {
        let bar = Area::new(grid.right() + 26.0, grid.y + 1.5, 12.0, (grid.height - 3.0).min(220.0));
        const STEPS: usize = 55;
        for step in 0..STEPS {
            let height = bar.height / STEPS as f32;
            let share = 1.0 - step as f64 / (STEPS - 1) as f64;
            // Each step reaches under the next, so that no seam shows between them.
            let reach = if step + 1 == STEPS { height } else { height + 1.0 };
            canvas.rect(Area::new(bar.x, bar.y + step as f32 * height, bar.width, reach), sequential(share));
        }
        frame(canvas, bar, 1.0, LINE);
        let style = TextStyle::new(11.0).colour(MUTED);
        let labels: &[(f32, &str)] =
            if bar.height > 60.0 { &[(0.0, "100%"), (0.5, "50%"), (1.0, "0%")] } else { &[(0.0, "100%"), (1.0, "0%")] };
        for (place, label) in labels {
            let y = bar.y + 4.0 + place * (bar.height - 8.0) + style.drop();
            canvas.text((bar.right() + 7.0, y), label, style);
        }
        let (_, y) = bar.centre();
        let caption = style.anchor(Anchor::Middle).upward();
        canvas.text((bar.right() + 52.0, y), &caption.fit("share of the actual class", grid.height), caption);
    }
}

impl Chart for Confusion {
    fn size(&self) -> (u32, u32) {
        let n = self.classes.len() as f32;
        let cell = match self.written() {
            true => ((600.0 / n).clamp(48.0, 220.0), (440.0 / n).clamp(38.0, 140.0)),
            false => [(680.0 / n).clamp(11.5, 22.0); 2].into(),
        };
        let (_, foot) = self.foot(cell.0);
        let width = EDGE + AXIS + self.side() + n * cell.0 + SCALE + EDGE;
        ((width.max(560.0)) as u32, (HEAD + n * cell.1 + foot + EDGE * 0.6) as u32)
    }

    fn draw(&self, canvas: &mut dyn Canvas, width: f32, height: f32) {
        heading(canvas, width, &self.title, &self.subtitle);
        let plan = self.plan(width, height);
        match self.written() {
            true => self.draw_cells(canvas, &plan),
            false => self.draw_heat(canvas, &plan),
        }
        self.draw_names(canvas, &plan);
        Self::draw_scale(canvas, plan.grid);
    }

    fn describe(&self) -> String {
        let right = (0..self.classes.len()).fold(0u64, |sum, i| sum.saturating_add(self.counts[i][i]));
        let all = (0..self.classes.len()).fold(0u64, |sum, i| sum.saturating_add(self.rows(i)));
        format!(
            "Confusion matrix of {} classes: {} of {} rows predicted right. {}",
            self.classes.len(),
            grouped(right),
            grouped(all),
            clean(&self.title)
        )
    }
}
