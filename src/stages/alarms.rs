//! Alarms: what of a run somebody should look at. Whoever asks has read clock and history;
//! here only numbers are held against the limits of the config.

use super::trends::Alarm;
use crate::config::Alerts;
use crate::error::Problem;

/// Every kind, as the keys of `alerts` are called.
pub const KINDS: [&str; 5] = ["slower_than", "faster_than", "min_new_rows", "max_days_without_data", "missed_schedule"];
/// A kind for people; one that is not known is its own title.
pub fn title(kind: &str) -> &str {
    match kind {
        "slower_than" => "Slower than usual",
        "faster_than" => "Faster than usual",
        "min_new_rows" => "Few new rows",
        "max_days_without_data" => "No new data",
        "missed_schedule" => "Missed runs",
        other => other,
    }
}

/// Durations below this many seconds raise no alarm, and are not usual ones to fall short of:
/// what takes no time varies by many times itself.
const TRIVIAL: f64 = 1.0;
/// Earlier durations that there must be before anything is usual.
const LEAST: usize = 5;
/// Earlier durations that are looked at.
pub const MOST: usize = 20;

/// What is known of a run. What is not known raises no alarm.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// The run and its stages, as far as they have ended.
    pub durations: Vec<Took>,
    /// The files that were new; `None` where none was.
    pub new_data: Option<NewData>,
    /// The last new data, where this run had none.
    pub last_data: Option<LastData>,
    /// The scheduled runs that did not take place; `None` where none is missing.
    pub missed: Option<Missed>,
}

/// How long something took.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Took {
    /// Of what: a stage, or `the run`.
    pub name: String,
    /// In this run.
    pub seconds: f64,
    /// In comparable runs before, in seconds, newest first.
    pub before: Vec<f64>,
}

/// What new files brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NewData {
    /// Files that were new.
    pub files: u64,
    /// The rows that were read from them.
    pub rows: u64,
}

/// How long ago new data came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LastData {
    /// When, RFC 3339.
    pub time: String,
    /// That is how many days ago.
    pub days: f64,
}

/// Scheduled runs that did not take place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Missed {
    /// How many, in words where they were not counted to the end.
    pub count: String,
    /// When the first of them was due, RFC 3339.
    pub first: String,
    /// When the run before began, RFC 3339.
    pub last_run: String,
}

/// An alarm and why it was raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// The alarm.
    pub alarm: Alarm,
    /// What it was held against.
    pub why: String,
}

impl Raised {
    fn new(kind: &str, what: String, why: String) -> Raised {
        Raised { alarm: Alarm { kind: kind.to_string(), what }, why }
    }

    /// As a warning, with the key of the config that sets the limit.
    pub fn problem(&self) -> Problem {
        let kind = &self.alarm.kind;
        let look = match kind.as_str() {
            "slower_than" => "look for a busy machine or disk, or for more data than usual",
            "faster_than" => "look whether the input was cut short or a stage had less to do than it should",
            "min_new_rows" => "look whether the files were delivered whole",
            "max_days_without_data" => "look whether whatever delivers files still runs",
            _ => "look with crontab -l whether the line is there, and whether the machine was on",
        };
        Problem::at(format!("alarm {kind}"), &self.alarm.what)
            .why(&self.why)
            .hint(format!("{look}; alerts.{kind} in the config sets the limit"))
    }
}

/// The alarms that the config asks for, in the order of [`KINDS`].
pub fn raise(alerts: &Alerts, known: &Known) -> Vec<Raised> {
    let durations = |limit: Option<f64>, find: fn(&Took, f64) -> Option<Raised>| {
        limit.into_iter().flat_map(move |limit| known.durations.iter().filter_map(move |d| find(d, limit)))
    };
    let mut raised: Vec<Raised> = durations(alerts.slower_than, slower).collect();
    raised.extend(durations(alerts.faster_than, faster));
    raised.extend(alerts.min_new_rows.zip(known.new_data).and_then(|(least, new)| few(least, new)));
    raised.extend(alerts.max_days_without_data.zip(known.last_data.as_ref()).and_then(|(most, last)| old(most, last)));
    raised.extend(known.missed.as_ref().filter(|_| alerts.missed_schedule).map(missed));
    raised
}

fn slower(d: &Took, limit: f64) -> Option<Raised> {
    let usual = d.usual()?;
    let what = format!("{} took {:.2} s, where {usual:.2} s are usual", d.name, d.seconds);
    let is_slow = d.seconds >= TRIVIAL && d.seconds > limit * usual;
    is_slow.then(|| Raised::new("slower_than", what, format!("{}, and the limit is {limit} times that", d.origin())))
}

fn faster(d: &Took, limit: f64) -> Option<Raised> {
    let usual = d.usual()?;
    let what = format!("{} took only {:.2} s, where {usual:.2} s are usual", d.name, d.seconds);
    let is_fast = usual >= TRIVIAL && d.seconds < limit * usual;
    is_fast.then(|| Raised::new("faster_than", what, format!("{}, and the limit is {limit} of that", d.origin())))
}

impl Took {
    /// The earlier durations that count.
    fn counted(&self) -> &[f64] {
        &self.before[..self.before.len().min(MOST)]
    }

    /// The median of earlier durations in seconds; `None` where there are too few.
    fn usual(&self) -> Option<f64> {
        let mut before = self.counted().to_vec();
        before.sort_by(f64::total_cmp);
        let middle = before.len() / 2;
        match before.len() {
            n if n < LEAST => None,
            n if n % 2 == 1 => Some(before[middle]),
            _ => Some((before[middle - 1] + before[middle]) / 2.0),
        }
    }

    fn origin(&self) -> String {
        format!("that is the median of the last {} comparable runs", self.counted().len())
    }
}

fn few(least: u64, new: NewData) -> Option<Raised> {
    let plural = |n: u64, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    let what = format!("{} in {}", plural(new.rows, "new row"), plural(new.files, "new file"));
    (new.rows < least).then(|| Raised::new("min_new_rows", what, format!("at least {least} are expected")))
}

fn old(most: f64, last: &LastData) -> Option<Raised> {
    let what = format!("no new data has come for {:.1} days", last.days);
    let why = format!("the last came with the run of {}, and at most {most} days are expected", last.time);
    (last.days > most).then(|| Raised::new("max_days_without_data", what, why))
}

fn missed(missed: &Missed) -> Raised {
    let runs = if missed.count == "1" { "run" } else { "runs" };
    Raised::new(
        "missed_schedule",
        format!("{} scheduled {runs} did not take place, the first due at {}", missed.count, missed.first),
        format!("the run before this one began at {}", missed.last_run),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(seconds: f64, before: &[f64]) -> Known {
        Known {
            durations: vec![Took { name: "training".into(), seconds, before: before.to_vec() }],
            ..Known::default()
        }
    }

    fn kinds(alerts: &Alerts, known: &Known) -> Vec<String> {
        raise(alerts, known).into_iter().map(|r| r.alarm.kind).collect()
    }

    #[test]
    fn durations_are_held_against_the_median_of_enough_runs() {
        let alerts = Alerts { slower_than: Some(2.0), faster_than: Some(0.5), ..Alerts::default() };
        let usual = [3000.0, 2900.0, 3100.0, 3050.0, 2950.0];
        assert_eq!(kinds(&alerts, &took(900.0, &usual)), ["faster_than"], "a job of 50 minutes that ends in 15");
        assert_eq!(kinds(&alerts, &took(6001.0, &usual)), ["slower_than"]);
        assert_eq!(kinds(&alerts, &took(3500.0, &usual)), Vec::<String>::new());
        assert_eq!(kinds(&alerts, &took(900.0, &usual[..4])), Vec::<String>::new(), "too few to know what is usual");
        assert_eq!(kinds(&Alerts::default(), &took(900.0, &usual)), Vec::<String>::new(), "nothing asks for it");
        // One run that hung does not move the median; runs of long ago do not count.
        assert_eq!(kinds(&alerts, &took(900.0, &[3000.0, 3000.0, 3000.0, 3000.0, 1e9])), ["faster_than"]);
        let mut long: Vec<f64> = vec![900.0; MOST];
        long.extend(vec![3000.0; 100]);
        assert_eq!(kinds(&alerts, &took(900.0, &long)), Vec::<String>::new());
        let even = took(1.0, &[2.0, 4.0, 1.0, 3.0, 9.0, 0.0]);
        assert_eq!(even.durations[0].usual(), Some(2.5));
    }

    #[test]
    fn trivial_durations_raise_no_alarm() {
        let alerts = Alerts { slower_than: Some(2.0), faster_than: Some(0.5), ..Alerts::default() };
        assert_eq!(kinds(&alerts, &took(0.9, &[0.01; 9])), Vec::<String>::new());
        assert_eq!(kinds(&alerts, &took(0.001, &[0.9; 9])), Vec::<String>::new());
        assert_eq!(kinds(&alerts, &took(1.1, &[0.01; 9])), ["slower_than"]);
        assert_eq!(kinds(&alerts, &took(0.1, &[1.1; 9])), ["faster_than"]);
    }

    #[test]
    fn data_and_schedule_have_limits_of_their_own() {
        let alerts = Alerts {
            min_new_rows: Some(100),
            max_days_without_data: Some(2.0),
            missed_schedule: true,
            ..Alerts::default()
        };
        let known = |rows, days| Known {
            new_data: Some(NewData { files: 1, rows }),
            last_data: Some(LastData { time: "t".into(), days }),
            missed: Some(Missed { count: "3".into(), first: "t".into(), last_run: "s".into() }),
            ..Known::default()
        };
        assert_eq!(kinds(&alerts, &known(99, 2.1)), ["min_new_rows", "max_days_without_data", "missed_schedule"]);
        assert_eq!(kinds(&alerts, &known(100, 2.0)), ["missed_schedule"]);
        assert_eq!(kinds(&alerts, &Known::default()), Vec::<String>::new());
    }

    #[test]
    fn every_kind_says_what_why_and_which_key() {
        let alerts = Alerts {
            slower_than: Some(1.5),
            faster_than: Some(0.5),
            min_new_rows: Some(10),
            max_days_without_data: Some(1.0),
            missed_schedule: true,
        };
        let mut known = Known {
            new_data: Some(NewData { files: 1, rows: 1 }),
            last_data: Some(LastData { time: "2026-01-01T00:00:00Z".into(), days: 3.25 }),
            missed: Some(Missed { count: "1".into(), first: "f".into(), last_run: "l".into() }),
            ..took(9.0, &[3.0; 5])
        };
        known.durations.push(Took { name: "the run".into(), seconds: 1.0, before: vec![8.0; 6] });
        let raised = raise(&alerts, &known);
        assert_eq!(raised.iter().map(|r| r.alarm.kind.as_str()).collect::<Vec<_>>(), KINDS);
        for r in &raised {
            assert_ne!(title(&r.alarm.kind), r.alarm.kind);
            assert!(r.problem().hint.unwrap().contains(&format!("alerts.{}", r.alarm.kind)));
            assert!(!r.alarm.what.is_empty() && !r.why.is_empty());
        }
        let told: Vec<String> = raised.iter().map(|r| r.problem().sentence()).collect();
        assert_eq!(
            told[0],
            "alarm slower_than: training took 9.00 s, where 3.00 s are usual; that is the median of the last 5 \
             comparable runs, and the limit is 1.5 times that"
        );
        assert!(told[1].starts_with("alarm faster_than: the run took only 1.00 s, where 8.00 s are usual; "));
        assert!(told[2].starts_with("alarm min_new_rows: 1 new row in 1 new file; at least 10 are expected"));
        assert!(told[3].contains("no new data has come for 3.2 days; the last came with the run of 2026-01-01"));
        assert!(told[4].contains("1 scheduled run did not take place, the first due at f; the run before"));
    }
}
