//! `incumbent` keeps the best risk model in office.
//!
//! The deployed model, the incumbent, stays until a challenger trained on newer data
//! beats it on the same test rows. The modules are numbered; each uses modules of its
//! own or a lower number only (`tests/tidy.rs` holds that):
//!
//! 0. base: [`dependencies`], [`error`], [`fingerprint`], [`event`], [`random`], [`parallel`], [`suggest`]
//! 1. vocabulary: [`config`], [`table`]
//! 2. algorithms: [`sources`]
//! 3. stages: [`stages`]
//! 4. effects: [`store`]

pub mod config;
pub mod dependencies;
pub mod error;
pub mod event;
pub mod fingerprint;
pub mod parallel;
pub mod random;
pub mod sources;
pub mod stages;
pub mod store;
pub mod suggest;
pub mod table;
