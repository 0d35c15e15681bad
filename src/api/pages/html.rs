//! Text as HTML, and the parts all pages are made of.

use crate::markup::{Escaped, escape, shortened};
use crate::report::html::MARK;
use chrono::{DateTime, Utc};

/// The longest name of a column, label or route that is shown, in characters.
const NAME: usize = 80;
/// The longest sentence.
const PROSE: usize = 600;

/// A name from data, shortened.
pub(super) fn name(text: &str) -> Escaped<'_> {
    shortened(text, NAME)
}

/// A sentence from data, shortened.
pub(super) fn prose(text: &str) -> Escaped<'_> {
    shortened(text, PROSE)
}

/// A name from data as an element of its own direction, which may be broken at underscores.
pub(super) fn identifier(text: &str) -> String {
    format!("<bdi>{}</bdi>", name(text).to_string().replace('_', "_<wbr>"))
}

/// Which page the head of a page links to the others from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The dashboard.
    Dashboard,
    /// The report, which has a head of its own and links to none.
    Report,
    /// The page to try the API.
    Docs,
    /// None of them.
    Elsewhere,
}

/// The sign of the project in the tab: three columns, the tallest in the middle.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
%3Crect width='16' height='16' rx='4' fill='%230072b2'/%3E\
%3Cpath d='M4 12V8M8 12V4M12 12V6' stroke='white' stroke-width='2' stroke-linecap='round'/%3E%3C/svg%3E";

/// A whole page around the inside of its `main`. `script` is the path of a script file.
pub(super) fn page(title: &str, place: Place, script: Option<&str>, main: &str) -> String {
    let link = |to: Place, href: &str, text: &str| {
        let current = if to == place { " aria-current=\"page\"" } else { "" };
        format!("<li><a href=\"{href}\"{current}>{text}</a></li>")
    };
    let script = script.map_or(String::new(), |path| format!("<script src=\"{path}\" defer></script>\n"));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"{ICON}\">\n<link rel=\"stylesheet\" href=\"/style.css\">\n{script}</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to content</a>\n\
         <header class=\"top\"><div class=\"inner\">\n<p class=\"brand\">{MARK}incumbent</p>\n\
         <nav aria-label=\"Pages\"><ul>{}{}{}</ul></nav>\n\
         <div id=\"updates\" class=\"updates\"></div>\n</div></header>\n\
         <main id=\"main\" tabindex=\"-1\">\n{main}</main>\n</body>\n</html>\n",
        link(Place::Dashboard, "/", "Dashboard"),
        link(Place::Report, "/report", "Report"),
        link(Place::Docs, "/docs", "API"),
        title = escape(title),
    )
}

/// A panel with a heading. `class` is put on it; `note` stands under the heading.
pub(super) fn section(id: &str, class: &str, title: &str, note: &str, body: &str) -> String {
    let note = if note.is_empty() { String::new() } else { format!("<p class=\"note\">{note}</p>\n") };
    format!(
        "<section class=\"card {class}\" aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n{note}{body}</section>\n"
    )
}

/// What stands where there is nothing to show: what is missing, and what brings it. Both
/// are HTML.
pub(super) fn empty(what: &str, hint: &str) -> String {
    format!("<div class=\"empty\"><p><strong>{what}</strong></p><p>{hint}</p></div>\n")
}

/// A table in a box of its own that scrolls; `head` and `rows` are HTML.
pub(super) fn table(id: &str, caption: &str, head: &str, rows: &str) -> String {
    format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"{id}\">\n<table>\n\
         <caption id=\"{id}\">{caption}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n\
         </table>\n</div>\n"
    )
}

/// A bar from 0 to 1 of its cell. The number beside it says the same, so it is not read out.
pub(super) fn bar(share: f64, class: &str) -> String {
    let width = (if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }) * 100.0;
    // What is there at all is seen.
    let width = if width > 0.0 { width.max(0.8) } else { 0.0 };
    format!(
        "<svg class=\"bar {class}\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect width=\"{width:.1}\" height=\"10\"/></svg>"
    )
}

/// A time for people, in UTC, with the exact one for machines. What is no time stays as it is.
pub(super) fn time(text: &str) -> String {
    match DateTime::parse_from_rfc3339(text) {
        Ok(time) => {
            let utc = time.with_timezone(&Utc);
            let (machine, shown) = (utc.format("%Y-%m-%dT%H:%M:%SZ"), utc.format("%Y-%m-%d %H:%M"));
            format!("<time datetime=\"{machine}\">{shown}</time>")
        }
        Err(_) => name(text).to_string(),
    }
}

/// A span of time with two or three digits: `0.4 ms`, `8.25 s`, `3 min 20 s`, `2 h 5 min`.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        s if !s.is_finite() || s < 0.0 => "–".to_string(),
        s if s < 0.000_999_5 => format!("{:.2} ms", s * 1e3),
        s if s < 0.009_95 => format!("{:.1} ms", s * 1e3),
        s if s < 0.999_5 => format!("{:.0} ms", s * 1e3),
        s if s < 9.995 => format!("{s:.2} s"),
        s if s < 59.95 => format!("{s:.1} s"),
        s if s < 3_599.5 => {
            let whole = s.round() as u64;
            format!("{} min {} s", whole / 60, whole % 60)
        }
        s => {
            let minutes = (s / 60.0).round() as u64;
            format!("{} h {} min", minutes / 60, minutes % 60)
        }
    }
}

/// An age in the one unit that matters: `12 minutes`.
pub(super) fn age(seconds: f64) -> String {
    const UNITS: [(f64, &str); 3] = [(86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute")];
    let seconds = seconds.max(0.0);
    // Two of a unit at least, so that 47 hours are not called a day.
    let found = UNITS.iter().find(|(size, _)| seconds >= 2.0 * size).or(UNITS.last().filter(|(s, _)| seconds >= *s));
    let Some((size, unit)) = found else { return "less than a minute".to_string() };
    let count = (seconds / size).floor() as u64;
    format!("{} {unit}{}", crate::numbers::grouped(count), if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shortened_and_may_be_broken() {
        assert_eq!(name(&"é".repeat(500)).to_string().chars().count(), NAME + 1);
        assert_eq!(name("&&").to_string(), "&amp;&amp;");
        assert_eq!(identifier("a_b<"), "<bdi>a_<wbr>b&lt;</bdi>");
    }

    #[test]
    fn times_and_spans_are_read_easily() {
        assert_eq!(
            time("2026-03-01T02:30:09+02:00"),
            "<time datetime=\"2026-03-01T00:30:09Z\">2026-03-01 00:30</time>"
        );
        assert_eq!(time("<soon>"), "&lt;soon&gt;");
        for (seconds, text) in [
            (0.000_41, "0.41 ms"),
            (0.0042, "4.2 ms"),
            (0.42, "420 ms"),
            (0.9996, "1.00 s"),
            (8.25, "8.25 s"),
            (59.96, "1 min 0 s"),
            (200.0, "3 min 20 s"),
            (7_500.0, "2 h 5 min"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(duration(seconds), text, "{seconds}");
        }
        for (seconds, text) in [
            (3.0, "less than a minute"),
            (61.0, "1 minute"),
            (5_400.0, "90 minutes"),
            (170_000.0, "47 hours"),
            (2e5, "2 days"),
        ] {
            assert_eq!(age(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn bars_stay_in_their_cell() {
        for (share, width) in
            [(f64::NAN, "0.0"), (-1.0, "0.0"), (0.0, "0.0"), (1e-9, "0.8"), (0.5, "50.0"), (7.0, "100.0")]
        {
            assert!(bar(share, "").contains(&format!("<rect width=\"{width}\"")), "{share}");
        }
    }
}
