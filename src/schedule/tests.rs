use super::*;
use chrono::{FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, Timelike, Utc};
use proptest::prelude::*;

fn utc(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// Central European time in 2026: clocks change on 29 March and 25 October, at 01:00 UTC.
#[derive(Debug, Clone, Copy)]
struct Berlin;

impl TimeZone for Berlin {
    type Offset = FixedOffset;
    fn from_offset(_: &FixedOffset) -> Berlin {
        Berlin
    }
    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<FixedOffset> {
        self.offset_from_local_datetime(&local.and_hms_opt(12, 0, 0).unwrap())
    }
    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<FixedOffset> {
        let fits = |hours: i32| {
            let offset = FixedOffset::east_opt(hours * 3600).unwrap();
            (self.offset_from_utc_datetime(&(*local - offset)) == offset).then_some(offset)
        };
        match (fits(2), fits(1)) {
            (Some(first), Some(second)) => MappedLocalTime::Ambiguous(first, second),
            (Some(one), None) | (None, Some(one)) => MappedLocalTime::Single(one),
            (None, None) => MappedLocalTime::None,
        }
    }
    fn offset_from_utc_date(&self, utc: &NaiveDate) -> FixedOffset {
        self.offset_from_utc_datetime(&utc.and_hms_opt(12, 0, 0).unwrap())
    }
    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> FixedOffset {
        let at = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap().and_hms_opt(1, 0, 0).unwrap();
        let summer = *utc >= at(3, 29) && *utc < at(10, 25);
        FixedOffset::east_opt(if summer { 7200 } else { 3600 }).unwrap()
    }
}

#[test]
fn next_and_previous_times_are_those_of_the_calendar() {
    // 21 November 2026 is a Saturday.
    let now = utc("2026-11-21T04:10:00Z");
    for (text, previous, next) in [
        ("*/10 * * * *", "2026-11-21T04:00:00Z", "2026-11-21T04:20:00Z"),
        ("10 * * * *", "2026-11-21T03:10:00Z", "2026-11-21T05:10:00Z"),
        ("30 2 * * *", "2026-11-21T02:30:00Z", "2026-11-22T02:30:00Z"),
        ("0 9 * * 1-5", "2026-11-20T09:00:00Z", "2026-11-23T09:00:00Z"),
        ("0 0 1 * *", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("0 0 31 * *", "2026-10-31T00:00:00Z", "2026-12-31T00:00:00Z"),
        ("0 0 29 2 *", "2024-02-29T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("59 23 * * 0", "2026-11-15T23:59:00Z", "2026-11-22T23:59:00Z"),
    ] {
        assert_eq!(previous_before(text, &now), Some(utc(previous)), "{text}");
        assert_eq!(next_after(text, &now), Some(utc(next)), "{text}");
    }
    assert_eq!(next_after("@daily", &now), None);
}

#[test]
fn the_night_of_a_clock_change_drops_a_time_or_has_it_twice() {
    let at = |text| utc(text).with_timezone(&Berlin);
    // 02:30 does not exist on 29 March: after 28 March comes 30 March.
    let spring = next_after("30 2 * * *", &at("2026-03-28T12:00:00Z")).unwrap();
    assert_eq!(spring.to_utc(), utc("2026-03-30T00:30:00Z"));
    // 02:30 comes twice on 25 October.
    let first = next_after("30 2 * * *", &at("2026-10-24T12:00:00Z")).unwrap();
    let second = next_after("30 2 * * *", &first).unwrap();
    assert_eq!([first.to_utc(), second.to_utc()], [utc("2026-10-25T00:30:00Z"), utc("2026-10-25T01:30:00Z")]);
    assert!(zone_changes_clock(&at("2026-01-01T00:00:00Z")));
    assert!(!zone_changes_clock(&utc("2026-01-01T00:00:00Z")));
}

#[test]
fn only_single_times_of_the_night_are_warned_of() {
    for text in ["30 2 * * *", "0 0 * * *", "59 3 1 * *", "0 */6 * * *", "*/10 0-5 * * *"] {
        assert_eq!(warnings(text).len(), 1, "{text}");
    }
    for text in ["*/10 * * * *", "10 * * * *", "0 4 * * *", "0 4-23 * * *", "bad"] {
        assert!(warnings(text).is_empty(), "{text}");
    }
    assert!(warnings("30 2 * * *")[0].sentence().contains("may be dropped or come twice"));
}

#[test]
fn a_run_is_missed_when_its_time_passed_longer_than_the_grace_ago() {
    let text = "*/10 * * * *";
    let grace = Duration::minutes(5);
    let find = |success: Option<&str>, now: &str| missed(text, success.map(utc), &utc(now), grace);
    assert_eq!(find(Some("2026-11-21T04:00:02Z"), "2026-11-21T04:14:59Z"), None);
    assert_eq!(find(Some("2026-11-21T04:00:02Z"), "2026-11-21T04:15:00Z"), None);
    let found = find(Some("2026-11-21T04:00:02Z"), "2026-11-21T04:15:01Z").unwrap();
    assert_eq!(found.expected, utc("2026-11-21T04:10:00Z"));
    assert_eq!(
        found.problem().sentence(),
        "schedule: the run due at 2026-11-21T04:10:00Z did not happen or failed; \
         the last successful run was at 2026-11-21T04:00:02Z"
    );
    assert_eq!(find(Some("2026-11-21T04:10:00Z"), "2026-11-21T04:19:00Z"), None);
    let never = find(None, "2026-11-21T04:19:00Z").unwrap();
    assert!(never.problem().sentence().ends_with("no run has succeeded yet"));
    assert_eq!(missed("bad", None, &utc("2026-11-21T04:19:00Z"), grace), None);
}

#[test]
fn times_that_passed_are_counted_up_to_a_bound() {
    let grace = Duration::minutes(15);
    let count = |text: &str, from: &str, now: &str| passed(text, &utc(from), &utc(now), grace, 100);
    let daily = "30 2 * * *";
    assert_eq!(count(daily, "2026-11-20T02:31:00Z", "2026-11-21T02:30:01Z"), None, "this very run");
    assert_eq!(count(daily, "2026-11-20T02:31:00Z", "2026-11-21T02:45:00Z"), None, "late, within the grace");
    let late = Some((utc("2026-11-21T02:30:00Z"), 1));
    assert_eq!(count(daily, "2026-11-20T02:31:00Z", "2026-11-21T09:00:00Z"), late);
    assert_eq!(count(daily, "2026-11-17T02:31:00Z", "2026-11-21T02:30:01Z"), Some((utc("2026-11-18T02:30:00Z"), 3)));
    assert_eq!(count("* * * * *", "2026-11-17T02:31:00Z", "2026-11-21T02:30:01Z").unwrap().1, 100);
    assert_eq!(count("bad", "2026-11-17T02:31:00Z", "2026-11-21T02:30:01Z"), None);
}

#[test]
fn a_skipped_run_says_when_the_next_is_due() {
    assert_eq!(
        overlap("*/10 * * * *", &utc("2026-11-21T04:10:03Z")),
        "the run before is not done yet, so this one is skipped; \
         the next is due at 2026-11-21T04:20:00Z (every 10 minutes)"
    );
    assert!(overlap("bad", &utc("2026-11-21T04:10:03Z")).ends_with("this one is skipped"));
}

/// A field: everything, a value, a step or a list.
fn field(min: u32, max: u32) -> impl Strategy<Value = String> {
    let value = min..=max;
    prop_oneof![
        Just("*".to_string()),
        value.clone().prop_map(|v| v.to_string()),
        (2..=max.max(2)).prop_map(|step| format!("*/{step}")),
        (value.clone(), value).prop_map(|(a, b)| format!("{}-{},{a}", a.min(b), a.max(b))),
    ]
}

proptest! {
    #[test]
    fn nothing_is_scheduled_between_neighbours(
        minute in field(0, 59), hour in field(0, 23), day in field(1, 28), month in field(1, 12),
        weekday in field(0, 6), by_week in any::<bool>(), seconds in 1_700_000_000i64..1_900_000_000,
    ) {
        let (day, weekday) = if by_week { ("*", weekday.as_str()) } else { (day.as_str(), "*") };
        let text = format!("{minute} {hour} {day} {month} {weekday}");
        prop_assert_eq!(check(&text), Ok(()));
        let now = DateTime::from_timestamp(seconds, 0).unwrap();
        let next = next_after(&text, &now).unwrap();
        let previous = previous_before(&text, &now).unwrap();
        prop_assert!(previous < now && now < next);
        prop_assert!(previous_before(&text, &next).unwrap() <= now);
        prop_assert!(next_after(&text, &previous).unwrap() >= now);
        let after = next_after(&text, &next).unwrap();
        prop_assert_eq!(previous_before(&text, &after), Some(next));
        let fields = Fields::parse(&text).unwrap();
        for time in [previous, next] {
            prop_assert!(fields.minutes.all().contains(&time.minute()) && fields.hours.all().contains(&time.hour()));
            prop_assert_eq!(time.second(), 0);
        }
        // Whatever is described, describing never fails and never is empty.
        prop_assert!(!describe(&text).is_empty());
    }

    #[test]
    fn whatever_is_refused_comes_with_a_way_out(text in "[-0-9*/,?@A-Za-z ]{0,24}") {
        if let Err((what, hint)) = check(&text) {
            prop_assert!(!what.is_empty() && !hint.is_empty());
        }
        describe(&text);
    }

    #[test]
    fn a_rewritten_weekday_is_accepted(low in 0u32..=7, high in 0u32..=7) {
        if let Err((_, hint)) = check(&format!("30 2 * * {low}-{high}")) {
            let written = hint.split('"').nth(1).unwrap();
            prop_assert_eq!(check(written), Ok(()), "{}", hint);
        }
    }
}
