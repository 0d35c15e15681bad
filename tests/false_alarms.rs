//! The goals of drift: silent on equal data whatever the sizes, loud on a shift.

#[path = "../examples/false_alarms.rs"]
#[allow(dead_code, reason = "the example has a main function and more cases")]
mod false_alarms;

use false_alarms::{Case, Kind, flagged};
use incumbent::parallel;

const KINDS: [Kind; 5] = [Kind::Normal, Kind::Whole, Kind::Equal(8), Kind::Equal(30), Kind::Zipf(50)];

fn hold(repetitions: usize) {
    let threads = parallel::available();
    for (reference, current) in [(1_000, 1_000), (5_000, 50), (5_000, 100), (5_000, 1_000), (200, 200)] {
        for kind in KINDS {
            let [calibrated, ..] = flagged(Case { reference, current, kind, moved: 0.0 }, repetitions, threads);
            assert!(calibrated <= 0.05, "{reference}/{current} {kind:?}: {calibrated} of equal columns flagged");
        }
    }
    let shifted = Case { reference: 1_000, current: 1_000, kind: Kind::Normal, moved: 0.5 };
    let [calibrated, ..] = flagged(shifted, repetitions, threads);
    assert!(calibrated >= 0.95, "{calibrated} of shifted columns flagged");
}

#[test]
fn equal_data_is_silent_and_a_shift_is_loud() {
    hold(3);
}

#[test]
#[ignore = "takes a minute: cargo test --test false_alarms -- --ignored"]
fn equal_data_is_silent_and_a_shift_is_loud_often() {
    hold(100);
}

/// What the documents say of the peers' defaults is what these methods do.
#[test]
fn the_compatible_modes_are_as_noisy_as_their_packages() {
    let noisy = Case { reference: 5_000, current: 50, kind: Kind::Equal(30), moved: 0.0 };
    let [_, evidently, _] = flagged(noisy, 4, parallel::available());
    assert!(evidently > 0.9, "{evidently}");
}
