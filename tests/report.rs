//! Reports from outside: files that are what they claim, whatever the text and the numbers.

#![allow(clippy::unwrap_used)]

#[path = "../examples/reports.rs"]
#[allow(dead_code, reason = "the example has a main function")]
mod reports;

use chrono::{DateTime, Utc};
use incumbent::report::charts::{
    Area, Bar, Bars, Chart, Confusion, Curves, Distribution, Errors, Grid, Group, Intervals, Labels, Lines, Quantity,
    Reliability, curves::Curve, to_png, to_rgb, to_svg,
};
use incumbent::report::charts::{bars::Item as Weight, labels::Label, quantity, reliability};
use incumbent::report::pdf::layout::layout;
use incumbent::report::pdf::page::{BOTTOM, CONTENT, HEIGHT, Item, MARGIN, Page, WIDTH};
use incumbent::report::{Align, Block, Callout, Document, Section, Table, Tone, fonts, pdf, plots, sections};

const ODD: [&str; 8] =
    ["", "\n", "two\nlines\tand a tab", "🙂👩‍👩‍👧 emoji", "שלום עולם", "\u{202e}reversed", "a & b <c> \"d\"", "\u{0}\u{7}"];

fn confusion(classes: &[String], count: impl Fn(usize, usize) -> u64) -> Confusion {
    let n = classes.len();
    let counts = (0..n).map(|a| (0..n).map(|p| count(a, p)).collect()).collect();
    Confusion::new("Confusion matrix", "model v12 · F1 0.842 · 12,345 rows", classes.to_vec(), counts).unwrap()
}

fn names(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("class {i}")).collect()
}

fn intervals() -> Intervals {
    let group = |name: &str, a: Bar, b: Bar| Group { name: name.into(), bars: vec![a, b] };
    Intervals {
        title: "Champion and challenger".into(),
        subtitle: "95% intervals".into(),
        series: vec!["champion v11".into(), "challenger v12".into()],
        groups: vec![
            group("F1", Bar::new(0.80, 0.77, 0.83), Bar::new(0.84, 0.81, 0.87)),
            group("recall", Bar::default(), Bar { value: Some(0.5), interval: None }),
            group("odd", Bar::new(f64::NAN, 0.0, f64::INFINITY), Bar::new(0.1, f64::NAN, 0.2)),
        ],
    }
}

fn quantity(points: &[(f64, f64, f64, f64)]) -> Quantity {
    let point = |&(predicted, truth, low, high): &(f64, f64, f64, f64)| quantity::Point { predicted, truth, low, high };
    let points = points.iter().map(point).collect();
    Quantity { title: "Predicted against true".into(), subtitle: String::new(), target: "deposit".into(), points }
}

fn reliability(points: &[(f64, f64, f64, f64)], spread: Vec<u64>) -> Reliability {
    let point = |&(predicted, observed, low, high): &(f64, f64, f64, f64)| reliability::Point {
        predicted,
        observed,
        low,
        high,
    };
    let points = points.iter().map(point).collect();
    Reliability { title: "Calibration".into(), subtitle: String::new(), event: "churn".into(), points, spread }
}

fn labels(counts: &[(&str, u64, u64, u64)]) -> Labels {
    let label =
        |&(name, rows, predicted, both): &(&str, u64, u64, u64)| Label { name: name.into(), rows, predicted, both };
    Labels::new("Right and wrong labels", "600 test rows", counts.iter().map(label).collect())
}

fn weights(values: &[(&str, f64, Option<f64>)]) -> Bars {
    let bar = |&(name, value, spread): &(&str, f64, Option<f64>)| Weight {
        name: name.into(),
        value,
        spread,
        before: None,
        text: format!("{value:.1}").to_lowercase(),
    };
    Bars { title: "Weights".into(), subtitle: String::new(), bars: values.iter().map(bar).collect(), names: None }
}

/// One of each newer chart, of ordinary content.
fn charts() -> Vec<Box<dyn Chart>> {
    let steps: Vec<_> = (0..20).map(|i| f64::from(i) * 410.0).map(|p| (p, p * 0.97 + 90.0, p * 0.5, p * 1.6)).collect();
    let bins: Vec<_> = (0..10).map(|i| f64::from(i) / 10.0 + 0.04).map(|p| (p, p * 0.9, p * 0.8, p)).collect();
    vec![
        Box::new(quantity(&steps)),
        Box::new(reliability(&bins, (0..20).map(|i| 400 - 19 * i).collect())),
        Box::new(labels(&[("loan", 210, 160, 130), ("card", 340, 401, 300), ("fund", 40, 0, 0), ("none", 0, 12, 0)])),
        Box::new(weights(&[("age", 3.5, Some(0.4)), ("income", 1.2, None), ("noise", -0.3, Some(0.5))])),
    ]
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn long_table(rows: usize) -> Table {
    let mut table = Table::new([("Column", Align::Start), ("Value", Align::End), ("Note", Align::Start)]);
    for i in 0..rows {
        table.push([
            format!("row-{i:03}"),
            format!("{}", i * 37),
            "a note that is long enough to be wrapped ".repeat(i % 5),
        ]);
    }
    table
}

fn document(rows: usize) -> Document {
    let mut document = Document::new("Model report", "churn · v12 against v11");
    document.meta = vec![("Run".into(), "2026-11-21-7f3a".into()), ("Seed".into(), "0".into())];
    document.verdict =
        Some(Callout { tone: Tone::Good, title: "Deployed: v12".into(), text: "F1 rose from 0.801 to 0.842.".into() });
    document.sections = vec![
        Section::new("Scores", vec![Block::Paragraph("Words. ".repeat(90)), Block::Chart(Box::new(intervals()))]),
        Section::new("Errors", vec![Block::Chart(Box::new(confusion(&names(3), |a, p| (a * 7 + p) as u64)))]),
        Section::new("Data", vec![Block::Facts(vec![("Rows".into(), "1,234".into())]), Block::Table(long_table(rows))]),
    ];
    document
}

#[test]
fn a_png_has_its_size_and_is_not_blank() {
    let chart = confusion(&names(3), |a, p| if a == p { 1_234_567 } else { 89 });
    let (width, height) = chart.size();
    let png = to_png(&chart, width, height).unwrap();
    assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
    assert_eq!(png[16..24], [width.to_be_bytes(), height.to_be_bytes()].concat());
    assert!(png.len() < 60_000, "{}", png.len());
    let rgb = to_rgb(&chart, width, height).unwrap();
    assert_eq!(rgb.len(), (width * height * 3) as usize);
    let dark = rgb.chunks(3).filter(|p| p[0] < 128).count();
    assert!(dark > 1_000 && dark < rgb.len() / 3 / 2, "{dark}");
    assert_eq!(png, to_png(&chart, width, height).unwrap());
}

#[test]
fn impossible_sizes_and_matrices_are_refused() {
    let chart = intervals();
    assert!(to_png(&chart, 0, 10).is_err() && to_png(&chart, 10, 100_000).is_err() && to_svg(&chart, 0, 0).is_err());
    assert!(Confusion::new("", "", vec![], vec![]).is_err());
    assert!(Confusion::new("", "", names(2), vec![vec![1, 2], vec![3]]).is_err());
}

#[test]
fn an_svg_of_a_matrix_holds_every_name_count_and_share() {
    let chart = confusion(&["stays".into(), "churns".into()], |a, p| [[1_234_567, 0], [0, 0]][a][p]);
    let svg = to_svg(&chart, 724, 459).unwrap();
    for text in
        [">stays<", ">churns<", ">1,234,567<", ">100.0%<", ">0.0%<", ">–<", ">no rows<", ">Actual<", ">Predicted<"]
    {
        assert!(svg.contains(text), "{text} is not in {svg}");
    }
    assert_eq!(svg.matches("<svg").count(), 1);
    assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
}

#[test]
fn past_sixty_classes_the_rarest_are_counted_together() {
    let chart = confusion(&names(70), |a, p| if a == p { a as u64 + 1 } else { 0 });
    let svg = to_svg(&chart, 1400, 1100).unwrap();
    assert!(svg.contains(">other (11)<") && svg.contains(">class 69<") && !svg.contains(">class 3<"));
    assert!(svg.contains("2,485 of 2,485 rows"), "nothing is lost");
}

#[test]
fn no_text_in_a_cell_is_wider_than_the_cell() {
    for (n, count) in [(2, 1), (2, 1_234_567_890_123), (8, 1_234_567), (20, 1_234_567), (20, u64::MAX / 400)] {
        let chart = confusion(&names(n), |_, _| count);
        let mut page = Page::default();
        let (width, height) = chart.size();
        chart.draw(&mut page, width as f32, height as f32);
        let mut cell = None;
        for item in &page.items {
            match item {
                Item::Rect(area, _) if area.width > 20.0 && area.height > 20.0 => cell = Some(*area),
                Item::Text(at, text, style) => {
                    assert!(at.0 >= 0.0 && at.0 + if style.upward { 0.0 } else { style.width(text) } <= width as f32);
                    assert!(at.1 <= height as f32 && at.1 - if style.upward { style.width(text) } else { 0.0 } >= 0.0);
                    let inside = |c: &Area| at.0 > c.x && at.0 < c.right() && at.1 > c.y && at.1 < c.bottom();
                    if let Some(cell) = cell.filter(inside) {
                        assert!(at.0 + style.width(text) <= cell.right(), "{n}: {text}");
                    }
                }
                _ => {}
            }
        }
    }
}

#[test]
fn an_svg_of_a_quantity_has_round_ticks_and_both_axes() {
    let chart =
        quantity(&[(230.0, 485.0, 0.0, 893.0), (8_700.0, 8_400.0, 5_700.0, 11_480.0), (f64::NAN, 1.0, 1.0, 1.0)]);
    let svg = to_svg(&chart, 820, 600).unwrap();
    for text in
        [">Predicted deposit<", ">True deposit<", ">12,000<", ">80% of the true values<", ">prediction equals truth<"]
    {
        assert!(svg.contains(text), "{text} is not in {svg}");
    }
    // One point each in the legend, and two in the plot, each with its rim.
    assert_eq!(svg.matches("<circle").count(), 6);
    assert!(svg.contains("in 2 steps, on axes from 0 to 12,000"));
}

#[test]
fn an_svg_of_probabilities_shows_where_they_are_only_where_that_says_something() {
    let wide = to_svg(&reliability(&[(0.1, 0.2, 0.1, 0.3), (0.8, 0.7, 0.6, 0.8)], vec![9; 20]), 820, 640).unwrap();
    for text in
        [">Predicted probability of churn<", ">Observed share of churn<", ">1.0<", ">rows by probability<", ">Rows<"]
    {
        assert!(wide.contains(text), "{text} is not in {wide}");
    }
    let rare = to_svg(&reliability(&[(0.01, 0.02, 0.01, 0.03)], vec![9; 20]), 820, 580).unwrap();
    assert!(!rare.contains(">rows by probability<") && !rare.contains(">1.0<") && rare.contains(">0.03"));
    assert!(rare.contains("predicted 1.0%, observed 2.0%"));
}

#[test]
fn an_svg_of_labels_is_sorted_and_says_what_it_leaves_out() {
    let svg = to_svg(&labels(&[("loan", 210, 160, 120), ("card", 340, 0, 0), ("none", 0, 7, 0)]), 820, 300).unwrap();
    let at = |text: &str| svg.find(text).unwrap_or_else(|| panic!("{text} is not in {svg}"));
    assert!(at(">card<") < at(">loan<") && at(">loan<") < at(">none<"));
    for text in [">75.0%<", ">57.1%<", ">0.0%<", ">–<", ">340<", ">has it, missed<"] {
        at(text);
    }
    let names: Vec<String> = (0..47).map(|i| format!("{} {i}", "a very long label ".repeat(4))).collect();
    let many: Vec<_> = names.iter().zip(0..).map(|(name, i)| (name.as_str(), 100 - i, 50, 40)).collect();
    let svg = to_svg(&labels(&many), 820, 1000).unwrap();
    assert!(svg.contains("600 test rows; the 30 most frequent of 47 labels"));
    assert_eq!(svg.matches("…</text>").count(), 30, "long names are cut");
    assert!(svg.contains(">71<") && !svg.contains(">70<"));
}

#[test]
fn an_svg_of_weights_has_names_values_and_whiskers() {
    let of = |spread| to_svg(&weights(&[("age", 3.5, spread), ("noise", -0.5, None)]), 820, 200).unwrap();
    let svg = of(Some(0.5));
    for text in [">age<", ">noise<", ">3.5<", ">-0.5<", ">4<", ">\u{2212}1<"] {
        assert!(svg.contains(text), "{text} is not in {svg}");
    }
    // A stroke and two ends, ink over paper.
    assert_eq!(svg.matches("<line").count() - of(None).matches("<line").count(), 6);
}

#[test]
fn the_charts_are_the_same_every_time_and_stay_on_their_ground() {
    for (chart, again) in charts().iter().zip(charts()) {
        let (width, height) = chart.size();
        assert_eq!(to_png(chart.as_ref(), width, height).unwrap(), to_png(again.as_ref(), width, height).unwrap());
        let mut page = Page::default();
        chart.draw(&mut page, width as f32, height as f32);
        for item in &page.items {
            let Item::Text(at, text, style) = item else { continue };
            let long = style.width(text);
            let (right, top) = if style.upward { (at.0, at.1 - long) } else { (at.0 + long, at.1) };
            assert!(
                at.0 >= 35.0 && right <= width as f32 - 35.0 && top > 0.0 && at.1 <= height as f32,
                "{text:?} at {at:?}"
            );
        }
        assert!(page.texts().count() > 8);
    }
}

#[test]
fn odd_numbers_do_no_harm() {
    let odd = [f64::NAN, f64::INFINITY, -1e308, 1e308, 1e-308, 0.0, -7.5e12, 1e9 + 1e-3];
    let mut all: Vec<Box<dyn Chart>> = vec![
        Box::new(Quantity::default()),
        Box::new(Reliability::default()),
        Box::new(Bars::default()),
        Box::new(labels(&[])),
        Box::new(Curves::default()),
        Box::new(Distribution::default()),
        Box::new(Errors::default()),
        Box::new(Lines::default()),
        Box::new(Grid::new(0, 10, Vec::new())),
        Box::new(labels(&[("", u64::MAX, u64::MAX, u64::MAX), (ODD[4], 0, 0, 0), (ODD[6], 1, 2, 9)])),
    ];
    for a in odd {
        all.push(Box::new(quantity(&[(a, a, a, a)])));
        let curve = Curve { name: ODD[6].into(), points: vec![(a, a), (0.5, a), (1.0, 0.5)], mark: Some((a, 0.5)) };
        all.push(Box::new(Curves { curves: vec![curve], ..Curves::default() }));
        let shares = Distribution { edges: vec![0.0, a, 2.0], current: vec![a, 0.5], ..Distribution::default() };
        all.push(Box::new(shares));
        let labels = vec![ODD[6].to_string(), ODD[3].to_string()];
        all.push(Box::new(Distribution {
            labels,
            reference: vec![a],
            current: vec![0.5, a],
            ..Distribution::default()
        }));
        let step = incumbent::report::charts::errors::Step { predicted: a, quantiles: [a, 0.0, 1.0, 2.0, a] };
        all.push(Box::new(Errors { steps: vec![step], ..Errors::default() }));
        let points = vec![(0.0, a), (a, 1.0), (9.0, 2.0)];
        all.push(Box::new(Lines {
            points,
            interval: Some((a, a)),
            span: (0.0, a),
            deployed: vec![a],
            ..Lines::default()
        }));
        all.push(Box::new(reliability(&[(a, a, a, a)], vec![u64::MAX, 0])));
        all.push(Box::new(weights(&[(ODD[6], a, Some(a)), (ODD[2], 1.0, Some(-1.0))])));
        all.extend(odd.map(|b| Box::new(quantity(&[(a, b, a, b), (b, a, b, a)])) as Box<dyn Chart>));
    }
    for chart in all {
        for (width, height) in [chart.size(), (60, 40), (1, 1)] {
            to_png(chart.as_ref(), width, height).unwrap();
            let svg = to_svg(chart.as_ref(), width, height).unwrap();
            assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{chart:?}");
        }
    }
}

#[test]
fn odd_names_do_no_harm() {
    let classes: Vec<String> = ODD.iter().map(|s| s.to_string()).chain(["x".repeat(300)]).collect();
    let chart = Confusion::new(ODD[2], ODD[3], classes.clone(), vec![vec![5; 9]; 9]).unwrap();
    for (width, height) in [chart.size(), (60, 40), (1, 1), (3000, 200)] {
        to_png(&chart, width, height).unwrap();
        let svg = to_svg(&chart, width, height).unwrap();
        assert!(!svg.contains('\u{202e}') && !svg.contains('\u{0}') && !svg.contains("<c>"));
    }
    let groups = classes.iter().map(|n| Group { name: n.clone(), bars: vec![Bar::default(); 5] }).collect();
    let bars = Intervals { series: classes.clone(), groups, ..Intervals::default() };
    to_png(&bars, 820, 900).unwrap();
    to_png(&Intervals::default(), 300, 200).unwrap();
    let mut odd = Document::new(ODD[3], ODD[4]);
    odd.verdict = Some(Callout { tone: Tone::Warning, title: "y".repeat(300), text: "word ".repeat(3_000) });
    let pairs: Vec<(String, String)> = classes.iter().map(|n| (n.clone(), n.clone())).collect();
    odd.meta = pairs.clone();
    let mut table = Table::new(classes.iter().map(|n| (n.clone(), Align::End)));
    table.push(classes.iter().map(|n| n.repeat(40)));
    table.push(["one cell"]);
    let blocks = vec![Block::Facts(pairs), Block::Table(table), Block::Table(Table::default()), Block::List(classes)];
    odd.sections = vec![Section::new("", vec![]), Section::new("z".repeat(400), blocks)];
    assert!(pdf::render(&odd, now()).unwrap().starts_with(b"%PDF"));
    assert!(pdf::render(&Document::default(), now()).unwrap().starts_with(b"%PDF"));
}

#[test]
fn the_same_document_and_time_give_the_same_bytes() {
    let first = pdf::render(&document(20), now()).unwrap();
    assert!(first.starts_with(b"%PDF-1.4") && first.trim_ascii_end().ends_with(b"%%EOF"));
    assert_eq!(first, pdf::render(&document(20), now()).unwrap());
    let later = pdf::render(&document(20), now() + chrono::TimeDelta::days(1)).unwrap();
    assert_ne!(first, later);
    assert!(first.len() < 60_000, "{}", first.len());
    let date = b"D:20260921141320+00'00'";
    assert!(first.windows(date.len()).any(|w| w == date));
}

#[test]
fn a_long_table_keeps_its_rows_and_repeats_its_header() {
    let document = document(200);
    let pages = layout(&document);
    assert!(pages.len() > layout(&self::document(5)).len() + 3, "{}", pages.len());
    let rows: Vec<&str> = pages.iter().flat_map(Page::texts).filter(|t| t.starts_with("row-")).collect();
    let expected: Vec<String> = (0..200).map(|i| format!("row-{i:03}")).collect();
    assert_eq!(rows, expected);
    for (i, page) in pages.iter().enumerate() {
        let count = |name: &str| page.texts().filter(|t| *t == name).count();
        if page.texts().any(|t| t.starts_with("row-")) {
            assert_eq!((count("Column"), count("Note")), (1, 1), "page {i}");
        }
        assert_eq!(count(&format!("Page {} of {}", i + 1, pages.len())), 1);
    }
}

#[test]
fn nothing_leaves_the_margins_and_no_heading_stands_alone() {
    for rows in 1..30 {
        for page in layout(&document(rows)) {
            let mut lowest = ("", 0.0);
            for item in &page.items {
                let Item::Text(at, text, style) = item else { continue };
                let right = at.0 + if style.upward { 0.0 } else { fonts::width(text, style.size, style.weight) };
                assert!(at.0 >= MARGIN - 0.1 && right <= MARGIN + CONTENT + 1.0 && right < WIDTH, "{text:?}");
                assert!(at.1 <= BOTTOM || at.1 > HEIGHT - 40.0, "{text:?} at {}", at.1);
                if at.1 <= BOTTOM && at.1 > lowest.1 {
                    lowest = (text, at.1);
                }
            }
            assert!(!["Scores", "Errors", "Data", "Column"].contains(&lowest.0), "{lowest:?} with {rows} rows");
        }
    }
}

/// The sample reports, made once: scoring them takes seconds.
fn cases() -> &'static [reports::Case] {
    static CASES: std::sync::OnceLock<Vec<reports::Case>> = std::sync::OnceLock::new();
    CASES.get_or_init(reports::cases)
}

#[test]
fn reports_of_every_kind_are_whole_and_the_same_every_time() {
    for (case, again) in cases().iter().zip(reports::cases()) {
        let document = sections::document(&case.findings()).unwrap();
        let pages = layout(&document);
        assert!((2..20).contains(&pages.len()), "{}: {} pages", case.name, pages.len());
        for (i, page) in pages.iter().enumerate() {
            let mut lowest = ("", 0.0f32);
            for item in &page.items {
                let Item::Text(at, text, style) = item else { continue };
                let right = at.0 + if style.upward { 0.0 } else { fonts::width(text, style.size, style.weight) };
                assert!(at.0 >= MARGIN - 0.5 && right <= MARGIN + CONTENT + 1.5, "{}: {text:?}", case.name);
                assert!(at.1 <= BOTTOM + 1.0 || at.1 > HEIGHT - 40.0, "{}: {text:?} at {}", case.name, at.1);
                if at.1 <= BOTTOM + 1.0 && at.1 > lowest.1 {
                    lowest = (text, at.1);
                }
            }
            let heading = document.sections.iter().any(|s| s.title == lowest.0);
            assert!(!heading, "{}: page {} ends with the heading {:?}", case.name, i + 1, lowest.0);
        }
        assert_eq!(case.pdf().unwrap(), again.pdf().unwrap(), "{}", case.name);
    }
}

#[test]
fn every_chart_of_a_report_has_a_name_of_its_own() {
    let cases = cases();
    let named = |case: &str| -> Vec<String> {
        let case = cases.iter().find(|c| c.name == case).unwrap();
        let document = case.document().unwrap();
        let plots = plots::of(&document);
        for (name, chart) in &plots {
            let (width, height) = chart.size();
            let svg = to_svg(*chart, width, height).unwrap();
            assert!(svg.contains("<text") && !svg.contains("NaN"), "{name}");
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{name}");
        }
        plots.into_iter().map(|(name, _)| name).collect()
    };
    let rich = named("rich");
    for name in ["scores", "ranking", "calibration", "drift-of-the-data", "missing-cells", "over-the-runs"] {
        assert!(rich.iter().any(|n| n == name), "{name} is not in {rich:?}");
    }
    assert_eq!(rich.iter().collect::<std::collections::BTreeSet<_>>().len(), rich.len());
    let quantity = named("quantity");
    assert!(quantity.iter().any(|name| name.starts_with("how-far-off")), "{quantity:?}");
    assert!(!named("nothing").contains(&"ranking".to_string()), "no row is positive");
}

#[test]
fn sections_say_what_was_found_and_what_was_not() {
    let cases = cases();
    let said = |case: &str| {
        let case = cases.iter().find(|c| c.name == case).unwrap();
        let pages = layout(&sections::document(&case.findings()).unwrap());
        pages.iter().flat_map(Page::texts).collect::<Vec<_>>().join(" ")
    };
    let rich = said("rich");
    for text in [
        "Slower than usual",
        "The data drifted: 4 of 6 columns",
        "1,040 new rows from 2026-10.csv against the 4,160 training rows of version 6",
        "2 new values in 6.1% of the rows",
        "reaches an AUC of 0.713",
        "Version 6 does worse on the new rows",
        "lower than promised",
        "Missing cells by column",
        "Model card",
        "stays, leaves; leaves is the positive answer",
        "Never sees customer",
        "ROC curve",
        "Cumulative gain",
        "Score: F1",
    ] {
        assert!(rich.contains(text), "{text:?} is not in {rich}");
    }
    let print = incumbent::fingerprint::Fingerprint::of(b"2026-06.csv").to_string();
    assert!(rich.contains(&print), "files have their whole fingerprint");
    let little = said("five_rows");
    for text in ["No cell is missing: 0 of 36,400.", "a trend needs more of them", "Judged on 5 test rows only"] {
        assert!(little.contains(text), "{text:?} is not in {little}");
    }
    let nothing = said("nothing");
    assert!(!nothing.contains("Drift of the data") && !nothing.contains("Over the runs"));
    assert!(nothing.contains("drawn as a box with its Unicode number") && nothing.contains("nobody yet"));
    let wide = said("wide");
    assert!(wide.contains("160 more are in diagnostics.json") && wide.contains("more columns are in diagnostics.json"));
    let sixty = said("sixty");
    assert!(sixty.contains("Class by class") && sixty.contains("The confusions of most rows"));
}
