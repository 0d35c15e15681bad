//! The stages of a run: functions of config, data, time and seed to values.
//! No stage knows a path, a clock or a terminal.
//!
//! - [`ingestion`] with [`row_check`], [`unique`] and [`manifest`]: input rows to distinct
//!   valid rows.
//! - [`named`]: the columns that the config names, held against those that there are.
//! - [`reading`]: files to tables.
//! - [`training`]: a table to a fitted pipeline.
//! - [`scoring`]: a pipeline and labelled rows to an evaluation.
//! - [`comparing`]: two deployed versions side by side.
//! - [`decision`]: how a run ended.
//! - [`diagnostics`] with [`summary`]: statistics, timings, dependencies.
//! - [`new_rows`], [`drift`], [`performance`]: new rows against training rows, and the model in office
//!   on them.
//! - [`sketching`]: what is kept of the training data beside a model.
//! - [`trends`], [`alarms`]: what earlier runs tell, and what of this one deserves a look.

pub mod alarms;
pub mod answering;
pub mod comparing;
pub mod decision;
pub mod diagnostics;
pub mod drift;
pub mod importance;
pub mod ingestion;
pub mod manifest;
pub mod named;
pub mod new_rows;
pub mod performance;
pub mod reading;
pub mod row_check;
pub mod scoring;
pub mod sketching;
pub mod summary;
pub mod target;
pub mod training;
pub mod trends;
pub mod unique;
