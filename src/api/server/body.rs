//! Bodies: those of requests within limits of size, time and memory, those of answers part by
//! part.

use super::connections::Place;
use crate::api::Failure;
use crate::api::message::{Body as Made, Parts};
use crate::error::Error;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

/// Bytes of a body that are held without an account of them: what all connections may hold so
/// is bounded by their number.
const FREE: usize = 64 * 1024;
/// The unit of the account of memory.
const UNIT: usize = 64 * 1024;

/// The memory that the bodies of all requests may take together.
#[derive(Debug, Clone)]
pub struct Memory(Arc<Semaphore>);

impl Memory {
    /// So many bytes.
    pub fn new(bytes: usize) -> Memory {
        Memory(Arc::new(Semaphore::new((bytes / UNIT).clamp(1, Semaphore::MAX_PERMITS))))
    }
}

/// A share of the memory, given back in the end.
pub type Share = Option<OwnedSemaphorePermit>;

/// Reads a body to its end.
///
/// # Errors
/// 413 where it is too large, 408 where it takes too long, 503 where too much is held for
/// others, 400 where it breaks off.
pub async fn read(mut body: Incoming, most: usize, time: Duration, memory: &Memory) -> Result<(Bytes, Share), Failure> {
    let announced = body.size_hint().lower();
    if announced > most as u64 {
        return Err(too_large(most));
    }
    let deadline = tokio::time::Instant::now() + time;
    let (mut first, mut all, mut share) = (Bytes::new(), Vec::new(), None);
    loop {
        let next = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx));
        let frame = match tokio::time::timeout_at(deadline, next).await {
            Err(_) => {
                let detail = format!("the body did not come within {} s", time.as_secs());
                return Err(Failure::new(408, "too slow", detail).header("connection", "close"));
            }
            Ok(None) => break,
            Ok(Some(Err(_))) => return Err(Failure::syntax("it broke off").header("connection", "close")),
            Ok(Some(Ok(frame))) => frame,
        };
        // Trailers say nothing that is needed here.
        let Ok(data) = frame.into_data() else { continue };
        if first.is_empty() && all.is_empty() {
            first = data;
        } else {
            if all.is_empty() {
                all.extend_from_slice(&std::mem::take(&mut first));
            }
            all.extend_from_slice(&data);
        }
        let held = first.len() + all.len();
        if held > most {
            return Err(too_large(most));
        }
        grow(&mut share, held, memory)?;
    }
    Ok((if all.is_empty() { first } else { all.into() }, share))
}

/// Enlarges the share so that it covers so many bytes.
fn grow(share: &mut Share, bytes: usize, memory: &Memory) -> Result<(), Failure> {
    let needed = bytes.saturating_sub(FREE).div_ceil(UNIT);
    let has = share.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
    let more = u32::try_from(needed.saturating_sub(has)).unwrap_or(u32::MAX);
    if more == 0 {
        return Ok(());
    }
    let got = Arc::clone(&memory.0)
        .try_acquire_many_owned(more)
        .map_err(|_| Failure::overloaded("too many large requests at once").header("connection", "close"))?;
    match share {
        Some(share) => share.merge(got),
        None => *share = Some(got),
    }
    Ok(())
}

fn too_large(most: usize) -> Failure {
    let detail = format!("the body is larger than {most} bytes; send fewer rows at once");
    Failure::new(413, "too large", detail).header("connection", "close")
}

/// What is held until an answer is sent: the share of memory, the place among long answers.
#[derive(Debug, Default)]
pub struct Held {
    /// Of the request's body.
    pub memory: Share,
    /// Among the long answers.
    pub sending: Option<OwnedSemaphorePermit>,
}

/// The body of an answer on its way.
pub struct Answer {
    left: Left,
    place: Arc<Place>,
    _held: Held,
}

enum Left {
    Whole(Bytes),
    /// Parts to come; each is made on a thread that may block, and only when the client has
    /// taken those before it, so that slow clients hold no thread.
    Parts(Parts),
    Making(JoinHandle<(Parts, Option<crate::error::Result<Vec<u8>>>)>),
}

impl Answer {
    /// Of what an endpoint made.
    pub fn new(made: Made, place: Arc<Place>, held: Held) -> Answer {
        let left = match made {
            Made::Whole(bytes) => Left::Whole(bytes.into()),
            Made::Parts(parts) => Left::Parts(parts),
        };
        Answer { left, place, _held: held }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.place.answered();
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        loop {
            match &mut self.left {
                Left::Whole(bytes) if bytes.is_empty() => return Poll::Ready(None),
                Left::Whole(bytes) => return Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
                Left::Making(making) => {
                    let Ok((parts, part)) = ready!(Pin::new(making).poll(cx)) else {
                        self.left = Left::Whole(Bytes::new());
                        return Poll::Ready(Some(Err(Error::internal("a part of the answer was not made"))));
                    };
                    self.left = match &part {
                        Some(Ok(_)) => Left::Parts(parts),
                        Some(Err(_)) | None => Left::Whole(Bytes::new()),
                    };
                    return Poll::Ready(part.map(|part| part.map(|part| Frame::data(part.into()))));
                }
                Left::Parts(_) => {
                    let Left::Parts(mut parts) = std::mem::replace(&mut self.left, Left::Whole(Bytes::new())) else {
                        continue;
                    };
                    self.left = Left::Making(tokio::task::spawn_blocking(move || {
                        let part = parts.next();
                        (parts, part)
                    }));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.left, Left::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match &self.left {
            Left::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Left::Parts(_) | Left::Making(_) => SizeHint::default(),
        }
    }
}
