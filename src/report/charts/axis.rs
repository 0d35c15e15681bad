//! Axes: where they start and end, and the round numbers on them.

use super::canvas::{Anchor, Area, Canvas, TextStyle};
use crate::numbers::grouped;
use crate::report::theme::{LINE, MUTED};

/// Where an axis starts and ends, and the distance of its ticks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    step: f64,
}

/// Steps of an axis at most.
const STEPS: f64 = 7.0;
/// Numbers beyond are drawn at the edge: their differences could not be computed.
const LARGEST: f64 = 1e300;

impl Axis {
    /// Round numbers around everything and zero, where bars start. Scores between 0 and 1 get
    /// the whole of that range unless they are all small.
    pub(super) fn of_bars(values: impl Iterator<Item = f64>) -> Axis {
        let (low, high) = values.fold((0.0f64, 0.0f64), |(low, high), v| (low.min(v), high.max(v)));
        if low >= 0.0 && high <= 1.0 && high > 0.2 {
            return Axis { low: 0.0, high: 1.0, step: 0.2 };
        }
        Axis::round(low, high)
    }

    /// Round numbers around everything; what is not finite does not count.
    pub(crate) fn around(values: impl Iterator<Item = f64>) -> Axis {
        let ends = values.filter(|v| v.is_finite()).fold(None, |ends: Option<(f64, f64)>, v| {
            Some(ends.map_or((v, v), |(low, high)| (low.min(v), high.max(v))))
        });
        let (low, high) = ends.unwrap_or((0.0, 1.0));
        // Zero is shown where it is near: an axis that starts at 3 of 100 looks like a mistake.
        let (low, high) = match () {
            () if low > 0.0 && low < 0.3 * high => (0.0, high),
            () if high < 0.0 && high > 0.3 * low => (low, 0.0),
            () => (low, high),
        };
        Axis::round(low, high)
    }

    /// The next round numbers outwards.
    pub(super) fn round(low: f64, high: f64) -> Axis {
        let (low, high) = (low.clamp(-LARGEST, LARGEST), high.clamp(-LARGEST, LARGEST));
        // A range that is a mere trace of its numbers cannot be told apart: it is widened.
        let size = low.abs().max(high.abs());
        let (low, high) = match high - low > size * 1e-9 && high - low > 1e-300 {
            true => (low, high),
            false if size > 1e-290 => (low - size * 0.1, high + size * 0.1),
            false => (low, high + 1.0),
        };
        let span = high - low;
        let power = 10f64.powi((span / STEPS).log10().floor() as i32);
        let step = [1.0, 2.0, 5.0, 10.0].iter().map(|m| m * power).find(|s| span / s <= STEPS).unwrap_or(power * 10.0);
        Axis { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    pub(crate) fn ticks(self) -> impl Iterator<Item = f64> {
        let count = ((self.high - self.low) / self.step).round().clamp(1.0, 20.0) as i32;
        // Multiples of the step, so that zero is zero.
        let first = (self.low / self.step).round();
        (0..=count).map(move |i| (first + f64::from(i)) * self.step)
    }

    /// A tick with the digits its step needs; very large and very small ones with a power of ten.
    pub(crate) fn label(self, tick: f64) -> String {
        if tick.abs() < self.step / 2.0 {
            return "0".to_string() + &self.decimals_of(0.0);
        }
        let sign = if tick < 0.0 { "\u{2212}" } else { "" };
        let size = tick.abs();
        match self.exponent() {
            Some(exponent) => {
                let decimals = (exponent - self.magnitude()).clamp(0, 9) as usize;
                let mantissa = size / 10f64.powi(exponent);
                let minus = if exponent < 0 { "\u{2212}" } else { "" };
                format!("{sign}{mantissa:.decimals$}e{minus}{}", exponent.abs())
            }
            None => {
                let decimals = self.decimals();
                let rounded = format!("{size:.decimals$}");
                let whole = rounded.split('.').next().and_then(|w| w.parse().ok()).map(grouped);
                format!("{sign}{}{}", whole.unwrap_or_default(), self.decimals_of(size))
            }
        }
    }

    /// The power of ten of the step.
    fn magnitude(self) -> i32 {
        // The step is 1, 2 or 5 of it: a little more keeps 10⁻⁵ from being read as 9.99·10⁻⁶.
        (self.step * 1.000_001).log10().floor() as i32
    }

    fn decimals(self) -> usize {
        (-self.magnitude()).clamp(0, 9) as usize
    }

    /// The decimals of a number with their point, or nothing.
    fn decimals_of(self, size: f64) -> String {
        if self.exponent().is_some() {
            return String::new();
        }
        let text = format!("{size:.*}", self.decimals());
        text.find('.').map_or(String::new(), |at| text[at..].to_string())
    }

    /// The power of ten that labels are written with, where plain digits would be too many.
    fn exponent(self) -> Option<i32> {
        let size = self.low.abs().max(self.high.abs());
        (!(1e-3..1e8).contains(&size)).then(|| (size * 1.000_001).log10().floor() as i32)
    }

    /// Where between the ends a value is, 0 to 1.
    fn share(self, value: f64) -> f32 {
        // Halves, since the range itself may be too large for a number.
        let share = (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) as f32 }
    }

    /// Where a value stands from left to right.
    pub(super) fn across(self, value: f64, area: Area) -> f32 {
        area.x + self.share(value) * area.width
    }

    /// Where a value stands from bottom to top.
    pub(crate) fn up(self, value: f64, area: Area) -> f32 {
        area.bottom() - self.share(value) * area.height
    }

    /// The widest label.
    pub(super) fn room(self) -> f32 {
        self.ticks().map(|tick| labels().width(&self.label(tick))).fold(0.0, f32::max)
    }

    /// Upright grid lines with their labels below; labels that would touch are left out.
    pub(super) fn draw_across(self, canvas: &mut dyn Canvas, area: Area) {
        let ticks: Vec<f64> = self.ticks().collect();
        let apart = area.width / (ticks.len() - 1).max(1) as f32;
        let every = ((self.room() + 10.0) / apart.max(1.0)).ceil().max(1.0) as usize;
        for (i, tick) in ticks.into_iter().enumerate() {
            let x = self.across(tick, area);
            canvas.line((x, area.y), (x, area.bottom()), 1.0, LINE);
            if i % every == 0 {
                canvas.text((x, area.bottom() + 20.0), &self.label(tick), labels().anchor(Anchor::Middle));
            }
        }
    }

    /// Level grid lines with their labels at the left, as many as there is room for.
    pub(super) fn draw_up(self, canvas: &mut dyn Canvas, area: Area) {
        let style = labels().anchor(Anchor::End);
        let steps = self.ticks().count().saturating_sub(1).max(1);
        // Lines that would touch are left out with their labels.
        let every = (style.size * 1.7 / (area.height / steps as f32).max(0.1)).ceil().max(1.0) as usize;
        for tick in self.ticks().step_by(every) {
            let y = self.up(tick, area);
            canvas.line((area.x, y), (area.right(), y), 1.0, LINE);
            canvas.text((area.x - 10.0, y + style.drop()), &self.label(tick), style);
        }
    }
}

/// The labels of ticks.
fn labels() -> TextStyle {
    TextStyle::new(11.5).colour(MUTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(axis: Axis) -> Vec<String> {
        axis.ticks().map(|tick| axis.label(tick)).collect()
    }

    #[test]
    fn an_axis_of_bars_has_round_ends_and_holds_zero() {
        assert_eq!(Axis::of_bars([0.3, 0.9].into_iter()), Axis { low: 0.0, high: 1.0, step: 0.2 });
        let axis = Axis::of_bars([-120.0, 340.0].into_iter());
        assert_eq!((axis.low, axis.high, axis.step), (-200.0, 400.0, 100.0));
        assert_eq!(written(axis)[0], "\u{2212}200");
        let axis = Axis::of_bars([0.0].into_iter());
        assert!(axis.high > axis.low);
        let axis = Axis::of_bars(std::iter::empty());
        assert!(axis.ticks().count() >= 2);
    }

    #[test]
    fn ticks_are_round_whatever_the_size() {
        let of = |values: &[f64]| written(Axis::around(values.iter().copied()));
        assert_eq!(of(&[230.0, 11_200.0]), ["0", "2,000", "4,000", "6,000", "8,000", "10,000", "12,000"]);
        assert_eq!(of(&[-3.0, 4.5]), ["\u{2212}4", "\u{2212}2", "0", "2", "4", "6"]);
        assert_eq!(of(&[97.2, 98.9]), ["97.0", "97.5", "98.0", "98.5", "99.0"]);
        assert_eq!(
            of(&[3e-7, 6e-7]),
            ["3.0", "3.5", "4.0", "4.5", "5.0", "5.5", "6.0"].map(|m| format!("{m}e\u{2212}7"))
        );
        assert_eq!(of(&[0.0, 3.1e9]), ["0", "0.5e9", "1.0e9", "1.5e9", "2.0e9", "2.5e9", "3.0e9", "3.5e9"]);
        assert_eq!(of(&[0.0, 0.01]), ["0.000", "0.002", "0.004", "0.006", "0.008", "0.010"]);
    }

    #[test]
    fn odd_ranges_have_an_axis_too() {
        for values in
            [&[7.0][..], &[0.0], &[-1e308, 1e308], &[1e-308], &[1e9, 1e9 + 1e-3], &[f64::NAN, f64::INFINITY], &[]]
        {
            let axis = Axis::around(values.iter().copied());
            assert!(axis.low < axis.high && axis.low.is_finite() && axis.high.is_finite(), "{values:?}");
            let labels = written(axis);
            assert!((2..=8).contains(&labels.len()), "{values:?}: {labels:?}");
            assert!(labels.iter().all(|l| l.len() < 24), "{values:?}: {labels:?}");
            let place = axis.across(values.first().copied().unwrap_or_default(), Area::new(10.0, 0.0, 100.0, 1.0));
            assert!((10.0..=110.0).contains(&place));
        }
    }
}
