//! The words about two versions.

use super::*;
use crate::fingerprint::Fingerprint;
use crate::metrics::{Evaluation, Observations, by_name};
use crate::report::{Block, html};
use crate::stages::comparing::{Deployed, Files, Side, Unlike};
use crate::stages::training::DataFile;

/// Scores of one model on rows of which every third is positive; `noise` of ten are wrong.
fn side(version: u64, noise: usize) -> Side {
    let truth: Vec<u32> = (0..300).map(|i| u32::from(i % 3 == 0)).collect();
    let wrong = |i: usize| (i * 7) % 10 < noise;
    let said: Vec<f64> = truth.iter().enumerate().map(|(i, t)| if (*t == 1) != wrong(i) { 0.9 } else { 0.2 }).collect();
    let observations = Observations::yes_no(["no".into(), "<yes>".into()], truth, &said, 0.5).unwrap();
    let print = |text: String| Fingerprint::of(text.as_bytes());
    let metric = by_name("f1").unwrap();
    let evaluation = Evaluation::of(&observations, metric, print("t".into()), print(noise.to_string()), 0, 1).unwrap();
    Side {
        deployed: Deployed { version, time: "2026-01-02T03:04:05Z".into(), reason: "it was better".into() },
        kind: "boosting".into(),
        parameters: serde_json::Map::new(),
        trained: "2026-01-02T03:00:00Z".into(),
        program: "incumbent 0".into(),
        training_rows: 1_200,
        training_fingerprint: print(version.to_string()),
        evaluation,
        importance: Vec::new(),
    }
}

fn compared(difference: f64, interval: (f64, f64)) -> Compared {
    let versions = [side(1, 3), side(2, 1)];
    let score = versions[0].evaluation.score("f1").unwrap().clone();
    let (low, high) = interval;
    let one = Difference {
        metric: "f1".into(),
        label: score.label,
        direction: score.direction,
        difference: crate::metrics::Value::of(difference),
        interval: crate::metrics::Interval::Known { low, high, level: 0.95 },
        p_two_sided: crate::metrics::Value::of(0.0002),
    };
    let file = DataFile { name: "march.csv".into(), sha256: Fingerprint::of(b"march") };
    let differs = |name: &str| vec![Unlike { name: name.into(), first: Some("1".into()), second: None }];
    Compared {
        versions,
        same_model: false,
        rows_that_differ: 60,
        indistinguishable: Some(!one.is_clear()),
        differences: vec![one],
        files: Files { both: 2, first_only: Vec::new(), second_only: vec![file] },
        parameters: differs("trees"),
        features: Vec::new(),
        dependencies: differs("smartcore"),
    }
}

#[test]
fn the_verdict_says_which_is_better_or_that_it_cannot_be_told() {
    let clear = verdict(&compared(0.25, (0.1, 0.4)));
    assert_eq!((clear.tone, clear.title.as_str()), (Tone::Good, "Version 2 is better than version 1"));
    assert!(clear.text.starts_with("Version 1 has f1 0.") && clear.text.contains("+0.100 to +0.400"), "{}", clear.text);
    let worse = verdict(&compared(-0.25, (-0.4, -0.1)));
    assert_eq!(worse.title, "Version 1 is better than version 2");
    let open = verdict(&compared(0.1, (-0.1, 0.3)));
    assert_eq!(
        (open.tone, open.title.as_str()),
        (Tone::Neutral, "300 test rows cannot tell version 1 and version 2 apart")
    );
    assert!(open.text.ends_with("which contains 0."), "{}", open.text);
    let few = Compared { indistinguishable: Some(true), rows_that_differ: 3, ..compared(0.1, (0.05, 0.3)) };
    assert!(verdict(&few).text.ends_with("but they differ on 3 rows only."), "{}", verdict(&few).text);
    let same = Compared { same_model: true, ..compared(0.0, (0.0, 0.0)) };
    assert_eq!(verdict(&same).title, "Version 1 and version 2 hold the same model");
}

#[test]
fn everything_that_differs_has_its_place() {
    let document = document(&compared(0.25, (0.1, 0.4)), "2026-02-03T04:05:06Z", "churned").unwrap();
    let titles: Vec<&str> = document.sections.iter().map(|s| s.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "Scores",
            "Right and wrong predictions",
            "Deployments",
            "Training data",
            "Parameters and columns",
            "Dependencies"
        ]
    );
    let charts = |title: &str| {
        let section = document.sections.iter().find(|s| s.title == title).unwrap();
        section.blocks.iter().filter(|b| matches!(b, Block::Chart(_))).count()
    };
    assert_eq!((charts("Scores"), charts("Right and wrong predictions")), (1, 2));
    let now = chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let page = String::from_utf8(html::render(&document, now).unwrap()).unwrap();
    for text in
        ["march.csv", "trees", "smartcore", "It was better.", "&lt;0.001", "1,200 training rows", "version 2, boosting"]
    {
        assert!(page.contains(text), "{text} is not on the page");
    }
    assert_eq!(page.matches("class=\"beside\"").count(), 1, "the matrices stand beside each other");
}
