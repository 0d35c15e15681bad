//! Work spread over threads with results in order, so that the number of threads
//! never shows in a result.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

/// Calls `work` for each of `0..tasks` on up to `threads` threads; the results come in
/// the order of the tasks. The tasks must not depend on each other.
pub fn map<T: Send>(tasks: usize, threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = threads.clamp(1, tasks.max(1));
    if threads == 1 {
        return (0..tasks).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(tasks));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let task = next.fetch_add(1, Ordering::Relaxed);
                    if task >= tasks {
                        break;
                    }
                    let result = work(task);
                    // A panic elsewhere ends the scope with that panic; the data is still whole.
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((task, result));
                }
            });
        }
    });
    let mut results = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_unstable_by_key(|(task, _)| *task);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Takes items from `next` one after the other, has up to `threads` threads `work` on them, and
/// hands the results to `take` in the order of the items. Only a few items are held at a time, so
/// that a stream of any length can go through. `next` runs beside them on a thread of its own, and
/// `take` on the caller's; a single item, or a single thread, starts no thread at all.
///
/// # Errors
/// The first of `take`; no more items are taken then.
pub fn in_order<T: Send, U: Send, E>(
    threads: usize,
    mut next: impl FnMut() -> Option<T> + Send,
    work: impl Fn(T) -> U + Sync,
    mut take: impl FnMut(U) -> Result<(), E>,
) -> Result<(), E> {
    let Some(first) = next() else { return Ok(()) };
    let second = match threads {
        ..=1 => None,
        _ => next(),
    };
    let Some(second) = second else {
        take(work(first))?;
        return std::iter::from_fn(next).try_for_each(|item| take(work(item)));
    };
    // An item goes to whichever thread is free; the place where its result will be goes into
    // the line that is taken from, which is as long as there may be items at a time.
    let (offer, items) = sync_channel::<(T, SyncSender<U>)>(threads);
    let (queue, line) = sync_channel::<Receiver<U>>(3 * threads);
    let items = Mutex::new(items);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for item in [first, second].into_iter().chain(std::iter::from_fn(next)) {
                let (result, place) = sync_channel(1);
                // Where nobody takes results any more, nobody needs more of them.
                if queue.send(place).is_err() || offer.send((item, result)).is_err() {
                    break;
                }
            }
        });
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let item = items.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((item, result)) = item else { break };
                    // Likewise.
                    let _ = result.send(work(item));
                }
            });
        }
        // A place without a result is that of a thread that panicked: the scope ends with it.
        line.into_iter().map_while(|place| place.recv().ok()).try_for_each(take)
    })
}

/// The number of threads to use where the config does not say.
pub fn available() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_for_any_number_of_threads() {
        let expected: Vec<usize> = (0..100).map(|i| i * i).collect();
        for threads in [1, 2, 3, 200] {
            assert_eq!(map(100, threads, |i| i * i), expected);
        }
        assert!(map(0, 4, |i| i).is_empty());
    }

    #[test]
    fn a_stream_comes_out_in_order_for_any_number_of_threads() {
        for (threads, items) in [(1, 500), (2, 0), (2, 1), (2, 2), (3, 500), (50, 500)] {
            let (mut given, mut taken) = (0..items, Vec::new());
            let work = |i: usize| (i, if i % 7 == 0 { (0..10_000).fold(i, |a, b| a ^ b) } else { 0 });
            let done: Result<(), ()> = in_order(
                threads,
                || given.next(),
                work,
                |(i, _)| {
                    taken.push(i);
                    Ok(())
                },
            );
            assert!(done.is_ok());
            assert_eq!(taken, (0..items).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_ends_a_stream_without_end() {
        for threads in [1, 2, 8] {
            let mut taken = 0;
            let outcome = in_order(
                threads,
                || Some(1),
                |i| i,
                |i| {
                    taken += i;
                    if taken < 100 { Ok(()) } else { Err("enough") }
                },
            );
            assert_eq!((outcome, taken), (Err("enough"), 100));
        }
    }
}
