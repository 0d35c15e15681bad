//! What lies in the input folder, and what must come of it: a naive merge that knows nothing of the
//! program.

use std::collections::{BTreeMap, HashSet};

pub const HEADER: &str = "customer,plan,fee,calls,churned";
/// The share of bad rows beyond which a run stops, as the config of every world says.
pub const MAX_BAD_SHARE: f64 = 0.3;

/// A row as it stands in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub text: String,
    pub is_good: bool,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Rows {
        rows: Vec<Row>,
        ending: &'static str,
    },
    /// Something that no run can use.
    Broken(Vec<u8>),
}

impl Content {
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Content::Broken(bytes) => bytes.clone(),
            Content::Rows { rows, ending } => {
                let lines = std::iter::once(HEADER).chain(rows.iter().map(|row| row.text.as_str()));
                lines.flat_map(|line| [line, ending]).collect::<String>().into_bytes()
            }
        }
    }
}

/// The files by their names, relative to the folder.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    pub files: BTreeMap<String, Content>,
}

/// What must come of a folder.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    NoFile,
    Unusable,
    Merged(Merged),
}

/// What a merge leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// `finaldata.csv`
    pub text: String,
    /// `ingestedfiles.txt`
    pub names: String,
    /// Rows read, kept, duplicate, rejected.
    pub counts: [u64; 4],
    /// Whether a model can be learnt from it: there are two labels, and rows enough.
    pub can_teach: bool,
}

impl Folder {
    /// Names in the order in which a folder is read: part by part.
    fn ordered(&self) -> Vec<(&String, &Content)> {
        let mut files: Vec<_> = self.files.iter().collect();
        files.sort_by_key(|(name, _)| name.split('/').collect::<Vec<_>>());
        files
    }

    /// Whether some file stops every run.
    pub fn broken(&self) -> Vec<String> {
        let broken = self.files.iter().filter(|(_, content)| matches!(content, Content::Broken(_)));
        broken.map(|(name, _)| name.clone()).collect()
    }

    pub fn merge(&self) -> Expected {
        if self.files.is_empty() {
            return Expected::NoFile;
        }
        let (mut seen, mut labels) = (HashSet::new(), HashSet::new());
        let (mut text, mut names) = (format!("{HEADER}\n"), String::new());
        let [mut read, mut kept, mut duplicate, mut rejected] = [0; 4];
        for (name, content) in self.ordered() {
            let Content::Rows { rows, .. } = content else { return Expected::Unusable };
            names += &format!("{name}\n");
            for row in rows {
                read += 1;
                if !row.is_good {
                    rejected += 1;
                } else if !seen.insert(&row.text) {
                    duplicate += 1;
                } else {
                    kept += 1;
                    labels.extend(row.text.rsplit(',').next());
                    text += &format!("{}\n", row.text);
                }
            }
        }
        if kept == 0 || rejected as f64 > MAX_BAD_SHARE * read as f64 {
            return Expected::Unusable;
        }
        let can_teach = labels.len() == 2 && kept >= 4;
        Expected::Merged(Merged { text, names, counts: [read, kept, duplicate, rejected], can_teach })
    }
}
