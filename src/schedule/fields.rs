//! The five fields of a schedule, as the values that they stand for.

use super::check;
use std::collections::BTreeSet;

/// What one of the five fields may hold.
#[derive(Debug)]
pub struct Part {
    /// What messages call it.
    pub name: &'static str,
    /// Least value.
    pub min: u32,
    /// Greatest value.
    pub max: u32,
    /// Names that other programs know for the values, from the least up.
    pub names: &'static [&'static str],
}

/// The days of the week, from 0.
pub const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The months, from 1.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The fields in their order.
pub const PARTS: [Part; 5] = [
    Part { name: "minute", min: 0, max: 59, names: &[] },
    Part { name: "hour", min: 0, max: 23, names: &[] },
    Part { name: "day of month", min: 1, max: 31, names: &[] },
    Part { name: "month", min: 1, max: 12, names: &MONTHS },
    Part { name: "day of week", min: 0, max: 6, names: &DAYS },
];

impl Part {
    /// How many values there are.
    pub fn span(&self) -> u32 {
        self.max - self.min + 1
    }
}

/// The values of one field, ascending, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    values: Vec<u32>,
    max: u32,
    full: bool,
}

impl Values {
    fn new(part: &Part, values: &BTreeSet<u32>) -> Values {
        Values { values: values.iter().copied().collect(), max: part.max, full: values.len() as u32 == part.span() }
    }

    /// The values.
    pub fn all(&self) -> &[u32] {
        &self.values
    }

    /// Whether the field leaves nothing out.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// The only value.
    pub fn single(&self) -> Option<u32> {
        if let [one] = self.values[..] { Some(one) } else { None }
    }

    /// First and last value where none between them is left out; at least three values.
    pub fn range(&self) -> Option<(u32, u32)> {
        match (self.step_between()?, self.values.first(), self.values.last()) {
            (1, Some(first), Some(last)) => Some((*first, *last)),
            _ => None,
        }
    }

    /// First value and step where the values go on in equal steps until the field ends;
    /// at least three values.
    pub fn step(&self) -> Option<(u32, u32)> {
        let step = self.step_between()?;
        let (first, last) = (self.values.first()?, self.values.last()?);
        (last + step > self.max).then_some((*first, step))
    }

    fn step_between(&self) -> Option<u32> {
        let [first, second, _, ..] = self.values[..] else { return None };
        let step = second - first;
        self.values.windows(2).all(|pair| pair[1] - pair[0] == step).then_some(step)
    }
}

/// A valid schedule, field by field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    /// The fields as written, with one space between them.
    pub text: String,
    /// Minutes of the hour.
    pub minutes: Values,
    /// Hours of the day.
    pub hours: Values,
    /// Days of the month.
    pub days: Values,
    /// Months of the year, from 1.
    pub months: Values,
    /// Days of the week, from 0 for Sunday.
    pub weekdays: Values,
}

impl Fields {
    /// Reads a schedule.
    ///
    /// # Errors
    /// What is wrong, and what to write instead: see [`super::check`].
    pub fn parse(text: &str) -> Result<Fields, (String, String)> {
        check::check(text)?;
        let words: Vec<&str> = text.split_whitespace().collect();
        let values = |i: usize| {
            // `check` has read every field by the same function.
            let found = words.get(i).and_then(|w| cron_parser::parse_field(w, PARTS[i].min, PARTS[i].max).ok());
            found
                .map(|found| Values::new(&PARTS[i], &found))
                .ok_or_else(|| ("is not a schedule".to_string(), "write five fields".to_string()))
        };
        Ok(Fields {
            text: words.join(" "),
            minutes: values(0)?,
            hours: values(1)?,
            days: values(2)?,
            months: values(3)?,
            weekdays: values(4)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_shape() {
        let fields = Fields::parse(" */10\t8-17  1,15,20 */3 * ").unwrap();
        assert_eq!(fields.text, "*/10 8-17 1,15,20 */3 *");
        assert_eq!(fields.minutes.step(), Some((0, 10)));
        assert_eq!(fields.minutes.range(), None);
        assert_eq!((fields.hours.range(), fields.hours.step()), (Some((8, 17)), None));
        assert_eq!((fields.days.range(), fields.days.step()), (None, None));
        assert_eq!(fields.months.all(), [1, 4, 7, 10]);
        assert!(fields.weekdays.is_full() && !fields.hours.is_full());
    }
}
