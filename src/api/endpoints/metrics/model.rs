//! The model in office, its score, and the columns of the data.

use super::seconds;
use crate::api::State;
use crate::api::exposition::Exposition;
use crate::api::state::Office;
use crate::stages::diagnostics::Diagnostics;
use crate::stages::drift::DriftReport;

/// Writes what is known of them.
pub fn write(out: &mut Exposition, state: &State) {
    // A set that is broken is not in office either: nothing is answered from it.
    let office = state.office().ok().flatten();
    out.gauge("incumbent_model_in_office", "1 while a model is in office, else 0.")
        .sample(&[], f64::from(u8::from(office.is_some())));
    if let Some(office) = &office {
        model(out, office);
    }
    let Some(found) = state.diagnostics().ok().flatten() else { return };
    columns(out, &found);
    if let Some(report) = &found.drift {
        drift(out, report);
    }
    if let Some(p) = &found.performance {
        let labels = [("metric", p.metric.as_str())];
        out.gauge("incumbent_new_rows_score", "Score of the model in office on the rows of the last new files.")
            .maybe(&labels, p.new_rows.value);
        out.gauge(
            "incumbent_performance_fallen",
            "1 where it does worse on them than on the test data, beyond chance.",
        )
        .sample(&labels, f64::from(u8::from(p.fallen)));
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

fn drift(out: &mut Exposition, drift: &DriftReport) {
    if drift.reason.is_some() {
        return;
    }
    out.gauge("incumbent_data_drifted", "1 where the share of drifted columns makes the new data drifted as a whole.")
        .sample(&[], f64::from(u8::from(drift.drifted)));
    out.gauge("incumbent_new_rows", "Rows of the files that were new, which drift was looked for in.")
        .sample(&[], drift.rows as f64);
    let parts = [("column", &drift.columns), ("prediction", &drift.predictions)];
    let each = || parts.iter().flat_map(|(part, columns)| columns.iter().map(move |c| (*part, c)));
    let mut drifted = out.gauge(
        "incumbent_drifted",
        "1 where a column of the new rows, or what is predicted of them, drifted from the training rows.",
    );
    for (part, column) in each() {
        drifted.sample(&[("part", part), ("name", &column.name)], f64::from(u8::from(column.drifted)));
    }
    let mut effects =
        out.gauge("incumbent_drift_effect_size", "How large the difference is, whatever the number of rows.");
    for (part, column) in each() {
        effects.maybe(&[("part", part), ("name", &column.name)], column.effect_size);
    }
    let mut chances = out.gauge(
        "incumbent_drift_p_value",
        "How often chance alone brings about as much, adjusted for all tests of the run.",
    );
    for (part, column) in each() {
        chances.maybe(&[("part", part), ("name", &column.name)], column.adjusted_p_value);
    }
}
