//! The model: algorithm, parameters, and what it weighs.

use super::{Findings, number, paragraph};
use crate::error::Result;
use crate::models::Leaderboard;
use crate::numbers::{grouped, percent, score};
use crate::report::charts::{Bars, bars::Item};
use crate::report::document::{Align, Block, Section, Table};
use crate::table::Task;
use serde_json::Value;

/// Coefficients that are told, the weightiest first.
const TOLD: usize = 20;
/// Inputs that are drawn, the weightiest first.
const DRAWN: usize = 15;

/// The section.
///
/// # Errors
/// None.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    let facts = f.facts;
    let mut told = vec![
        ("Algorithm".to_string(), f.kind.to_string()),
        ("Trained".to_string(), f.trained.to_string()),
        ("Inputs".to_string(), grouped(f.inputs.len() as u64)),
    ];
    told.extend(f.params.iter().map(|(name, value)| (name.clone(), plain(value))));
    if let Some(converged) = facts.converged {
        let steps = facts.iterations.map(|i| format!(" in {i} steps")).unwrap_or_default();
        told.push(("Converged".to_string(), format!("{}{steps}", if converged { "yes" } else { "no" })));
    }
    told.extend(facts.trees.map(|trees| ("Trees".to_string(), trees.to_string())));
    let mut blocks = vec![Block::Facts(told)];
    if let Some(board) = &f.model.leaderboard {
        blocks.push(paragraph(format!(
            "Chosen by {}-fold cross-validation on the training data; the test data was not touched.",
            board.folds
        )));
        blocks.push(Block::Table(leaderboard(board)));
    }
    if !facts.coefficients.is_empty() {
        let what = match f.challenger.task() {
            Task::Regression => "of the target",
            _ => "of the log-odds of the positive class",
        };
        blocks.push(paragraph(format!(
            "Coefficients are changes {what} per unit of the prepared input: one standard deviation where numbers are \
             standardised. Standard errors are those of the penalised fit.",
        )));
        blocks.push(Block::Table(coefficients(f)));
    } else if !facts.importances.is_empty() {
        blocks.push(Block::Chart(Box::new(importances(f))));
    }
    if !facts.coefficients.is_empty() && f.inputs.len() > TOLD {
        blocks.push(paragraph(format!("The {TOLD} weightiest of {} inputs are shown.", f.inputs.len())));
    }
    Ok(Section::new("Model", blocks))
}

fn leaderboard(board: &Leaderboard) -> Table {
    let mut table = Table::new([
        ("Candidate", Align::Start),
        ("Parameters that differ from the defaults", Align::Start),
        (board.metric.as_str(), Align::End),
        ("Std", Align::End),
    ]);
    for s in &board.standings {
        table.push([s.kind.clone(), s.differing(), score(s.mean), score(s.std)]);
    }
    table
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_string(),
        other => other.to_string(),
    }
}

fn coefficients(f: &Findings<'_>) -> Table {
    let odds = f.challenger.task() == Task::Binary;
    let mut columns = vec![("Input", Align::Start), ("Coefficient", Align::End), ("Standard error", Align::End)];
    columns.extend(odds.then_some(("Odds ratio", Align::End)));
    let mut table = Table::new(columns);
    let mut order: Vec<usize> = (0..f.facts.coefficients.len()).collect();
    let size = |i: &usize| f.facts.coefficients.get(*i).map_or(0.0, |c| c.value.abs());
    order.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let rows =
        order.iter().take(TOLD).filter_map(|i| Some((f.inputs.get(*i)?.as_str(), f.facts.coefficients.get(*i)?)));
    for (name, c) in f.facts.intercept.iter().map(|c| ("(intercept)", c)).chain(rows) {
        let error = c.standard_error.map_or("–".to_string(), number);
        let mut row = vec![name.to_string(), number(c.value), error];
        row.extend(odds.then(|| number(c.value.exp())));
        table.push(row);
    }
    table
}

/// The weightiest inputs of a model of trees.
fn importances(f: &Findings<'_>) -> Bars {
    let mut inputs: Vec<(&String, f64)> = f.inputs.iter().zip(f.facts.importances.iter().copied()).collect();
    inputs.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let shown = match inputs.len() {
        all if all > DRAWN => format!("the {DRAWN} weightiest of {all} inputs"),
        1 => "1 input".to_string(),
        all => format!("{all} inputs"),
    };
    let item = |(name, share): (&String, f64)| Item {
        name: name.clone(),
        value: 100.0 * share,
        spread: None,
        text: percent(share),
        before: None,
    };
    Bars {
        title: "What the splits look at".to_string(),
        subtitle: format!("Percent of all that the splits of the trees explain; {shown}"),
        bars: inputs.into_iter().take(DRAWN).map(item).collect(),
        names: None,
    }
}
