//! Fisher's exact test of two shares.

/// Tables whose probability is above that of the one found by less than rounding count as
/// equally likely.
const ROUNDING: f64 = 1e-7;

/// The two-sided p-value for `a` hits among `n` rows against `b` among `m`: the probability,
/// where the a + b hits are dealt at random, of a table at most as likely as this one; 1 where
/// a side has no row. More hits than rows count as all rows.
///
/// The probabilities are taken relative to the likeliest table, so that no factorial is
/// needed and nothing overflows; it takes some hundred times the standard deviation in steps.
pub fn exact(a: u64, n: u64, b: u64, m: u64) -> f64 {
    let (a, b) = (a.min(n), b.min(m));
    let hits = a + b;
    let (least, most) = (hits.saturating_sub(m), hits.min(n));
    if n == 0 || m == 0 || least == most {
        return 1.0;
    }
    let (hits, n, m) = (hits as f64, n as f64, m as f64);
    // P(x+1)/P(x) for x hits on the first side.
    let rise = |x: f64| (hits - x) * (n - x) / ((x + 1.0) * (m - hits + x + 1.0));
    let mode = (((hits + 1.0) * (n + 1.0) / (n + m + 2.0)).floor() as u64).clamp(least, most);
    let up = {
        let (mut term, mut x) = (1.0, mode);
        std::iter::from_fn(move || {
            if x >= most || term == 0.0 {
                return None;
            }
            term *= rise(x as f64);
            x += 1;
            Some((x, term))
        })
    };
    let down = {
        let (mut term, mut x) = (1.0, mode);
        std::iter::from_fn(move || {
            if x <= least || term == 0.0 {
                return None;
            }
            x -= 1;
            term /= rise(x as f64);
            Some((x, term))
        })
    };
    let found = if a == mode {
        1.0
    } else if a > mode {
        up.clone().find(|(x, _)| *x == a).map_or(0.0, |(_, term)| term)
    } else {
        down.clone().find(|(x, _)| *x == a).map_or(0.0, |(_, term)| term)
    };
    let (mut all, mut tail) = (0.0, 0.0);
    for (_, term) in up.chain(down).chain([(mode, 1.0)]) {
        all += term;
        if term <= found * (1.0 + ROUNDING) {
            tail += term;
        }
    }
    (tail / all).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_are_scipys() {
        // scipy 1.17.1, stats.fisher_exact.
        for ((a, n, b, m), expected) in [
            ((3, 4, 1, 4), 0.48571428571428565),
            ((0, 5000, 3, 50), 9.136739161004754e-07),
            ((10, 1000, 30, 1000), 0.0020083335618300093),
            ((100, 5000, 5, 50), 0.003559671432616974),
            ((1, 10, 11, 14), 0.0027594561852200836),
            ((0, 10, 0, 5), 1.0),
        ] {
            let found = exact(a, n, b, m);
            assert!((found - expected).abs() <= 1e-11 * expected, "{a}/{n} {b}/{m}: {found:e}, not {expected:e}");
        }
        let large = exact(50_000, 1_000_000, 50_500, 1_000_000);
        assert!((large / 0.10627779303140698 - 1.0).abs() < 1e-6, "{large}");
    }

    #[test]
    fn sides_may_be_exchanged_and_nothing_is_nothing() {
        for (a, n, b, m) in [(3, 40, 9, 50), (0, 7, 5, 9), (17, 20, 100, 300)] {
            let (one, other) = (exact(a, n, b, m), exact(b, m, a, n));
            assert!((one / other - 1.0).abs() < 1e-12, "{one} {other}");
        }
        assert_eq!((exact(0, 0, 3, 5), exact(5, 5, 7, 7), exact(9, 3, 1, 0)), (1.0, 1.0, 1.0));
        assert!(exact(0, 1_000_000, 1_000_000, 1_000_000) < 1e-300);
    }
}
