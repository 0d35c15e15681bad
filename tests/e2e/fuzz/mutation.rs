//! Changes of something whole: of its bytes, or of a JSON document by its parts.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// One change of bytes.
#[derive(Debug, Clone)]
pub enum Change {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    Cut(Index),
}

/// A few changes of bytes.
pub fn changes() -> impl Strategy<Value = Vec<Change>> {
    let inserted = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..8),
        prop::sample::select(vec![
            "\"", "\\", "[", "{", "}", "]", ",", ":", "null", "1e999", "-", "\\ud800", "\u{feff}"
        ])
        .prop_map(|s| s.as_bytes().to_vec()),
    ];
    let change = prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        4 => (any::<Index>(), inserted).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        4 => (any::<Index>(), 1..20usize).prop_map(|(at, length)| Change::Remove(at, length)),
        2 => (any::<Index>(), 1..40usize, 1..20usize).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        1 => any::<Index>().prop_map(Change::Cut),
    ];
    prop::collection::vec(change, 1..5)
}

/// The bytes after some changes.
pub fn changed(whole: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for change in changes {
        let place = |at: &Index, bytes: &[u8]| if bytes.is_empty() { 0 } else { at.index(bytes.len()) };
        match change {
            Change::Set(at, byte) => {
                let at = place(at, &bytes);
                bytes.iter_mut().skip(at).take(1).for_each(|b| *b = *byte);
            }
            Change::Insert(at, new) => {
                let at = place(at, &bytes);
                bytes.splice(at..at, new.iter().copied());
            }
            Change::Remove(at, length) => {
                let at = place(at, &bytes);
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Change::Repeat(at, length, times) => {
                let at = place(at, &bytes);
                let part = bytes[at..(at + length).min(bytes.len())].repeat(*times);
                bytes.splice(at..at, part);
            }
            Change::Cut(at) => {
                let at = place(at, &bytes);
                bytes.truncate(at);
            }
        }
    }
    bytes
}

/// One change of a document: the part that is meant, and what becomes of it.
#[derive(Debug, Clone)]
pub struct Twist(Index, Act);

#[derive(Debug, Clone)]
enum Act {
    Become(Value),
    Remove,
    /// One more of the same beside it.
    Double,
    /// What some other part is.
    Copy(Index),
    /// A number a little off.
    Add(f64),
}

/// A few changes of a document.
pub fn twists() -> impl Strategy<Value = Vec<Twist>> {
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let numbers = [0.0, -1.0, 0.5, 2.0, 255.0, -1e308, 1e308, 5e-324, 1e18].map(|n| json!(n)).to_vec();
    let wholes = [0, 1, 2, 3, 7, 64, 65_535, 65_536, 0x7fff_ffff, 0xffff_ffff, 1 << 40, u64::MAX].map(|n| json!(n));
    let others = [json!(null), json!(""), json!("a\n\u{0}"), json!([]), json!({}), json!(true), json!(-1), deep];
    let become_ = prop::sample::select([numbers, wholes.to_vec(), others.to_vec()].concat()).prop_map(Act::Become);
    let act = prop_oneof![
        6 => become_,
        2 => Just(Act::Remove),
        2 => Just(Act::Double),
        3 => any::<Index>().prop_map(Act::Copy),
        2 => prop::sample::select(vec![1.0, -1.0, 1000.0]).prop_map(Act::Add),
    ];
    prop::collection::vec((any::<Index>(), act).prop_map(|(at, act)| Twist(at, act)), 1..4)
}

/// The document after some changes. Lists are long and alike: of each only some parts are meant.
pub fn twisted(whole: &Value, twists: &[Twist]) -> Value {
    let mut value = whole.clone();
    for Twist(at, act) in twists {
        let mut places = Vec::new();
        parts(&value, String::new(), &mut places);
        let place = at.get::<String>(&places).clone();
        match act {
            Act::Become(new) => set(&mut value, &place, new.clone()),
            Act::Copy(other) => {
                let other = value.pointer(other.get::<String>(&places)).cloned().unwrap_or_default();
                set(&mut value, &place, other);
            }
            Act::Add(more) => {
                if let Some(part) = value.pointer_mut(&place)
                    && let Some(number) = part.as_f64()
                {
                    *part = if part.is_f64() { json!(number + more) } else { json!((number + more) as i64) };
                }
            }
            Act::Remove | Act::Double => beside(&mut value, &place, matches!(act, Act::Remove)),
        }
    }
    value
}

fn set(value: &mut Value, place: &str, new: Value) {
    if let Some(part) = value.pointer_mut(place) {
        *part = new;
    }
}

fn beside(value: &mut Value, place: &str, is_removed: bool) {
    let Some((parent, name)) = place.rsplit_once('/') else { return };
    match value.pointer_mut(parent) {
        Some(Value::Array(items)) => {
            let at: usize = name.parse().unwrap();
            if is_removed {
                items.remove(at);
            } else {
                items.insert(at, items[at].clone());
            }
        }
        Some(Value::Object(members)) if is_removed => {
            members.shift_remove(&name.replace("~1", "/").replace("~0", "~"));
        }
        _ => {}
    }
}

fn parts(value: &Value, place: String, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for i in (0..items.len()).filter(|i| *i < 4 || i + 2 > items.len() || i % 16 == 0) {
                parts(&items[i], format!("{place}/{i}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                parts(member, format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => {}
    }
    found.push(place);
}
