//! The schedule: five cron fields, read with guards.
//!
//! Cron or systemd start the runs; nothing waits here. The schedule is reckoned with to
//! tell when the next run is due, and whether one did not happen.

mod check;
mod describe;
pub mod fields;

pub use check::check;
pub use describe::describe;

use crate::error::Problem;
use chrono::{DateTime, Days, Duration, Offset, SecondsFormat, TimeZone};
use fields::Fields;

/// What deserves attention in a valid schedule. The place is `schedule`; a caller that
/// knows a better one sets it.
///
/// Only times that a day has once or a few times are warned of: where every hour has
/// runs, the next one soon makes up for one that was dropped.
pub fn warnings(text: &str) -> Vec<Problem> {
    let Ok(fields) = Fields::parse(text) else { return Vec::new() };
    let in_the_night = fields.hours.all().iter().any(|hour| *hour <= 3);
    if fields.hours.is_full() || !in_the_night {
        return Vec::new();
    }
    vec![
        Problem::at("schedule", "a run between 00:00 and 03:59 may be dropped or come twice")
            .why("at a clock change, an hour of the night is left out or repeated where the local zone has one")
            .hint("choose hours from 4 to 23, or let the machine keep UTC"),
    ]
}

/// Whether the zone of `now` changes its clock within the year after it. Where it does
/// not, [`warnings`] about clock changes are beside the point.
pub fn zone_changes_clock<Tz: TimeZone>(now: &DateTime<Tz>) -> bool {
    let offset = now.offset().fix();
    (1..=366).any(|days| {
        let later = now.clone().checked_add_days(Days::new(days));
        later.is_some_and(|later| later.offset().fix() != offset)
    })
}

/// The first scheduled time after `now`; `None` where the schedule is not valid.
pub fn next_after<Tz: TimeZone>(text: &str, now: &DateTime<Tz>) -> Option<DateTime<Tz>> {
    parsed(text)?.next_after(now)
}

/// The last scheduled time before `now`; `None` where the schedule is not valid.
pub fn previous_before<Tz: TimeZone>(text: &str, now: &DateTime<Tz>) -> Option<DateTime<Tz>> {
    parsed(text)?.previous_before(now)
}

fn parsed(text: &str) -> Option<cron_parser::Schedule> {
    check(text).ok()?;
    cron_parser::Schedule::parse(text).ok()
}

/// A run that was due and did not happen, or did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed<Tz: TimeZone> {
    /// The last time at which one was due.
    pub expected: DateTime<Tz>,
    /// When a run last succeeded.
    pub last_success: Option<DateTime<Tz>>,
}

/// Whether a scheduled time has passed more than `grace` ago without a successful run
/// since. `last_success` is the start or the end of the last run that succeeded.
///
/// Without any success the answer is the last scheduled time, even where the schedule is
/// newer than that time: nobody knows when it was written.
pub fn missed<Tz: TimeZone>(
    text: &str,
    last_success: Option<DateTime<Tz>>,
    now: &DateTime<Tz>,
    grace: Duration,
) -> Option<Missed<Tz>> {
    let limit = now.clone().checked_sub_signed(grace)?;
    let expected = previous_before(text, &limit)?;
    match last_success {
        Some(success) if success >= expected => None,
        last_success => Some(Missed { expected, last_success }),
    }
}

impl<Tz: TimeZone> Missed<Tz> {
    /// The message. The place is `schedule`; a caller that knows a better one sets it.
    pub fn problem(&self) -> Problem {
        let why = match &self.last_success {
            Some(success) => format!("the last successful run was at {}", shown(success)),
            None => "no run has succeeded yet".to_string(),
        };
        Problem::at("schedule", format!("the run due at {} did not happen or failed", shown(&self.expected)))
            .why(why)
            .hint("look into fullprocess.log, and with crontab -l whether the line of fullprocess --crontab is there")
    }
}

/// The scheduled times after `from` that have passed more than `grace` before `now`: the first of
/// them, and how many there are up to `most`. `None` where there is none or the schedule is not
/// valid. What was due within the grace is the run of `now` itself.
pub fn passed<Tz: TimeZone>(
    text: &str,
    from: &DateTime<Tz>,
    now: &DateTime<Tz>,
    grace: Duration,
    most: usize,
) -> Option<(DateTime<Tz>, usize)> {
    let schedule = parsed(text)?;
    let limit = now.clone().checked_sub_signed(grace)?;
    let times = std::iter::successors(schedule.next_after(from), |time| schedule.next_after(time));
    let mut due = times.take_while(|time| *time < limit).take(most);
    Some((due.next()?, 1 + due.count()))
}

/// Why a run that was due is skipped: the reason to add to the error of
/// [`crate::store::lock`], which names the run that holds the lock.
pub fn overlap<Tz: TimeZone>(text: &str, now: &DateTime<Tz>) -> String {
    match next_after(text, now) {
        Some(next) => format!(
            "the run before is not done yet, so this one is skipped; the next is due at {} ({})",
            shown(&next),
            describe(text)
        ),
        None => "the run before is not done yet, so this one is skipped".to_string(),
    }
}

fn shown<Tz: TimeZone>(time: &DateTime<Tz>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests;
