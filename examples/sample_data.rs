//! Writes the sample input that is committed with the project: the customers of an
//! invented subscription business, and whether they left.
//!
//! ```sh
//! cargo run --example sample_data -- [FOLDER]    # default: the root of the repository
//! ```
//!
//! - `practicedata/`: two small exports of autumn 2025. A model of so few rows is a modest
//!   one.
//! - `sourcedata/`: an export for each month of 2026 until June. A better model, which
//!   stays when the practice data challenges it.
//! - `testdata/testdata.csv`: other customers of the same months of 2026.
//!
//! On the test data, scikit-learn's logistic regression (C = 1; medians for missing
//! numbers, standardised; one-hot categories) reaches F1 0.508 and ROC-AUC 0.849 with the
//! practice data, 0.643 and 0.869 with the source data.
//!
//! June 2026 has drifted: prices rose, a plan came, and long tenure protects less.
//! Exports overlap: some rows of a month stand again, byte for byte, in the next one.
//! Every file is a function of [`SEED`] alone; `tests/sample_data.rs` compares.
#![allow(clippy::print_stdout, reason = "an example tells what it wrote")]
#![allow(clippy::disallowed_methods, reason = "the store is for artefacts; this makes inputs")]

use incumbent::random::Random;
use std::path::{Path, PathBuf};

/// The seed of all files. The practice model was worse by an F1 of 0.04 or more with 44 of 46
/// seeds tried; with this one, moreover, no subset of the months beats all of them.
const SEED: u64 = 8;
/// Customer numbers are drawn from 1 to this one, so that they tell nothing.
const HIGHEST_NUMBER: usize = 9_999;
/// The header of every file; the last column is the target.
const HEADER: &str =
    "customer_id,region,plan,tenure_months,monthly_fee,support_calls,last_login_days,satisfaction,churned";

/// Regions: name, share of customers, log-odds of leaving.
const REGIONS: [(&str, f64, f64); 4] =
    [("North", 0.30, 0.0), ("South", 0.27, 0.1), ("East", 0.25, -0.1), ("West", 0.18, 0.4)];

/// A plan as it is sold at some time.
struct Plan {
    name: &'static str,
    /// Share of the customers.
    share: f64,
    /// Price of a month without add-ons.
    price_cents: u32,
    /// What the plan adds to the log-odds of leaving.
    log_odds: f64,
}

/// How the business stands, and why its customers leave.
struct Era {
    /// What is on sale.
    plans: &'static [Plan],
    /// Log-odds of leaving before a customer's own part.
    base: f64,
    /// How much a year of tenure lowers them.
    protection_of_a_year: f64,
}

/// The plans before the price rise.
const OLD_PLANS: [Plan; 3] = [
    Plan { name: "Basic", share: 0.45, price_cents: 1990, log_odds: 0.5 },
    Plan { name: "Standard", share: 0.35, price_cents: 2990, log_odds: 0.0 },
    Plan { name: "Premium", share: 0.20, price_cents: 4490, log_odds: -0.6 },
];

/// The plans after it, with a new one that keeps its customers badly.
const NEW_PLANS: [Plan; 4] = [
    Plan { name: "Basic", share: 0.30, price_cents: 2490, log_odds: 0.5 },
    Plan { name: "Standard", share: 0.30, price_cents: 3590, log_odds: 0.0 },
    Plan { name: "Premium", share: 0.15, price_cents: 5290, log_odds: -0.6 },
    Plan { name: "Family", share: 0.25, price_cents: 3990, log_odds: 2.2 },
];

/// Autumn 2025, when leaving was rarer.
const QUIET: Era = Era { plans: &OLD_PLANS, base: -2.8, protection_of_a_year: 0.7 };
/// January to May 2026.
const USUAL: Era = Era { plans: &OLD_PLANS, base: -2.2, protection_of_a_year: 0.7 };
/// June 2026.
const DRIFTED: Era = Era { plans: &NEW_PLANS, base: -3.5, protection_of_a_year: 0.15 };

/// One export.
struct Export {
    /// Path below the root.
    path: &'static str,
    era: &'static Era,
    /// Customers that no other export has.
    fresh: usize,
    /// Rows of the export before that stand in this one again.
    again: usize,
    /// Customers of the same time that stand in the test data only.
    test: usize,
}

/// All exports, in order of time.
const EXPORTS: [Export; 8] = [
    Export { path: "practicedata/2025-10.csv", era: &QUIET, fresh: 60, again: 0, test: 0 },
    Export { path: "practicedata/2025-11.csv", era: &QUIET, fresh: 68, again: 12, test: 0 },
    Export { path: "sourcedata/2026-01.csv", era: &USUAL, fresh: 800, again: 0, test: 150 },
    Export { path: "sourcedata/2026-02.csv", era: &USUAL, fresh: 800, again: 20, test: 150 },
    Export { path: "sourcedata/2026-03.csv", era: &USUAL, fresh: 800, again: 20, test: 150 },
    Export { path: "sourcedata/2026-04.csv", era: &USUAL, fresh: 800, again: 20, test: 150 },
    Export { path: "sourcedata/2026-05.csv", era: &USUAL, fresh: 800, again: 20, test: 150 },
    Export { path: "sourcedata/2026-06.csv", era: &DRIFTED, fresh: 800, again: 20, test: 250 },
];
/// Where the test customers of all exports stand.
const TEST_PATH: &str = "testdata/testdata.csv";

/// The longest tenure: the business is six years old.
const LONGEST_TENURE: f64 = 72.0;
/// Beyond this tenure, in months, a customer is loyal and pays less.
const LOYAL_TENURE: f64 = 36.0;
/// By so much less.
const LOYAL_CENTS: u32 = 300;
/// The price of one add-on.
const ADD_ON_CENTS: u32 = 500;
/// A customer has at most so many add-ons.
const MOST_ADD_ONS: usize = 3;
/// The chance of each of them.
const ADD_ON_SHARE: f64 = 0.25;
/// Calls in the quarter of a customer of average mood.
const USUAL_CALLS: f64 = 1.3;
/// Days since the last login of such a customer, on average.
const USUAL_LOGIN_DAYS: f64 = 9.0;
/// Days since the last login are counted up to here.
const LONGEST_ABSENCE: f64 = 90.0;
/// Satisfaction of such a customer, from 1 to 5.
const USUAL_SATISFACTION: f64 = 3.5;
/// The best answer; 1 is the worst.
const BEST_ANSWER: f64 = 5.0;
/// A better mood by one standard deviation divides calls and absence by e to this power,
const MOOD_IN_COUNTS: f64 = 0.35;
/// and adds so much to satisfaction,
const MOOD_IN_SATISFACTION: f64 = 0.8;
/// which has a spread of its own.
const SPREAD_OF_SATISFACTION: f64 = 0.7;

/// Log-odds of leaving for each support call,
const FOR_A_CALL: f64 = 0.7;
/// for each day since the last login,
const FOR_A_DAY: f64 = 0.07;
/// for each point of satisfaction below the usual,
const FOR_A_POINT: f64 = 1.0;
/// for ten more a month,
const FOR_TEN_A_MONTH: f64 = 0.3;
/// and more than the sum for who is unsatisfied and absent: a part that no linear model has.
const FOR_UNSATISFIED_AND_ABSENT: f64 = 1.2;
/// A customer with so few points is unsatisfied,
const UNSATISFIED: f64 = 2.0;
/// and one that has not been seen for so many days is absent.
const ABSENT_DAYS: f64 = 14.0;
/// The fee of an average customer.
const USUAL_CENTS: f64 = 3_000.0;
/// Ten, in cents.
const CENTS_OF_TEN: f64 = 1_000.0;
/// Months in a year.
const MONTHS: f64 = 12.0;

/// How likely a cell is missing, and what then stands in its place: regions,
const NO_REGION: (f64, &str) = (0.01, "");
/// fees that the billing system did not deliver,
const NO_FEE: (f64, &str) = (0.015, "NA");
/// last logins that were not recorded,
const NO_LOGIN: (f64, &str) = (0.03, "NA");
/// and surveys left unanswered.
const NO_ANSWER: (f64, &str) = (0.15, "");

/// The text of every file, by its path below the root.
pub fn files() -> Vec<(&'static str, String)> {
    let mut numbers = shuffled_numbers();
    let mut files = Vec::new();
    let mut test_rows = Vec::new();
    let mut before: Vec<String> = Vec::new();
    for (part, export) in (1..).zip(&EXPORTS) {
        let mut random = Random::of_part(SEED, part);
        let mut rows: Vec<String> =
            numbers.drain(..export.fresh).map(|number| customer(number, export.era, &mut random)).collect();
        test_rows.extend(numbers.drain(..export.test).map(|number| customer(number, export.era, &mut random)));
        let fresh = rows.clone();
        // The customers come in a random order, so the first ones are as good as any.
        rows.extend(before.into_iter().take(export.again));
        files.push((export.path, csv(rows)));
        before = fresh;
    }
    files.push((TEST_PATH, csv(test_rows)));
    files
}

/// Writes every file below `root`, and tells their paths.
///
/// # Errors
/// A folder or a file cannot be written.
pub fn write(root: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for (path, text) in files() {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, text)?;
        written.push(path);
    }
    Ok(written)
}

/// Customer numbers, each one once, in random order (Fisher and Yates).
fn shuffled_numbers() -> Vec<usize> {
    let mut random = Random::of_part(SEED, 0);
    let mut numbers: Vec<usize> = (1..=HIGHEST_NUMBER).collect();
    for last in (1..numbers.len()).rev() {
        numbers.swap(last, random.below(last + 1));
    }
    numbers
}

/// A header and rows in the order of their customer numbers.
fn csv(mut rows: Vec<String>) -> String {
    rows.sort();
    let mut text = format!("{HEADER}\n");
    for row in rows {
        text.push_str(&row);
        text.push('\n');
    }
    text
}

/// The row of one customer.
fn customer(number: usize, era: &Era, random: &mut Random) -> String {
    let (region, _, region_log_odds) = pick(&REGIONS, |r| r.1, random);
    let plan = pick(era.plans, |p| p.share, random);
    // The square makes new customers the most frequent ones.
    let tenure = (LONGEST_TENURE * random.unit().powi(2)).ceil().max(1.0);
    let add_ons = (0..MOST_ADD_ONS).filter(|_| random.unit() < ADD_ON_SHARE).count() as u32;
    let rebate = if tenure > LOYAL_TENURE { LOYAL_CENTS } else { 0 };
    let cents = plan.price_cents + add_ons * ADD_ON_CENTS - rebate;
    // A mood that nobody records shows in three columns.
    let mood = random.normal();
    let discontent = (-MOOD_IN_COUNTS * mood).exp();
    let calls = poisson(USUAL_CALLS * discontent, random);
    let login_days = (exponential(random) * USUAL_LOGIN_DAYS * discontent).floor().min(LONGEST_ABSENCE);
    let answer = USUAL_SATISFACTION + MOOD_IN_SATISFACTION * mood + SPREAD_OF_SATISFACTION * random.normal();
    let satisfaction = answer.round().clamp(1.0, BEST_ANSWER);

    let unsatisfied_and_absent = satisfaction <= UNSATISFIED && login_days >= ABSENT_DAYS;
    let log_odds = era.base + region_log_odds + plan.log_odds - era.protection_of_a_year * tenure / MONTHS
        + FOR_A_CALL * calls
        + FOR_A_DAY * login_days
        + FOR_A_POINT * (USUAL_SATISFACTION - satisfaction)
        + FOR_TEN_A_MONTH * (f64::from(cents) - USUAL_CENTS) / CENTS_OF_TEN
        + if unsatisfied_and_absent { FOR_UNSATISFIED_AND_ABSENT } else { 0.0 };
    let churned = u8::from(random.unit() < 1.0 / (1.0 + (-log_odds).exp()));

    let region = or_missing(region.to_string(), NO_REGION, random);
    let fee = or_missing(format!("{}.{:02}", cents / 100, cents % 100), NO_FEE, random);
    let login_days = or_missing(login_days.to_string(), NO_LOGIN, random);
    let satisfaction = or_missing(satisfaction.to_string(), NO_ANSWER, random);
    let plan = plan.name;
    format!("C-{number:06},{region},{plan},{tenure},{fee},{calls},{login_days},{satisfaction},{churned}")
}

/// One of `items`, each as likely as its share; the shares add up to one.
fn pick<'a, T>(items: &'a [T], share: impl Fn(&T) -> f64, random: &mut Random) -> &'a T {
    let mut left = random.unit();
    let chosen = items.iter().position(|item| {
        left -= share(item);
        left < 0.0
    });
    // Rounding can leave a trifle after the last share.
    &items[chosen.unwrap_or(items.len() - 1)]
}

/// An exponential draw of mean one, by inversion.
fn exponential(random: &mut Random) -> f64 {
    -(1.0 - random.unit()).ln()
}

/// A Poisson count (Knuth, The Art of Computer Programming, volume 2, 3.4.1).
fn poisson(mean: f64, random: &mut Random) -> f64 {
    let limit = (-mean).exp();
    let mut product = random.unit();
    let mut count = 0.0;
    while product > limit {
        product *= random.unit();
        count += 1.0;
    }
    count
}

/// The cell, or with some chance what stands for a missing one.
fn or_missing(cell: String, (share, missing): (f64, &str), random: &mut Random) -> String {
    if random.unit() < share { missing.to_string() } else { cell }
}

/// Writes below the folder named first on the command line.
fn main() -> std::io::Result<()> {
    let root = std::env::args_os().nth(1).map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    for path in write(&root)? {
        println!("{}", path.display());
    }
    Ok(())
}
