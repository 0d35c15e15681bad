//! The memory of one large matrix that is needed no more, kept for the next one.
//!
//! Memory that comes fresh from the system is mapped and cleared page by page when it is first
//! written to: for the probabilities of a million rows that took half as long as finding them.
//! Predictions of as many rows follow each other, as where the importance of each column is told.

use std::sync::{Mutex, PoisonError};

/// Numbers from which memory comes fresh from the system.
const LEAST: usize = (1 << 20) / size_of::<f64>();
/// Numbers up to which their memory is kept: what nobody asks for again should not be much.
const MOST: usize = (32 << 20) / size_of::<f64>();

static SPARE: Mutex<Vec<f64>> = Mutex::new(Vec::new());

/// So many numbers, of which nobody knows what they are; `None` where no memory is at hand that is
/// just large enough.
pub fn take(count: usize) -> Option<Vec<f64>> {
    if count < LEAST {
        return None;
    }
    let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
    let fits = (count..=2 * count).contains(&spare.len());
    let mut taken = if fits { std::mem::take(&mut *spare) } else { return None };
    taken.truncate(count);
    Some(taken)
}

/// Keeps the memory of these numbers in place of what was kept before.
pub fn keep(numbers: Vec<f64>) {
    if (LEAST..=MOST).contains(&numbers.len()) {
        let before = std::mem::replace(&mut *SPARE.lock().unwrap_or_else(PoisonError::into_inner), numbers);
        // Given back to the system after the lock.
        drop(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_handed_on_where_it_fits() {
        // Other tests keep and take memory meanwhile: only what holds in any case is asked for.
        assert!(take(LEAST - 1).is_none());
        keep(vec![7.0; LEAST + 5]);
        let taken = take(LEAST + 1);
        assert!(taken.is_none_or(|numbers| numbers.len() == LEAST + 1));
        keep(vec![7.0; 3]);
        keep(vec![7.0; MOST + 1]);
        assert!(take(MOST + 1).is_none(), "too large to be kept");
    }
}
