//! Inputs are a context in JSON and templates, apart by `---`; snapshots show what each prints or how it fails.

use std::fmt::Write as _;

use gotmpl::{Options, Value};

use crate::functions::functions;
use crate::render;

#[test]
fn templates_print_what_gos_do() {
    insta::glob!("inputs/*.txt", |path| {
        #[expect(clippy::disallowed_methods, reason = "the inputs are files")]
        let input = std::fs::read_to_string(path).unwrap();
        let mut parts = input.trim_end_matches('\n').split("\n---\n");
        let context = parts.next().unwrap_or_default();
        let functions = functions();
        let mut shown = String::new();
        for text in parts {
            // A template may change its values.
            let dot = value(&serde_json::from_str(context).unwrap());
            let result = render(&functions, text, &dot, &Options::default());
            let result = match result {
                Ok(output) => format!("  => {output}"),
                Err(error) => format!("error: {}", error.go_text()),
            };
            writeln!(shown, "{text}\n{result}\n").unwrap();
        }
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(shown);
        });
    });
}

/// JSON as Go reads it: every number is a float.
fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(truth) => Value::Bool(*truth),
        serde_json::Value::Number(number) => Value::Float(number.as_f64().unwrap_or_default()),
        serde_json::Value::String(text) => text.as_str().into(),
        serde_json::Value::Array(items) => Value::list(items.iter().map(value).collect()),
        serde_json::Value::Object(entries) => {
            Value::map(entries.iter().map(|(key, item)| (key.as_str(), value(item))))
        }
    }
}
