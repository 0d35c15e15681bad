//! The 24 products of an invented bank, and whom they suit.

/// A product. Log-odds are those of taking it in a month, by clients who do not hold it.
pub struct Product {
    /// In the names of columns.
    pub name: &'static str,
    /// Log-odds of a client whom it suits best, with nothing else to say for it.
    pub base: f64,
    /// The chance of giving it up in a month.
    pub churn: f64,
    /// The age that it suits best, and how many years from there it is e^-0.5 times as likely.
    pub age: (f64, f64),
    /// Log-odds for an income e times as high.
    pub income: f64,
    /// Log-odds for clients who came by web or app.
    pub digital: f64,
    /// Log-odds for a client of the first months, which fade.
    pub newcomer: f64,
    /// Log-odds for holding other products.
    pub after: &'static [(&'static str, f64)],
}

/// A product without dependence on age has this width.
const ALL_AGES: f64 = 1_000.0;

/// All products.
pub const PRODUCTS: [Product; 24] = [
    product("current_account", -4.2, 0.006, (45.0, ALL_AGES), 0.0, 0.0, 2.2, &[("youth_account", 1.6)]),
    product("salary_account", -4.0, 0.010, (35.0, 11.0), 0.5, 0.0, 1.6, &[("current_account", 0.9)]),
    product("youth_account", -2.4, 0.012, (17.0, 4.0), 0.0, 0.6, 2.0, &[]),
    product("joint_account", -3.5, 0.012, (40.0, 9.0), 0.2, -0.6, 0.4, &[("mortgage", 1.8)]),
    product("premium_account", -4.6, 0.015, (52.0, 14.0), 1.6, 0.0, 0.2, &[("funds", 1.0)]),
    product("savings_account", -4.6, 0.015, (45.0, ALL_AGES), 0.2, 0.2, 0.8, &[("salary_account", 1.2)]),
    product("web_savings", -4.6, 0.030, (33.0, 10.0), 0.2, 1.9, 0.5, &[("mobile_wallet", 0.8)]),
    product("short_deposit", -4.2, 0.090, (60.0, 12.0), 0.9, -0.4, 0.0, &[("long_deposit", 1.6)]),
    product("long_deposit", -4.3, 0.025, (63.0, 10.0), 0.8, -0.6, 0.0, &[("short_deposit", 1.9)]),
    product("funds", -4.8, 0.018, (50.0, 12.0), 1.2, 0.2, 0.0, &[("securities", 1.2), ("savings_account", 0.6)]),
    product("securities", -4.9, 0.015, (48.0, 14.0), 1.3, 0.7, 0.0, &[("funds", 1.4)]),
    product("pension_plan", -3.8, 0.010, (54.0, 7.0), 0.6, 0.0, 0.0, &[("salary_account", 0.7)]),
    product("mortgage", -4.0, 0.004, (36.0, 6.0), 0.8, -0.2, 0.0, &[("joint_account", 1.2), ("salary_account", 0.8)]),
    product("personal_loan", -4.5, 0.040, (34.0, 10.0), -0.8, 0.0, 0.3, &[("overdraft", 1.6)]),
    product("car_loan", -4.2, 0.025, (38.0, 9.0), 0.2, 0.0, 0.0, &[("salary_account", 1.2)]),
    product("overdraft", -4.7, 0.050, (28.0, 9.0), -0.7, 0.3, 0.5, &[("salary_account", 1.2)]),
    product("credit_card", -4.5, 0.040, (42.0, 13.0), 0.8, 0.3, 0.6, &[("debit_card", 1.1)]),
    product("debit_card", -4.2, 0.030, (32.0, 16.0), 0.0, 0.6, 1.5, &[("current_account", 0.5)]),
    product("direct_debits", -4.0, 0.060, (44.0, 14.0), 0.2, 0.0, 0.6, &[("salary_account", 1.7)]),
    product("payroll", -4.4, 0.055, (38.0, 12.0), 0.1, 0.0, 0.8, &[("salary_account", 2.1), ("direct_debits", 0.6)]),
    product("mobile_wallet", -4.9, 0.040, (25.0, 8.0), 0.1, 1.7, 0.8, &[("debit_card", 1.3)]),
    product("home_insurance", -4.3, 0.010, (42.0, 12.0), 0.3, -0.3, 0.0, &[("mortgage", 2.8)]),
    product("life_insurance", -3.9, 0.010, (46.0, 9.0), 0.3, -0.4, 0.0, &[("mortgage", 1.6), ("car_loan", 0.8)]),
    product("business_account", -4.4, 0.010, (44.0, 9.0), 0.9, -0.5, 0.3, &[("premium_account", 1.2)]),
];

/// A row of the table above, in the order of the fields.
#[allow(clippy::too_many_arguments, reason = "a table reads better with a product in a line")]
const fn product(
    name: &'static str,
    base: f64,
    churn: f64,
    age: (f64, f64),
    income: f64,
    digital: f64,
    newcomer: f64,
    after: &'static [(&'static str, f64)],
) -> Product {
    Product { name, base, churn, age, income, digital, newcomer, after }
}
