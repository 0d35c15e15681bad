//! One colour language, and the sizes and spaces that go with it.
//!
//! Hues are those of Okabe and Ito (2008), told apart with every common kind of colour
//! blindness; text tones are darkened until they reach a contrast of 4.5 on paper. A
//! colour never carries a meaning alone: a word or a position says the same.

/// An opaque sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour(pub u8, pub u8, pub u8);

/// The page.
pub const PAPER: Colour = Colour(255, 255, 255);
/// Text.
pub const INK: Colour = Colour(24, 33, 45);
/// Text of the second rank: labels, notes, axes.
pub const MUTED: Colour = Colour(92, 103, 117);
/// Hairlines.
pub const LINE: Colour = Colour(220, 225, 231);
/// The ground of a panel.
pub const PANEL: Colour = Colour(245, 247, 249);
/// The one accent: the challenger, and the end of the sequential scale.
pub const BLUE: Colour = Colour(0, 114, 178);
/// The champion, in office and therefore quiet.
pub const GREY: Colour = Colour(138, 148, 163);
/// A third series.
pub const ORANGE: Colour = Colour(213, 94, 0);

/// The colours of series, in order of use: champion, challenger, then a reference.
pub const SERIES: [Colour; 3] = [GREY, BLUE, ORANGE];

/// Good news: the line and the ground of its panel.
pub const GOOD: (Colour, Colour) = (Colour(0, 122, 90), Colour(233, 245, 240));
/// No news.
pub const NEUTRAL: (Colour, Colour) = (Colour(92, 103, 117), PANEL);
/// A warning.
pub const WARNING: (Colour, Colour) = (Colour(178, 72, 0), Colour(253, 241, 230));

/// The sequential scale, light to dark in one hue, with lightness falling all the way:
/// it stays a scale in print without colour. (ColorBrewer "Blues", Harrower and Brewer 2003.)
const BLUES: [Colour; 6] = [
    Colour(246, 249, 252),
    Colour(210, 226, 241),
    Colour(158, 201, 226),
    Colour(86, 160, 206),
    Colour(29, 108, 177),
    Colour(8, 48, 107),
];

/// The colour of a share from 0 to 1 on the sequential scale. What is outside is clamped.
pub fn sequential(share: f64) -> Colour {
    between(&BLUES, share)
}

/// The colour at a share from 0 to 1 of the way through these, which are as far from each other.
pub fn between(stops: &[Colour; 6], share: f64) -> Colour {
    let last = stops.len() - 1;
    let place = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) } * last as f64;
    let below = (place as usize).min(last - 1);
    let part = place - below as f64;
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
    let (a, b) = (stops[below], stops[below + 1]);
    Colour(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// Ink or paper, whichever is read more easily on `ground`.
pub fn text_on(ground: Colour) -> Colour {
    if contrast(ground, PAPER) > contrast(ground, INK) { PAPER } else { INK }
}

/// The contrast ratio of two colours, 1 to 21 (WCAG 2.1, "contrast ratio").
pub fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The relative luminance, 0 to 1 (WCAG 2.1, "relative luminance").
pub fn luminance(colour: Colour) -> f64 {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour.0) + 0.7152 * linear(colour.1) + 0.0722 * linear(colour.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequential_scale_darkens_all_the_way() {
        let lights: Vec<f64> = (0..=100).map(|i| luminance(sequential(f64::from(i) / 100.0))).collect();
        assert!(lights.windows(2).all(|w| w[0] > w[1]));
        assert_eq!(sequential(f64::NAN), sequential(-3.0));
        assert_eq!(sequential(7.0), Colour(8, 48, 107));
    }

    #[test]
    fn text_is_readable_on_every_ground() {
        for i in 0..=100 {
            let ground = sequential(f64::from(i) / 100.0);
            assert!(contrast(ground, text_on(ground)) >= 4.0, "{ground:?}");
        }
        for (line, ground) in [GOOD, NEUTRAL, WARNING] {
            assert!(contrast(line, ground) >= 4.5, "{line:?}");
            assert!(contrast(INK, ground) >= 12.0);
        }
        assert!(contrast(MUTED, PAPER) >= 4.5);
    }
}
