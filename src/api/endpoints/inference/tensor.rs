//! Inputs as the protocol has them: a name, a shape, a datatype, and data nested or flat.

use crate::api::Failure;
use crate::api::rows::Sink;
use crate::api::rows::scalar::{Scalar, visit_scalars};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::fmt;

/// One input.
#[derive(Deserialize)]
pub struct Input<'a> {
    name: String,
    shape: Vec<u64>,
    datatype: String,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// Rows of these inputs into `sink`: one of shape [n] or [n, 1] for each feature, or one of
/// shape [n, features].
///
/// # Errors
/// 400 for the first input that is not what it says. What is wrong with single cells the sink
/// tells in the end.
pub fn rows(inputs: &[Input<'_>], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let count = sink.features().count;
    if let [one] = inputs
        && let [_, columns] = one.shape[..]
        && columns == count as u64
        && (count > 1 || sink.features().names().all(|name| name != one.name))
    {
        return one.cells(|at, cell| {
            sink.put(at % count, cell);
            if at % count == count - 1 {
                sink.end_row();
            }
        });
    }
    let mut rows = None;
    let mut done: HashSet<&str> = HashSet::new();
    for input in inputs {
        let length = match input.shape[..] {
            [n] | [n, 1] => n,
            _ => {
                let detail =
                    format!("has the shape {:?}; it must be [n] or [n, 1], or one input [n, {count}]", input.shape);
                return Err(input.wrong(&detail));
            }
        };
        if *rows.get_or_insert(length) != length {
            return Err(input.wrong("has another number of rows than the inputs before it"));
        }
        if !done.insert(&input.name) {
            return Err(input.wrong("stands twice"));
        }
        let place = sink.place(&input.name);
        input.cells(|at, cell| place.iter().for_each(|place| sink.put_next(*place, cell, at + 1)))?;
    }
    sink.end_columns(rows.unwrap_or(1) as usize);
    Ok(())
}

impl<'a> Input<'a> {
    fn wrong(&self, what: &str) -> Failure {
        Failure::data(format!("input {:?} {what}", crate::table::cell::shorten(&self.name)))
    }

    /// Each value with its place, row after row: as many as the shape says, and of the datatype.
    fn cells(&self, mut take: impl FnMut(usize, &Scalar<'a>)) -> Result<(), Failure> {
        let (mut count, mut wrong) = (0, None);
        let mut deserializer = serde_json::Deserializer::from_str(self.data.get());
        let mut each = |mut cell: Scalar<'a>| {
            match self.holds(&mut cell) {
                Ok(true) => take(count, &cell),
                Ok(false) => {
                    wrong.get_or_insert_with(|| {
                        self.wrong(&format!("has a value that is no {}, in place {}", self.datatype, count + 1))
                    });
                }
                Err(failure) => {
                    wrong.get_or_insert(failure);
                }
            }
            count += 1;
        };
        let flat = Flat(&mut each).deserialize(&mut deserializer);
        flat.map_err(|_| self.wrong("has data that is no list of numbers, texts or truth values"))?;
        let expected = self.shape.iter().try_fold(1u64, |all, n| all.checked_mul(*n));
        if expected != Some(count as u64) {
            return Err(self.wrong(&format!("has {count} values where its shape is {:?}", self.shape)));
        }
        wrong.map_or(Ok(()), Err)
    }

    /// Whether a value is of the datatype. A BOOL may be written as 0 or 1.
    fn holds(&self, cell: &mut Scalar<'a>) -> Result<bool, Failure> {
        let datatype = self.datatype.as_str();
        let bits = |prefix| {
            datatype.strip_prefix(prefix).and_then(|bits| [8, 16, 32, 64].into_iter().find(|b| bits == b.to_string()))
        };
        if let (true, Scalar::Whole(value @ (0 | 1))) = (datatype == "BOOL", &*cell) {
            *cell = Scalar::Bool(*value == 1);
        }
        // JSON knows one kind of number: 3.0 is 3.
        if let (true, Scalar::Number(value)) = (datatype.contains("INT"), &*cell)
            && value.fract() == 0.0
            && value.abs() < 9e15
        {
            *cell = Scalar::Whole(*value as i64);
        }
        Ok(match (datatype, bits("INT"), bits("UINT")) {
            (_, Some(bits), _) => {
                matches!(cell, Scalar::Null)
                    || matches!(cell, Scalar::Whole(v) if *v >> (bits - 1) == 0 || *v >> (bits - 1) == -1)
            }
            // Those of 64 bits that no i64 holds come as numbers.
            (_, _, Some(bits)) => match cell {
                Scalar::Whole(v) => *v >= 0 && (bits == 64 || *v >> bits == 0),
                Scalar::Number(v) => bits == 64 && *v > 0.0 && v.fract() == 0.0,
                other => matches!(other, Scalar::Null),
            },
            ("FP16" | "FP32" | "FP64", ..) => matches!(cell, Scalar::Null | Scalar::Whole(_) | Scalar::Number(_)),
            ("BYTES", ..) => matches!(cell, Scalar::Null | Scalar::Text(_)),
            ("BOOL", ..) => matches!(cell, Scalar::Null | Scalar::Bool(_)),
            _ => {
                let known = "BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32, FP64, BYTES";
                return Err(self.wrong(&format!("has the datatype {datatype:?}, which is none of {known}")));
            }
        })
    }
}

/// Values of lists in lists, in order.
struct Flat<'v, 'de>(&'v mut dyn FnMut(Scalar<'de>));

impl<'de> DeserializeSeed<'de> for Flat<'_, 'de> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Flat<'_, 'de> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("values, or lists of them")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Flat(self.0))?.is_some() {}
        Ok(())
    }
    visit_scalars!();
}

impl<'de> Flat<'_, 'de> {
    fn only<E>(self, value: Scalar<'de>) -> Result<(), E> {
        (self.0)(value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(datatype: &str, shape: &str, data: &str) -> Result<usize, u16> {
        let text = format!(r#"{{"name":"x","shape":{shape},"datatype":"{datatype}","data":{data}}}"#);
        let input: Input<'_> = serde_json::from_str(&text).unwrap();
        let mut count = 0;
        input.cells(|_, _| count += 1).map(|()| count).map_err(|failure| failure.status)
    }

    #[test]
    fn data_is_nested_or_flat_and_of_its_datatype() {
        assert_eq!(cells("FP32", "[2,2]", "[[1,2.5],[3,null]]"), Ok(4));
        assert_eq!(cells("FP32", "[2,2]", "[1,2.5,3,4]"), Ok(4));
        assert_eq!(cells("BOOL", "[3]", "[true,0,1]"), Ok(3));
        assert_eq!(cells("INT8", "[2]", "[-128,127]"), Ok(2));
        assert_eq!(cells("INT8", "[1]", "[3.0]"), Ok(1));
        assert_eq!(cells("UINT64", "[1]", "[18446744073709551615]"), Ok(1));
        assert_eq!(cells("BYTES", "[1]", "[\"a\"]"), Ok(1));
        for (datatype, shape, data) in [
            ("INT8", "[1]", "[128]"),
            ("INT8", "[1]", "[-129]"),
            ("UINT8", "[1]", "[-1]"),
            ("UINT8", "[1]", "[256]"),
            ("INT64", "[1]", "[1.5]"),
            ("BOOL", "[1]", "[2]"),
            ("BYTES", "[1]", "[1]"),
            ("FP64", "[1]", "[\"1\"]"),
            ("FP8", "[1]", "[1]"),
            ("FP64", "[2]", "[1]"),
            ("FP64", "[1]", "{}"),
            ("FP64", "[4294967296,4294967296]", "[1]"),
        ] {
            assert_eq!(cells(datatype, shape, data), Err(400), "{datatype} {shape} {data}");
        }
    }
}
