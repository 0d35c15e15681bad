//! Employees of an invented company, and whether they left within half a year.

use super::draw;
use super::file::File;
use incumbent::random::Random;

/// The seed of all files.
const SEED: u64 = 3;
/// The header of every file; the last column is the target.
const HEADER: &str = "employee_id,hired,department,level,age,commute_km,monthly_pay,overtime,travel,remote_days,\
                      satisfaction,years_since_promotion,trainings,manager_changes,left";
/// A snapshot a quarter, each of other employees: its file, and its day in years.
const FILES: [(&str, f64); 5] = [
    ("training/2024-q3.csv.gz", 2024.5),
    ("training/2024-q4.csv.gz", 2024.75),
    ("training/2025-q1.csv.gz", 2025.0),
    ("training/2025-q2.csv.gz", 2025.25),
    ("test/2025-q3.csv.gz", 2025.5),
];
/// Rows of each.
const ROWS: usize = 1_200;
/// Employee numbers are drawn from 1 to this one, so that they tell nothing.
const HIGHEST_NUMBER: usize = 9_999;

/// A department: its name, its share, its pay as a multiple, its log-odds of leaving.
const DEPARTMENTS: [(&str, f64, f64, f64); 7] = [
    ("Sales", 0.24, 1.00, 0.5),
    ("Engineering", 0.22, 1.25, 0.1),
    ("Operations", 0.18, 0.90, 0.0),
    ("Support", 0.16, 0.82, 0.6),
    ("Finance", 0.09, 1.10, -0.3),
    ("Marketing", 0.07, 1.00, 0.2),
    ("Legal", 0.04, 1.30, -0.6),
];
/// A level: its share and its usual pay.
const LEVELS: [(u32, f64, f64); 5] =
    [(1, 0.34, 2_700.0), (2, 0.30, 3_500.0), (3, 0.20, 4_600.0), (4, 0.11, 6_200.0), (5, 0.05, 8_900.0)];
/// Business travel: its share and its log-odds of leaving.
const TRAVEL: [(&str, f64, f64); 3] = [("none", 0.35, 0.0), ("rare", 0.47, 0.1), ("frequent", 0.18, 0.7)];

/// The longest tenure in years.
const LONGEST_TENURE: f64 = 22.0;
/// Spread of pay about what is usual, as a logarithm.
const SPREAD_OF_PAY: f64 = 0.16;
/// Share of employees who work overtime.
const OVERTIME: f64 = 0.28;

/// The log-odds before an employee's own part.
const BASE: f64 = -4.2;
/// A newcomer is likely to leave, and by this tenure in years e times less.
const FOR_A_NEWCOMER: f64 = 1.6;
const NEW_FOR_YEARS: f64 = 1.5;
/// Overtime, and the part more where pay is below what is usual: no linear model has it.
const FOR_OVERTIME: f64 = 0.6;
const FOR_UNPAID_OVERTIME: f64 = 1.9;
/// Pay ten per cent below what is usual.
const FOR_TEN_PER_CENT_LESS: f64 = 0.25;
/// Each point of satisfaction below the usual one.
const FOR_A_POINT: f64 = 0.75;
const USUAL_SATISFACTION: f64 = 3.4;
/// A long way to work, unless one works at home on two days or more.
const FOR_A_LONG_WAY: f64 = 1.5;
const LONG_WAY_KM: f64 = 30.0;
/// Long without promotion, below the level where that is usual.
const FOR_NO_PROMOTION: f64 = 1.6;
const LONG_WITHOUT_YEARS: f64 = 3.5;
/// Each change of manager.
const FOR_A_MANAGER: f64 = 0.45;
/// Each training.
const FOR_A_TRAINING: f64 = -0.2;
/// Below this age, and near to retirement.
const FOR_YOUTH: f64 = 0.4;
const YOUNG: f64 = 29.0;
const FOR_RETIREMENT: f64 = 2.2;
const NEAR_RETIREMENT: f64 = 62.0;

/// How likely a cell is missing.
const NO_ANSWER: f64 = 0.12;
const NO_COMMUTE: f64 = 0.04;
const NO_PAY: f64 = 0.02;
const NO_TRAVEL: f64 = 0.02;

/// Training and test data.
pub fn files() -> Vec<File> {
    let mut numbers: Vec<usize> = (1..=HIGHEST_NUMBER).collect();
    draw::shuffle(&mut numbers, &mut Random::of_part(SEED, 0));
    let file = |(part, (path, today)): (u64, &(&str, f64))| {
        let mut random = Random::of_part(SEED, part);
        let mut employees: Vec<usize> = numbers.drain(..ROWS).collect();
        employees.sort_unstable();
        File::new(*path, HEADER, employees.into_iter().map(|number| row(number, *today, &mut random)))
    };
    (1..).zip(&FILES).map(file).collect()
}

/// What a model may know about an employee, and what it may not.
struct Employee {
    tenure: f64,
    age: f64,
    level: u32,
    commute_km: f64,
    /// Logarithm of pay over what is usual for level and department.
    pay: f64,
    overtime: bool,
    remote_days: u32,
    satisfaction: f64,
    since_promotion: f64,
    trainings: u32,
    managers: u32,
}

/// One employee.
fn row(number: usize, today: f64, random: &mut Random) -> String {
    let (department, _, department_pay, department_odds) = draw::pick(&DEPARTMENTS, |d| d.1, random);
    let (travel, _, travel_odds) = draw::pick(&TRAVEL, |t| t.1, random);
    let (level, _, level_pay) = draw::pick(&LEVELS, |l| l.1, random);
    let employee = employee(*level, random);
    let left = draw::happens(BASE + department_odds + travel_odds + log_odds(&employee), random);

    let monthly_pay = 10.0 * (department_pay * level_pay * employee.pay.exp() / 10.0).round();
    let hired = hired(today - employee.tenure, random);
    let travel = draw::or_missing((*travel).to_string(), NO_TRAVEL, "", random);
    let commute = draw::or_missing(format!("{:.1}", employee.commute_km), NO_COMMUTE, "NA", random);
    let monthly_pay = draw::or_missing(monthly_pay.to_string(), NO_PAY, "NA", random);
    let satisfaction = draw::or_missing(employee.satisfaction.to_string(), NO_ANSWER, "", random);
    let word = |yes: bool| if yes { "yes" } else { "no" };
    format!(
        "E-{number:04},{hired},{department},{level},{},{commute},{monthly_pay},{},{travel},{},{satisfaction},{:.1},{},{},{}",
        employee.age,
        word(employee.overtime),
        employee.remote_days,
        employee.since_promotion,
        employee.trainings,
        employee.managers,
        word(left)
    )
}

/// An employee of a level.
fn employee(level: u32, random: &mut Random) -> Employee {
    // The square makes newcomers the most frequent ones.
    let tenure = LONGEST_TENURE * random.unit().powi(2);
    let entry = 21.0 + 2.5 * f64::from(level) + 6.0 * draw::exponential(random);
    let pay = SPREAD_OF_PAY * random.normal();
    // A mood that nobody records shows in the survey.
    let answer = USUAL_SATISFACTION + 1.5 * pay + 1.1 * random.normal();
    Employee {
        tenure,
        age: (entry + tenure).min(66.0).floor(),
        level,
        commute_km: 14.0 * (0.8 * random.normal()).exp(),
        pay,
        overtime: draw::chance(OVERTIME, random),
        remote_days: draw::poisson(1.2, random).min(5),
        satisfaction: answer.round().clamp(1.0, 5.0),
        since_promotion: tenure * random.unit(),
        trainings: draw::poisson(1.6, random),
        managers: draw::poisson(0.25 * tenure.min(5.0), random),
    }
}

/// The employee's own part of the log-odds of leaving.
fn log_odds(e: &Employee) -> f64 {
    let when = |condition: bool, log_odds: f64| if condition { log_odds } else { 0.0 };
    FOR_A_NEWCOMER * (-e.tenure / NEW_FOR_YEARS).exp()
        + when(e.overtime, FOR_OVERTIME)
        + when(e.overtime && e.pay < 0.0, FOR_UNPAID_OVERTIME)
        - FOR_TEN_PER_CENT_LESS * e.pay / 0.1
        + FOR_A_POINT * (USUAL_SATISFACTION - e.satisfaction)
        + when(e.commute_km > LONG_WAY_KM && e.remote_days < 2, FOR_A_LONG_WAY)
        + when(e.since_promotion > LONG_WITHOUT_YEARS && e.level < 4, FOR_NO_PROMOTION)
        + FOR_A_MANAGER * f64::from(e.managers)
        + FOR_A_TRAINING * f64::from(e.trainings)
        + when(e.age < YOUNG, FOR_YOUTH)
        + when(e.age >= NEAR_RETIREMENT, FOR_RETIREMENT)
}

/// A day of hiring as `YYYY-MM-DD`: the first or the fifteenth of a month.
fn hired(day_in_years: f64, random: &mut Random) -> String {
    let (year, month) = (day_in_years.floor(), (day_in_years.fract() * 12.0).floor() + 1.0);
    let day = if draw::chance(0.7, random) { 1 } else { 15 };
    format!("{year:04}-{month:02}-{day:02}")
}
