//! `incumbent` keeps the best risk model in office.
//!
//! The deployed model, the incumbent, stays until a challenger trained on newer data
//! beats it on the same test rows. The modules are numbered; each uses modules of its
//! own or a lower number only (`tests/tidy.rs` holds that):
//!
//! 0. base: [`dependencies`], [`distinct`], [`error`], [`event`], [`fingerprint`], [`markup`], [`numbers`],
//!    [`parallel`], [`random`], [`signature`], [`statistics`], [`suggest`], [`vectors`], [`visible`],
//!    [`words`]
//! 1. vocabulary: [`config`], [`table`]
//! 2. algorithms: [`drift`], [`gate`], [`metrics`], [`models`], [`sources`], [`transforms`]
//! 3. stages: [`report`], [`stages`]
//! 4. effects: [`install`], [`log`], [`schedule`], [`store`]
//! 5. shell: [`api`], [`cli`], [`run`], [`terminal`]

pub mod api;
pub mod cli;
pub mod config;
pub mod dependencies;
pub mod distinct;
pub mod drift;
pub mod error;
pub mod event;
pub mod fingerprint;
pub mod gate;
pub mod install;
pub mod log;
pub mod markup;
pub mod metrics;
pub mod models;
pub mod numbers;
pub mod parallel;
pub mod random;
pub mod report;
pub mod run;
pub mod schedule;
pub mod signature;
pub mod sources;
pub mod stages;
pub mod statistics;
pub mod store;
pub mod suggest;
pub mod table;
pub mod terminal;
pub mod transforms;
pub mod vectors;
pub mod visible;
pub mod words;
