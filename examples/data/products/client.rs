//! A client of an invented bank, who takes products and gives them up month by month.

use super::super::draw;
use super::catalogue::{PRODUCTS, Product};
use incumbent::random::Random;

/// Which products a client holds.
pub type Holdings = [bool; PRODUCTS.len()];

/// Regions with their shares; one name has a comma.
const REGIONS: [(&str, f64); 8] = [
    ("Capital", 0.31),
    ("Coast", 0.17),
    ("Lakes, Upper", 0.12),
    ("Lakes, Lower", 0.10),
    ("Plains", 0.11),
    ("Hills", 0.08),
    ("Islands", 0.06),
    ("Border", 0.05),
];
/// Codes of the channel that a client came by, with their shares; D… is digital.
const CHANNELS: [(&str, f64); 7] =
    [("BR1", 0.27), ("BR2", 0.18), ("BRX", 0.05), ("DWB", 0.16), ("DAP", 0.22), ("AGT", 0.09), ("TEL", 0.03)];
/// The median income in a year, and the spread of its logarithm.
const INCOME: (f64, f64) = (31_000.0, 0.55);
/// Spread of a liking for products that nobody records, in log-odds.
const LIKING: f64 = 0.5;
/// The first months of a client fade by e in so many.
const NEW_FOR_MONTHS: f64 = 3.0;
/// Beyond so many products each further one makes another less likely.
const ENOUGH: usize = 5;
const FOR_MORE_THAN_ENOUGH: f64 = -0.35;
/// What inactive clients take less.
const FOR_INACTIVE: f64 = -1.3;

/// Who a client is.
pub struct Client {
    pub female: bool,
    pub resident: bool,
    pub employee: bool,
    pub region: &'static str,
    pub channel: &'static str,
    /// Age in months when the panel starts.
    pub age_months: i32,
    /// Months as a client when the panel starts; negative for who comes later.
    pub months: i32,
    pub income: f64,
    liking: f64,
    /// Whether the client uses the bank this month.
    pub active: bool,
    pub holdings: Holdings,
}

impl Client {
    /// Someone with so many months as a client when the panel starts.
    pub fn new(months: i32, random: &mut Random) -> Client {
        let youth = draw::chance(0.14, random);
        let age = if youth { 15.0 + 5.0 * random.unit() } else { 20.0 + 62.0 * random.unit().powf(1.3) };
        // Incomes are highest in the middle of life.
        let of_age = if youth { -0.9 } else { 0.25 - ((age - 48.0) / 40.0).powi(2) };
        Client {
            female: draw::chance(0.49, random),
            resident: !draw::chance(0.02, random),
            employee: draw::chance(0.01, random),
            region: draw::pick(&REGIONS, |r| r.1, random).0,
            channel: draw::pick(&CHANNELS, |c| c.1, random).0,
            age_months: (12.0 * age) as i32,
            months,
            income: INCOME.0 * (of_age + INCOME.1 * random.normal()).exp(),
            liking: LIKING * random.normal(),
            active: true,
            holdings: [false; PRODUCTS.len()],
        }
    }

    /// The segment by which the bank serves the client, as it writes it.
    pub fn segment(&self) -> &'static str {
        match (self.age_months / 12, self.income) {
            (..=25, _) => "03-YOUNG",
            (_, 60_000.0..) => "01-TOP",
            _ => "02-REGULAR",
        }
    }

    /// Whether the client came by web or app.
    fn digital(&self) -> bool {
        self.channel.starts_with('D')
    }

    /// Opens a first account, where there is none.
    pub fn open(&mut self, random: &mut Random) {
        if !self.holdings.contains(&true) {
            let first = if self.age_months < 21 * 12 { "youth_account" } else { "current_account" };
            let first = if draw::chance(0.15, random) { "savings_account" } else { first };
            self.holdings[index(first)] = true;
        }
    }

    /// Lives through a month of the panel (or before it): gives up products and takes some.
    pub fn live(&mut self, month: i32, random: &mut Random) {
        let held = self.holdings;
        let count = held.iter().filter(|h| **h).count();
        for (i, product) in PRODUCTS.iter().enumerate() {
            self.holdings[i] = if held[i] {
                !draw::chance(product.churn, random)
            } else {
                draw::happens(self.log_odds(product, month, &held, count), random)
            };
        }
        let active = if count > 1 { 2.2 } else { 0.3 };
        self.active = draw::happens(if self.active { active + 1.0 } else { active - 2.5 }, random);
    }

    /// The log-odds of taking a product that is not held.
    fn log_odds(&self, product: &Product, month: i32, held: &Holdings, count: usize) -> f64 {
        let age = f64::from(self.age_months + month) / 12.0;
        let tenure = f64::from((self.months + month).max(0));
        let when = |condition: bool, log_odds: f64| if condition { log_odds } else { 0.0 };
        let after: f64 = product.after.iter().map(|(name, odds)| when(held[index(name)], *odds)).sum();
        product.base - 0.5 * ((age - product.age.0) / product.age.1).powi(2)
            + product.income * (self.income / INCOME.0).ln()
            + when(self.digital(), product.digital)
            + product.newcomer * (-tenure / NEW_FOR_MONTHS).exp()
            + after
            + when(!self.active, FOR_INACTIVE)
            + FOR_MORE_THAN_ENOUGH * count.saturating_sub(ENOUGH) as f64
            + self.liking
    }
}

/// The place of a product in the catalogue.
pub fn index(name: &str) -> usize {
    // A name that is none would be a slip in the catalogue; it falls on the first product,
    // and a test looks for that.
    PRODUCTS.iter().position(|p| p.name == name).unwrap_or_default()
}
