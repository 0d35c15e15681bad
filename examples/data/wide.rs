//! A wide table of anonymous numbers: 200 independent variables, in each of which the
//! positives have a slightly other mean and spread. No variable tells much; together they
//! tell a lot, to a model that can add up many small hints.

use super::draw;
use super::file::File;
use incumbent::random::Random;

/// The seed of all files.
const SEED: u64 = 21;
/// Variables.
const WIDTH: usize = 200;
/// Share of positives.
const POSITIVES: f64 = 0.1;
/// Rows, by file.
const FILES: [(&str, usize); 3] =
    [("training/part-1.csv.gz", 1_200), ("training/part-2.csv.gz", 1_200), ("test/test.csv.gz", 800)];

/// The squares of the shifts, in standard deviations, add up to this on average: it sets how
/// well the best model can do.
const SEPARATION: f64 = 3.0;
/// Spread of the logarithm of the ratio of the spreads.
const SPREAD_OF_SPREADS: f64 = 0.04;
/// The spreads of variables, least and greatest. One decimal is written, so that small
/// spreads make small files.
const SPREADS: (f64, f64) = (0.5, 1.6);
/// The means of variables lie between these.
const MEANS: (f64, f64) = (1.0, 8.0);
/// Identifiers are drawn from 1 to this one, so that they tell nothing.
const HIGHEST_NUMBER: usize = 99_999;

/// One column.
struct Variable {
    mean: f64,
    spread: f64,
    /// Mean of the positives, in spreads from the mean of the others.
    shift: f64,
    /// Spread of the positives as a multiple.
    ratio: f64,
}

/// Training and test data.
pub fn files() -> Vec<File> {
    let mut random = Random::of_part(SEED, 0);
    let variables: Vec<Variable> = (0..WIDTH).map(|_| variable(&mut random)).collect();
    let mut numbers: Vec<usize> = (1..=HIGHEST_NUMBER).collect();
    draw::shuffle(&mut numbers, &mut random);
    let names: Vec<String> = (0..WIDTH).map(|i| format!("var_{i}")).collect();
    let header = format!("ID_code,target,{}", names.join(","));
    let rows = |(part, (path, count)): (u64, &(&str, usize))| {
        let mut random = Random::of_part(SEED, part);
        let rows = numbers.drain(..*count).map(|number| row(number, &variables, &mut random));
        File::new(*path, &header, rows)
    };
    (1..).zip(&FILES).map(rows).collect()
}

/// A variable. Shifts are exponential, so that some variables tell more than others.
fn variable(random: &mut Random) -> Variable {
    let between = |(least, greatest): (f64, f64), random: &mut Random| least + (greatest - least) * random.unit();
    // The mean square of an exponential draw is twice the square of its mean.
    let shift = draw::exponential(random) * (SEPARATION / (2.0 * WIDTH as f64)).sqrt();
    Variable {
        mean: between(MEANS, random),
        spread: between(SPREADS, random),
        shift: if draw::chance(0.5, random) { shift } else { -shift },
        ratio: (SPREAD_OF_SPREADS * random.normal()).exp(),
    }
}

/// One row.
fn row(number: usize, variables: &[Variable], random: &mut Random) -> String {
    let positive = draw::chance(POSITIVES, random);
    let mut row = format!("R{number:05},{}", u8::from(positive));
    for v in variables {
        let (shift, ratio) = if positive { (v.shift, v.ratio) } else { (0.0, 1.0) };
        let value = v.mean + v.spread * (shift + ratio * random.normal());
        // Tenths, so that there is no negative zero.
        let tenths = (value * 10.0).round() as i64;
        row.push_str(&format!(",{}", tenths as f64 / 10.0));
    }
    row
}
