//! What the dashboard shows, as plain values.
//!
//! Whoever fills it reads the clock and the files; the page adds nothing but words. All
//! texts may come from data as they are: the page escapes and shortens them. Times are
//! RFC 3339. Numbers that are not finite count as unknown.

/// All of the dashboard.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dashboard {
    /// The program and its version.
    pub program: String,
    /// When the page is made.
    pub now: String,
    /// How old things are, and whether that is too old.
    pub health: Health,
    /// What the last run of the whole job raised alarms about: the key of `alerts` and the words.
    pub alarms: Vec<(String, String)>,
    /// The model in office; `None` where none was deployed or it cannot be loaded.
    pub incumbent: Option<Incumbent>,
    /// Why the deployed model cannot be loaded, where that is so.
    pub incumbent_problem: Option<String>,
    /// The last runs, newest first: at best the last 100. Twelve are listed, the last 40
    /// contests among all of them are drawn.
    pub runs: Vec<Run>,
    /// Why the history cannot be read, where that is so.
    pub runs_problem: Option<String>,
    /// The last comparison of new data with that of training; `None` before the first.
    pub drift: Option<Drift>,
    /// What this app predicted since it started.
    pub predictions: Predictions,
    /// How long answers took since the app started.
    pub latency: Latency,
    /// Answers counted by route and status since the app started, in any order; the same
    /// route and status may come more than once.
    pub requests: Vec<Requests>,
}

/// The age of things.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Health {
    /// Whether a scheduled run is overdue; `None` where there is no schedule.
    pub stale: Option<bool>,
    /// When the last run began that ended well.
    pub last_success: Option<String>,
    /// How long ago that is, in seconds.
    pub last_success_age: Option<f64>,
    /// When this app started.
    pub started: Option<String>,
}

/// The model in office.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Incumbent {
    /// The number of its deployed set.
    pub version: u64,
    /// The kind of the model as the config names it.
    pub kind: String,
    /// The metric of the gate as the config names it.
    pub metric: String,
    /// Its score; `None` where the metric is undefined.
    pub score: Option<f64>,
    /// The bounds of the 95% interval of the score.
    pub interval: Option<(f64, f64)>,
    /// How many rows it was scored on.
    pub test_rows: Option<u64>,
    /// How many rows it learnt from.
    pub training_rows: Option<u64>,
    /// When it was trained.
    pub trained: Option<String>,
    /// When it was deployed.
    pub deployed: Option<String>,
    /// Why it is in office, in words.
    pub reason: Option<String>,
}

/// A run as the history has it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// When it began.
    pub started: String,
    /// The program.
    pub command: String,
    /// How long it took.
    pub seconds: f64,
    /// The decision by its name in the history.
    pub decision: Option<String>,
    /// Whether it ended with an error.
    pub failed: bool,
    /// Why, in words.
    pub reason: Option<String>,
    /// The metric that the scores are of.
    pub metric: Option<String>,
    /// The score of the incumbent.
    pub old_score: Option<f64>,
    /// The score of the challenger.
    pub new_score: Option<f64>,
    /// The bounds of the 95% interval of the challenger's score.
    pub new_interval: Option<(f64, f64)>,
    /// The version in office afterwards.
    pub version: Option<u64>,
    /// What tells the test data of one run from that of another, such as its fingerprint.
    pub test_data: Option<String>,
}

/// How columns have changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drift {
    /// When it was looked at.
    pub time: Option<String>,
    /// What is compared with what and how, in words.
    pub method: Option<String>,
    /// The least effect that counts as drift, where there is one.
    pub floor: Option<f64>,
    /// The columns, in any order.
    pub columns: Vec<DriftColumn>,
    /// Why there are none, in words.
    pub nothing: Option<String>,
}

/// How a column has changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DriftColumn {
    /// Its name.
    pub name: String,
    /// How large the change is, from 0; of the same measure for all columns.
    pub effect: Option<f64>,
    /// Whether that counts as drift; `None` where it cannot be told.
    pub drifted: Option<bool>,
    /// A few words, such as why it cannot be told.
    pub note: Option<String>,
}

/// Predictions of the app.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Predictions {
    /// Rows answered.
    pub rows: u64,
    /// Rows by predicted label, in any order; none for quantities. With several labels a
    /// row counts for each of them.
    pub labels: Vec<LabelCount>,
}

/// Rows predicted to have a label.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabelCount {
    /// The label.
    pub label: String,
    /// How many.
    pub rows: u64,
}

/// How long answers took.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Latency {
    /// The time within which half of the answers came, in seconds.
    pub p50: Option<f64>,
    /// The same for 90 of 100.
    pub p90: Option<f64>,
    /// The same for 99 of 100.
    pub p99: Option<f64>,
    /// Answers by time, in rising order of the bound, each counted once.
    pub buckets: Vec<Bucket>,
}

/// Answers that took at most this long, and longer than the bucket before.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bucket {
    /// The upper bound in seconds; infinite for the last.
    pub upper: f64,
    /// How many.
    pub count: u64,
}

/// Answers of a route with a status.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Requests {
    /// The method, such as `GET`.
    pub method: String,
    /// The route as documented, not the path as asked: those are without number.
    pub route: String,
    /// The status code.
    pub status: u16,
    /// How many.
    pub count: u64,
}
