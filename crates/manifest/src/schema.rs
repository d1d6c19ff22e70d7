//! The JSON Schema of `regatta.yaml`, made from the very types that read it.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::types::Workspace;

/// What editors complete and check with; `schemas/regatta.json` is this.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Workspace>().to_value();
    open(&mut schema);
    if let Some(root) = schema.as_object_mut() {
        root.insert("$id".to_owned(), json!("regatta.json"));
        root.insert("title".to_owned(), json!("Regatta workspace"));
        root.insert("patternProperties".to_owned(), json!({ "^x-": true }));
    }
    schema
}

/// Lets an expression stand wherever something else than text is asked for, and null unset whatever may be absent.
fn open(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    // A default says nothing to a reader where everything may be absent.
    object.remove("default");
    for key in ["properties", "$defs", "patternProperties"] {
        for child in object.get_mut(key).and_then(Value::as_object_mut).into_iter().flatten() {
            let (name, child) = child;
            open(child);
            if key == "properties" && name != "extends" {
                wrap(child);
            }
        }
    }
    for key in ["items", "additionalProperties"] {
        if let Some(child) = object.get_mut(key) {
            open(child);
            wrap(child);
        }
    }
    for child in object.get_mut("anyOf").and_then(Value::as_array_mut).into_iter().flatten() {
        open(child);
    }
}

/// `anyOf: [what it was, an expression]`, where an expression would not be allowed anyway.
fn wrap(schema: &mut Value) {
    let Some(object) = schema.as_object() else { return };
    if allows_any_text(object) {
        return;
    }
    let mut inner = object.clone();
    let description = inner.remove("description");
    let mut choices = match inner.remove("anyOf") {
        Some(Value::Array(choices)) if inner.is_empty() => choices,
        Some(choices) => {
            inner.insert("anyOf".to_owned(), choices);
            vec![Value::Object(inner)]
        }
        None => vec![Value::Object(inner)],
    };
    choices.push(json!({ "type": "string", "pattern": r"\$\{\{" }));
    let mut wrapped = Map::new();
    if let Some(description) = description {
        wrapped.insert("description".to_owned(), description);
    }
    wrapped.insert("anyOf".to_owned(), Value::Array(choices));
    *schema = Value::Object(wrapped);
}

fn allows_any_text(object: &Map<String, Value>) -> bool {
    let says_text = match object.get("type") {
        Some(Value::String(kind)) => kind == "string",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
        _ => false,
    };
    let is_open = !["pattern", "enum", "const"].iter().any(|key| object.contains_key(*key));
    let in_choices = object
        .get("anyOf")
        .and_then(Value::as_array)
        .is_some_and(|choices| choices.iter().filter_map(Value::as_object).any(allows_any_text));
    let is_anything = object.keys().all(|key| key == "description");
    (says_text && is_open) || in_choices || is_anything
}
