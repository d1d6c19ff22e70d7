//! `Chart.yaml`, as typed data.

use std::collections::BTreeMap;
use std::sync::Arc;

use source::{Path, Problem, Problems, Source, Span, Tree, yaml};
use sprig::semver::Version;

use crate::decode::{Decoder, field};

/// Every field that Helm knows; what is absent is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    pub name: String,
    pub home: String,
    pub sources: Vec<String>,
    pub version: String,
    pub description: String,
    pub keywords: Vec<String>,
    pub maintainers: Vec<Maintainer>,
    pub icon: String,
    /// `v1` (also where it is not given) or `v2`.
    pub api_version: String,
    pub condition: String,
    pub tags: String,
    pub app_version: String,
    pub deprecated: bool,
    pub annotations: Option<BTreeMap<String, String>>,
    pub kube_version: String,
    /// None where the key is absent, which Helm tells apart from an empty list.
    pub dependencies: Option<Vec<Dependency>>,
    /// Empty, `application` or `library`.
    pub kind: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Maintainer {
    pub name: String,
    pub email: String,
    pub url: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dependency {
    pub name: String,
    /// A version or range that the chart in `charts/` must fit.
    pub version: String,
    pub repository: String,
    /// Paths into the values, separated by commas; the first that is a boolean decides.
    pub condition: String,
    pub tags: Vec<String>,
    pub import_values: Vec<ImportValue>,
    pub alias: String,
    /// What Chart.yaml itself says of `enabled`; values decide, not this. Only `.Chart` shows it.
    pub enabled: bool,
    /// Where Chart.yaml lists it.
    pub span: Option<Span>,
}

/// One item of `import-values`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportValue {
    /// `name`: the table `exports.name` of the subchart goes into the parent's root.
    Export(String),
    /// The subchart's table `child` goes to the parent's path `parent`.
    Table { child: String, parent: String },
}

impl Dependency {
    /// The key of its values in the parent: the alias, or the name.
    pub fn key(&self) -> &str {
        if self.alias.is_empty() { &self.name } else { &self.alias }
    }
}

impl Metadata {
    pub fn is_library(&self) -> bool {
        self.kind.eq_ignore_ascii_case("library")
    }
}

/// Reads Chart.yaml, and requirements.yaml over it where an old chart has one.
pub(crate) fn read(
    chart_file: &Arc<Source>,
    requirements: Option<&Arc<Source>>,
    warnings: &mut Problems,
) -> Result<Metadata, Problems> {
    let read = yaml::read(chart_file, yaml::Options::HELM)?;
    warnings.extend(read.warnings);
    let mut decoder = Decoder::new(&chart_file.name);
    let mut metadata = decode(&mut decoder, &read.value);
    if metadata.api_version.is_empty() {
        metadata.api_version = "v1".to_owned();
    }
    if let Some(requirements) = requirements {
        let read = yaml::read(requirements, yaml::Options::HELM)?;
        let mut decoder_of_requirements = Decoder::new(&requirements.name);
        let listed = read
            .value
            .as_map()
            .and_then(|map| dependencies(&mut decoder_of_requirements, map, &Path::default()));
        if listed.is_some() {
            metadata.dependencies = listed;
        }
        decoder.problems.append(&mut decoder_of_requirements.problems);
        if metadata.api_version != "v1" {
            warnings.push(
                Problem::warning(
                    "requirements-file",
                    format!("`{}` belongs to charts of `apiVersion: v1`", requirements.name),
                )
                .help("list dependencies in Chart.yaml"),
            );
        }
    }
    if decoder.problems.is_empty() {
        validate(&mut decoder, &read.value, &metadata);
    }
    if decoder.problems.is_empty() { Ok(metadata) } else { Err(decoder.problems) }
}

fn decode(decoder: &mut Decoder, tree: &Tree) -> Metadata {
    let at = Path::default();
    let empty = source::Map::new();
    let map = if tree.is_null() { Some(&empty) } else { tree.as_map() };
    let Some(map) = map else {
        decoder.refuse(Some(tree), "Chart.yaml must be a map of fields".to_owned(), tree.kind());
        return Metadata::default();
    };
    let mut text = |name: &str| sanitize(&decoder.text(map, &at, name));
    Metadata {
        name: text("name"),
        home: text("home"),
        version: decoder.text(map, &at, "version"),
        description: sanitize(&decoder.text(map, &at, "description")),
        icon: sanitize(&decoder.text(map, &at, "icon")),
        api_version: decoder.text(map, &at, "apiVersion"),
        condition: sanitize(&decoder.text(map, &at, "condition")),
        tags: sanitize(&decoder.text(map, &at, "tags")),
        app_version: sanitize(&decoder.text(map, &at, "appVersion")),
        kube_version: sanitize(&decoder.text(map, &at, "kubeVersion")),
        kind: decoder.text(map, &at, "type"),
        sources: sanitized(decoder.texts(map, &at, "sources")),
        keywords: sanitized(decoder.texts(map, &at, "keywords")),
        maintainers: maintainers(decoder, map, &at),
        deprecated: decoder.boolean(map, &at, "deprecated"),
        annotations: decoder.text_map(map, &at, "annotations"),
        dependencies: dependencies(decoder, map, &at),
    }
}

fn maintainers(decoder: &mut Decoder, map: &source::Map, at: &Path) -> Vec<Maintainer> {
    let mut maintainers = Vec::new();
    for (path, item) in decoder.list(map, at, "maintainers").unwrap_or_default() {
        if let Some(map) = decoder.map(&path, item) {
            maintainers.push(Maintainer {
                name: sanitize(&decoder.text(map, &path, "name")),
                email: sanitize(&decoder.text(map, &path, "email")),
                url: sanitize(&decoder.text(map, &path, "url")),
            });
        }
    }
    maintainers
}

/// The field `dependencies` of a chart file or a lock.
pub(crate) fn dependencies(
    decoder: &mut Decoder,
    map: &source::Map,
    at: &Path,
) -> Option<Vec<Dependency>> {
    let mut dependencies = Vec::new();
    for (path, item) in decoder.list(map, at, "dependencies")? {
        if let Some(map) = decoder.map(&path, item) {
            dependencies.push(Dependency {
                name: sanitize(&decoder.text(map, &path, "name")),
                version: sanitize(&decoder.text(map, &path, "version")),
                repository: sanitize(&decoder.text(map, &path, "repository")),
                condition: sanitize(&decoder.text(map, &path, "condition")),
                tags: sanitized(decoder.texts(map, &path, "tags")),
                import_values: import_values(decoder, map, &path),
                alias: decoder.text(map, &path, "alias"),
                enabled: decoder.boolean(map, &path, "enabled"),
                span: field(map, "name").unwrap_or(item).span.clone(),
            });
        }
    }
    Some(dependencies)
}

/// Items of other types are passed over, as Helm does.
fn import_values(decoder: &mut Decoder, map: &source::Map, at: &Path) -> Vec<ImportValue> {
    let shown = |item: &Tree, key: &str| match item.get(key) {
        None => "<nil>".to_owned(),
        Some(tree) => crate::decode::scalar_text(tree).unwrap_or_default(),
    };
    let items = decoder.list(map, at, "import-values").unwrap_or_default();
    items
        .into_iter()
        .filter_map(|(_, item)| match &item.node {
            source::Node::Text(name) => Some(ImportValue::Export(name.to_string())),
            source::Node::Map(_) => Some(ImportValue::Table {
                child: shown(item, "child"),
                parent: shown(item, "parent"),
            }),
            _ => None,
        })
        .collect()
}

/// Helm's checks (pkg/chart/v2/metadata.go), all at once.
fn validate(decoder: &mut Decoder, tree: &Tree, metadata: &Metadata) {
    let at = |name: &str| tree.as_map().and_then(|map| field(map, name)).unwrap_or(tree);
    let name = &metadata.name;
    if name.is_empty() {
        decoder.missing("name");
    } else if name == "." || name == ".." || name.contains('/') {
        let message = format!("a chart cannot be called `{name}`");
        decoder.refuse(Some(at("name")), message, "a name is no path");
    }
    if metadata.version.is_empty() {
        decoder.missing("version");
    } else if Version::parse(&metadata.version).is_err() {
        let message = format!("`{}` is not a version", metadata.version);
        decoder.refuse(Some(at("version")), message, "a version looks like `1.2.3`");
    }
    if !["", "application", "library"].contains(&metadata.kind.as_str()) {
        let message = format!("a chart cannot be of type `{}`", metadata.kind);
        decoder.refuse(Some(at("type")), message, "`application` or `library`");
    }
    let mut seen: BTreeMap<&str, &Dependency> = BTreeMap::new();
    for dependency in metadata.dependencies.iter().flatten() {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !dependency.alias.chars().all(plain) {
            decoder.problems.push(
                Problem::error(
                    "bad-chart-file",
                    format!("the alias of the dependency `{}` is no plain name", dependency.name),
                )
                .at(dependency.span.as_ref(), "letters, digits, `-` and `_` make an alias"),
            );
        }
        if let Some(first) = seen.insert(dependency.key(), dependency) {
            decoder.problems.push(
                Problem::error(
                    "bad-chart-file",
                    format!("two dependencies are called `{}`", dependency.key()),
                )
                .at(dependency.span.as_ref(), "the second one")
                .at(first.span.as_ref(), "the first one")
                .help("give one of them an `alias`"),
            );
        }
    }
}

/// Other white space becomes a space, what cannot be printed goes.
fn sanitize(text: &str) -> String {
    text.chars()
        .filter_map(|c| if c.is_whitespace() { Some(' ') } else { (!c.is_control()).then_some(c) })
        .collect()
}

fn sanitized(texts: Vec<String>) -> Vec<String> {
    texts.iter().map(|text| sanitize(text)).collect()
}
