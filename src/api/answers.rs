//! What a model says of rows, as JSON, in parts: a batch of any length needs the memory of
//! its rows and of one part.

use super::account::Account;
use super::message::{Body, Response};
use super::state::Office;
use crate::error::Result;
use crate::table::{Matrix, Question, Table};
use std::borrow::Cow;
use std::sync::Arc;

/// Rows asked of a model at once.
const PART: usize = 4096;
/// Bytes that the answer about a single row takes, or a little more.
const SHORT: usize = 256;
/// Answers (rows times outputs) that are kept for the sections after the first; more are
/// computed again.
const HELD: usize = 1 << 20;

/// A model and the rows that it is asked about. The model is held to the end: whatever is
/// deployed meanwhile, no answer mixes two.
pub struct Answers {
    office: Arc<Office>,
    table: Table,
    threads: usize,
    account: Option<Account>,
    /// By part, where it is little.
    held: Vec<Matrix>,
}

/// A piece of a JSON document.
pub enum Section {
    /// As it is.
    Text(Cow<'static, str>),
    /// A list with an element for each row.
    Rows(Writer),
}

/// Writes what a model says of one row: its answers, and the names of its outputs.
pub type Writer = Box<dyn Fn(&Office, &[f64], &mut Vec<u8>) + Send>;

impl Answers {
    /// Of a model about rows, with that many threads.
    ///
    /// # Errors
    /// A feature is missing.
    pub fn new(office: Arc<Office>, table: Table, threads: usize) -> Result<Answers> {
        let mut answers = Answers { office, table, threads, account: None, held: Vec::new() };
        if answers.table.rows() * answers.office.question().outputs() <= HELD {
            answers.held = (0..answers.parts()).map(|part| answers.ask(part)).collect::<Result<_>>()?;
        }
        Ok(answers)
    }

    /// The same, with an account of what is said.
    pub fn counted(self, account: Account) -> Answers {
        Answers { account: Some(account), ..self }
    }

    fn parts(&self) -> usize {
        self.table.rows().div_ceil(PART)
    }

    /// What the model says of a part of the rows.
    fn ask(&self, part: usize) -> Result<Matrix> {
        let pipeline = &self.office.model.pipeline;
        pipeline.predict(&self.rows_of(part), self.threads)
    }

    /// A part of the rows.
    fn rows_of(&self, part: usize) -> Cow<'_, Table> {
        match self.parts() {
            1 => Cow::Borrowed(&self.table),
            _ => Cow::Owned(self.table.part(part * PART..(part + 1) * PART)),
        }
    }

    /// The same, from what is held where it is.
    fn part(&self, part: usize) -> Result<Cow<'_, Matrix>> {
        match self.held.get(part) {
            Some(said) => Ok(Cow::Borrowed(said)),
            None => self.ask(part).map(Cow::Owned),
        }
    }

    /// The document of these sections as a response.
    ///
    /// # Errors
    /// A short answer could not be computed; a long one is broken off where that happens.
    pub fn respond(self, sections: Vec<Section>) -> Result<Response> {
        let mut stream = Stream { answers: self, sections: sections.into_iter(), under_way: None, lists: 0 };
        let body = match stream.answers.parts() <= 1 {
            true => {
                let mut out = Vec::with_capacity(SHORT);
                while stream.write(&mut out)? {}
                Body::Whole(out)
            }
            false => Body::Parts(Box::new(stream)),
        };
        Ok(Response { body, ..Response::new(200, "application/json", "") })
    }
}

struct Stream {
    answers: Answers,
    sections: std::vec::IntoIter<Section>,
    /// The list that is being written, and its next part.
    under_way: Option<(Writer, usize)>,
    /// How many lists were begun.
    lists: usize,
}

impl Stream {
    /// Writes the next piece; whether there was one.
    fn write(&mut self, out: &mut Vec<u8>) -> Result<bool> {
        let Some((writer, part)) = self.under_way.take() else {
            match self.sections.next() {
                Some(Section::Text(text)) => out.extend_from_slice(text.as_bytes()),
                Some(Section::Rows(writer)) => {
                    self.under_way = Some((writer, 0));
                    self.lists += 1;
                    return self.write(out);
                }
                None => return Ok(false),
            }
            return Ok(true);
        };
        if part >= self.answers.parts() {
            out.extend_from_slice(if part == 0 { b"[]" } else { b"]" });
            return Ok(true);
        }
        let answers = &self.answers;
        let said = answers.part(part)?;
        // The first list of a document is written whole before others: each row is counted once.
        if let Some(account) = answers.account.as_ref().filter(|_| self.lists == 1) {
            account.take(&answers.office, &answers.rows_of(part), part * PART, &said);
        }
        out.reserve(said.rows() * 8);
        for (i, row) in said.iter_rows().enumerate() {
            out.push(if part == 0 && i == 0 { b'[' } else { b',' });
            writer(&answers.office, row, out);
        }
        self.under_way = Some((writer, part + 1));
        Ok(true)
    }
}

impl Iterator for Stream {
    type Item = Result<Vec<u8>>;

    fn next(&mut self) -> Option<Result<Vec<u8>>> {
        let mut out = Vec::new();
        match self.write(&mut out) {
            Ok(true) => Some(Ok(out)),
            Ok(false) => None,
            Err(e) => Some(Err(e)),
        }
    }
}

/// The predicted label, number or list of labels.
pub fn prediction(office: &Office, row: &[f64], out: &mut Vec<u8>) {
    match office.question() {
        Question::Number => number(row.first().copied().unwrap_or_default(), out),
        Question::Classes(_) => out.extend_from_slice(name(office, winner(office, row)).as_bytes()),
        Question::Labels(_) => {
            list(row.iter().enumerate().filter(|(_, p)| **p >= office.threshold), out, |(i, _), out| {
                out.extend_from_slice(name(office, i).as_bytes());
            })
        }
    }
}

/// All probabilities, in the order of the names.
pub fn probabilities(_: &Office, row: &[f64], out: &mut Vec<u8>) {
    list(row.iter(), out, |p, out| number(*p, out));
}

/// An object of names and probabilities.
pub fn by_name(office: &Office, row: &[f64], out: &mut Vec<u8>) {
    out.push(b'{');
    joined(row.iter().enumerate(), out, |(i, p), out| {
        let plain = name(office, i);
        let quote: &[u8] = if plain.starts_with('"') { b"" } else { b"\"" };
        [quote, plain.as_bytes(), quote].iter().for_each(|part| out.extend_from_slice(part));
        out.push(b':');
        number(*p, out);
    });
    out.push(b'}');
}

/// The most probable names with their probabilities, best first, so many of them.
pub fn top(most: usize) -> Writer {
    Box::new(move |office, row, out| {
        list(best(row, most).into_iter(), out, |i, out| {
            out.extend_from_slice(format!("{{\"label\":{},\"probability\":", name(office, i)).as_bytes());
            number(row[i], out);
            out.push(b'}');
        });
    })
}

/// The places of the greatest values, greatest first, the first of equals first.
pub fn best(row: &[f64], most: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
    order.truncate(most);
    order
}

/// The predicted class: for a yes/no question the positive one from the threshold on, else
/// the most probable one, the first of equals.
pub fn winner(office: &Office, row: &[f64]) -> usize {
    match row {
        [_, positive] => usize::from(*positive >= office.threshold),
        _ => row.iter().enumerate().fold(0, |best, (i, p)| if row.get(best).is_none_or(|b| p > b) { i } else { best }),
    }
}

/// A number as JSON; one that is not finite, which no model says, as null.
pub fn number(value: f64, out: &mut Vec<u8>) {
    // Writing into memory does not fail.
    let _ = serde_json::to_writer(out, &value);
}

fn name(office: &Office, i: usize) -> &str {
    office.names.get(i).map_or("null", String::as_str)
}

fn list<T>(items: impl Iterator<Item = T>, out: &mut Vec<u8>, write: impl FnMut(T, &mut Vec<u8>)) {
    out.push(b'[');
    joined(items, out, write);
    out.push(b']');
}

/// Items with commas between them.
pub fn joined<T>(items: impl Iterator<Item = T>, out: &mut Vec<u8>, mut write: impl FnMut(T, &mut Vec<u8>)) {
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write(item, out);
    }
}
