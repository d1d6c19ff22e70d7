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

/// Lets an expression stand wherever something else than text is asked for, and null where it unsets a key.
fn open(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    // A default says nothing to a reader where everything may be absent.
    object.remove("default");
    for key in ["properties", "$defs", "patternProperties"] {
        for (name, child) in
            object.get_mut(key).and_then(Value::as_object_mut).into_iter().flatten()
        {
            open(child);
            if key == "properties" && name != "extends" {
                add(child, expression());
                add(child, null());
            }
        }
    }
    if let Some(child) = object.get_mut("additionalProperties").filter(|child| child.is_object()) {
        open(child);
        add(child, expression());
        add(child, null());
    }
    if let Some(child) = object.get_mut("items").filter(|child| child.is_object()) {
        open(child);
        add(child, expression());
    }
    for child in object.get_mut("anyOf").and_then(Value::as_array_mut).into_iter().flatten() {
        open(child);
    }
}

fn expression() -> Value {
    json!({ "type": "string", "pattern": r"\$\{\{" })
}

fn null() -> Value {
    json!({ "type": "null" })
}

/// Allows one more form, where nothing allows it yet. The description stays outside, where editors look for it.
fn add(schema: &mut Value, choice: Value) {
    let Some(object) = schema.as_object() else { return };
    let kind = choice["type"].as_str().unwrap_or_default().to_owned();
    if allows(object, &kind) {
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
    choices.push(choice);
    let mut wrapped = Map::new();
    wrapped.extend(description.map(|description| ("description".to_owned(), description)));
    wrapped.insert("anyOf".to_owned(), Value::Array(choices));
    *schema = Value::Object(wrapped);
}

/// Whether any value of this kind is allowed already.
fn allows(object: &Map<String, Value>, kind: &str) -> bool {
    let says_so = match object.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(kinds)) => kinds.iter().any(|one| one == kind),
        _ => false,
    };
    let is_open = !["pattern", "enum", "const"].iter().any(|key| object.contains_key(*key));
    let in_choices = object.get("anyOf").and_then(Value::as_array).is_some_and(|choices| {
        choices.iter().filter_map(Value::as_object).any(|one| allows(one, kind))
    });
    let is_anything = object.keys().all(|key| key == "description");
    (says_so && is_open) || in_choices || is_anything
}
