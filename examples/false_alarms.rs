//! How often drift is reported where there is none, and where there is some.
//!
//! ```sh
//! cargo run --release --example false_alarms            # the tables of docs/drift.md
//! cargo run --release --example false_alarms -- large   # seconds for a million rows
//! ```
//!
//! Each repetition draws two tables of [`COLUMNS`] columns of one kind and compares them, so
//! that there is something to adjust p-values for. What is printed is the share of columns
//! flagged, over all repetitions. Every draw follows from the seed.
#![allow(clippy::print_stdout, reason = "an example tells what it found")]

use incumbent::config::{Adjustment, Drift, DriftMode};
use incumbent::drift::{Sketcher, TableSketch, compare};
use incumbent::parallel;
use incumbent::random::Random;
use incumbent::table::{Builder, Cell, ColumnSchema, Role, Schema, Table, Type};
use std::time::Instant;

/// Columns of a table.
pub const COLUMNS: usize = 25;
/// Of which so many move where something moves.
pub const MOVED: usize = 5;
/// The modes, in the order of the answers.
pub const MODES: [DriftMode; 3] = [DriftMode::Calibrated, DriftMode::Evidently, DriftMode::Nannyml];

/// What the columns hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Normal numbers of standard deviation 1.
    Normal,
    /// Whole numbers from 0 to 4, the smaller ones more often.
    Whole,
    /// So many categories of equal share.
    Equal(usize),
    /// So many categories, the i-th with a share in proportion to 1/i.
    Zipf(usize),
}

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Rows of the training table.
    pub reference: usize,
    /// Rows of the new table.
    pub current: usize,
    /// Its columns.
    pub kind: Kind,
    /// By how much [`MOVED`] columns of the new table are moved: numbers in standard
    /// deviations, categories by a share that goes from the first to the second one.
    pub moved: f64,
}

impl Kind {
    fn name(self) -> String {
        match self {
            Kind::Normal => "numbers N(0, 1)".to_string(),
            Kind::Whole => "whole numbers 0-4".to_string(),
            Kind::Equal(categories) => format!("{categories} categories"),
            Kind::Zipf(categories) => format!("{categories} categories (Zipf)"),
        }
    }

    /// The shares of categories, added up.
    fn steps(self) -> Vec<f64> {
        let weights: Vec<f64> = match self {
            Kind::Normal => Vec::new(),
            Kind::Whole => vec![5.0, 4.0, 3.0, 2.0, 1.0],
            Kind::Equal(categories) => vec![1.0; categories],
            Kind::Zipf(categories) => (1..=categories).map(|i| 1.0 / i as f64).collect(),
        };
        let all: f64 = weights.iter().sum();
        weights
            .iter()
            .scan(0.0, |sum, weight| {
                *sum += weight / all;
                Some(*sum)
            })
            .collect()
    }
}

/// A table drawn by `random`.
pub fn draw(kind: Kind, rows: usize, moved: f64, random: &mut Random) -> Table {
    let is_number = matches!(kind, Kind::Normal | Kind::Whole);
    let column = |i: usize| ColumnSchema {
        name: format!("c{i}"),
        kind: if is_number { Type::Number } else { Type::Category },
        role: Role::Feature,
    };
    let mut builder = Builder::new(Schema { columns: (0..COLUMNS).map(column).collect() });
    let steps = kind.steps();
    let names: Vec<String> = (0..steps.len()).map(|i| format!("category {i}")).collect();
    for index in 0..COLUMNS {
        let moved = if index < MOVED { moved } else { 0.0 };
        for _ in 0..rows {
            if kind == Kind::Normal {
                builder.push(index, Cell::Number(random.normal() + moved));
                continue;
            }
            let at = random.unit();
            // What is below the moved share would have been the first category.
            let place = if at < moved { 1 } else { steps.partition_point(|step| *step <= at).min(steps.len() - 1) };
            builder.push(index, if is_number { Cell::Number(place as f64) } else { Cell::Text(&names[place]) });
        }
    }
    builder.end_rows(rows);
    builder.finish()
}

/// The settings of a mode.
pub fn settings(mode: DriftMode) -> Drift {
    Drift { mode, level: 0.05, adjustment: Adjustment::BenjaminiHochberg, effect: 0.1, share: 0.5 }
}

/// The share of columns flagged by each of [`MODES`]: of the moved ones where some are, else
/// of all.
pub fn flagged(case: Case, repetitions: usize, threads: usize) -> [f64; 3] {
    let counted = if case.moved == 0.0 { COLUMNS } else { MOVED };
    let counts = parallel::map(repetitions, threads, |repetition| {
        let mut random = Random::of_part(20, repetition as u64);
        let reference = TableSketch::of(&draw(case.kind, case.reference, 0.0, &mut random), 1);
        let mut sketcher = Sketcher::new(&reference);
        sketcher.add(&draw(case.kind, case.current, case.moved, &mut random));
        let current = sketcher.finish();
        MODES.map(|mode| {
            let found = compare(&reference, &current, &settings(mode), 1);
            found.iter().take(counted).filter(|column| column.drifted).count()
        })
    });
    let of = |mode: usize| counts.iter().map(|count| count[mode]).sum::<usize>() as f64;
    std::array::from_fn(|mode| of(mode) / (counted * repetitions) as f64)
}

fn print(cases: &[Case], repetitions: usize, threads: usize) {
    println!("| rows: training / new | columns | calibrated | as Evidently | as NannyML |\n|---|---|---|---|---|");
    for case in cases {
        let shares = flagged(*case, repetitions, threads).map(|share| format!("{:.1}%", 100.0 * share));
        let moved = if case.moved == 0.0 { String::new() } else { format!(", moved by {}", case.moved) };
        println!("| {} / {} | {}{moved} | {} |", case.reference, case.current, case.kind.name(), shares.join(" | "));
    }
}

/// Seconds for a million rows of each side, the new ones in parts.
fn large(threads: usize) {
    const ROWS: usize = 1_000_000;
    const PART: usize = 8_192;
    for kind in [Kind::Normal, Kind::Whole, Kind::Zipf(30)] {
        let reference = draw(kind, ROWS, 0.0, &mut Random::new(1));
        let start = Instant::now();
        let sketch = TableSketch::of(&reference, threads);
        let of_reference = start.elapsed().as_secs_f64();
        drop(reference);
        let mut sketcher = Sketcher::new(&sketch);
        let (mut adding, mut random) = (0.0, Random::new(2));
        for first in (0..ROWS).step_by(PART) {
            let part = draw(kind, PART.min(ROWS - first), 0.0, &mut random);
            let start = Instant::now();
            sketcher.add(&part);
            adding += start.elapsed().as_secs_f64();
        }
        let start = Instant::now();
        let found = compare(&sketch, &sketcher.finish(), &settings(DriftMode::Calibrated), threads);
        let comparing = start.elapsed().as_secs_f64();
        let drifted = found.iter().filter(|column| column.drifted).count();
        println!(
            "{COLUMNS} columns of {}: reference {of_reference:.2} s, new rows {adding:.2} s, comparison \
             {comparing:.3} s; {drifted} flagged",
            kind.name()
        );
    }
}

fn main() {
    let threads = parallel::available();
    if std::env::args().nth(1).as_deref() == Some("large") {
        return large(threads);
    }
    let case = |(reference, current), kind, moved| Case { reference, current, kind, moved };
    let sizes = [(1_000, 1_000), (5_000, 50), (5_000, 100), (5_000, 1_000)];
    let kinds = [Kind::Normal, Kind::Equal(8), Kind::Equal(30)];
    let cells: Vec<Case> = sizes.into_iter().flat_map(|size| kinds.map(|kind| case(size, kind, 0.0))).collect();
    println!("Nothing moved: 200 repetitions of {COLUMNS} columns.\n");
    print(&cells, 200, threads);
    let more = [(200, 200), (5_000, 30)];
    let kinds = [Kind::Normal, Kind::Whole, Kind::Equal(30), Kind::Zipf(50)];
    let cells: Vec<Case> = more.into_iter().flat_map(|size| kinds.map(|kind| case(size, kind, 0.0))).collect();
    println!("\nNothing moved, harder: 100 repetitions.\n");
    print(&cells, 100, threads);
    let moves = [
        case((1_000, 1_000), Kind::Normal, 0.5),
        case((1_000, 1_000), Kind::Normal, 0.25),
        case((5_000, 100), Kind::Normal, 0.5),
        case((5_000, 50), Kind::Normal, 1.0),
        case((1_000, 1_000), Kind::Equal(4), 0.15),
        case((5_000, 1_000), Kind::Equal(4), 0.15),
        case((5_000, 100), Kind::Equal(4), 0.15),
    ];
    println!("\n{MOVED} of {COLUMNS} columns moved: 100 repetitions; the share of those {MOVED} that was flagged.\n");
    print(&moves, 100, threads);
}
