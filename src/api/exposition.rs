//! The text format of Prometheus, version 0.0.4: families of samples, each with its help and
//! type before it.
//!
//! A family is written through a value that borrows the text, so that no two can be mixed.
//! A family without samples leaves no trace.

use std::fmt::Write;

/// The media type of the text.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The text so far.
#[derive(Debug, Default)]
pub struct Exposition {
    text: String,
}

/// One metric with all of its samples.
#[derive(Debug)]
pub struct Family<'a> {
    text: &'a mut String,
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    has_begun: bool,
}

/// Names and values that tell the samples of a family apart.
pub type Labels<'a> = &'a [(&'a str, &'a str)];

impl Exposition {
    /// Begins a metric that only grows; its name ends in `_total`.
    pub fn counter(&mut self, name: &'static str, help: &'static str) -> Family<'_> {
        self.family(name, "counter", help)
    }

    /// Begins a metric that goes up and down.
    pub fn gauge(&mut self, name: &'static str, help: &'static str) -> Family<'_> {
        self.family(name, "gauge", help)
    }

    /// Begins a metric of counts by size.
    pub fn histogram(&mut self, name: &'static str, help: &'static str) -> Family<'_> {
        self.family(name, "histogram", help)
    }

    /// The whole text.
    pub fn finish(self) -> String {
        self.text
    }

    fn family(&mut self, name: &'static str, kind: &'static str, help: &'static str) -> Family<'_> {
        Family { text: &mut self.text, name, kind, help, has_begun: false }
    }
}

impl Family<'_> {
    /// Adds a sample. What is not finite is undefined here, and no sample.
    pub fn sample(&mut self, labels: Labels<'_>, value: f64) -> &mut Self {
        if value.is_finite() {
            self.line("", labels, None, value);
        }
        self
    }

    /// Adds a sample where there is a value.
    pub fn maybe(&mut self, labels: Labels<'_>, value: Option<f64>) -> &mut Self {
        self.sample(labels, value.unwrap_or(f64::NAN))
    }

    /// Adds the buckets of a histogram: `counts` are those of each bucket by itself, one more
    /// than there are upper `bounds`; `sum` is that of all values.
    pub fn buckets(&mut self, labels: Labels<'_>, bounds: &[f64], counts: &[u64], sum: f64) -> &mut Self {
        let mut so_far = 0;
        for (place, count) in counts.iter().enumerate() {
            so_far += count;
            let bound = bounds.get(place).map_or_else(|| "+Inf".to_string(), f64::to_string);
            self.line("_bucket", labels, Some(("le", &bound)), so_far as f64);
        }
        self.line("_sum", labels, None, sum);
        self.line("_count", labels, None, so_far as f64);
        self
    }

    fn line(&mut self, suffix: &str, labels: Labels<'_>, last: Option<(&str, &str)>, value: f64) {
        let Family { text, name, kind, help, has_begun } = self;
        if !std::mem::replace(has_begun, true) {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "# HELP {name} {}\n# TYPE {name} {kind}", escaped(help, false));
        }
        let _ = write!(text, "{name}{suffix}");
        for (place, (label, value)) in labels.iter().copied().chain(last).enumerate() {
            let before = if place == 0 { '{' } else { ',' };
            let _ = write!(text, "{before}{label}=\"{}\"", escaped(value, true));
        }
        let after = if labels.is_empty() && last.is_none() { "" } else { "}" };
        let _ = writeln!(text, "{after} {value}");
    }
}

/// Backslashes and line ends, and quotes where the text stands between quotes.
fn escaped(text: &str, is_quoted: bool) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    if is_quoted { text.replace('"', "\\\"") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_and_type_stand_once_before_the_samples() {
        let mut out = Exposition::default();
        out.counter("a_total", "Help with \\ and\nline.").sample(&[("x", "1")], 2.0).sample(&[("x", "2")], 0.5);
        out.gauge("b", "No sample.").maybe(&[], None).sample(&[], f64::NAN).sample(&[], f64::INFINITY);
        out.gauge("c", "One.").maybe(&[], Some(1e21));
        let expected = "# HELP a_total Help with \\\\ and\\nline.\n# TYPE a_total counter\na_total{x=\"1\"} 2\n\
                        a_total{x=\"2\"} 0.5\n# HELP c One.\n# TYPE c gauge\nc 1000000000000000000000\n";
        assert_eq!(out.finish(), expected);
    }

    #[test]
    fn label_values_are_escaped() {
        let mut out = Exposition::default();
        out.gauge("a", "H.").sample(&[("x", "a\"b\\c\nd}é"), ("y", "")], 1.0);
        assert!(out.finish().ends_with("a{x=\"a\\\"b\\\\c\\nd}é\",y=\"\"} 1\n"));
    }

    #[test]
    fn buckets_add_up() {
        let mut out = Exposition::default();
        out.histogram("h", "H.").buckets(&[("route", "/a")], &[0.001, 1.0], &[3, 0, 2], 7.5);
        let text = out.finish();
        let lines: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "h_bucket{route=\"/a\",le=\"0.001\"} 3",
                "h_bucket{route=\"/a\",le=\"1\"} 3",
                "h_bucket{route=\"/a\",le=\"+Inf\"} 5",
                "h_sum{route=\"/a\"} 7.5",
                "h_count{route=\"/a\"} 5",
            ]
        );
    }
}
