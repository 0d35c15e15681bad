//! The panel as a bank's extract has it: padded numbers, codes of mixed types, blanks.

use super::super::{draw, file};
use super::catalogue::PRODUCTS;
use super::client::Client;
use incumbent::random::Random;

/// The year of the panel's first month, January.
const YEAR: i32 = 2025;
/// Share of rows of which the extract knows little.
const UNKNOWN: f64 = 0.012;
/// Share of incomes that are not known.
const NO_INCOME: f64 = 0.18;
/// Share of channels left blank.
const NO_CHANNEL: f64 = 0.015;
/// Share of times as a client that the extract writes as the number -999999.
const NO_MONTHS: f64 = 0.004;
/// Products that are not reported in a client's first month, when they are never held.
const REPORTED_LATE: [&str; 2] = ["payroll", "pension_plan"];

/// The columns before the holdings.
const ABOUT: &str = "month,client,staff_code,resident,sex,age,joined,new_client,client_months,relation,channel,\
                     region,active,income,segment,products";

/// The header of every file: who, what is held, what is taken by the next month.
pub fn header() -> String {
    let holdings = PRODUCTS.iter().map(|p| format!(",has_{}", p.name));
    let targets = PRODUCTS.iter().map(|p| format!(",takes_{}", p.name));
    holdings.chain(targets).fold(ABOUT.to_string(), |header, column| header + &column)
}

/// The day of the extract of a month of the panel (or before it).
pub fn day(month: i32) -> String {
    format!("{:04}-{:02}-28", YEAR + month.div_euclid(12), month.rem_euclid(12) + 1)
}

/// The number of a client, which tells nothing of when the client came: multiplication by
/// an odd constant mixes numbers below a power of two without making any two equal.
pub fn client(number: u64, seed: u64) -> String {
    format!("{:06}", 100_000 + (number.wrapping_mul(2 * 104_729 + 1).wrapping_add(seed) & 0x7_FFFF))
}

/// The cells of a row up to the holdings.
pub fn features(name: &str, client: &Client, month: i32, random: &mut Random) -> String {
    let months = client.months + month;
    let unknown = draw::chance(UNKNOWN, random);
    let padded = |text: String, width: usize| {
        let text = if unknown { "NA".to_string() } else { text };
        format!("{text:>width$}")
    };
    let known = |text: &str| if unknown { String::new() } else { text.to_string() };
    let quoted = |code: u8| if unknown { "\"NA\"".to_string() } else { format!("\" {code}\"") };

    let staff = known(if client.employee { "A" } else { "N" });
    let resident = known(if client.resident { "Y" } else { "N" });
    let sex = known(if client.female { "F" } else { "M" });
    let age = padded(((client.age_months + month) / 12).to_string(), 4);
    let joined = known(&day(month - months));
    let new_client = quoted(u8::from(months < 6));
    let seniority = if draw::chance(NO_MONTHS, random) { "-999999".to_string() } else { padded(months.to_string(), 7) };
    let relation = known(draw::pick(&RELATIONS, |r| r.1, random).0);
    let channel = draw::or_missing(known(client.channel), NO_CHANNEL, "", random);
    let region = file::cell(client.region);
    let active = u8::from(client.active);
    // An income stays unknown or known: the number of the client decides.
    let hidden = Random::new(name.bytes().fold(0, |sum, b| sum * 31 + u64::from(b))).unit() < NO_INCOME;
    let income = if hidden { format!("{:>12}", "NA") } else { format!("{:.2}", client.income) };
    let segment = known(client.segment());
    let products = client.holdings.iter().filter(|h| **h).count();
    let mut row = format!(
        "{},{name},{staff},{resident},{sex},{age},{joined},{new_client},{seniority},{relation},{channel},\
         {region},{active},{income},{segment},{products}",
        day(month)
    );
    for (product, held) in PRODUCTS.iter().zip(&client.holdings) {
        let late = months == 0 && REPORTED_LATE.contains(&product.name) && !held;
        row.push_str(match (late, held) {
            (true, _) => ",NA",
            (_, true) => ",1",
            (_, false) => ",0",
        });
    }
    row
}

/// Codes of the relation to the bank, which two systems write in two ways.
const RELATIONS: [(&str, f64); 4] = [("1", 0.70), ("1.0", 0.25), ("P", 0.03), ("99", 0.02)];
