//! Inputs as the protocol has them: a name, a shape, a datatype, and data nested or flat.

use crate::api::Failure;
use crate::api::rows::Sink;
use crate::api::rows::scalar::Scalar;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;
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
        && let [rows, columns] = one.shape[..]
        && columns == count as u64
        && (count > 1 || sink.features().names().all(|name| name != one.name))
    {
        let cells = one.cells()?;
        for row in cells.chunks(count.max(1)).take(rows as usize) {
            row.iter().enumerate().for_each(|(place, cell)| sink.put(place, cell));
            sink.end_row();
        }
        return Ok(());
    }
    let mut rows = None;
    let mut done: Vec<&str> = Vec::new();
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
        if done.contains(&input.name.as_str()) {
            return Err(input.wrong("stands twice"));
        }
        done.push(&input.name);
        let cells = input.cells()?;
        if let Some(place) = sink.place(&input.name) {
            sink.put_column(place, cells.into_iter());
        }
    }
    sink.end_columns(rows.unwrap_or(1) as usize);
    Ok(())
}

impl<'a> Input<'a> {
    fn wrong(&self, what: &str) -> Failure {
        Failure::data(format!("input {:?} {what}", crate::table::cell::shorten(&self.name)))
    }

    /// All values, row after row, as many as the shape says and of the datatype.
    fn cells(&self) -> Result<Vec<Scalar<'a>>, Failure> {
        let mut cells = Vec::new();
        let mut deserializer = serde_json::Deserializer::from_str(self.data.get());
        let flat = Flat(&mut cells).deserialize(&mut deserializer);
        flat.map_err(|_| self.wrong("has data that is no list of numbers, texts or truth values"))?;
        let expected = self.shape.iter().try_fold(1u64, |all, n| all.checked_mul(*n));
        if expected != Some(cells.len() as u64) {
            return Err(self.wrong(&format!("has {} values where its shape is {:?}", cells.len(), self.shape)));
        }
        for cell in &mut cells {
            if !self.holds(cell)? {
                return Err(self.wrong(&format!("has a value that is no {}", self.datatype)));
            }
        }
        Ok(cells)
    }

    /// Whether a value is of the datatype. A BOOL may be written as 0 or 1.
    fn holds(&self, cell: &mut Scalar<'a>) -> Result<bool, Failure> {
        let datatype = self.datatype.as_str();
        let bits = |prefix| datatype.strip_prefix(prefix).and_then(|bits: &str| bits.parse::<u32>().ok());
        if let (true, Scalar::Whole(value @ (0 | 1))) = (datatype == "BOOL", &*cell) {
            *cell = Scalar::Bool(*value == 1);
        }
        Ok(match (datatype, bits("INT"), bits("UINT")) {
            (_, Some(bits @ (8 | 16 | 32 | 64)), _) => {
                matches!(cell, Scalar::Null)
                    || matches!(cell, Scalar::Whole(v) if *v >> (bits - 1) == 0 || *v >> (bits - 1) == -1)
            }
            // Those of 64 bits that no i64 holds come as numbers.
            (_, _, Some(bits @ (8 | 16 | 32 | 64))) => match cell {
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
struct Flat<'v, 'de>(&'v mut Vec<Scalar<'de>>);

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
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.push(Scalar::Null);
        Ok(())
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.0.push(Scalar::Bool(value));
        Ok(())
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.0.push(Scalar::Whole(value));
        Ok(())
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.0.push(i64::try_from(value).map_or(Scalar::Number(value as f64), Scalar::Whole));
        Ok(())
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.0.push(Scalar::Number(value));
        Ok(())
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.0.push(Scalar::Text(text.into()));
        Ok(())
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.push(Scalar::Text(text.to_string().into()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(datatype: &str, shape: &str, data: &str) -> Result<usize, u16> {
        let text = format!(r#"{{"name":"x","shape":{shape},"datatype":"{datatype}","data":{data}}}"#);
        let input: Input<'_> = serde_json::from_str(&text).unwrap();
        input.cells().map(|cells| cells.len()).map_err(|failure| failure.status)
    }

    #[test]
    fn data_is_nested_or_flat_and_of_its_datatype() {
        assert_eq!(cells("FP32", "[2,2]", "[[1,2.5],[3,null]]"), Ok(4));
        assert_eq!(cells("FP32", "[2,2]", "[1,2.5,3,4]"), Ok(4));
        assert_eq!(cells("BOOL", "[3]", "[true,0,1]"), Ok(3));
        assert_eq!(cells("INT8", "[2]", "[-128,127]"), Ok(2));
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
