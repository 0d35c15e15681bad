//! How often the distribution functions of two samples of one distribution lie so far apart
//! (Kolmogorov and Smirnov).

use super::gamma::ln_choose;
use std::f64::consts::PI;

/// Samples up to this size are counted exactly by [`two_sample`], as `ks_2samp` of scipy does.
pub const EXACT_UP_TO: u64 = 10_000;

/// The p-value of the largest difference `d` between the distribution functions of samples of
/// `n` and `m` rows, two-sided: exact where neither has more than [`EXACT_UP_TO`] rows, else
/// that of one sample of n·m/(n+m) rows. With ties it is an upper bound.
pub fn two_sample(d: f64, n: u64, m: u64) -> f64 {
    if n.max(m) <= EXACT_UP_TO { exact(d, n, m) } else { one_sample(d, (n as f64 * m as f64 / (n + m) as f64).round()) }
}

/// About how many steps [`exact`] takes.
pub fn steps(d: f64, n: u64, m: u64) -> f64 {
    let (n, m) = (n as f64, m as f64);
    n.max(m) * (1.0 + n.min(m) * (2.0 * d).min(1.0))
}

/// The exact p-value where there are no ties: the share of the lattice paths from (0, 0) to
/// (n, m) that somewhere reach the difference `d` (Hodges, 1957). 1 where a side is empty.
///
/// The share of paths to each point that have been so far out is a mean of those to its two
/// predecessors: only positive terms, so that a p-value of 1e-18 keeps its digits.
pub fn exact(d: f64, n: u64, m: u64) -> f64 {
    let (long, short) = (n.max(m), n.min(m));
    if short == 0 {
        return 1.0;
    }
    let (a, b) = (long / gcd(long, short), short / gcd(long, short));
    // |i/long − j/short| ≥ d as whole numbers: |i·b − j·a| ≥ h.
    let h = (d * (a as f64) * short as f64).round() as i128;
    if h <= 0 {
        return 1.0;
    }
    let (a, b) = (i128::from(a), i128::from(b));
    let short = short as usize;
    // Of column i, the points lowest..beyond are within; outside them the share is 1.
    let mut share = vec![1.0_f64; short + 1];
    let within = |i: i128| {
        let lowest = ((i * b - h).div_euclid(a) + 1).max(0);
        let highest = (i * b + h - 1).div_euclid(a).min(short as i128);
        (lowest as usize, highest as usize)
    };
    let (_, highest) = within(0);
    share[..=highest].fill(0.0);
    for i in 1..=i128::from(long) {
        let (lowest, highest) = within(i);
        if lowest > highest {
            return 1.0;
        }
        // What lies below has been left for good.
        let mut before = if lowest == 0 { 0.0 } else { 1.0 };
        if lowest > 0 {
            share[lowest - 1] = 1.0;
        }
        let step = i as f64;
        for (j, here) in share.iter_mut().enumerate().take(highest + 1).skip(lowest) {
            let row = j as f64;
            before = (*here * step + before * row) / (step + row);
            *here = before;
        }
    }
    share[short].min(1.0)
}

/// The p-value of the largest difference `d` between the distribution function of a sample of
/// `n` rows and the true one.
///
/// Far out it is twice the one-sided tail, which is a sum of positive terms (Birnbaum and
/// Tingey, 1951), elsewhere one minus the expansion of Pelz and Good (1976).
pub fn one_sample(d: f64, n: f64) -> f64 {
    if d <= 0.0 || n < 1.0 {
        1.0
    } else if d >= 1.0 {
        0.0
    } else if n * d * d >= 370.0 {
        // exp(−2nd²) is no longer a number.
        0.0
    } else if d >= 0.5 || n * d * d >= 2.2 && n <= 100_000.0 {
        (2.0 * one_sided(d, n)).min(1.0)
    } else if n * d * d >= 2.2 {
        // Smirnov's limit with its first correction (1944): exp(−(6nd + 1)²/(18n)).
        (2.0 * (-(6.0 * n * d + 1.0).powi(2) / (18.0 * n)).exp()).min(1.0)
    } else {
        (1.0 - pelz_good(d, n)).clamp(0.0, 1.0)
    }
}

/// d Σ C(n, j) (d + j/n)^(j−1) (1 − d − j/n)^(n−j) over j ≤ n(1 − d).
fn one_sided(d: f64, n: f64) -> f64 {
    let most = (n * (1.0 - d)).floor() as u64;
    let mut sum = 0.0;
    for j in 0..=most {
        let j = j as f64;
        let (up, down) = (d + j / n, 1.0 - d - j / n);
        if down > 0.0 {
            sum += (ln_choose(n, j) + (j - 1.0) * up.ln() + (n - j) * down.ln()).exp();
        } else if j == n {
            sum += up.powf(j - 1.0);
        }
    }
    d * sum
}

/// P(D ≤ d) to the order n^(−3/2).
fn pelz_good(d: f64, n: f64) -> f64 {
    let z = n.sqrt() * d;
    let (z2, pi2) = (z * z, PI * PI);
    let (z4, z6, z8) = (z2 * z2, z2 * z2 * z2, z2 * z2 * z2 * z2);
    let (pi4, pi6) = (pi2 * pi2, pi2 * pi2 * pi2);
    let mut k = [0.0_f64; 4];
    for i in 0..(20.0 * z / PI).ceil() as u32 + 2 {
        let odd = f64::from(2 * i + 1) / 2.0;
        let s = odd * odd;
        let weight = (-pi2 * s / (2.0 * z2)).exp();
        k[0] += weight;
        k[1] += weight * (pi2 * s - z2);
        k[2] += weight * (6.0 * z6 + 2.0 * z4 + pi2 * (2.0 * z4 - 5.0 * z2) * s + pi4 * (1.0 - 2.0 * z2) * s * s);
        k[3] += weight
            * (pi6 * s * s * s * (5.0 - 30.0 * z2)
                + pi4 * s * s * (-60.0 * z2 + 212.0 * z4)
                + pi2 * s * (135.0 * z4 - 96.0 * z6)
                - 30.0 * z6
                - 90.0 * z8);
    }
    let (mut second, mut third) = (0.0, 0.0);
    for i in 1..(20.0 * z / PI).ceil() as u32 + 2 {
        let s = f64::from(i) * f64::from(i);
        let weight = (-pi2 * s / (2.0 * z2)).exp();
        second += weight * pi2 * s;
        third += weight * (3.0 * pi2 * s * z2 - pi4 * s * s);
    }
    let root = (2.0 * PI).sqrt();
    // The sums run over all odd numbers, of either sign, hence twice the half computed.
    let k0 = root / z * k[0];
    let k1 = root / (6.0 * z4) * k[1];
    let k2 = root / (72.0 * z6 * z) * k[2] - root / (36.0 * z2 * z) * second;
    let k3 = root / (6480.0 * z8 * z2) * k[3] + root / (216.0 * z6) * third;
    k0 + k1 / n.sqrt() + k2 / n + k3 / (n * n.sqrt())
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
        assert!((found - expected).abs() <= tolerance * expected, "{what}: {found:e} is not {expected:e}");
    }

    #[test]
    fn exact_p_values_are_scipys() {
        // scipy 1.17.1, what ks_2samp(method="exact") counts.
        for (n, m, d, expected) in [
            (20, 30, 0.35, 0.08926848744392459),
            (50, 50, 0.2, 0.2719135601522248),
            (1000, 50, 0.15, 0.21402977425846842),
            (1000, 1000, 0.05, 0.16411447756429137),
            (1000, 700, 0.08, 0.009662797848588138),
            (7, 5, 0.6, 0.16666666666666663),
            (5000, 3000, 0.104, 4.251210504474716e-18),
        ] {
            close(exact(d, n, m), expected, 1e-9, &format!("{n} {m} {d}"));
            close(exact(d, m, n), expected, 1e-9, &format!("{m} {n} {d}"));
        }
        assert_eq!((exact(0.0, 5, 6), exact(0.5, 0, 6)), (1.0, 1.0));
        // Only two of all 252 paths of 5 and 5 lie apart from end to end.
        close(exact(1.0, 5, 5), 2.0 / 252.0, 1e-12, "apart");
    }

    #[test]
    fn small_cases_are_counted_by_hand() {
        // Of the C(4,2) = 6 orders of two and two, all reach ½ and two reach 1.
        close(exact(0.5, 2, 2), 1.0, 1e-15, "half");
        close(exact(1.0, 2, 2), 1.0 / 3.0, 1e-15, "one");
        close(exact(1.0, 1, 3), 0.5, 1e-15, "1 and 3");
    }

    #[test]
    fn large_samples_are_scipys() {
        // scipy 1.17.1, stats.kstwo.sf.
        for (n, d, expected) in [
            (200.0, 0.05, 0.6802625495871704),
            (200.0, 0.1, 0.03411035080315383),
            (500.0, 0.03, 0.7473166700457021),
            (500.0, 0.08, 0.0031305058199356268),
            (1000.0, 0.02, 0.8108971656895577),
            (1000.0, 0.06, 0.001428597887952891),
            (297.0, 0.07, 0.10379870518941203),
            (10000.0, 0.01, 0.2682191277029192),
            (10000.0, 0.02, 0.0006616848639387309),
            (500000.0, 0.002, 0.036582179671620585),
            (500000.0, 0.001, 0.6989801443663661),
            (50.0, 0.2, 0.03143877776953241),
            (50.0, 0.1, 0.6623112704658186),
            (20.0, 0.3, 0.04306706665851623),
        ] {
            // scipy leaves the expansion for another method below 140 rows.
            let tolerance = if n > 140.0 { 1e-8 } else { 1e-3 };
            close(one_sample(d, n), expected, tolerance, &format!("{n} {d}"));
        }
        close(two_sample(0.07, 300, 20_000), 0.10379, 0.05, "one long sample");
        assert_eq!((one_sample(0.0, 9.0), one_sample(1.0, 9.0), one_sample(0.9, 1e6)), (1.0, 0.0, 0.0));
    }
}
