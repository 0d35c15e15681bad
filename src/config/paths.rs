//! The five folders of a config.

use crate::error::Problem;
use std::path::{Component, Path, PathBuf};

/// The keys of the five folders.
pub const FOLDER_KEYS: [&str; 5] =
    ["input_folder_path", "output_folder_path", "test_data_path", "output_model_path", "prod_deployment_path"];

/// Where everything lies; absolute paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// Input files.
    pub input: PathBuf,
    /// Merged data.
    pub ingested: PathBuf,
    /// Test data.
    pub test: PathBuf,
    /// The newest trained model.
    pub model: PathBuf,
    /// The deployed models.
    pub production: PathBuf,
    /// The folder of the config file: relative paths start here, the log lies here.
    pub home: PathBuf,
}

impl Folders {
    /// The folders that `value` gives for the five keys, relative to the config at `path`.
    pub fn new<'a>(path: &Path, value: impl Fn(&str) -> &'a str) -> Folders {
        let home = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let at = |key: &str| normal(&home.join(value(key).trim()));
        Folders {
            input: at(FOLDER_KEYS[0]),
            ingested: at(FOLDER_KEYS[1]),
            test: at(FOLDER_KEYS[2]),
            model: at(FOLDER_KEYS[3]),
            production: at(FOLDER_KEYS[4]),
            home,
        }
    }

    /// The folders that are written to.
    pub fn outputs(&self) -> [&Path; 3] {
        [&self.ingested, &self.model, &self.production]
    }

    /// The folder of a key.
    pub fn by_key(&self, key: &str) -> Option<&Path> {
        let folders = [&self.input, &self.ingested, &self.test, &self.model, &self.production];
        FOLDER_KEYS.iter().position(|k| *k == key).map(|i| folders[i].as_path())
    }

    /// A text without the places of the server in it: folders by their keys, what lies beside the
    /// config by its name alone.
    pub fn hide(&self, text: &str) -> String {
        let home = format!("{}/", self.home.display());
        let near = text.replace(&home, "");
        FOLDER_KEYS.iter().fold(near, |text, key| match self.by_key(key) {
            Some(folder) if !folder.starts_with(&self.home) => text.replace(&folder.display().to_string(), key),
            _ => text,
        })
    }

    /// Outputs must not land among inputs: they would be read as input by the next run.
    pub fn problems(&self, name: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let outputs =
            [(FOLDER_KEYS[1], &self.ingested), (FOLDER_KEYS[3], &self.model), (FOLDER_KEYS[4], &self.production)];
        for (key, output) in outputs {
            for (input_key, input) in [(FOLDER_KEYS[0], &self.input), (FOLDER_KEYS[2], &self.test)] {
                if output.starts_with(input) || *output == self.home {
                    problems.push(
                        Problem::at(
                            format!("{name}: /{key}"),
                            "an output folder lies among the inputs or on the config's own folder",
                        )
                        .why(format!("what is written there would be read again through {input_key}"))
                        .hint("give outputs a folder of their own"),
                    );
                    break;
                }
            }
        }
        if self.ingested == self.production || self.model == self.production || self.model == self.ingested {
            problems.push(
                Problem::at(format!("{name}: /prod_deployment_path"), "two output folders are the same")
                    .hint("give output_folder_path, output_model_path and prod_deployment_path a folder each"),
            );
        }
        if self.input == self.test {
            problems.push(
                Problem::at(format!("{name}: /test_data_path"), "the test data is the training data")
                    .why("a score on rows that the model was trained on says nothing")
                    .hint("keep test rows in a folder of their own"),
            );
        } else if self.test.starts_with(&self.input) {
            problems.push(
                Problem::at(format!("{name}: /test_data_path"), "the test data lies inside the input folder")
                    .why("the model would be trained on the rows that it is tested on")
                    .hint("keep test rows in a folder of their own"),
            );
        }
        problems
    }

    /// A path as messages and manifests show it: relative to the config's folder where it lies below.
    pub fn show(&self, path: &Path) -> String {
        path.strip_prefix(&self.home).unwrap_or(path).display().to_string()
    }
}

/// A path without `.` and `..`, by its names alone.
fn normal(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    result
}
