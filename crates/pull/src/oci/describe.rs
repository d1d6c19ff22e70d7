//! What Helm tells a registry of a chart: its metadata as the manifest's config, and annotations (pkg/registry/chart.go).
//! Byte for byte, so that both give the same chart the same digest.

use std::collections::BTreeMap;

use chart::{Maintainer, Metadata};
use serde::Serialize;

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
