//! The colours of a page by name, light and dark.
//!
//! Charts are drawn in the colours of [`theme`](crate::report::theme); on a page each of
//! them becomes a name, so that a dark page has dark charts.

use crate::report::theme::{
    BLUE, Colour, GOOD, GREY, INK, LINE, MUTED, ORANGE, PANEL, PAPER, WARNING, between, sequential,
};
use std::fmt::Write;

/// Name, colour on a light page, colour on a dark one. Where two names share a colour, the
/// first is that of charts.
const NAMED: [(&str, Colour, Colour); 14] = [
    ("card", PAPER, Colour(23, 30, 39)),
    ("ink", INK, Colour(230, 235, 241)),
    ("muted", MUTED, Colour(160, 172, 186)),
    ("line", LINE, Colour(44, 54, 66)),
    ("panel", PANEL, Colour(30, 39, 50)),
    ("blue", BLUE, Colour(86, 180, 233)),
    ("grey", GREY, Colour(138, 148, 163)),
    ("orange", ORANGE, Colour(240, 133, 58)),
    ("good", GOOD.0, Colour(76, 201, 156)),
    ("good-ground", GOOD.1, Colour(20, 41, 31)),
    ("warning", WARNING.0, Colour(255, 166, 92)),
    ("warning-ground", WARNING.1, Colour(47, 32, 19)),
    ("paper", PANEL, Colour(15, 20, 27)),
    // Text on a filled cell.
    ("on", PAPER, Colour(8, 13, 19)),
];

/// Steps of the sequential scale that have a name: too many to be seen one by one.
const STEPS: usize = 32;
/// The sequential scale on a dark page: what is dark by day is light by night.
const DARK: [Colour; 6] = [
    Colour(26, 36, 47),
    Colour(27, 56, 84),
    Colour(30, 79, 120),
    Colour(38, 102, 152),
    Colour(58, 130, 188),
    Colour(160, 211, 247),
];
/// How far a colour may be from a step of the scale, in each channel.
const NEAR: u8 = 8;

/// The scale on a dark page; `share` is from 0 to 1.
fn dark(share: f64) -> Colour {
    between(&DARK, share)
}

/// The names with their colours as CSS declarations.
pub(super) fn declarations(is_dark: bool) -> String {
    let mut css = String::new();
    let mut put = |name: std::fmt::Arguments<'_>, Colour(r, g, b): Colour| {
        // Writing into a string cannot fail.
        let _ = write!(css, "--{name}:#{r:02x}{g:02x}{b:02x};");
    };
    for (name, light, night) in NAMED {
        put(format_args!("{name}"), if is_dark { night } else { light });
    }
    for step in 0..=STEPS {
        let share = step as f64 / STEPS as f64;
        put(format_args!("s{step}"), if is_dark { dark(share) } else { sequential(share) });
    }
    css
}

/// The name of a colour of a chart; `None` for one that is not of the theme.
pub(super) fn name(colour: Colour) -> Option<String> {
    if let Some((name, _, _)) = NAMED.iter().find(|(_, light, _)| *light == colour) {
        return Some((*name).to_string());
    }
    let far = |step: usize| {
        let Colour(r, g, b) = sequential(step as f64 / STEPS as f64);
        r.abs_diff(colour.0).max(g.abs_diff(colour.1)).max(b.abs_diff(colour.2))
    };
    let nearest = (0..=STEPS).min_by_key(|step| far(*step)).filter(|step| far(*step) <= NEAR)?;
    Some(format!("s{nearest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::theme::{contrast, luminance, text_on};

    fn night(name: &str) -> Colour {
        NAMED.iter().find(|(n, _, _)| *n == name).unwrap().2
    }

    #[test]
    fn the_dark_scale_lightens_all_the_way_and_its_text_is_readable() {
        let lights: Vec<f64> = (0..=100).map(|i| luminance(dark(f64::from(i) / 100.0))).collect();
        assert!(lights.windows(2).all(|w| w[0] < w[1]));
        for i in 0..=100 {
            let share = f64::from(i) / 100.0;
            let text = if text_on(sequential(share)) == PAPER { night("on") } else { night("ink") };
            let found = contrast(dark(share), text);
            assert!(found >= 3.9, "{found} at {share}");
        }
    }

    #[test]
    fn text_is_readable_on_every_ground_of_a_dark_page() {
        for ground in ["card", "paper", "panel", "good-ground", "warning-ground"] {
            assert!(contrast(night("ink"), night(ground)) >= 7.0, "{ground}");
            assert!(contrast(night("muted"), night(ground)) >= 4.5, "{ground}");
        }
        for (text, ground) in [("good", "good-ground"), ("warning", "warning-ground"), ("blue", "card")] {
            assert!(contrast(night(text), night(ground)) >= 4.5, "{text}");
        }
    }

    #[test]
    fn colours_of_charts_have_names() {
        assert_eq!(name(BLUE).as_deref(), Some("blue"));
        assert_eq!(name(PAPER).as_deref(), Some("card"));
        for i in 0..=1000 {
            let share = f64::from(i) / 1000.0;
            let step = name(sequential(share)).unwrap();
            let step: f64 = step.trim_start_matches('s').parse().unwrap();
            assert!((step / STEPS as f64 - share).abs() <= 0.03, "{share}");
        }
        assert_eq!(name(Colour(250, 0, 250)), None);
    }
}
