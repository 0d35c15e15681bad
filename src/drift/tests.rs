//! Distances and tests against the packages that they follow, and the laws that hold for all data.

use super::bins::{doane, sturges};
use super::joint::Pair;
use super::numbers::NumberSketch;
use super::points::Points;
use super::sketch::Values;
use super::texts::TextSketch;
use super::{Sketcher, TableSketch, compare, distances, evidently, homogeneity, nannyml};
use crate::config::{Adjustment, Drift, DriftMode};
use crate::random::Random;
use crate::table::{Builder, Cell, ColumnSchema, Role, Schema, Table, Type};
use std::path::PathBuf;

fn settings(mode: DriftMode) -> Drift {
    Drift { mode, level: 0.05, adjustment: Adjustment::BenjaminiHochberg, effect: 0.1, share: 0.5 }
}

/// A table of one number column and one category column; `None` is a missing cell.
fn table(rows: &[(Option<f64>, Option<String>)]) -> Table {
    let column = |name: &str, kind| ColumnSchema { name: name.into(), kind, role: Role::Feature };
    let mut builder = Builder::new(Schema { columns: vec![column("n", Type::Number), column("c", Type::Category)] });
    for (number, text) in rows {
        builder.push(0, number.map_or(Cell::Missing, Cell::Number));
        builder.push(1, text.as_deref().map_or(Cell::Missing, Cell::Text));
        builder.end_row();
    }
    builder.finish()
}

/// The column of a file of the reference data, which is no part of the repository.
#[allow(clippy::disallowed_methods, reason = "tests read files themselves")]
fn column(name: &str) -> Option<Vec<f64>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    let folders = std::env::var_os("INCUMBENT_SHARED_DATA").into_iter().chain([beside.into()]);
    let mut paths = folders.map(|folder| PathBuf::from(folder).join("oracle").join(name));
    let text = paths.find_map(|path| std::fs::read_to_string(path).ok());
    if text.is_none() {
        eprintln!("skipped: no reference data; set INCUMBENT_SHARED_DATA to its folder");
    }
    Some(text?.lines().skip(1).map(|line| line.trim().parse().unwrap()).collect())
}

fn close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{what}: {found:e} is not {expected:e}");
}

#[test]
fn distances_are_those_of_evidently_and_nannyml() {
    let (Some(reference), Some(current)) = (column("drift_reference.csv"), column("drift_current.csv")) else {
        return;
    };
    let (a, b) = (NumberSketch::of(&reference), NumberSketch::of(&current));
    close(evidently::psi(&a, &b), 0.06256292621092077, "PSI");
    close(evidently::jensen_shannon(&a, &b), 0.08800110413174844, "Jensen-Shannon");
    close(evidently::wasserstein_normed(&a, &b), 0.21267340824599273, "Wasserstein, normed");
    close(evidently::hellinger(&a, &b), 0.08821493475666536, "Hellinger");
    close(evidently::ks_p(&a, &b), 4.251210504474716e-18, "p of Kolmogorov-Smirnov");
    close(evidently::kl(&a, &b), 0.029726655242777806, "Kullback-Leibler");
    close(nannyml::wasserstein(&a, &b), 0.2128092456489213, "Wasserstein");
    close(nannyml::kolmogorov_smirnov(&a, &b), 0.104, "D");
    let (a, b) = (Values::Numbers(a), Values::Numbers(b));
    close(nannyml::jensen_shannon(&a, &b).unwrap(), 0.10562008172694552, "Jensen-Shannon, base 2");
    close(nannyml::hellinger(&a, &b).unwrap(), 0.08868862388157724, "Hellinger, Doane's bins");
    assert_eq!(evidently::verdict(&a, &b).map(|v| (v.test, v.drifted)), Some(("wasserstein_normed", true)));
}

#[test]
fn tests_of_categories_are_scipys() {
    // scipy 1.17.1: chi2_contingency([[30, 20, 50], [10, 25, 65]]).
    let pairs: [Pair; 3] = [(30, 10), (20, 25), (50, 65)];
    let (statistic, p) = nannyml::chi_square(&pairs);
    close(statistic, 12.51207729468599, "chi-square");
    close(p, 0.0019188319310037586, "its p");
    close(nannyml::l_infinity(&pairs), 0.2, "largest difference");
    let outcome = homogeneity::test(&pairs);
    close(outcome.p_value, p, "homogeneity");
}

#[test]
fn few_values_are_judged_as_by_evidently() {
    // Evidently 0.7.23, the functions behind its default methods.
    let pairs: [Pair; 3] = [(300, 100), (200, 250), (500, 650)];
    close(evidently::chi_square_p(&pairs), 3.6397217596967696e-42, "chi-square");
    close(evidently::jensen_shannon_of_categories(&pairs), 0.18016502758869635, "Jensen-Shannon");
    close(evidently::z_test_p(&[(300, 250), (700, 650)]), 0.2862238046571324, "two proportions");
    assert_eq!(evidently::z_test_p(&[(7, 9)]), 1.0);
    let repeated = |values: [f64; 5], counts: [usize; 5]| -> NumberSketch {
        let cells: Vec<f64> =
            values.iter().zip(counts).flat_map(|(value, count)| std::iter::repeat_n(*value, count)).collect();
        NumberSketch::of(&cells)
    };
    let a = repeated([0.0, 1.0, 2.0, 3.0, 7.0], [50, 40, 30, 20, 10]);
    let b = repeated([0.0, 1.0, 2.0, 3.0, 5.0], [10, 40, 30, 20, 50]);
    close(evidently::psi(&a, &b), 3.565117413984631, "PSI");
    close(evidently::kl(&a, &b), 0.9690572370042669, "Kullback-Leibler");
    close(evidently::wasserstein_normed(&a, &b), 0.8221786020271294, "Wasserstein");
    close(evidently::hellinger(&a, &b), 0.468458185078144, "Hellinger");
    close(evidently::ks_p(&a, &b), 4.2462869471388734e-05, "Kolmogorov-Smirnov");
    close(evidently::jensen_shannon(&a, &b), 0.43260447345204045, "Jensen-Shannon of numbers");
}

#[test]
fn sketches_of_many_numbers_stay_near_the_truth() {
    let mut random = Random::new(4);
    let mut draw = |shift: f64| -> Vec<f64> { (0..40_000).map(|_| random.normal() + shift).collect() };
    let (x, y) = (draw(0.0), draw(0.2));
    let sorted = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let counts = vec![1; sorted.len()];
        Points { ends: sorted, counts, means: Vec::new() }
    };
    let a = NumberSketch::of(&x);
    assert!(!a.points.is_exact() && a.points.ends.len() < 2_100);
    let mut growing = super::growing::GrowingNumbers::new(&a);
    y.chunks(8_000).for_each(|part| growing.add(part));
    let b = growing.finish();
    assert!(!b.points.is_exact());
    let (p, q) = (sorted(&x), sorted(&y));
    let off = |f: fn(&Points, &Points) -> f64| (f(&a.points, &b.points) - f(&p, &q)).abs();
    assert!(off(distances::kolmogorov_smirnov) < 1e-3, "{}", off(distances::kolmogorov_smirnov));
    assert!(off(distances::wasserstein) < 1e-3, "{}", off(distances::wasserstein));
    // Doane's edges are kept, so that its bins are exact however many rows there are.
    let exact = |values: &Points| super::bins::shares(values, &a.doane);
    for (found, expected) in exact(&b.points).iter().zip(exact(&q)) {
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }
    let mean = y.iter().sum::<f64>() / 40_000.0;
    let std = (y.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 40_000.0).sqrt();
    assert!((b.mean - mean).abs() < 1e-8 && (b.std - std).abs() < 1e-8, "{} {}", b.mean - mean, b.std - std);
}

#[test]
fn bins_are_those_of_numpy() {
    assert_eq!((sturges(8_000, 0.0, 1.0).len(), sturges(1, 0.0, 0.0).len()), (15, 2));
    assert_eq!(doane(1_000, 0.0, 1.0, 2.0).len(), 17);
}

#[test]
fn equal_data_is_no_drift_and_a_shift_is() {
    let mut random = Random::new(11);
    let mut draw = |shift: f64, word: &str| {
        let row = |_| {
            let text = if random.unit() < 0.6 { "a" } else { word };
            (Some(random.normal() + shift), Some(text.to_string()).filter(|_| random.unit() > 0.1))
        };
        table(&(0..1_000).map(row).collect::<Vec<_>>())
    };
    let (before, same, other) = (draw(0.0, "b"), draw(0.0, "b"), draw(1.0, "c"));
    let reference = TableSketch::of(&before, 2);
    let sketch = |table: &Table| {
        let mut sketcher = Sketcher::new(&reference);
        sketcher.add(table);
        sketcher.finish()
    };
    for mode in [DriftMode::Calibrated, DriftMode::Evidently, DriftMode::Nannyml] {
        let quiet = compare(&reference, &reference, &settings(mode), 1);
        assert!(quiet.iter().all(|c| !c.drifted && c.statistic == Some(0.0)), "{quiet:?}");
        let loud = compare(&reference, &sketch(&other), &settings(mode), 2);
        assert!(loud.iter().all(|c| c.drifted && c.distribution_drifted), "{loud:?}");
        assert_eq!(loud[1].new_categories.as_ref().unwrap().examples, ["c"]);
        assert_eq!(loud[1].new_categories.as_ref().unwrap().drifted, mode == DriftMode::Calibrated);
        for histogram in loud.iter().map(|c| c.histogram.as_ref().unwrap()) {
            assert!((histogram.reference.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            assert!((histogram.current.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
    let found = compare(&reference, &sketch(&same), &settings(DriftMode::Calibrated), 1);
    assert!(found.iter().all(|c| !c.drifted), "{found:?}");
}

#[test]
fn too_little_is_said_and_nothing_is_infinite() {
    let none = table(&[(None, None), (None, None)]);
    let one = table(&[(Some(1.0), Some("a".into()))]);
    let constant = table(&vec![(Some(3.0), Some("a".to_string())); 60]);
    let other = table(&vec![(Some(4.0), Some("b".to_string())); 60]);
    for mode in [DriftMode::Calibrated, DriftMode::Evidently, DriftMode::Nannyml] {
        for (old, new) in [(&none, &one), (&one, &constant), (&constant, &none), (&constant, &one)] {
            let reference = TableSketch::of(old, 1);
            let mut sketcher = Sketcher::new(&reference);
            sketcher.add(new);
            for column in compare(&reference, &sketcher.finish(), &settings(mode), 1) {
                assert!(column.statistic.is_none() && column.note.is_some() && !column.distribution_drifted);
            }
        }
        let drifted = |old: &Table, new: &Table| {
            let reference = TableSketch::of(old, 1);
            let mut sketcher = Sketcher::new(&reference);
            sketcher.add(new);
            let found = compare(&reference, &sketcher.finish(), &settings(mode), 1);
            let text = serde_json::to_string(&found).unwrap();
            assert_eq!(serde_json::from_str::<Vec<super::ColumnDrift>>(&text).unwrap(), found, "a NaN reads as null");
            found.iter().map(|c| c.drifted).collect::<Vec<_>>()
        };
        assert_eq!(drifted(&constant, &constant), [false, false]);
        assert_eq!(drifted(&constant, &other), [true, true]);
    }
    let reference = TableSketch::of(&constant, 1);
    let absent = compare(&reference, &Sketcher::new(&reference).finish(), &settings(DriftMode::Calibrated), 1);
    assert!(absent.iter().all(|c| c.note.as_deref() == Some("the new rows have no such column") && !c.drifted));
}

#[test]
fn many_texts_keep_the_sketch_small() {
    let names: Vec<_> = (0..25_000).map(|i| (Some(f64::from(i)), Some(format!("name {i}")))).collect();
    let reference = TableSketch::of(&table(&names), 2);
    let few = TableSketch::of(&table(&names[..100]), 1);
    let Values::Texts(texts) = &reference.columns[1].values else { panic!("a category") };
    assert_eq!((texts.texts.len(), texts.rest_rows, texts.rest_distinct), (10_000, 15_000, 15_000));
    let mut sketcher = Sketcher::new(&few);
    sketcher.add(&table(&names));
    let Values::Texts(texts) = sketcher.finish().columns.pop().unwrap().values else { panic!("a category") };
    assert_eq!((texts.texts.len(), texts.count), (10_100, 25_000));
    let off = texts.rest_distinct as f64 / 14_900.0 - 1.0;
    assert!(off.abs() < 0.05, "about as many different ones: {}", texts.rest_distinct);
    let long = TextSketch::of_counts(vec![(super::texts::kept(&"x".repeat(900)).into_owned(), 1)]);
    assert!(long.texts[0].len() < 120);
}

mod laws {
    use super::*;
    use proptest::prelude::*;

    fn rows() -> impl Strategy<Value = Vec<(Option<f64>, Option<String>)>> {
        let number = proptest::option::weighted(0.9, prop_oneof![(-3..4_i32).prop_map(f64::from), -1e3..1e3_f64]);
        let text = proptest::option::weighted(0.9, "[a-f]{1,2}");
        proptest::collection::vec((number, text), 0..120)
    }

    /// More different numbers than are kept exactly.
    fn many(seed: u64) -> Vec<(Option<f64>, Option<String>)> {
        let mut random = Random::new(seed);
        (0..12_000).map(|_| (Some(random.normal().exp()), Some(format!("t{}", random.below(12_000))))).collect()
    }

    fn sketched(reference: &TableSketch, rows: &[(Option<f64>, Option<String>)], part: usize) -> TableSketch {
        let mut sketcher = Sketcher::new(reference);
        rows.chunks(part.max(1)).for_each(|rows| sketcher.add(&table(rows)));
        sketcher.finish()
    }

    proptest! {
        #[test]
        fn parts_and_order_do_not_show(old in rows(), new in rows(), part in 1..50_usize, seed in 0..99_u64) {
            let reference = TableSketch::of(&table(&old), 1);
            let whole = sketched(&reference, &new, usize::MAX);
            let mut mixed = new.clone();
            Random::new(seed).shuffle(&mut mixed);
            prop_assert_eq!(&whole, &sketched(&reference, &mixed, part));
        }

        #[test]
        fn a_sketch_survives_its_file_to_the_last_bit(old in rows()) {
            let sketch = TableSketch::of(&table(&old), 2);
            let text = serde_json::to_string(&sketch).unwrap();
            prop_assert_eq!(&serde_json::from_str::<TableSketch>(&text).unwrap(), &sketch);
        }

        #[test]
        fn effects_and_p_values_are_the_same_the_other_way_round(old in rows(), new in rows()) {
            let (a, b) = (TableSketch::of(&table(&old), 1), TableSketch::of(&table(&new), 1));
            let settings = settings(DriftMode::Calibrated);
            for (one, other) in compare(&a, &b, &settings, 1).iter().zip(compare(&b, &a, &settings, 1)) {
                let near = |x: Option<f64>, y: Option<f64>| match (x, y) {
                    (Some(x), Some(y)) => (x - y).abs() <= 1e-9,
                    (x, y) => x == y,
                };
                prop_assert!(near(one.effect_size, other.effect_size), "{one:?} {other:?}");
                prop_assert!(near(one.missing.p_value, other.missing.p_value), "{one:?} {other:?}");
                if one.test == "kolmogorov_smirnov" {
                    prop_assert!(near(one.p_value, other.p_value), "{one:?} {other:?}");
                }
            }
        }
    }

    #[test]
    fn parts_and_order_do_not_show_in_bins_either() {
        let (old, new) = (many(1), many(2));
        let reference = TableSketch::of(&table(&old), 2);
        let whole = sketched(&reference, &new, usize::MAX);
        let mut mixed = new.clone();
        Random::new(3).shuffle(&mut mixed);
        assert_eq!(whole, sketched(&reference, &mixed, 700));
        let text = serde_json::to_string(&whole).unwrap();
        assert_eq!(serde_json::from_str::<TableSketch>(&text).unwrap(), whole);
        let few = TableSketch::of(&table(&old[..50]), 1);
        assert_eq!(sketched(&few, &new, 999), sketched(&few, &mixed, 5_000));
    }
}
