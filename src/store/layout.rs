//! The names of all artefacts.

/// Merged, distinct rows.
pub const MERGED: &str = "finaldata.csv";
/// One input file a line.
pub const INGESTED_FILES: &str = "ingestedfiles.txt";
/// The manifest of the merge.
pub const INGESTION: &str = "ingestion.json";
/// Rows that were not taken.
pub const REJECTED: &str = "rejected.csv";
/// The model.
pub const MODEL: &str = "trainedmodel.json";
/// What is kept of the data that the model was trained on.
pub const SKETCH: &str = "trainingsketch.json";
/// The bare score and a newline.
pub const SCORE_TEXT: &str = "latestscore.txt";
/// The score with all that belongs to it.
pub const SCORE: &str = "latestscore.json";
/// The chart of right and wrong predictions.
pub const CONFUSION: &str = "confusionmatrix.png";
/// The same as an SVG file.
pub const CONFUSION_SVG: &str = "confusionmatrix.svg";
/// Every plot of the report as an SVG file of its own, in this folder.
pub const PLOTS: &str = "plots";
/// What plots end in.
pub const PLOT: &str = ".svg";
/// The report for a browser.
pub const REPORT_HTML: &str = "report.html";
/// The report for paper.
pub const REPORT_PDF: &str = "report.pdf";
/// The reports of two versions side by side, for a browser and for paper.
pub fn comparison([first, second]: [u64; 2]) -> [String; 2] {
    ["html", "pdf"].map(|ending| format!("compare-{first}-{second}.{ending}"))
}
/// What the API answered.
pub const API_RETURNS: &str = "apireturns.json";
/// Summary statistics, timings, dependencies.
pub const DIAGNOSTICS: &str = "diagnostics.json";
/// Deployed sets.
pub const VERSIONS: &str = "versions";
/// The pointer to the set in office.
pub const CURRENT: &str = "current";
/// The set that is about to come into office.
pub const NEXT: &str = ".next";
/// What a deployed set consists of, with checksums.
pub const SET_MANIFEST: &str = "manifest.json";
/// The signature over the manifest, where deployments are signed.
pub const SET_SIGNATURE: &str = "manifest.json.sig";
/// Every run, score, deployment, rollback and logged prediction.
pub const HISTORY: &str = "history.sqlite";
/// What the last run that came to a decision looked at.
pub const LAST_RUN: &str = "lastrun.json";
/// Held by the run that is under way.
pub const LOCK: &str = ".lock";
/// Rows added over HTTP since the last run, in the input folder.
pub const ADDED: &str = "added.csv";
/// Held while rows are added or their file gets its final name; lies in the input folder.
pub const ADDED_LOCK: &str = ".added.lock";
/// The log, beside the config.
pub const LOG: &str = "fullprocess.log";

/// The files of a deployed set, the manifest and its signature last. Sets from before there were
/// sketches have none, and those that nobody signed have no signature.
pub const SET: [&str; 7] = [MODEL, SCORE_TEXT, SCORE, INGESTED_FILES, SKETCH, SET_MANIFEST, SET_SIGNATURE];
