//! A client that keeps its connection, reads what it is answered to the letter, and knows what a
//! server owes it: the answer of one version, or an honest 503.

use super::tally::Tally;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A client that has waited longer for its answer says so.
const PATIENCE: Duration = Duration::from_secs(30);
/// A connection that was quiet for so long may be closed by whoever needs its place.
const QUIET: Duration = Duration::from_secs(1);

/// What a request came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Answered(Answer),
    /// The connection ended before a byte of the answer.
    Closed(String),
    /// It ended within the answer, or what came is no answer.
    Cut(String),
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// A refusal as it should be: it says why, and when to come back.
    pub fn is_honest_refusal(&self) -> bool {
        let names = ["retry-after: ", "application/problem+json"];
        self.status == 503 && names.iter().all(|name| self.head.contains(name)) && self.body.contains("\"status\":503")
    }

    pub fn says_close(&self) -> bool {
        self.head.contains("connection: close")
    }
}

/// A connection that is kept.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    pub fn open(address: SocketAddr) -> std::io::Result<Connection> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Connection(BufReader::new(stream)))
    }

    pub fn ask(&mut self, request: &[u8]) -> Outcome {
        // Where this fails, the answer may have come before: a refusal does not wait for a request.
        let _ = self.0.get_mut().write_all(request);
        self.answer()
    }

    /// The next answer to its last byte.
    pub fn answer(&mut self) -> Outcome {
        let mut head = String::new();
        loop {
            let before = head.len();
            match self.0.read_line(&mut head) {
                Ok(0) if head.is_empty() => return Outcome::Closed("end of stream".to_string()),
                Err(e) if head.is_empty() => return Outcome::Closed(e.to_string()),
                Ok(0) => return Outcome::Cut(format!("a head that ends: {head:?}")),
                Err(e) => return Outcome::Cut(format!("{e} after {head:?}")),
                Ok(_) if &head[before..] == "\r\n" => break,
                Ok(_) => {}
            }
        }
        let head = head.to_ascii_lowercase();
        let status = head.strip_prefix("http/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let (Some(status), Some(length)) = (status, length) else { return Outcome::Cut(format!("no answer: {head}")) };
        let mut body = vec![0; length];
        match self.0.read_exact(&mut body).map(|()| String::from_utf8(body)) {
            Ok(Ok(body)) => Outcome::Answered(Answer { status, head, body }),
            Ok(Err(e)) => Outcome::Cut(format!("{head}: {e}")),
            Err(e) => Outcome::Cut(format!("{head}: {e}")),
        }
    }
}

/// A question, and what each version answers to it.
#[derive(Debug, Clone)]
pub struct Question {
    pub request: Vec<u8>,
    pub answers: [String; 2],
}

/// Asks over one connection for as long as it may; another one is opened where that ended as it may.
pub fn ask_on(address: SocketAddr, questions: &[Question], first: usize, done: &AtomicBool, tally: &Tally) {
    let mut open: Option<(Connection, Instant)> = None;
    for question in questions.iter().cycle().skip(first % questions.len()) {
        if done.load(Ordering::Relaxed) {
            return;
        }
        let (mut connection, since) = match open.take() {
            Some(kept) => kept,
            None => match Connection::open(address) {
                Ok(connection) => (connection, Instant::now()),
                Err(e) => {
                    tally.wrong(format!("no connection: {e}"));
                    continue;
                }
            },
        };
        let was_quiet = since.elapsed();
        match connection.ask(&question.request) {
            Outcome::Answered(answer) if answer.status == 200 => {
                match question.answers.iter().position(|known| *known == answer.body) {
                    Some(version) => tally.answered(version),
                    None => tally.wrong(format!("an answer of neither version: {}", answer.body)),
                }
                if !answer.says_close() {
                    open = Some((connection, Instant::now()));
                }
            }
            Outcome::Answered(answer) if answer.is_honest_refusal() => {
                tally.count("503");
                if !answer.says_close() {
                    open = Some((connection, Instant::now()));
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            Outcome::Closed(_) if was_quiet > QUIET => tally.count("closed after a pause"),
            other => tally.wrong(format!("{other:?} after {was_quiet:?}")),
        }
    }
}
