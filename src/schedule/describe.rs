//! A schedule in plain English.

use super::fields::{DAYS, Fields, MONTHS, Values};

/// Longer lists are easier to read as fields.
const LISTED: usize = 6;

/// When a schedule runs, in a few words; the fields themselves where words would not be
/// clearer, or where they are no valid schedule.
pub fn describe(text: &str) -> String {
    let Ok(fields) = Fields::parse(text) else { return text.trim().to_string() };
    match (times(&fields), dates(&fields)) {
        (Some((times, true)), Some(dates)) if dates.is_empty() => format!("{times} every day"),
        (Some((times, _)), Some(dates)) => format!("{times}{dates}"),
        _ => fields.text,
    }
}

/// The times of a day, and whether they need "every day" after them to be understood.
fn times(fields: &Fields) -> Option<(String, bool)> {
    let (minutes, hours) = (&fields.minutes, &fields.hours);
    let pace = pace(minutes, 60, "minute");
    if hours.is_full() {
        return match (pace, minutes.single()) {
            (Some(pace), _) => Some((pace, false)),
            (None, Some(minute)) => Some((format!("at minute {minute} of every hour"), false)),
            (None, None) => Some((format!("at minutes {} of every hour", numbers(minutes)?), false)),
        };
    }
    if let (Some(pace), Some((first, last))) = (pace, whole_hours(hours)) {
        let end = minutes.all().last()?;
        return Some((format!("{pace} from {first:02}:00 to {last:02}:{end:02}"), false));
    }
    let minute = minutes.single()?;
    if let Some(pace) = self::pace(hours, 24, "hour") {
        return Some((format!("{pace} at minute {minute}"), false));
    }
    if hours.all().len() > LISTED {
        return None;
    }
    let clock: Vec<String> = hours.all().iter().map(|hour| format!("{hour:02}:{minute:02}")).collect();
    Some((format!("at {}", listed(&clock)), true))
}

/// "every 10 minutes", where the steps go on evenly across the end of the hour or day.
fn pace(values: &Values, span: u32, unit: &str) -> Option<String> {
    if values.is_full() {
        return Some(format!("every {unit}"));
    }
    let step = match *values.all() {
        [0, second] if second * 2 == span => second,
        _ => values.step().filter(|(first, step)| *first == 0 && span.is_multiple_of(*step))?.1,
    };
    Some(format!("every {step} {unit}s"))
}

/// First and last hour where none between them is left out.
fn whole_hours(hours: &Values) -> Option<(u32, u32)> {
    match *hours.all() {
        [one] => Some((one, one)),
        [first, second] if second == first + 1 => Some((first, second)),
        _ => hours.range(),
    }
}

/// The days, empty where they are all; `None` where words would be too many.
fn dates(fields: &Fields) -> Option<String> {
    let months = match fields.months.is_full() {
        true => None,
        false => Some(names(&fields.months, &MONTHS, 1)?),
    };
    let days = match (fields.days.is_full(), fields.weekdays.is_full()) {
        (true, true) => None,
        (true, false) => Some(match fields.weekdays.range() {
            Some((first, last)) => {
                format!(" from {} to {}", name(&DAYS, first, 0)?, name(&DAYS, last, 0)?)
            }
            None => format!(" on {}", names(&fields.weekdays, &DAYS, 0)?),
        }),
        (false, _) => {
            let plural = if fields.days.single().is_some() { "day" } else { "days" };
            return Some(format!(
                " on {plural} {} of {}",
                numbers(&fields.days)?,
                months.unwrap_or_else(|| "every month".to_string())
            ));
        }
    };
    Some(match (days, months) {
        (None, None) => String::new(),
        (Some(days), None) => days,
        (None, Some(months)) => format!(" every day in {months}"),
        (Some(days), Some(months)) => format!("{days} in {months}"),
    })
}

fn numbers(values: &Values) -> Option<String> {
    if let Some((first, last)) = values.range() {
        return Some(format!("{first} to {last}"));
    }
    let texts: Vec<String> = values.all().iter().map(u32::to_string).collect();
    (texts.len() <= LISTED).then(|| listed(&texts))
}

fn names(values: &Values, names: &[&str], least: u32) -> Option<String> {
    let texts: Option<Vec<String>> =
        values.all().iter().map(|value| name(names, *value, least).map(str::to_string)).collect();
    texts.filter(|texts| texts.len() <= LISTED).map(|texts| listed(&texts))
}

fn name<'a>(names: &[&'a str], value: u32, least: u32) -> Option<&'a str> {
    names.get(value.checked_sub(least)? as usize).copied()
}

/// `a`, `a and b`, `a, b and c`.
fn listed(texts: &[String]) -> String {
    match texts {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn schedules_are_told_in_words() {
        for (text, words) in [
            ("* * * * *", "every minute"),
            ("*/10 * * * *", "every 10 minutes"),
            ("0-59/30 * * * *", "every 30 minutes"),
            ("10 * * * *", "at minute 10 of every hour"),
            ("0,15,40 * * * *", "at minutes 0, 15 and 40 of every hour"),
            ("30 2 * * *", "at 02:30 every day"),
            ("0 6,18 * * *", "at 06:00 and 18:00 every day"),
            ("5 */6 * * *", "every 6 hours at minute 5"),
            ("*/10 8-17 * * 1-5", "every 10 minutes from 08:00 to 17:50 from Monday to Friday"),
            ("* 3 * * *", "every minute from 03:00 to 03:59"),
            ("0 2 * * 0", "at 02:00 on Sunday"),
            ("0 2 * * 1,4", "at 02:00 on Monday and Thursday"),
            ("0 2 1 * *", "at 02:00 on day 1 of every month"),
            ("0 2 1,15 1,7 *", "at 02:00 on days 1 and 15 of January and July"),
            ("0 2 * 12 *", "at 02:00 every day in December"),
            ("0 2 * 12 1", "at 02:00 on Monday in December"),
            ("*/10 * * 12 *", "every 10 minutes every day in December"),
        ] {
            assert_eq!(describe(text), words, "{text}");
        }
    }

    #[test]
    fn what_words_would_not_make_clearer_stays_as_written() {
        // A step that does not divide the hour is no pace: after minute 56 comes minute 0.
        for text in ["*/7 * * * *", "1,7,9 3,5 * * *", "0 1-13/2 * * *", "0 0 1-31/2 * *", "nonsense"] {
            assert_eq!(describe(text), text);
        }
    }
}
