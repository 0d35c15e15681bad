//! Cron fields as a calendar event of systemd, `man systemd.time`.

use crate::schedule::fields::{DAYS, Fields, Values};

/// The value of `OnCalendar=` that elapses at the times of a schedule.
pub fn on_calendar(fields: &Fields) -> String {
    let weekdays = match fields.weekdays.is_full() {
        true => String::new(),
        false => format!("{} ", weekdays(&fields.weekdays)),
    };
    format!(
        "{weekdays}*-{}-{} {}:{}:00",
        numbers(&fields.months),
        numbers(&fields.days),
        numbers(&fields.hours),
        numbers(&fields.minutes)
    )
}

/// The values of a field; two digits, as systemd itself writes them.
fn numbers(values: &Values) -> String {
    if values.is_full() {
        return "*".to_string();
    }
    if let Some((first, last)) = values.range() {
        return format!("{first:02}..{last:02}");
    }
    if let Some((first, step)) = values.step() {
        return format!("{first:02}/{step}");
    }
    values.all().iter().map(|value| format!("{value:02}")).collect::<Vec<_>>().join(",")
}

/// Names of days, from Monday as systemd counts; three and more in a row as a range.
fn weekdays(values: &Values) -> String {
    let order: Vec<u32> = [1, 2, 3, 4, 5, 6, 0].into_iter().filter(|day| values.all().contains(day)).collect();
    let place = |day: u32| (day + 6) % 7;
    let mut runs: Vec<Vec<u32>> = Vec::new();
    for day in order {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| place(*last) + 1 == place(day)) => run.push(day),
            _ => runs.push(vec![day]),
        }
    }
    let short = |day: &u32| DAYS.get(*day as usize).and_then(|name| name.get(..3)).unwrap_or_default();
    let texts = runs.iter().map(|run| match run[..] {
        [first, _, .., last] if run.len() > 2 => format!("{}..{}", short(&first), short(&last)),
        _ => run.iter().map(short).collect::<Vec<_>>().join(","),
    });
    texts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, NaiveDateTime, Utc};
    use std::process::Command;

    const CASES: [(&str, &str); 14] = [
        ("*/10 * * * *", "*-*-* *:00/10:00"),
        ("* * * * *", "*-*-* *:*:00"),
        ("10 * * * *", "*-*-* *:10:00"),
        ("0,15,40 * * * *", "*-*-* *:00,15,40:00"),
        ("5-59/20 8-17 * * *", "*-*-* 08..17:05/20:00"),
        ("30 2 * * *", "*-*-* 02:30:00"),
        ("0 0-12/4 * * *", "*-*-* 00,04,08,12:00:00"),
        ("0 2 1,15 */3 *", "*-01/3-01,15 02:00:00"),
        ("0 0 29 2 *", "*-02-29 00:00:00"),
        ("0 2 10-20 * *", "*-*-10..20 02:00:00"),
        ("0 9 * * 1-5", "Mon..Fri *-*-* 09:00:00"),
        ("0 9 * * 0", "Sun *-*-* 09:00:00"),
        ("0 9 * * 0,1,6", "Mon,Sat,Sun *-*-* 09:00:00"),
        ("0 9 * 12 0,1,3-5", "Mon,Wed..Fri,Sun *-12-* 09:00:00"),
    ];

    #[test]
    fn fields_are_translated() {
        for (cron, calendar) in CASES {
            assert_eq!(on_calendar(&Fields::parse(cron).unwrap()), calendar, "{cron}");
        }
    }

    #[test]
    fn systemd_reads_the_translation_as_the_same_times() {
        if Command::new("systemd-analyze").arg("--version").output().is_err() {
            eprintln!("not checked: systemd-analyze is not on this machine");
            return;
        }
        for (cron, calendar) in CASES {
            let output = Command::new("systemd-analyze")
                .args(["calendar", "--iterations=4", "--base-time=2026-11-21 04:10:03 UTC", calendar])
                .env("TZ", "UTC")
                .env("LC_ALL", "C")
                .output()
                .unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "{cron}: {calendar}: {}", String::from_utf8_lossy(&output.stderr));
            let elapses: Vec<DateTime<Utc>> = text.lines().filter_map(elapse).collect();
            assert_eq!(elapses.len(), 4, "{text}");
            let mut now = DateTime::parse_from_rfc3339("2026-11-21T04:10:03Z").unwrap().to_utc();
            for elapse in elapses {
                now = crate::schedule::next_after(cron, &now).unwrap();
                assert_eq!(elapse, now, "{cron}: {calendar}");
            }
        }
    }

    /// The time in `Next elapse: Sat 2026-11-21 04:20:00 UTC` and `Iter. #2: …`.
    fn elapse(line: &str) -> Option<DateTime<Utc>> {
        let (label, time) = line.split_once(": ")?;
        let label = label.trim();
        if label != "Next elapse" && !label.starts_with("Iter") && !label.starts_with("Iteration") {
            return None;
        }
        let time = NaiveDateTime::parse_from_str(time.trim(), "%a %Y-%m-%d %H:%M:%S UTC").unwrap();
        Some(time.and_utc())
    }
}
