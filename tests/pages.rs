//! The pages of the app from outside: whole, well-formed, harmless and of one house.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

#[path = "../examples/pages.rs"]
#[allow(dead_code, reason = "the example has a main function")]
mod pages;

use incumbent::api::pages::view::{DriftColumn, Run};
use incumbent::api::pages::{ASSETS, CSP, Dashboard, dashboard, docs, plain};
use incumbent::report::theme::{BLUE, Colour, GOOD, GREY, INK, LINE, MUTED, NEUTRAL, ORANGE, PANEL, PAPER, WARNING};
use pages::VIEWS;

/// Elements without an end.
const VOID: [&str; 8] = ["meta", "link", "input", "br", "hr", "img", "wbr", "!DOCTYPE"];
/// Elements that SVG lets end themselves.
const DRAWN: [&str; 5] = ["rect", "line", "circle", "path", "text"];

fn every_page() -> Vec<(String, String)> {
    let mut pages: Vec<(String, String)> =
        VIEWS.iter().map(|(name, view)| ((*name).to_string(), dashboard(&view()))).collect();
    pages.push(("docs".into(), docs()));
    pages.push(("plain".into(), plain("<h1> & \"quotes\"", "<script>alert(1)</script>")));
    pages
}

fn view(name: &str) -> Dashboard {
    VIEWS.iter().find(|(n, _)| *n == name).unwrap().1()
}

/// The tags of a page, without angle brackets: `p class="note"`, `/p`.
fn tags(html: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let mut quoted = false;
        let end = rest[start..]
            .char_indices()
            .find(|(_, c)| {
                quoted ^= *c == '"';
                *c == '>' && !quoted
            })
            .unwrap_or_else(|| panic!("a tag does not end: {}", &rest[start..rest.len().min(start + 80)]))
            .0;
        tags.push(rest[start + 1..start + end].to_string());
        rest = &rest[start + end + 1..];
    }
    tags
}

#[test]
fn every_tag_is_closed_in_order() {
    for (page, html) in every_page() {
        assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"), "{page}");
        let mut open: Vec<String> = Vec::new();
        for tag in tags(&html) {
            let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap().to_string();
            if tag.starts_with('/') {
                assert_eq!(open.pop().as_deref(), Some(name.as_str()), "{page}: </{name}>");
            } else if tag.ends_with('/') {
                assert!(DRAWN.contains(&name.as_str()), "{page}: <{tag}>");
            } else if !VOID.contains(&name.as_str()) {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{page}: {open:?}");
    }
}

#[test]
fn alarms_stand_first_and_leave_no_trace_where_there_are_none() {
    let html = dashboard(&view("index"));
    let place = |text: &str| html.find(text).unwrap_or_else(|| panic!("{text} is missing"));
    assert!(place("Alarms of the last run") < place("is in office"));
    assert!(html.contains("<strong>Few new rows.</strong> 12 new rows in 1 new file."));
    assert!(!dashboard(&Dashboard::default()).contains("Alarms"));
    let hostile = Dashboard { alarms: vec![("<b>".into(), "<script>".into())], ..Dashboard::default() };
    assert!(!dashboard(&hostile).contains("<script>"));
}

#[test]
fn no_page_needs_more_than_its_policy_allows() {
    assert!(CSP.starts_with("default-src 'none'; ") && !CSP.contains("unsafe") && !CSP.contains("  "));
    for (page, html) in every_page() {
        assert!(html.len() < 100_000, "{page} has {} bytes", html.len());
        for tag in tags(&html) {
            let name = tag.split(' ').next().unwrap();
            // Text in quotes is text: attributes are looked for outside of it.
            let bare: String = tag.split('"').step_by(2).collect();
            assert!(!bare.contains(" style=") && !bare.contains(" on"), "{page}: <{tag}>");
            assert!(!["style", "iframe", "img", "base", "object"].contains(&name), "{page}: <{tag}>");
            assert!(
                name != "script" || ["/dashboard.js", "/docs.js"].iter().any(|s| tag.contains(s)),
                "{page}: <{tag}>"
            );
            for (i, part) in tag.split('"').enumerate().filter(|(_, p)| p.ends_with("href=") || p.ends_with("src=")) {
                let to = tag.split('"').nth(i + 1).unwrap();
                assert!(to.starts_with(['/', '#']) || to.starts_with("data:image/svg+xml,"), "{page}: {part}{to}");
                let asset = to.ends_with(".css") || to.ends_with(".js");
                assert!(!asset || ASSETS.iter().any(|a| a.path == to), "{page}: {to} is not served");
            }
        }
    }
    for asset in ASSETS {
        for forbidden in
            ["http://", "https://", "innerHTML =", "insertAdjacentHTML", "eval(", "@import", "localStorage"]
        {
            assert!(!asset.text.contains(forbidden), "{} holds {forbidden}", asset.path);
        }
    }
}

#[test]
fn names_from_data_stay_text() {
    let html = dashboard(&view("hostile"));
    assert_eq!(html.matches("<script").count(), 1, "only the page's own");
    for markup in ["<img", "<b>", "onmouseover='", "\u{202e}", "\u{0}", "NaN"] {
        assert!(!html.contains(markup), "{markup}");
    }
    for text in ["&lt;script&gt;alert(1)&lt;/script&gt;", "&quot;&gt;&lt;img src=x", "שלום עולם", "&amp;amp;"] {
        assert!(html.contains(text), "{text}");
    }
    assert!(plain("<b>", "\"><img src=x>").contains("<h1>&lt;b&gt;</h1>\n<p>&quot;&gt;&lt;img src=x&gt;</p>"));
}

#[test]
fn every_section_stands_on_every_dashboard() {
    for (name, view) in VIEWS {
        let html = dashboard(&view());
        for id in ["office", "health", "scores", "runs", "drift", "predictions", "latency", "requests"] {
            assert_eq!(html.matches(&format!(" id=\"{id}\"")).count(), 1, "{name}: {id}");
        }
        assert!(html.contains("href=\"#main\"") && html.contains("<main id=\"main\""), "{name}");
    }
}

#[test]
fn a_busy_dashboard_says_what_it_was_given() {
    let html = dashboard(&view("index"));
    for text in [
        "is in office",
        "0.643",
        "0.581 – 0.692",
        "On schedule",
        "3 of 13 columns drifted",
        "84.4%",
        "0.81 ms",
        "21 ms",
    ] {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn what_is_not_there_is_said() {
    let html = dashboard(&Dashboard::default());
    for text in [
        "No model yet",
        "No good run yet",
        "No contest yet",
        "No run yet",
        "No comparison yet",
        "No prediction yet",
        "No answer yet",
        "No request yet",
    ] {
        assert!(html.contains(text), "{text}");
    }
    let html = dashboard(&view("broken"));
    for text in [
        "cannot be loaded",
        "the checksum does not fit",
        "Stale.",
        "The history cannot be read.",
        "No run can be shown",
    ] {
        assert!(html.contains(text), "{text}");
    }
    assert!(!html.contains("No model yet") && !html.contains("No run yet"));
}

#[test]
fn a_failed_run_is_told_first() {
    let command = "fullprocess".to_string();
    let failed = Run { command, decision: Some("failed".into()), reason: Some("a.csv:3: no".into()), ..Run::default() };
    let mut view = view("index");
    view.runs.insert(0, failed);
    let html = dashboard(&view);
    assert!(html.contains("The last run failed.") && html.contains("a.csv:3: no") && !html.contains("On schedule"));
}

#[test]
fn the_largest_dashboard_stays_small() {
    let mut view = view("hostile");
    let run = view.runs.iter().find(|r| r.decision.as_deref() == Some("deployed")).unwrap().clone();
    view.runs = vec![Run { metric: Some("f1".into()), reason: Some("&".repeat(5_000)), ..run }; 100];
    let column = DriftColumn { name: "\"".repeat(200), note: Some("<".repeat(200)), ..DriftColumn::default() };
    view.drift.as_mut().unwrap().columns = vec![column; 5_000];
    let html = dashboard(&view);
    assert!(html.len() < 150_000, "{}", html.len());
    assert_eq!(html.matches("class=\"point\"").count(), 40);
}

#[test]
fn pages_and_reports_have_the_same_colours() {
    let css = ASSETS.iter().find(|a| a.path == "/style.css").unwrap().text;
    let light = css.split("@media").next().unwrap();
    let hex = |Colour(r, g, b): Colour| format!("#{r:02x}{g:02x}{b:02x}");
    for (name, colour) in [
        ("card", PAPER),
        ("ink", INK),
        ("muted", MUTED),
        ("line", LINE),
        ("panel", PANEL),
        ("blue", BLUE),
        ("grey", GREY),
        ("orange", ORANGE),
        ("good", GOOD.0),
        ("good-ground", GOOD.1),
        ("neutral", NEUTRAL.0),
        ("neutral-ground", NEUTRAL.1),
        ("warning", WARNING.0),
        ("warning-ground", WARNING.1),
    ] {
        assert!(light.contains(&format!("--{name}: {};", hex(colour))), "--{name} is not {}", hex(colour));
    }
}
