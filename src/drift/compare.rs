//! Column by column: new rows against training rows.

use super::calibrated;
use super::evidently;
use super::findings::{ColumnDrift, Effect, MissingDrift, NewCategories};
use super::histogram::histogram;
use super::joint::JointTexts;
use super::nannyml;
use super::sketch::{ColumnSketch, TableSketch, Values};
use crate::config::{Drift, DriftMode};
use crate::parallel;
use crate::table::Type;

/// Present cells that each side must have for its distribution to be tested.
const LEAST: u64 = 2;
/// New texts that are named.
const EXAMPLES: usize = 5;

/// Each column of `reference` against the same column of `current`, in the order of
/// `reference`. The number of threads does not show.
pub fn compare(reference: &TableSketch, current: &TableSketch, settings: &Drift, threads: usize) -> Vec<ColumnDrift> {
    compare_all(&[(reference, current)], settings, threads).pop().unwrap_or_default()
}

/// As [`compare`], for several groups of columns (the data's, the predictions'), whose
/// p-values are adjusted together.
pub fn compare_all(pairs: &[(&TableSketch, &TableSketch)], settings: &Drift, threads: usize) -> Vec<Vec<ColumnDrift>> {
    let columns: Vec<(&ColumnSketch, Option<&ColumnSketch>)> = pairs
        .iter()
        .flat_map(|(reference, current)| {
            let same = |name: &str| current.columns.iter().find(|c| c.name == name && c.rows() > 0);
            reference.columns.iter().map(move |column| (column, same(&column.name)))
        })
        .collect();
    let found = parallel::map(columns.len(), threads, |i| look(columns[i].0, columns[i].1, settings));
    let mut found = found.into_iter();
    let mut groups: Vec<Vec<ColumnDrift>> =
        pairs.iter().map(|(reference, _)| found.by_ref().take(reference.columns.len()).collect()).collect();
    if settings.mode == DriftMode::Calibrated {
        decide(&mut groups, settings);
    }
    groups
}

/// What one column shows before p-values are adjusted.
fn look(reference: &ColumnSketch, current: Option<&ColumnSketch>, settings: &Drift) -> ColumnDrift {
    let is_numbers = matches!(reference.values, Values::Numbers(_));
    let name = if is_numbers { "kolmogorov_smirnov" } else { "total_variation" };
    let share = |column: &ColumnSketch| column.missing as f64 / column.rows().max(1) as f64;
    let calibrated = settings.mode == DriftMode::Calibrated;
    let test = match settings.mode {
        DriftMode::Nannyml => "jensen_shannon",
        _ if is_numbers => "kolmogorov_smirnov",
        _ => "chi_square",
    };
    let mut drift = ColumnDrift {
        name: reference.name.clone(),
        kind: reference.kind,
        role: reference.role,
        test: test.to_string(),
        statistic: None,
        p_value: None,
        adjusted_p_value: None,
        threshold: settings.level,
        effect_size: None,
        effect: Effect { name: name.to_string(), floor: settings.effect },
        drifted: false,
        distribution_drifted: false,
        missing: MissingDrift {
            reference: share(reference),
            current: current.map_or(0.0, share),
            p_value: None,
            adjusted_p_value: None,
            drifted: false,
        },
        new_categories: None,
        histogram: None,
        note: None,
    };
    let Some(current) = current else {
        drift.note = Some("the new rows have no such column".to_string());
        return drift;
    };
    if calibrated && reference.rows() > 0 {
        drift.missing.p_value = Some(calibrated::missing_p(reference, current));
    }
    if let (Values::Texts(a), Values::Texts(b)) = (&reference.values, &current.values) {
        let joint = JointTexts::of(a, b);
        if a.rest_rows > 0 {
            drift.note = Some("so many different texts that new ones cannot be told".to_string());
        } else {
            drift.new_categories = Some(new_categories(&joint, current, b.rest_distinct, calibrated));
        }
    }
    drift.histogram = histogram(&reference.values, &current.values);
    let (n, m) = (reference.values.count(), current.values.count());
    if n.min(m) < LEAST {
        drift.note = Some(format!("too few present cells to test: {n} in training, {m} new"));
        return drift;
    }
    if let Some((name, size)) = calibrated::effect(&reference.values, &current.values) {
        (drift.effect.name, drift.effect_size) = (name.to_string(), Some(size));
    }
    distribution(&mut drift, &reference.values, &current.values, settings);
    if drift.note.is_none() && drift.kind == Type::Text {
        drift.note = Some("texts are compared by their lengths in characters".to_string());
    }
    drift
}

/// Texts that the training rows lack.
fn new_categories(joint: &JointTexts<'_>, current: &ColumnSketch, more: u64, tested: bool) -> NewCategories {
    let mut new: Vec<(&str, u64)> =
        joint.texts.iter().filter(|(_, (a, b))| *a == 0 && *b > 0).map(|(text, (_, b))| (*text, *b)).collect();
    new.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let rows = new.iter().map(|(_, count)| count).sum::<u64>() + joint.rest.1;
    NewCategories {
        count: new.len() as u64 + more,
        share: rows as f64 / current.rows().max(1) as f64,
        examples: new.iter().take(EXAMPLES).map(|(text, _)| (*text).to_string()).collect(),
        p_value: if tested { calibrated::new_categories_p(joint) } else { None },
        adjusted_p_value: None,
        drifted: false,
    }
}

/// Puts in what the mode's method says of the present cells.
fn distribution(drift: &mut ColumnDrift, reference: &Values, current: &Values, settings: &Drift) {
    let unlike = || Some("the new rows have another type of cells".to_string());
    match settings.mode {
        DriftMode::Calibrated => {
            let Some(tested) = calibrated::distribution(reference, current) else {
                drift.note = unlike();
                return;
            };
            drift.test = tested.test.to_string();
            (drift.statistic, drift.p_value) = (Some(tested.statistic), Some(tested.p_value));
        }
        DriftMode::Evidently => {
            let Some(verdict) = evidently::verdict(reference, current) else {
                drift.note = unlike();
                return;
            };
            drift.test = verdict.test.to_string();
            (drift.statistic, drift.p_value) = (verdict.statistic, verdict.p_value);
            if verdict.statistic.is_none() {
                drift.note = Some("chi-square is infinite: new rows have a value that training lacks".to_string());
            }
            drift.threshold = verdict.threshold;
            drift.distribution_drifted = verdict.drifted;
        }
        DriftMode::Nannyml => {
            let Some(threshold) = nannyml::threshold(reference) else {
                // The greatest distance there is: nothing is above it.
                drift.threshold = 1.0;
                drift.note = Some("too few training rows to learn usual distances from".to_string());
                return;
            };
            drift.threshold = threshold;
            drift.statistic = nannyml::jensen_shannon(reference, current);
            drift.distribution_drifted = drift.statistic.is_some_and(|distance| distance > threshold);
        }
    }
    drift.drifted = drift.distribution_drifted;
}

/// Adjusts the p-values of all tests together, and decides.
fn decide(groups: &mut [Vec<ColumnDrift>], settings: &Drift) {
    let columns = || groups.iter().flatten();
    let p_values: Vec<f64> = columns().flat_map(p_values_of).flatten().collect();
    let mut adjusted = calibrated::adjusted(&p_values, settings).into_iter();
    let floor = calibrated::share_floor(settings);
    for column in groups.iter_mut().flatten() {
        let [distribution, missing, new] = p_values_of(column).map(|p| p.and_then(|_| adjusted.next()));
        let counts =
            |p: Option<f64>, effect: f64, floor: f64| p.is_some_and(|p| p <= settings.level) && effect >= floor;
        column.adjusted_p_value = distribution;
        column.distribution_drifted = counts(distribution, column.effect_size.unwrap_or(0.0), settings.effect);
        let change = (column.missing.current - column.missing.reference).abs();
        column.missing.adjusted_p_value = missing;
        column.missing.drifted = counts(missing, change, floor);
        let mut news = false;
        if let Some(categories) = &mut column.new_categories {
            categories.adjusted_p_value = new;
            categories.drifted = counts(new, categories.share, floor);
            news = categories.drifted;
        }
        column.drifted = column.distribution_drifted || column.missing.drifted || news;
    }
}

/// The p-values of a column: of its distribution, its missing cells, its new categories.
fn p_values_of(column: &ColumnDrift) -> [Option<f64>; 3] {
    [column.p_value, column.missing.p_value, column.new_categories.as_ref().and_then(|new| new.p_value)]
}
