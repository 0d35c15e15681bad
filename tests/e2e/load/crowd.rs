//! Those who make it hard: clients that are slow, that leave halfway, that come in floods.

use super::client::{Connection, Outcome};
use super::tally::Tally;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A connection that is still open after so long is one that the app never gives up.
const HANGS: Duration = Duration::from_secs(60);
/// How long the app waits for the head of a request here.
pub const HEADER_TIME: Duration = Duration::from_secs(2);
/// Connections of a flood: more than the app takes beside the others.
pub const FLOOD: usize = 300;

const HEAD: &str = "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n";

/// Sends a head, or a body, byte by byte; the app gives it up with 408, or has to make room (503), or
/// closes the connection.
pub fn drip(address: SocketAddr, is_body: bool, done: &AtomicBool, tally: &Tally) {
    while !done.load(Ordering::Relaxed) {
        let Ok(mut stream) = TcpStream::connect(address) else {
            tally.wrong("a slow client was given no connection".to_string());
            continue;
        };
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        let begun = Instant::now();
        let (start, rest) = if is_body { (HEAD, "{") } else { ("", HEAD) };
        let _ = stream.write_all(start.as_bytes());
        let mut bytes = rest.bytes().chain(std::iter::repeat(b' '));
        let mut answer = Vec::new();
        loop {
            let _ = stream.write_all(&[bytes.next().unwrap()]);
            let mut buffer = [0; 1000];
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => answer.extend_from_slice(&buffer[..n]),
                Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
            if done.load(Ordering::Relaxed) {
                return;
            }
            if begun.elapsed() > HANGS {
                tally.wrong("a slow client was never given up".to_string());
                break;
            }
        }
        let answer = String::from_utf8_lossy(&answer);
        match answer.get(..12) {
            None if answer.is_empty() => tally.count("slow: closed"),
            Some("HTTP/1.1 408") => tally.count("slow: 408"),
            Some("HTTP/1.1 503") => tally.count("slow: 503"),
            _ => tally.wrong(format!("a slow client was answered {answer:?}")),
        }
    }
}

/// Asks for a long answer, takes a little of it, and waits: the app takes its place away.
pub fn lag(address: SocketAddr, target: &str, done: &AtomicBool, tally: &Tally) {
    while !done.load(Ordering::Relaxed) {
        let Ok(mut stream) = TcpStream::connect(address) else { continue };
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let _ = stream.write_all(format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
        let mut start = [0; 12];
        match stream.read_exact(&mut start).map(|()| start) {
            Ok(start) if start == *b"HTTP/1.1 200" => tally.count("lagging: 200"),
            Ok(start) if start == *b"HTTP/1.1 503" => tally.count("lagging: 503"),
            Ok(start) => tally.wrong(format!("a lagging client: {:?}", String::from_utf8_lossy(&start))),
            Err(e) => tally.wrong(format!("a lagging client: {e}")),
        }
        pause(done, Duration::from_secs(3));
    }
}

/// Leaves in the middle of a head, of a body, and of the answer.
pub fn leave(address: SocketAddr, request: &[u8], done: &AtomicBool, tally: &Tally) {
    for cut in [10, HEAD.len() / 2, HEAD.len() + 5, request.len(), request.len()].into_iter().cycle() {
        if done.load(Ordering::Relaxed) {
            return;
        }
        if let Ok(mut stream) = TcpStream::connect(address) {
            stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
            let sent = stream.write_all(&request[..cut.min(request.len())]);
            if cut == request.len() && sent.is_ok() {
                let _ = stream.read(&mut [0; 7]);
            }
            tally.count("left");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Comes with hundreds of connections at once. Some say nothing, some ask: those are answered, or
/// told that there is no place.
pub fn flood(address: SocketAddr, done: &AtomicBool, tally: &Tally) {
    while !done.load(Ordering::Relaxed) {
        let mut crowd: Vec<Option<(Connection, Instant)>> = Vec::new();
        for _ in 0..FLOOD {
            let open = Connection::open(address).inspect_err(|e| tally.wrong(format!("in a flood: {e}")));
            crowd.push(open.ok().map(|connection| (connection, Instant::now())));
        }
        for (connection, opened) in crowd.iter_mut().step_by(3).flatten() {
            match connection.ask(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n") {
                Outcome::Answered(answer) if answer.status == 200 => tally.count("flood: 200"),
                Outcome::Answered(answer) if answer.is_honest_refusal() => tally.count("flood: 503"),
                // On a machine that stands still for a moment its turn comes later than a head is waited for.
                Outcome::Closed(_) if opened.elapsed() >= HEADER_TIME => tally.count("flood: closed for its silence"),
                other => tally.wrong(format!("in a flood: {other:?} after {:?}", opened.elapsed())),
            }
        }
        drop(crowd);
        pause(done, Duration::from_millis(1500));
    }
}

/// Waits, unless all is done.
pub fn pause(done: &AtomicBool, time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time && !done.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(20));
    }
}
