//! What happens in a run, as typed events. Stages emit them and never print;
//! the terminal and the log subscribe.

use crate::error::Problem;

/// The parts of a run, named as in reports, logs and the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading, checking and merging the input files.
    Ingestion,
    /// Fitting the challenger.
    Training,
    /// Evaluating challenger and incumbent on the test data.
    Scoring,
    /// Deciding, and making the winner the model in office.
    Deployment,
    /// Summary statistics, timings and dependencies.
    Diagnostics,
    /// Charts and documents.
    Reporting,
    /// Calling the API as a client would.
    Apicalls,
    /// Everything around the stages.
    Run,
}

impl Stage {
    /// The name, as the binaries are called.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Ingestion => "ingestion",
            Stage::Training => "training",
            Stage::Scoring => "scoring",
            Stage::Deployment => "deployment",
            Stage::Diagnostics => "diagnostics",
            Stage::Reporting => "reporting",
            Stage::Apicalls => "apicalls",
            Stage::Run => "run",
        }
    }
}

/// Something that a person or a log wants to know.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A fact, told as one line.
    Note(Stage, String),
    /// Something that deserves attention but does not stop the run.
    Warning(Stage, Problem),
    /// How the run ended. The terminal gets it as the result, on standard output.
    Outcome(String),
    /// A stage begins.
    Begun(Stage),
    /// A stage ended well after so many seconds.
    Finished(Stage, f64),
    /// How far a stage is with something that may take long. Terminals draw it, logs do not.
    Progress {
        /// The stage.
        stage: Stage,
        /// How much is done; the last event has all of it.
        done: u64,
        /// How much there is in all.
        total: u64,
        /// What is counted.
        unit: Unit,
        /// What is under way.
        what: String,
    },
}

/// What progress is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Steps of unequal length.
    Steps,
    /// Bytes of input.
    Bytes,
}

/// Takes events and does nothing with them.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Listener for Silent {
    fn on(&self, _: &Event) {}
}

/// Where events go.
pub trait Listener {
    /// Takes one event.
    fn on(&self, event: &Event);

    /// Tells a fact.
    fn note(&self, stage: Stage, text: String) {
        self.on(&Event::Note(stage, text));
    }

    /// Tells what deserves attention.
    fn warn(&self, stage: Stage, problem: Problem) {
        self.on(&Event::Warning(stage, problem));
    }
}
