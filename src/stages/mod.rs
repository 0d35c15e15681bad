//! The stages of a run: functions of config, data, time and seed to values.
//! No stage knows a path, a clock or a terminal.

pub mod ingestion;
pub mod manifest;
pub mod reading;
pub mod row_check;
