//! Rows to predict, as clients send them, into a table with the features of the model.
//!
//! - [`Features`]: the columns that are read, and how their cells are.
//! - [`scalar`]: one value of a JSON document.
//! - [`sink`]: cells in any order into a table, every problem told.
//! - [`json`]: the shapes in which JSON holds rows.
//! - [`folders`]: rows from the test data and from files inside the configured folders.
//! - [`forms`]: a whole request of our own routes.
//! - [`labelled`]: rows with their labels, for the next ingestion.

pub mod folders;
pub mod forms;
pub mod json;
pub mod labelled;
pub mod scalar;
pub mod sink;

pub use sink::Sink;

use crate::config::{Config, Data};
use crate::stages::row_check::RowCheck;
use crate::stages::scoring::Model;
use crate::stages::unique::Unique;
use crate::table::{ColumnSchema, Role, Schema, Type};
use std::collections::HashMap;
use std::sync::Arc;

/// What is read of the rows that a model is asked about.
#[derive(Debug)]
pub struct Features {
    /// The columns that the model sees, and after them the identifier, where predictions are
    /// logged under it.
    pub schema: Arc<Schema>,
    /// How many of them the model sees.
    pub count: usize,
    /// Every column of the training data: who sends whole rows is not told that some are
    /// unknown.
    pub known: Vec<String>,
    data: Data,
    /// Of such rows, before the first one.
    check: RowCheck,
    unique: Unique,
    /// Whether an object that has all of them is a row whatever else it has: no member is named
    /// as those that tell other things than cells.
    is_plain: bool,
    /// Which columns every row must have.
    needed: Vec<bool>,
    /// Whether rows are held against the rules of the config, as training data is.
    is_strict: bool,
    places: HashMap<String, usize>,
    /// For each column, how `false` and `true` are spelt there.
    words: Vec<[String; 2]>,
}

impl Features {
    /// Those of a model.
    pub fn of(model: &Model, config: &Config) -> Features {
        let all = &model.document.schema.columns;
        let mut columns: Vec<ColumnSchema> = all.iter().filter(|c| c.role == Role::Feature).cloned().collect();
        let count = columns.len();
        // An identifier is kept as the text that it is, so that labels find it again.
        let id = all.iter().find(|c| c.role == Role::Id).filter(|_| config.api.log_predictions);
        columns.extend(id.map(|id| ColumnSchema { kind: Type::Text, ..id.clone() }));
        // As when the model was trained, and without the rules that training data must obey.
        let data = Data {
            missing: model.document.missing(),
            rules: Default::default(),
            max_bad_share: 0.0,
            ..config.data.clone()
        };
        let names_a_form = |c: &ColumnSchema| forms::NAMES.contains(&c.name.as_str());
        let schema = Arc::new(Schema { columns });
        let columns = &schema.columns;
        Features {
            check: RowCheck::new(&schema, &data),
            unique: Unique::new(&schema, &data),
            is_plain: count > 0 && !columns.iter().any(names_a_form),
            count,
            known: all.iter().map(|c| c.name.clone()).collect(),
            needed: (0..columns.len()).map(|place| place < count).collect(),
            is_strict: false,
            data,
            places: places(columns),
            words: columns.iter().map(|c| words(Some(model), c)).collect(),
            schema,
        }
    }

    /// All columns of labelled rows, to be read as ingestion reads them; `model` tells how truth
    /// values are spelt.
    pub fn labelled(schema: &Schema, config: &Config, model: Option<&Model>) -> Features {
        let columns = &schema.columns;
        let data = Data { max_bad_share: 0.0, ..config.data.clone() };
        Features {
            check: RowCheck::new(schema, &data),
            unique: Unique::new(schema, &data),
            is_plain: false,
            count: columns.len(),
            known: columns.iter().map(|c| c.name.clone()).collect(),
            needed: columns.iter().map(|c| matches!(c.role, Role::Feature | Role::Target)).collect(),
            is_strict: true,
            data,
            places: places(columns),
            words: columns.iter().map(|c| words(model, c)).collect(),
            schema: Arc::new(schema.clone()),
        }
    }

    /// The columns that the model sees, in order.
    pub fn columns(&self) -> &[ColumnSchema] {
        &self.schema.columns[..self.count]
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns().iter().map(|c| c.name.as_str())
    }

    /// The name of the identifier, where it is read.
    pub fn id(&self) -> Option<&str> {
        self.schema.columns.get(self.count).map(|c| c.name.as_str())
    }

    /// The columns that the model sees, as a schema.
    fn model_schema(&self) -> Schema {
        Schema { columns: self.columns().to_vec() }
    }

    /// The schema to read a file of that header by.
    fn schema_for(&self, header: &[String]) -> Schema {
        let there = |name: &str| header.iter().any(|h| h == name);
        let columns = self.columns().iter().chain(self.schema.columns[self.count..].iter().filter(|c| there(&c.name)));
        Schema { columns: columns.cloned().collect() }
    }
}

fn places(columns: &[ColumnSchema]) -> HashMap<String, usize> {
    columns.iter().enumerate().map(|(place, c)| (c.name.clone(), place)).collect()
}

/// How `false` and `true` are spelt in a column.
fn words(model: Option<&Model>, column: &ColumnSchema) -> [String; 2] {
    if column.kind == Type::Number {
        return ["0", "1"].map(str::to_string);
    }
    let features = model.map_or(&[][..], |model| model.pipeline.preparation().features());
    let levels = features.iter().find(|f| f.column == column.name).map_or(&[][..], |f| f.transform.levels());
    ["false", "true"]
        .map(|word| levels.iter().find(|l| l.eq_ignore_ascii_case(word)).map_or(word, String::as_str).to_string())
}
