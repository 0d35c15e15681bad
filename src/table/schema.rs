//! The columns of a data set: names, types, and what part they play.

use serde::{Deserialize, Serialize};

/// What the cells of a column mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// A finite number.
    Number,
    /// One of a set of names.
    Category,
    /// Free text.
    Text,
    /// A calendar date.
    Date,
}

impl Type {
    /// The names used in config and messages, in the order of the variants.
    pub const NAMES: [&str; 4] = ["number", "category", "text", "date"];

    /// The name used in config and messages.
    pub fn name(self) -> &'static str {
        match self {
            Type::Number => "number",
            Type::Category => "category",
            Type::Text => "text",
            Type::Date => "date",
        }
    }

    /// The type of that name.
    pub fn of_name(name: &str) -> Option<Type> {
        [Type::Number, Type::Category, Type::Text, Type::Date].into_iter().find(|t| t.name() == name)
    }
}

/// What part a column plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The model sees it.
    Feature,
    /// The model predicts it.
    Target,
    /// Names a row; the model does not see it.
    Id,
    /// Kept in the data, kept out of the model.
    Ignored,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnSchema {
    /// The name in the header.
    pub name: String,
    /// What its cells mean.
    #[serde(rename = "type")]
    pub kind: Type,
    /// What part it plays.
    pub role: Role,
}

/// The columns of a data set, in the order of its header. Names are distinct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Schema {
    /// The columns.
    pub columns: Vec<ColumnSchema>,
}

impl Schema {
    /// Where the column of that name stands.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    /// The columns that the model sees.
    pub fn features(&self) -> impl Iterator<Item = &ColumnSchema> {
        self.columns.iter().filter(|c| c.role == Role::Feature)
    }

    /// The columns to predict: one, or the labels of a multilabel question.
    pub fn targets(&self) -> impl Iterator<Item = &ColumnSchema> {
        self.columns.iter().filter(|c| c.role == Role::Target)
    }

    /// The columns that a model is scored on: features and target.
    pub fn scored(&self) -> Schema {
        let needed = |column: &&ColumnSchema| matches!(column.role, Role::Feature | Role::Target);
        Schema { columns: self.columns.iter().filter(needed).cloned().collect() }
    }

    /// What is predicted, for people: the name of the column, or of the first of so many.
    pub fn target_words(&self) -> String {
        let names: Vec<&str> = self.targets().map(|c| c.name.as_str()).collect();
        match names.as_slice() {
            [] => String::new(),
            [one] => (*one).to_string(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        }
    }

    /// The names, in order.
    pub fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|c| c.name.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_names_agree_in_all_their_uses() {
        for (name, kind) in Type::NAMES.iter().zip([Type::Number, Type::Category, Type::Text, Type::Date]) {
            assert_eq!(kind.name(), *name);
            assert_eq!(Type::of_name(name), Some(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{name}\""));
        }
    }
}
