//! The JSON Schema accepts what the program accepts, and is itself what the types make.

use source::{Source, yaml};

use crate::disk::{directives, list, root, text};

#[test]
fn the_published_schema_is_made_from_the_types() {
    let path = root().join("schemas/regatta.json");
    let made = serde_json::to_string_pretty(&manifest::schema()).expect("a schema is JSON") + "\n";
    #[expect(clippy::disallowed_methods, reason = "the one way to write the schema")]
    if std::env::var("UPDATE_SCHEMA").is_ok() {
        std::fs::write(&path, &made).expect("schemas/ can be written");
    }
    assert!(text(&path) == made, "schemas/regatta.json is old: run this test with UPDATE_SCHEMA=1");
}

#[test]
fn the_schema_accepts_every_valid_manifest() {
    let mut files = list(&root().join("fixtures/manifests/valid"), ".yaml");
    for example in list(&root().join("examples"), "") {
        files.extend(list(&example, "regatta.yaml"));
    }
    for file in files {
        let errors = against_schema(&text(&file));
        assert!(errors.is_empty(), "{}: {errors:#?}", file.display());
    }
}

/// A fixture says `# schema: silent` where no schema can see the mistake.
#[test]
fn the_schema_refuses_what_a_schema_can_see() {
    for file in list(&root().join("fixtures/manifests/invalid"), ".yaml") {
        let content = text(&file);
        let silent =
            directives(&content).iter().any(|(key, value)| key == "schema" && value == "silent");
        if yaml::read(&Source::new("fixture", content.as_str()), yaml::Options::STRICT).is_err() {
            continue;
        }
        let errors = against_schema(&content);
        assert_eq!(errors.is_empty(), silent, "{}: {errors:#?}", file.display());
    }
}

fn against_schema(content: &str) -> Vec<String> {
    let read = yaml::read(&Source::new("fixture", content), yaml::Options::HELM).expect("YAML");
    let json =
        source::json::write(&read.value, source::json::Html::Plain, source::json::Layout::Compact);
    let value = serde_json::from_str(&json.expect("no infinities")).expect("our JSON is JSON");
    let validator = jsonschema::validator_for(&manifest::schema()).expect("our schema is a schema");
    validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}
