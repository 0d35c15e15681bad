//! Every key of `config.json`, once: its shape, its default and its meaning.
//!
//! Checking, did-you-mean, `config.schema.json` and the table in the README all come
//! from [`KEYS`].

use super::{Adjustment, DriftMode};
use crate::table::Task;

/// What a value must look like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// A text that is not empty.
    Text,
    /// A list of texts.
    Texts,
    /// A text that is not empty, or a list of such texts.
    TextOrTexts,
    /// A number between two bounds, both allowed.
    Number(f64, f64),
    /// A number between two bounds, both allowed, or this word.
    NumberOr(f64, f64, &'static str),
    /// A whole number between two bounds, both allowed.
    Integer(u64, u64),
    /// A number of bytes, from this up: a whole number, or a text with a unit such as `512 MB`.
    Bytes(u64),
    /// `true` or `false`.
    Bool,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// One of the words that a registry holds: models, metrics, rules.
    Registered(Registry),
    /// An object from column name to a type name.
    Types,
    /// An object from column name to a rule object.
    Rules,
    /// An object from column name to a direction.
    Directions,
    /// An object that the registered model checks.
    Params,
}

/// The registries that config values name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registry {
    /// Model kinds.
    Models,
    /// Metrics.
    Metrics,
    /// Rules of the gate.
    Rules,
}

/// One key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// JSON pointer.
    pub pointer: &'static str,
    /// What the value must look like.
    pub shape: Shape,
    /// The default as a reader of the docs would write it; `None` for a key that must be given.
    pub default: Option<&'static str>,
    /// One line of meaning.
    pub meaning: &'static str,
}

const fn key(pointer: &'static str, shape: Shape, default: &'static str, meaning: &'static str) -> Key {
    Key { pointer, shape, default: Some(default), meaning }
}

const fn needed(pointer: &'static str, meaning: &'static str) -> Key {
    Key { pointer, shape: Shape::Text, default: None, meaning }
}

/// The keys, in the order of the documentation.
pub const KEYS: &[Key] = &[
    needed("/input_folder_path", "folder with the input files; never written to"),
    needed("/output_folder_path", "folder for the merged data and its manifest"),
    needed("/test_data_path", "folder with the test data, on which scores are compared"),
    needed("/output_model_path", "folder for the newest trained model, its score and the reports"),
    needed("/prod_deployment_path", "folder for the deployed models and the history"),
    key(
        "/data/target",
        Shape::TextOrTexts,
        "last column",
        "column to predict; a list of columns of yes and no for several labels",
    ),
    key(
        "/data/task",
        Shape::Choice(&Task::NAMES),
        "by the target's values",
        "kind of question: yes or no, one of several classes, a quantity, several labels",
    ),
    key("/data/positive", Shape::Text, "1, yes, true, else the rarer", "the label that counts as positive"),
    key("/data/id", Shape::Texts, "columns of all distinct text", "columns that name a row, kept out of the model"),
    key("/data/ignore", Shape::Texts, "[]", "columns kept out of the model"),
    key("/data/features", Shape::Texts, "all others", "the only columns that the model may use"),
    key("/data/types", Shape::Types, "inferred once", "column: number, category, text or date"),
    key(
        "/data/text",
        Shape::Choice(&["vocabulary", "hashed"]),
        "vocabulary",
        "how models see text columns: each run of 1 to 3 characters that training has seen, or all of them in buckets by a hash",
    ),
    key(
        "/data/missing",
        Shape::Texts,
        "[\"NA\", \"N/A\", \"NaN\", \"null\", \"?\"]",
        "spellings of a missing cell, in any case; the empty cell always is one",
    ),
    key("/data/rules", Shape::Rules, "{}", "per column: min, max, allowed, required, unique"),
    key(
        "/data/on_bad_row",
        Shape::Choice(&["quarantine", "stop"]),
        "quarantine",
        "set a bad row aside in rejected.csv, or stop the run",
    ),
    key("/data/max_bad_share", Shape::Number(0.0, 1.0), "0.05", "share of bad rows beyond which the run stops"),
    key(
        "/data/memory_limit",
        Shape::Bytes(1_000_000),
        "a quarter of the machine's memory",
        "memory for telling which rows were seen before, in bytes or with a unit, such as \"512 MB\"; more rows than fit \
         are told apart on disk, with the same result",
    ),
    key(
        "/data/max_expanded_size",
        Shape::Bytes(1_000),
        "100 GB",
        "what one compressed file may expand to, in bytes or with a unit",
    ),
    key(
        "/data/max_expansion_ratio",
        Shape::Number(1.0, 1e9),
        "500",
        "how many times its own size a compressed file may expand to; looked at from 256 MB on, since small files of \
         equal rows compress better than any data",
    ),
    key(
        "/model/kind",
        Shape::Registered(Registry::Models),
        "logistic_regression; ridge for a quantity",
        "the model to train; auto tries them by cross-validation",
    ),
    key("/model/params", Shape::Params, "{}", "parameters of the model, see docs/models.md"),
    key(
        "/model/monotone",
        Shape::Directions,
        "{}",
        "column: increasing or decreasing; predictions of boosting may go no other way with it",
    ),
    key(
        "/model/budget_seconds",
        Shape::Integer(1, 86_400),
        "60",
        "how long the model auto may try candidates; the one under way is finished",
    ),
    key(
        "/model/calibration",
        Shape::Choice(&["none", "sigmoid", "isotonic"]),
        "none",
        "map probabilities to better ones, learnt on cross-validated answers for the training data",
    ),
    key(
        "/model/threshold",
        Shape::NumberOr(0.0, 1.0, "chosen"),
        "0.5",
        "probability from which the positive class or a label is predicted; chosen: the best for gate.metric (f1 or \
         micro_f1 where that judges probabilities) on cross-validated answers for the training data",
    ),
    key("/model/seed", Shape::Integer(0, u64::MAX), "0", "seed of everything random"),
    key(
        "/gate/metric",
        Shape::Registered(Registry::Metrics),
        "f1; macro_f1 for several classes, rmse for a quantity, micro_f1 for labels",
        "the score that decides",
    ),
    key(
        "/gate/rule",
        Shape::Registered(Registry::Rules),
        "better",
        "better: strictly; not_worse: within the margin; significant: by a paired test",
    ),
    key("/gate/margin", Shape::Number(0.0, 1e12), "0.01", "how much lower the rule not_worse accepts"),
    key("/gate/level", Shape::Number(1e-12, 0.5), "0.05", "level of the paired test of the rule significant"),
    key(
        "/gate/retrain",
        Shape::Choice(&["on_new_data", "on_drift"]),
        "on_new_data",
        "train whenever there is new data, or only when the deployed model scores lower on the new rows",
    ),
    key(
        "/gate/segments",
        Shape::Texts,
        "[]",
        "columns whose groups of test rows are judged too: in none may the challenger be worse beyond the margin",
    ),
    key("/gate/segment_margin", Shape::Number(0.0, 1e12), "0.05", "how much worse the challenger may be in a segment"),
    key("/gate/segment_rows", Shape::Integer(1, 1 << 40), "30", "test rows that a segment needs to be judged"),
    key(
        "/drift/mode",
        Shape::Choice(&DriftMode::NAMES),
        "calibrated",
        "whose tests and thresholds decide whether a column drifted",
    ),
    key(
        "/drift/level",
        Shape::Number(1e-12, 0.5),
        "0.05",
        "adjusted p-value up to which a difference is no chance, in calibrated mode",
    ),
    key(
        "/drift/adjustment",
        Shape::Choice(&Adjustment::NAMES),
        "benjamini_hochberg",
        "how p-values are adjusted for many tests, in calibrated mode",
    ),
    key(
        "/drift/effect",
        Shape::Number(0.0, 1.0),
        "0.1",
        "effect size from which on a difference matters, in calibrated mode",
    ),
    key(
        "/drift/share",
        Shape::Number(0.0, 1.0),
        "0.5",
        "share of drifted columns from which on the data as a whole has drifted",
    ),
    key(
        "/alerts/slower_than",
        Shape::Number(1.0, 1e6),
        "none",
        "tell of runs that take so many times as long as usual",
    ),
    key(
        "/alerts/faster_than",
        Shape::Number(0.0, 1.0),
        "none",
        "tell of runs that end within this share of the usual time",
    ),
    key("/alerts/min_new_rows", Shape::Integer(1, 1 << 40), "none", "tell of new files that bring fewer rows together"),
    key(
        "/alerts/max_days_without_data",
        Shape::Number(0.0, 1e6),
        "none",
        "tell when no new data has come for so many days",
    ),
    key("/alerts/missed_schedule", Shape::Bool, "false", "tell of scheduled runs that did not take place"),
    key("/schedule", Shape::Text, "none", "five cron fields: when fullprocess is meant to run"),
    key("/threads", Shape::Integer(1, 1024), "all cores", "threads to use; results do not depend on it"),
    key("/api/listen", Shape::Text, "127.0.0.1:8000", "address and port of the app"),
    key("/api/model_name", Shape::Text, "incumbent", "what clients of KServe and Open Inference call the model"),
    key("/api/token_env", Shape::Text, "INCUMBENT_TOKEN", "environment variable that holds the bearer token"),
    key("/api/token_file", Shape::Text, "none", "file that holds the bearer token, read when the app starts"),
    key(
        "/api/token_for",
        Shape::Choice(&["writes", "everything"]),
        "writes",
        "what needs the token: what changes something, or everything but the probes of life",
    ),
    key(
        "/api/open",
        Shape::Bool,
        "false",
        "listen beyond this machine although no token is set; writes are refused there all the same",
    ),
    key(
        "/api/max_connections",
        Shape::Integer(1, 100_000),
        "512",
        "connections at once; beyond it idle ones are closed",
    ),
    key(
        "/api/max_requests",
        Shape::Integer(1, 10_000),
        "64",
        "long requests worked on at once; more are answered 503 with Retry-After",
    ),
    key(
        "/api/max_body_bytes",
        Shape::Integer(1_000, 1 << 40),
        "67108864",
        "size of a request's body; all that are held at once may be four times that",
    ),
    key(
        "/api/max_file_bytes",
        Shape::Bytes(1_000),
        "256 MB",
        "text that a file may hold, expanded, which a client asks predictions for: its rows are held in memory",
    ),
    key("/api/header_seconds", Shape::Integer(1, 3600), "10", "time a client has to send a request's head"),
    key("/api/body_seconds", Shape::Integer(1, 3600), "30", "time a client has to send a request's body"),
    key("/api/write_seconds", Shape::Integer(1, 3600), "30", "time a client may take no byte of an answer"),
    key("/api/log_predictions", Shape::Bool, "false", "write every prediction into history.sqlite"),
    key(
        "/api/log_max_rows",
        Shape::Integer(1_000, 1 << 40),
        "1000000",
        "logged predictions that are kept; older ones are removed",
    ),
    key(
        "/diagnostics/newest_versions",
        Shape::Choice(&["on_request", "always", "never"]),
        "on_request",
        "when to ask the package registry for newer dependencies: only by the diagnostics command, in every run, never",
    ),
    key(
        "/signature/public_keys",
        Shape::Texts,
        "[]",
        "Ed25519 keys, as base64 or hexadecimal digits: a deployed model that none of them has signed is refused",
    ),
    key(
        "/signature/key_file",
        Shape::Text,
        "none",
        "file that holds the private key with which what is deployed is signed",
    ),
    key("/signature/key_env", Shape::Text, "none", "environment variable that holds it instead"),
    key("/log/max_bytes", Shape::Integer(1_000, 1 << 40), "1048576", "size at which fullprocess.log is rotated"),
    key("/log/keep", Shape::Integer(0, 1000), "5", "how many rotated logs are kept"),
];

/// The sections: objects that hold keys.
pub fn sections() -> Vec<&'static str> {
    let mut names: Vec<&str> = KEYS.iter().filter_map(|k| k.pointer[1..].split_once('/').map(|(s, _)| s)).collect();
    names.dedup();
    names
}

/// The key at a pointer.
pub fn find(pointer: &str) -> Option<&'static Key> {
    KEYS.iter().find(|k| k.pointer == pointer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_distinct_and_sections_stand_together() {
        let mut pointers: Vec<&str> = KEYS.iter().map(|k| k.pointer).collect();
        pointers.sort_unstable();
        pointers.dedup();
        assert_eq!(pointers.len(), KEYS.len());
        let mut names = sections();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), sections().len());
    }
}
