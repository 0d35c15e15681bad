//! JSON Schemas of the bodies that routes take, for the model in office.

use super::State;
use crate::table::{ColumnSchema, Role, Type};
use serde_json::{Map, Value, json};

/// Cells that a column takes. A whole number or a truth value is a name, too.
fn cell(kind: Type) -> Value {
    match kind {
        Type::Number => json!({ "type": ["number", "boolean", "null"] }),
        Type::Date => json!({ "anyOf": [{ "type": "string", "format": "date" }, { "type": "null" }] }),
        Type::Category | Type::Text => json!({ "type": ["string", "integer", "boolean", "null"] }),
    }
}

/// An object with a member of that shape for each column; features and targets are required.
fn object(columns: &[ColumnSchema], shape: impl Fn(Type) -> Value) -> Value {
    let properties: Map<String, Value> = columns.iter().map(|c| (c.name.clone(), shape(c.kind))).collect();
    let needed = columns.iter().filter(|c| matches!(c.role, Role::Feature | Role::Target));
    let required: Vec<&str> = needed.map(|c| c.name.as_str()).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn features(state: &State) -> Vec<ColumnSchema> {
    state.office().ok().flatten().map(|office| office.features.columns().to_vec()).unwrap_or_default()
}

/// One row: an object of features.
pub fn row(state: &State) -> Value {
    object(&features(state), cell)
}

/// Several rows.
pub fn rows(state: &State) -> Value {
    json!({ "type": "array", "minItems": 1, "items": row(state) })
}

/// Rows of values in the order of the features.
pub fn values(state: &State) -> Value {
    let cells: Vec<Value> = features(state).iter().map(|c| cell(c.kind)).collect();
    let row = json!({ "type": "array", "prefixItems": cells, "minItems": cells.len(), "maxItems": cells.len() });
    json!({ "type": "array", "minItems": 1, "items": row })
}

/// A column each, one list of cells by name.
pub fn columns(state: &State) -> Value {
    let list = |kind| json!({ "type": "array", "minItems": 1, "maxItems": 1, "items": cell(kind) });
    object(&features(state), list)
}

/// One row with its label.
pub fn labelled(state: &State) -> Value {
    let columns = state.manifest().ok().flatten().map(|manifest| manifest.schema.columns).unwrap_or_default();
    object(&columns, cell)
}

/// Several rows with their labels.
pub fn all_labelled(state: &State) -> Value {
    json!({ "type": "array", "minItems": 1, "items": labelled(state) })
}

/// An object with one member of that schema.
pub fn only(name: &str, schema: Value) -> Value {
    json!({ "type": "object", "properties": { name: schema }, "required": [name] })
}

/// An object with that member and no other.
pub fn exactly(name: &str, schema: Value) -> Value {
    let mut object = only(name, schema);
    object["additionalProperties"] = json!(false);
    object
}

/// A text: bodies that are no JSON.
pub fn text(_: &State) -> Value {
    json!({ "type": "string" })
}
