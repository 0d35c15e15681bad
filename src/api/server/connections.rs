//! Accepting connections, each with a place; where there are none left one that is idle makes
//! room, so that clients who only hold connections keep nobody out.
//!
//! First go those that have never been answered, the longest idle before others: a flood drives out
//! itself. They are told that there is no room, since a request of theirs may be on its way. A
//! connection that was answered goes when it has been quiet for a while: clients that keep one know
//! that it may end between two requests, but not that one of their requests comes to nothing.

use super::exchange::Exchange;
use crate::error::{Error, Result};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::HashMap;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio_io_timeout::TimeoutStream;

/// How long requests under way may take once the app is told to stop.
const FAREWELL: Duration = Duration::from_secs(10);
/// How often the farewell looks whether all have left.
const GLANCE: Duration = Duration::from_millis(10);
/// How long a connection that was answered keeps its place although it asks for nothing more.
const QUIET: Duration = Duration::from_secs(1);
/// The most bytes of request line and headers together.
const HEAD_BYTES: usize = 64 * 1024;
/// What a connection is told for which there is no place.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-type: application/problem+json\r\n\
    content-length: 97\r\nconnection: close\r\n\r\n\
    {\"type\":\"about:blank\",\"title\":\"too busy\",\"status\":503,\"detail\":\"no connection is to be had now\"}\n";

/// Whether a connection is at work, and since when it is not.
#[derive(Debug)]
pub struct Place {
    begun: Instant,
    /// Microseconds from the beginning; [`Place::BUSY`] while at work.
    idle_since: AtomicU64,
    /// Whether a request was ever answered.
    was_answered: AtomicBool,
    /// Whether it is to be told that it has to leave.
    is_told: AtomicBool,
    leave: Notify,
}

impl Place {
    const BUSY: u64 = u64::MAX;

    fn new(begun: Instant) -> Place {
        let place = Place {
            begun,
            idle_since: AtomicU64::new(0),
            was_answered: AtomicBool::new(false),
            is_told: AtomicBool::new(false),
            leave: Notify::new(),
        };
        place.idle();
        place
    }

    /// A request is under way.
    pub fn busy(&self) {
        self.idle_since.store(Place::BUSY, Ordering::Relaxed);
    }

    /// A request is not whole yet.
    pub fn idle(&self) {
        self.idle_since.store(self.now(), Ordering::Relaxed);
    }

    /// The answer is on its way.
    pub fn answered(&self) {
        self.was_answered.store(true, Ordering::Relaxed);
        self.idle();
    }

    fn now(&self) -> u64 {
        self.begun.elapsed().as_micros() as u64
    }

    fn is_busy(&self) -> bool {
        self.idle_since.load(Ordering::Relaxed) == Place::BUSY
    }

    fn was_answered(&self) -> bool {
        self.was_answered.load(Ordering::Relaxed)
    }

    /// Who leaves before others; `None` for one that may stay.
    fn rank(&self) -> Option<(bool, u64)> {
        let since = self.idle_since.load(Ordering::Relaxed);
        let is_quiet = || self.now().saturating_sub(since) >= QUIET.as_micros() as u64;
        let (is_busy, was_answered) = (since == Place::BUSY, self.was_answered());
        (!is_busy && (!was_answered || is_quiet())).then_some((was_answered, since))
    }
}

/// All connections.
#[derive(Debug)]
struct Places {
    begun: Instant,
    most: usize,
    next: AtomicU64,
    taken: Mutex<HashMap<u64, Arc<Place>>>,
}

impl Places {
    fn taken(&self) -> MutexGuard<'_, HashMap<u64, Arc<Place>>> {
        self.taken.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// A place for one more; `None` where nobody has to leave.
    fn take(self: &Arc<Places>) -> Option<Taken> {
        let mut taken = self.taken();
        if taken.len() >= self.most {
            Places::close_idle(&mut taken)?;
        }
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let place = Arc::new(Place::new(self.begun));
        taken.insert(id, Arc::clone(&place));
        Some(Taken { id, place, places: Arc::clone(self) })
    }

    /// Closes a connection, and takes its place from it.
    fn close_idle(taken: &mut HashMap<u64, Arc<Place>>) -> Option<()> {
        let ranks = taken.iter().filter_map(|(id, place)| Some((place.rank()?, *id)));
        let ((was_answered, _), id) = ranks.min()?;
        let place = taken.remove(&id)?;
        // Until it leaves a request of it may be answered, and the next one be on its way.
        place.is_told.store(!was_answered, Ordering::Relaxed);
        place.leave.notify_one();
        Some(())
    }
}

/// A place that is given back in the end.
struct Taken {
    id: u64,
    place: Arc<Place>,
    places: Arc<Places>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.places.taken().remove(&self.id);
    }
}

/// Accepts until `stop` is ready, then waits for what is under way.
///
/// # Errors
/// The socket cannot be used.
pub async fn accept(exchange: Exchange, listener: TcpListener, stop: impl Future<Output = ()>) -> Result<()> {
    let failed = |e: std::io::Error| Error::io("app", "use the listening socket", &e);
    listener.set_nonblocking(true).map_err(failed)?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
    let exchange = Arc::new(exchange);
    let most = exchange.limits().max_connections.min(descriptors());
    let places = Arc::new(Places { begun: Instant::now(), most, next: AtomicU64::new(0), taken: Mutex::default() });
    let (farewell, leaving) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // Out of descriptors, or a client that left at once: make room, and give others time to end.
            Places::close_idle(&mut places.taken());
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        match places.take() {
            Some(taken) => drop(tokio::spawn(serve(stream, taken, Arc::clone(&exchange), leaving.clone()))),
            None => refuse(&stream),
        }
    }
    drop(listener);
    let _ = farewell.send(true);
    let deadline = Instant::now() + FAREWELL;
    while !places.taken().is_empty() && Instant::now() < deadline {
        tokio::time::sleep(GLANCE).await;
    }
    Ok(())
}

/// Tells a connection before it is closed that there is no place. Whoever takes not even this at once
/// is only closed.
fn refuse(stream: &TcpStream) {
    // Not by way of the runtime, which does not know yet that a new socket can be written to.
    let _ = rustix::io::write(stream, FULL);
    // What was sent and never read would have the system take the refusal back.
    let _ = rustix::io::read(stream, &mut [0; 8192]);
}

/// How many connections the descriptors of this process are enough for, with some left for
/// files.
fn descriptors() -> usize {
    const FOR_FILES: u64 = 48;
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| limit.saturating_sub(FOR_FILES).max(8) as usize)
}

/// One connection to its end.
async fn serve(stream: TcpStream, taken: Taken, exchange: Arc<Exchange>, mut leaving: watch::Receiver<bool>) {
    // Without this, small answers wait for the client's acknowledgement.
    let _ = stream.set_nodelay(true);
    let limits = exchange.limits();
    let header = Duration::from_secs(limits.header_seconds);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(Duration::from_secs(limits.write_seconds)));
    let stream = Box::pin(stream);
    let place = Arc::clone(&taken.place);
    let service = service_fn(move |request| {
        let (exchange, place) = (Arc::clone(&exchange), Arc::clone(&place));
        async move { Ok::<_, std::convert::Infallible>(exchange.answer(request, place).await) }
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // A request that has come is seen before the connection is told to leave.
        biased;
        // However it ended: there is nobody to tell.
        _ = &mut connection => return,
        // Others need the place: a request that is not even whole is not waited for.
        () = taken.place.leave.notified() => {
            if !taken.place.is_busy() {
                if taken.place.is_told.load(Ordering::Relaxed) {
                    refuse(connection.into_parts().io.into_inner().as_ref().get_ref().get_ref());
                }
                return;
            }
        }
        _ = leaving.changed() => {}
    }
    Pin::new(&mut connection).graceful_shutdown();
    let _ = connection.await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(most: usize) -> Arc<Places> {
        Arc::new(Places { begun: Instant::now(), most, next: AtomicU64::new(0), taken: Mutex::default() })
    }

    #[test]
    fn the_longest_idle_makes_room_and_those_at_work_stay() {
        let places = places(2);
        let first = places.take().unwrap();
        std::thread::sleep(Duration::from_millis(2));
        let second = places.take().unwrap();
        first.place.busy();
        let third = places.take().expect("the second is idle and leaves");
        assert_eq!(places.taken().len(), 2);
        assert!(places.taken().contains_key(&first.id) && places.taken().contains_key(&third.id));
        third.place.busy();
        assert!(places.take().is_none(), "all are at work");
        third.place.answered();
        assert!(places.take().is_none(), "it was answered a moment ago");
        std::thread::sleep(QUIET);
        let fourth = places.take().expect("the third is quiet and leaves");
        fourth.place.busy();
        drop(second);
        drop(third);
        assert_eq!(places.taken().len(), 2, "its place was given to another already");
        drop(first);
        assert!(places.take().is_some());
    }

    #[test]
    fn the_refusal_is_whole() {
        let text = std::str::from_utf8(FULL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{}", body.len());
        serde_json::from_str::<serde_json::Value>(body).unwrap();
    }
}
