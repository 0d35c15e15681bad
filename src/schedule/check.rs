//! What a schedule may be, and what to write where it is not.
//!
//! The schedule is run by the system's cron or by systemd, but reckoned with here. So
//! nothing is accepted that they would understand differently.

use super::fields::{PARTS, Part};
use cron_parser::{ParseErrorKind, Schedule};
use std::collections::BTreeSet;

/// What is wrong, and what to write.
type Refusal = (String, String);

/// What cron's shorthands stand for.
const SHORTHANDS: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

const ORDER: &str = "write minute, hour, day of month, month and day of week, for example \"*/10 * * * *\"";

/// Checks a schedule.
///
/// # Errors
/// What is wrong with it, and what to write instead.
pub fn check(text: &str) -> Result<(), (String, String)> {
    let text = text.trim();
    if text.starts_with('@') {
        return Err(shorthand(text));
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() != PARTS.len() {
        return Err(wrong_count(&words));
    }
    let rewritten: Vec<Option<String>> = words.iter().zip(&PARTS).map(|(word, part)| rewrite(word, part)).collect();
    for ((word, part), new) in words.iter().zip(&PARTS).zip(&rewritten) {
        if let Some(new) = new {
            let whole: Vec<&str> =
                words.iter().zip(&rewritten).map(|(old, new)| new.as_deref().unwrap_or(old)).collect();
            return Err((
                format!("{} \"{word}\" is not understood everywhere", part.name),
                format!("write {new} for {word}: \"{}\"", whole.join(" ")),
            ));
        }
        field(word, part)?;
    }
    let (day, weekday) = (words[2], words[4]);
    if day != "*" && weekday != "*" {
        return Err((
            format!("restricts both the day of month ({day}) and the day of week ({weekday})"),
            "write * in one of the two: system cron runs on days that fit either, other programs on days that fit both"
                .to_string(),
        ));
    }
    Schedule::parse(text).map(|_| ()).map_err(|_| {
        (
            format!("no year has a day {day} in month {}", words[3]),
            "choose a day that the month has, for example 28".to_string(),
        )
    })
}

fn shorthand(text: &str) -> Refusal {
    let known = SHORTHANDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    let hint = match known {
        Some((_, fields)) => format!("write \"{fields}\""),
        None if text.eq_ignore_ascii_case("@reboot") => {
            "a schedule is made of times; leave it out and start fullprocess at boot by other means".to_string()
        }
        None => ORDER.to_string(),
    };
    (format!("the shorthand {text} is not understood everywhere"), hint)
}

fn wrong_count(words: &[&str]) -> Refusal {
    let what = format!("has {} fields instead of five", words.len());
    let fits = |words: &[&str]| check(&words.join(" ")).is_ok();
    let is_field = |word: &&str| word.bytes().all(|b| b.is_ascii_digit() || b"*,-/?".contains(&b));
    let hint = if words.len() > 5 && fits(&words[..5]) && !is_field(&words[5]) {
        format!("leave the command out: \"{}\"", words[..5].join(" "))
    } else if words.len() == 6 && fits(&words[1..]) {
        format!("there are no seconds in cron, leave the first field out: \"{}\"", words[1..].join(" "))
    } else {
        ORDER.to_string()
    };
    (what, hint)
}

/// The field as every program understands it, where it is written in a way that only some do:
/// names, 7 for Sunday, ranges across the end, a step without a range.
fn rewrite(word: &str, part: &Part) -> Option<String> {
    if word == "?" {
        return Some("*".to_string());
    }
    let mut changed = false;
    let mut items = Vec::new();
    for item in word.split(',') {
        let new = rewrite_item(item, part)?;
        changed |= new != item;
        items.push(new);
    }
    let new = items.join(",");
    let values = cron_parser::parse_field(&new, part.min, part.max).ok()?;
    match changed {
        true if values.len() as u32 == part.span() => Some("*".to_string()),
        true => Some(new),
        false => None,
    }
}

/// One item of a list; `None` where it makes no sense either way.
fn rewrite_item(item: &str, part: &Part) -> Option<String> {
    let (base, step) = match item.split_once('/') {
        Some((base, step)) => (base, Some(step)),
        None => (item, None),
    };
    if base == "*" {
        return Some(item.to_string());
    }
    let value = |text: &str| match named(text, part) {
        Some(value) => Some((value, true)),
        None => text.parse::<u32>().ok().map(|value| (value, false)),
    };
    let ((low, low_named), (high, high_named)) = match base.split_once('-') {
        Some((low, high)) => (value(low)?, value(high)?),
        None => (value(base)?, value(base)?),
    };
    let is_range = base.contains('-');
    let sunday = part.max == 6 && (low == 7 || high == 7);
    if sunday || low > high {
        let last = if low > high { high + part.span() } else { high };
        let step = step.map_or(Ok(1), str::parse::<usize>).ok().filter(|s| *s > 0)?;
        // Seven is Sunday; nothing else lies outside the field.
        if low.max(high) > part.max + u32::from(sunday) || low.min(high) < part.min {
            return None;
        }
        let wrapped = (low..=last).step_by(step).map(|v| part.min + (v - part.min) % part.span());
        let values: BTreeSet<u32> = wrapped.collect();
        return Some(values.iter().map(u32::to_string).collect::<Vec<_>>().join(","));
    }
    let base = match (is_range, step) {
        // Some crons read 10/5 as 10, others as 10-59/5.
        (false, Some(_)) => format!("{low}-{}", part.max),
        _ if !low_named && !high_named => base.to_string(),
        (true, _) => format!("{low}-{high}"),
        (false, None) => low.to_string(),
    };
    Some(step.map_or(base.clone(), |step| format!("{base}/{step}")))
}

/// The value of a name, whole or from three letters up.
fn named(text: &str, part: &Part) -> Option<u32> {
    let fits = |name: &&str| text.len() >= 3 && name.get(..text.len()).is_some_and(|n| n.eq_ignore_ascii_case(text));
    let index = part.names.iter().position(fits)?;
    Some(part.min + index as u32)
}

fn field(word: &str, part: &Part) -> Result<(), Refusal> {
    let Err(error) = cron_parser::parse_field(word, part.min, part.max) else { return Ok(()) };
    let (name, min, max) = (part.name, part.min, part.max);
    Err(match error.kind() {
        ParseErrorKind::OutOfRange { actual, .. } => {
            (format!("{name} {actual} is out of range"), format!("write a number from {min} to {max}"))
        }
        ParseErrorKind::ZeroStep | ParseErrorKind::StepOutOfRange { .. } => {
            (format!("{name} \"{word}\" has a step out of range"), step_hint(part))
        }
        ParseErrorKind::EmptyListElement => {
            (format!("{name} \"{word}\" has nothing on one side of a comma"), "leave that comma out".to_string())
        }
        _ => (
            format!("{name} \"{word}\" is not understood"),
            format!(
                "write *, a number from {min} to {max}, a range like {min}-{max}, a step like */2, or a list with commas"
            ),
        ),
    })
}

fn step_hint(part: &Part) -> String {
    let hint = format!("write a step from 1 to {}", part.max);
    match part.name {
        "minute" => format!("{hint}; once an hour is 0 in the minute field"),
        "hour" => format!("{hint}; once a day is a number in the hour field"),
        _ => hint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (String, String) {
        check(text).expect_err(text)
    }

    #[test]
    fn what_every_cron_understands_is_accepted() {
        for text in [
            "*/10 * * * *",
            "10 * * * *",
            "00 02 * * *",
            "0,30 8-17/3 * * 1-5",
            "0 0 29 2 *",
            "5 4 1,15 */3 *",
            " 0  0\t* * 0 ",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn shorthands_names_and_seven_get_their_replacement() {
        for (text, hint) in [
            ("@daily", "write \"0 0 * * *\""),
            ("@Hourly", "write \"0 * * * *\""),
            ("@weekly", "write \"0 0 * * 0\""),
            ("30 2 * * 7", "write 0 for 7: \"30 2 * * 0\""),
            ("30 2 * * MON", "write 1 for MON: \"30 2 * * 1\""),
            ("30 2 * * mon-FRI", "write 1-5 for mon-FRI: \"30 2 * * 1-5\""),
            ("30 2 * * Monday,5-7", "write 1,0,5,6 for Monday,5-7: \"30 2 * * 1,0,5,6\""),
            ("30 2 * * fri-mon", "write 0,1,5,6 for fri-mon: \"30 2 * * 0,1,5,6\""),
            ("30 2 * * 1-7", "write * for 1-7: \"30 2 * * *\""),
            ("30 2 1 JAN,jul ?", "write 1,7 for JAN,jul: \"30 2 1 1,7 *\""),
            ("0 22-1 * * *", "write 0,1,22,23 for 22-1: \"0 0,1,22,23 * * *\""),
            ("10/20 * * * *", "write 10-59/20 for 10/20: \"10-59/20 * * * *\""),
        ] {
            assert_eq!(refused(text).1, hint, "{text}");
        }
        assert!(refused("@reboot").1.contains("boot"));
    }

    #[test]
    fn a_day_of_month_and_a_day_of_week_are_not_restricted_together() {
        for text in ["0 2 1 * 1", "0 2 */2 * 1-5", "0 2 1-31 * 1", "0 2 1 * 0-6"] {
            let (what, hint) = refused(text);
            assert!(what.starts_with("restricts both the day of month ("), "{what}");
            assert!(hint.contains("either") && hint.contains("both"), "{hint}");
        }
    }

    #[test]
    fn a_wrong_count_of_fields_is_told_with_the_way_out() {
        let six = refused("0 */10 * * * *");
        assert_eq!(six.0, "has 6 fields instead of five");
        assert_eq!(six.1, "there are no seconds in cron, leave the first field out: \"*/10 * * * *\"");
        let line = refused("*/10 * * * * /opt/fullprocess --quiet");
        assert_eq!(line.1, "leave the command out: \"*/10 * * * *\"");
        assert_eq!(refused("10 * * *"), ("has 4 fields instead of five".into(), ORDER.into()));
        assert_eq!(refused("").0, "has 0 fields instead of five");
    }

    #[test]
    fn what_is_out_of_range_or_makes_no_sense_is_told() {
        for (text, what) in [
            ("60 * * * *", "minute 60 is out of range"),
            ("* 24 * * *", "hour 24 is out of range"),
            ("* * 0 * *", "day of month 0 is out of range"),
            ("* * * 13 *", "month 13 is out of range"),
            ("* * * * 8", "day of week 8 is out of range"),
            ("*/60 * * * *", "minute \"*/60\" has a step out of range"),
            ("*/0 * * * *", "minute \"*/0\" has a step out of range"),
            ("1,,2 * * * *", "minute \"1,,2\" has nothing on one side of a comma"),
            ("* * L * *", "day of month \"L\" is not understood"),
            ("* * * FOO *", "month \"FOO\" is not understood"),
            ("-1 * * * *", "minute \"-1\" is not understood"),
            ("1.5 * * * *", "minute \"1.5\" is not understood"),
            ("99999999999 * * * *", "minute \"99999999999\" is not understood"),
            ("0 0 31 2,4 *", "no year has a day 31 in month 2,4"),
        ] {
            assert_eq!(refused(text).0, what);
        }
    }
}
