//! The model in office, its score, and the columns of the data.

use super::seconds;
use crate::api::State;
use crate::api::exposition::Exposition;
use crate::api::state::Office;
use crate::stages::diagnostics::Diagnostics;
use crate::store::history::History;

/// Writes what is known of them.
pub fn write(out: &mut Exposition, state: &State, history: Option<&History>) {
    // A set that is broken is not in office either: nothing is answered from it.
    let office = state.office().ok().flatten();
    out.gauge("incumbent_model_in_office", "1 while a model is in office, else 0.")
        .sample(&[], f64::from(u8::from(office.is_some())));
    if let Some(office) = &office {
        model(out, office);
    }
    let Some(found) = state.diagnostics().ok().flatten() else { return };
    columns(out, &found);
    if let Some((office, history)) = office.zip(history) {
        shifts(out, state, &office, &found, history);
    }
}

fn model(out: &mut Exposition, office: &Office) {
    let score = &office.score.evaluation;
    let version = office.version.to_string();
    let labels = [
        ("version", version.as_str()),
        ("kind", office.model.pipeline.kind()),
        ("fingerprint", office.model.fingerprint.short()),
        ("metric", score.metric.as_str()),
    ];
    out.gauge("incumbent_model_info", "The model in office; metric is the one that the gate goes by.")
        .sample(&labels, 1.0);
    out.gauge("incumbent_model_deployed_timestamp_seconds", "When the model in office was deployed.")
        .maybe(&[], seconds(&office.deployed));
    out.gauge("incumbent_model_trained_timestamp_seconds", "When the model in office was trained.")
        .maybe(&[], seconds(&office.model.trained));
    let mut values =
        out.gauge("incumbent_model_score", "Scores of the model in office on the test data when it was deployed.");
    for metric in &score.metrics {
        values.maybe(&[("metric", &metric.name)], metric.value.get());
    }
    let mut lows = out.gauge("incumbent_model_score_lower_bound", "Lower end of the 95% interval of the score.");
    for metric in &score.metrics {
        lows.maybe(&[("metric", &metric.name)], metric.interval.bounds().map(|(low, _)| low));
    }
    let mut highs = out.gauge("incumbent_model_score_upper_bound", "Upper end of the 95% interval of the score.");
    for metric in &score.metrics {
        highs.maybe(&[("metric", &metric.name)], metric.interval.bounds().map(|(_, high)| high));
    }
}

fn columns(out: &mut Exposition, found: &Diagnostics) {
    out.gauge("incumbent_diagnostics_timestamp_seconds", "When the run began that made the last diagnostics.")
        .maybe(&[], seconds(&found.time));
    out.gauge("incumbent_data_rows", "Rows of the merged data at the last diagnostics.").sample(&[], found.rows as f64);
    let mut missing =
        out.gauge("incumbent_column_missing_ratio", "Missing cells of a column, as a share of its rows from 0 to 1.");
    for column in &found.columns {
        missing.sample(&[("column", &column.name)], column.missing_share);
    }
}

fn shifts(out: &mut Exposition, state: &State, office: &Office, found: &Diagnostics, history: &History) {
    let shifts = state.column_shifts(office, found, history);
    let mut means = out.gauge(
        "incumbent_column_shift",
        "How far the mean of a column moved since the run that deployed the model, in standard deviations of then.",
    );
    for column in &shifts {
        means.maybe(&[("column", &column.name)], column.shift);
    }
    let mut missing = out.gauge(
        "incumbent_column_missing_ratio_change",
        "Share of missing cells of a column less that of the run that deployed the model.",
    );
    for column in &shifts {
        missing.sample(&[("column", &column.name)], column.missing_change);
    }
}
