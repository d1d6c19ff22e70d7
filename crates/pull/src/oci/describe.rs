//! What Helm tells a registry of a chart: its metadata as the manifest's config, and annotations (pkg/registry/chart.go).
//! Byte for byte, so that both give the same chart the same digest.

use std::collections::BTreeMap;

use chart::metadata::ImportValue;
use chart::{Dependency, Maintainer, Metadata};
use serde::Serialize;
use serde_json::{Value, json};

/// JSON as Go writes it: these characters, which stand in strings only, are escaped.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    let text = serde_json::to_string(value).expect("texts, numbers and maps are JSON");
    let escapes = [
        ('<', "\\u003c"),
        ('>', "\\u003e"),
        ('&', "\\u0026"),
        ('\u{2028}', "\\u2028"),
        ('\u{2029}', "\\u2029"),
    ];
    escapes.iter().fold(text, |text, (letter, escape)| text.replace(*letter, escape)).into_bytes()
}

/// `chart.Metadata`, with its fields in their order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Config<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    home: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    sources: &'a [String],
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    keywords: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    maintainers: Vec<Person<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    icon: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    api_version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    condition: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    tags: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    app_version: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deprecated: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    kube_version: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<Needed<'a>>,
    #[serde(rename = "type", skip_serializing_if = "str::is_empty")]
    kind: &'a str,
}

/// `chart.Maintainer`.
#[derive(Serialize)]
struct Person<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    email: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    url: &'a str,
}

/// `chart.Dependency`: its name and repository stand there even where they are empty.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Needed<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
    repository: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    condition: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    enabled: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    import_values: Vec<Value>,
    #[serde(skip_serializing_if = "str::is_empty")]
    alias: &'a str,
}

pub(super) fn config(metadata: &Metadata) -> Config<'_> {
    let annotations = metadata.annotations.iter().flatten();
    Config {
        name: &metadata.name,
        home: &metadata.home,
        sources: &metadata.sources,
        version: &metadata.version,
        description: &metadata.description,
        keywords: &metadata.keywords,
        maintainers: metadata.maintainers.iter().map(person).collect(),
        icon: &metadata.icon,
        api_version: &metadata.api_version,
        condition: &metadata.condition,
        tags: &metadata.tags,
        app_version: &metadata.app_version,
        deprecated: metadata.deprecated,
        annotations: annotations.map(|(key, value)| (key.as_str(), value.as_str())).collect(),
        kube_version: &metadata.kube_version,
        dependencies: metadata.dependencies.iter().flatten().map(needed).collect(),
        kind: &metadata.kind,
    }
}

fn person(maintainer: &Maintainer) -> Person<'_> {
    Person { name: &maintainer.name, email: &maintainer.email, url: &maintainer.url }
}

fn needed(dependency: &Dependency) -> Needed<'_> {
    let import = |import: &ImportValue| match import {
        ImportValue::Export(name) => Value::from(name.as_str()),
        ImportValue::Table { child, parent } => json!({"child": child, "parent": parent}),
    };
    Needed {
        name: &dependency.name,
        version: &dependency.version,
        repository: &dependency.repository,
        condition: &dependency.condition,
        tags: &dependency.tags,
        enabled: dependency.enabled,
        import_values: dependency.import_values.iter().map(import).collect(),
        alias: &dependency.alias,
    }
}

/// The manifest's annotations; the chart's own count unless they would say another name or version. `created` is when the
/// archive was last written, as RFC 3339.
pub(super) fn annotations(metadata: &Metadata, created: &str) -> BTreeMap<String, String> {
    const TITLE: &str = "org.opencontainers.image.title";
    const VERSION: &str = "org.opencontainers.image.version";
    let authors: Vec<String> = metadata.maintainers.iter().map(author).collect();
    let said = [
        ("org.opencontainers.image.description", metadata.description.as_str()),
        (TITLE, &metadata.name),
        (VERSION, &metadata.version),
        ("org.opencontainers.image.url", &metadata.home),
        ("org.opencontainers.image.created", created),
        ("org.opencontainers.image.source", metadata.sources.first().map_or("", String::as_str)),
        ("org.opencontainers.image.authors", &authors.join(", ")),
    ];
    let said = said.into_iter().filter(|(_, value)| !value.trim().is_empty());
    let mut annotations: BTreeMap<String, String> =
        said.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let own = metadata.annotations.iter().flatten();
    let own = own.filter(|(key, _)| ![TITLE, VERSION].contains(&key.as_str()));
    annotations.extend(own.map(|(key, value)| (key.clone(), value.clone())));
    annotations
}

fn author(maintainer: &Maintainer) -> String {
    if maintainer.email.is_empty() {
        maintainer.name.clone()
    } else {
        format!("{} ({})", maintainer.name, maintainer.email)
    }
}
