//! The logistic function and its kin for several classes, written so that the compiler works on
//! several rows at once: no call, no branch, no table.

/// log₂ e.
const LOG2_E: f64 = std::f64::consts::LOG2_E;
/// ln 2 in two parts: the first has so few bits that its product with any exponent is exact.
const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_8e-10];
/// Beside this a fraction has no bits left, and the lowest bits are the whole number.
const SHIFT: f64 = 6_755_399_441_055_744.0;
/// Below this the exponential is less than any number of full precision.
const LEAST: f64 = -708.0;

/// eˣ for x ≤ 0, to within two units in the last place; about 3 · 10⁻³⁰⁸ for all below −708.
#[inline(always)]
pub fn exp_below_zero(x: f64) -> f64 {
    // In this form, unlike `max`, NaN stays NaN.
    let x = if x < LEAST { LEAST } else { x };
    // eˣ = 2ⁿ · eʳ with |r| ≤ ln(2) / 2.
    let shifted = x * LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    let r = (x - n * LN_2[0]) - n * LN_2[1];
    // The Taylor series up to r¹³ / 13!, in halves that do not wait for each other.
    let (square, mut even, mut odd) = (r * r, 1.0 / 479_001_600.0, 1.0 / 6_227_020_800.0);
    for (of_even, of_odd) in [
        (1.0 / 3_628_800.0, 1.0 / 39_916_800.0),
        (1.0 / 40_320.0, 1.0 / 362_880.0),
        (1.0 / 720.0, 1.0 / 5_040.0),
        (1.0 / 24.0, 1.0 / 120.0),
        (0.5, 1.0 / 6.0),
    ] {
        even = even * square + of_even;
        odd = odd * square + of_odd;
    }
    let series = 1.0 + (r + square * (even + r * odd));
    // 2ⁿ is its exponent, which stands above the 52 bits of the fraction.
    series * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// 1 / (1 + e⁻ᶻ) without overflow; never 0, and NaN for NaN.
#[inline(always)]
pub fn sigmoid(z: f64) -> f64 {
    let small = exp_below_zero(-z.abs());
    let above = if z >= 0.0 { 1.0 } else { small };
    above / (1.0 + small)
}

/// The probabilities of both classes where the log-odds of the second are `z`.
#[inline(always)]
pub fn both(z: f64) -> [f64; 2] {
    let p = sigmoid(z);
    [1.0 - p, p]
}

/// 1 / (1 + e^|z|), the share of the less likely of two classes, to six digits or more: four at a
/// time where [`sigmoid`] is worked out two at a time.
#[inline(always)]
pub fn lesser_share(z: f32) -> f32 {
    const SHIFT: f32 = 12_582_912.0;
    // As in `exp_below_zero`. Below the least number of full precision the share is about 10⁻³⁸.
    let x = -z.abs();
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    // ln 2 in two parts again.
    let r = (x - n * (355.0 / 512.0)) + n * 2.121_944_4e-4;
    let series = [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    let series = series.into_iter().fold(1.0 / 5_040.0, |sum, coefficient| sum * r + coefficient);
    let small = series * f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    small / (1.0 + small)
}

/// Shares in the ratio of the exponentials of finite scores.
pub fn softmax(scores: &[f64], out: &mut [f64]) {
    let greatest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    out.iter_mut().zip(scores).for_each(|(p, score)| *p = (score - greatest).exp());
    let sum: f64 = out.iter().sum();
    out.iter_mut().for_each(|p| *p /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn the_exponential_is_that_of_the_library() {
        let mut random = Random::new(1);
        let mut values: Vec<f64> = (0..200_000).map(|_| -708.0 * random.unit().powi(3)).collect();
        values.extend([0.0, -0.0, -1e-300, -0.5, -1.0, -707.9, -708.0]);
        for x in values {
            let (ours, exact) = (exp_below_zero(x), x.exp());
            assert!((ours - exact).abs() <= 2.0 * f64::EPSILON * exact, "{x}: {ours} {exact}");
        }
        assert_eq!(exp_below_zero(0.0), 1.0);
        assert!([-709.0, -1e300, f64::NEG_INFINITY].iter().all(|x| (0.0..1e-307).contains(&exp_below_zero(*x))));
        assert!(exp_below_zero(f64::NAN).is_nan());
    }

    #[test]
    fn the_sigmoid_has_its_known_values_and_is_symmetric() {
        // Values by mpmath, 30 digits.
        for (z, p) in [
            (0.0, 0.5),
            (1.0, 0.731_058_578_630_004_9),
            (-2.5, 0.075_858_180_021_243_55),
            (-40.0, 4.248_354_255_291_589e-18),
        ] {
            assert!((sigmoid(z) / p - 1.0).abs() < 4e-16, "{z} {}", sigmoid(z));
            assert!((sigmoid(z) + sigmoid(-z) - 1.0).abs() < 3e-16);
        }
        assert_eq!((sigmoid(f64::INFINITY), sigmoid(1e300)), (1.0, 1.0));
        assert!(sigmoid(f64::NEG_INFINITY) > 0.0 && sigmoid(-1e300) < 1e-300 && sigmoid(f64::NAN).is_nan());
    }

    #[test]
    fn the_lesser_share_is_that_of_the_sigmoid() {
        for i in -8_000..8_000_i16 {
            let z = f32::from(i) * 0.01;
            let exact = sigmoid(-f64::from(z.abs()));
            assert!((f64::from(lesser_share(z)) / exact - 1.0).abs() < 1e-6, "{z}");
        }
        assert_eq!(lesser_share(0.0), 0.5);
        assert!((0.0..1e-37).contains(&lesser_share(f32::INFINITY)) && lesser_share(f32::NAN).is_nan());
    }

    #[test]
    fn the_softmax_of_two_is_the_sigmoid() {
        let mut out = [0.0; 2];
        softmax(&[0.3, 1.8], &mut out);
        assert!((out[1] - sigmoid(1.5)).abs() < 1e-15 && (out[0] + out[1] - 1.0).abs() < 1e-15);
        softmax(&[-1e300, 1e300], &mut out);
        assert_eq!(out, [0.0, 1.0]);
    }
}
