//! Work spread over threads with results in order, so that the number of threads
//! never shows in a result.

use rayon_core::{ThreadPool, ThreadPoolBuilder};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{LazyLock, Mutex, PoisonError};

/// Items of a stream that wait for each thread, so that none is idle where another is held up.
const AHEAD: usize = 4;

/// Calls `work` for each of `0..tasks` on up to `threads` threads; the results come in
/// the order of the tasks. The tasks must not depend on each other.
pub fn map<T: Send>(tasks: usize, threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    spread(0..tasks, threads, work)
}

/// Calls `work` for each piece of `size` items (at least 1; the last piece may be shorter), to
/// be changed in place, with the number of the piece; the results come in the order of the
/// pieces.
pub fn map_pieces<I: Send, T: Send>(
    items: &mut [I],
    size: usize,
    threads: usize,
    work: impl Fn(usize, &mut [I]) -> T + Sync,
) -> Vec<T> {
    spread(items.chunks_mut(size).enumerate(), threads, |(piece, items)| work(piece, items))
}

fn spread<I, T: Send>(
    tasks: impl ExactSizeIterator<Item = I> + Send,
    threads: usize,
    work: impl Fn(I) -> T + Sync,
) -> Vec<T> {
    let threads = threads.clamp(1, tasks.len().max(1));
    if threads == 1 {
        return tasks.map(work).collect();
    }
    let (tasks, results) = (Mutex::new(tasks.enumerate()), Mutex::new(Vec::new()));
    let next = || tasks.lock().unwrap_or_else(PoisonError::into_inner).next();
    together(threads, || {
        let mut done = Vec::new();
        while let Some((place, task)) = next() {
            done.push((place, work(task)));
        }
        results.lock().unwrap_or_else(PoisonError::into_inner).extend(done);
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_unstable_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Calls `labour` on the caller's thread, and on up to `threads` − 1 others that are idle; when it
/// returns, all of them have ended. What no other thread has begun, the caller must be able to do.
pub fn together(threads: usize, labour: impl Fn() + Sync) {
    let others = if threads > 1 { Others::reserve(threads - 1) } else { None };
    match others {
        None => labour(),
        Some(Others { pool, count }) => pool.in_place_scope(|scope| {
            for _ in 0..count {
                scope.spawn(|_| {
                    let _free = Free;
                    labour();
                });
            }
            labour();
        }),
    }
}

/// Threads that stay, since starting one takes as long as some of the work does.
static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let pool = ThreadPoolBuilder::new().num_threads(available().max(2) - 1);
    let pool = pool.thread_name(|_| "work".to_string()).build().ok()?;
    IDLE.store(pool.current_num_threads(), Ordering::Release);
    Some(pool)
});

/// How many of them have nothing to do: nobody waits for one that is busy with other work.
static IDLE: AtomicUsize = AtomicUsize::new(0);

/// Idle threads that are kept for the caller.
struct Others {
    pool: &'static ThreadPool,
    count: usize,
}

impl Others {
    fn reserve(most: usize) -> Option<Others> {
        let pool = POOL.as_ref()?;
        let take = |idle: usize| (idle > 0).then(|| idle.saturating_sub(most));
        let idle = IDLE.fetch_update(Ordering::AcqRel, Ordering::Acquire, take).ok()?;
        Some(Others { pool, count: idle.min(most) })
    }
}

/// A thread that is idle again when this is dropped.
struct Free;

impl Drop for Free {
    fn drop(&mut self) {
        IDLE.fetch_add(1, Ordering::AcqRel);
    }
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
    next: impl FnMut() -> Option<T> + Send,
    work: impl Fn(T) -> U + Sync,
    take: impl FnMut(U) -> Result<(), E>,
) -> Result<(), E> {
    in_order_by_weight(threads, |_| 1, next, work, take)
}

/// The same for items of which some are larger than others: one that weighs as much as several
/// takes the places of several, so that few are held where they are large.
///
/// # Errors
/// As [`in_order`].
pub fn in_order_by_weight<T: Send, U: Send, E>(
    threads: usize,
    weigh: impl Fn(&T) -> usize + Send,
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
    let (offer, items) = sync_channel::<(T, SyncSender<U>)>(AHEAD * threads);
    let most = 3 * AHEAD * threads;
    let (queue, line) = sync_channel::<Option<Receiver<U>>>(most);
    let items = Mutex::new(items);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for item in [first, second].into_iter().chain(std::iter::from_fn(next)) {
                let (result, place) = sync_channel(1);
                // Empty places stand before it; those of the heaviest fill the line.
                let mut places = (1..weigh(&item).min(most)).map(|_| None).chain([Some(place)]);
                // Where nobody takes results any more, nobody needs more of them.
                if places.any(|place| queue.send(place).is_err()) || offer.send((item, result)).is_err() {
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
        line.into_iter().flatten().map_while(|place| place.recv().ok()).try_for_each(take)
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
    fn few_items_are_held_where_they_are_heavy() {
        for (weight, most_held) in [(1, 51), (2, 27), (100, 5)] {
            let (held, peak) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let mut left = 0..200;
            let next = || {
                let item = left.next()?;
                peak.fetch_max(held.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                Some(item)
            };
            let mut taken = Vec::new();
            let take = |item: usize| {
                std::thread::sleep(std::time::Duration::from_micros(200));
                held.fetch_sub(1, Ordering::SeqCst);
                taken.push(item);
                Ok::<(), ()>(())
            };
            in_order_by_weight(4, |_| weight, next, |item| item, take).unwrap();
            assert_eq!(taken, (0..200).collect::<Vec<_>>());
            assert!(peak.load(Ordering::SeqCst) <= most_held, "{weight}: {peak:?}");
        }
    }

    #[test]
    fn results_come_in_order_for_any_number_of_threads() {
        let expected: Vec<usize> = (0..100).map(|i| i * i).collect();
        for threads in [1, 2, 3, 200] {
            assert_eq!(map(100, threads, |i| i * i), expected);
        }
        assert!(map(0, 4, |i| i).is_empty());
    }

    #[test]
    fn pieces_are_changed_in_place() {
        for threads in [1, 3] {
            let mut items: Vec<usize> = (0..10).collect();
            let sums = map_pieces(&mut items, 4, threads, |piece, items| {
                items.iter_mut().for_each(|item| *item += 100 * piece);
                items.iter().sum::<usize>()
            });
            assert_eq!((sums, items[3], items[4], items[9]), (vec![6, 422, 417], 3, 104, 209));
        }
        assert!(map_pieces(&mut [0; 0], 4, 2, |piece, _| piece).is_empty());
    }

    #[test]
    fn a_panic_of_any_thread_reaches_the_caller() {
        for threads in [1, 2, 4] {
            let outcome = std::panic::catch_unwind(|| map(50, threads, |i| assert!(i < 40)));
            assert!(outcome.is_err());
        }
        assert_eq!(map(3, 2, |i| map(4, 2, |j| i * j).len()), [4; 3], "and the threads go on, also within each other");
    }

    #[test]
    fn a_stream_comes_out_in_order_for_any_number_of_threads() {
        for (threads, items) in [(1, 500), (2, 0), (2, 1), (2, 2), (3, 500), (50, 500)] {
            let (mut given, mut taken) = (0..items, Vec::new());
            let work = |i: usize| (i, if i.is_multiple_of(7) { (0..10_000).fold(i, |a, b| a ^ b) } else { 0 });
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
