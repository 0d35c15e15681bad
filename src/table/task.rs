//! The kinds of question.

use serde::{Deserialize, Serialize};

/// The kind of question that a target asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// Yes or no.
    Binary,
    /// One of several classes.
    Multiclass,
    /// A quantity.
    Regression,
    /// Several yes/no questions about the same row.
    Multilabel,
}

impl Task {
    /// Every kind.
    pub const ALL: [Task; 4] = [Task::Binary, Task::Multiclass, Task::Regression, Task::Multilabel];
    /// The names used in config and messages, in the order of the variants.
    pub const NAMES: [&str; 4] = ["binary", "multiclass", "regression", "multilabel"];

    /// The name used in config and messages.
    pub fn name(self) -> &'static str {
        match self {
            Task::Binary => "binary",
            Task::Multiclass => "multiclass",
            Task::Regression => "regression",
            Task::Multilabel => "multilabel",
        }
    }

    /// The task of that name.
    pub fn of_name(name: &str) -> Option<Task> {
        Task::ALL.into_iter().find(|task| task.name() == name)
    }

    /// What the answers are, for people.
    pub fn words(self) -> &'static str {
        match self {
            Task::Binary => "yes or no",
            Task::Multiclass => "one of several classes",
            Task::Regression => "a quantity",
            Task::Multilabel => "several labels, each yes or no",
        }
    }

    /// Whether a row has one class, of two or of several.
    pub fn is_classes(self) -> bool {
        matches!(self, Task::Binary | Task::Multiclass)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_in_all_their_uses() {
        for (task, name) in Task::ALL.into_iter().zip(Task::NAMES) {
            assert_eq!(task.name(), name);
            assert_eq!(Task::of_name(name), Some(task));
            assert_eq!(serde_json::to_value(task).unwrap(), name);
        }
    }
}
