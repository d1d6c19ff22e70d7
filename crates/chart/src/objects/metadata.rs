//! `.Chart`: a map in Helm 4, a struct in Helm 3 (`recAllTpls` of pkg/engine/engine.go in both).

use std::rc::Rc;

use gotmpl::{List, ListType, MapRef, MapType, Value};
use sprig::Dialect;

use super::structure::{Field, Slice, Struct};
use crate::metadata::{ImportValue, Maintainer};
use crate::values::Effective;
use crate::{Dependency, Metadata};

/// What templates see of a chart under its alias, with the dependencies that are enabled.
pub(crate) fn metadata(chart: &Effective<'_>, is_root: bool, dialect: Dialect) -> Value {
    match dialect {
        Dialect::Helm4 => as_map(chart, is_root),
        Dialect::Helm3 => as_struct(chart, is_root),
    }
}

/// The names of Go's fields, nothing omitted.
fn as_map(chart: &Effective<'_>, is_root: bool) -> Value {
    let any = |texts: &[String]| Value::list(texts.iter().map(|one| text(one)).collect());
    let is_enabled = |dependency: &Dependency| chart.is_settled || dependency.enabled;
    let maintainer = |maintainer: &Maintainer| {
        Value::map([
            ("Name", text(&maintainer.name)),
            ("Email", text(&maintainer.email)),
            ("URL", text(&maintainer.url)),
        ])
    };
    let dependency = |dependency: &&Dependency| {
        Value::map([
            ("Name", text(chart.name_of(dependency))),
            ("Version", text(&dependency.version)),
            ("Repository", text(&dependency.repository)),
            ("Condition", text(&dependency.condition)),
            ("Tags", any(&dependency.tags)),
            ("Enabled", Value::Bool(is_enabled(dependency))),
            ("ImportValues", Value::list(imports(dependency))),
            ("Alias", text(&dependency.alias)),
        ])
    };
    let of = &chart.chart.metadata;
    Value::map([
        ("Name", text(&chart.name)),
        ("Home", text(&of.home)),
        ("Sources", any(&of.sources)),
        ("Version", text(&of.version)),
        ("Description", text(&of.description)),
        ("Keywords", any(&of.keywords)),
        ("Maintainers", Value::list(of.maintainers.iter().map(maintainer).collect())),
        ("Icon", text(&of.icon)),
        ("APIVersion", text(&of.api_version)),
        ("Condition", text(&of.condition)),
        ("Tags", text(&of.tags)),
        ("AppVersion", text(&of.app_version)),
        ("Deprecated", Value::Bool(of.deprecated)),
        ("Annotations", annotations(of)),
        ("KubeVersion", text(&of.kube_version)),
        ("Dependencies", Value::list(listed(chart).iter().map(dependency).collect())),
        ("Type", text(&of.kind)),
        ("IsRoot", Value::Bool(is_root)),
    ])
}

/// `chart.Metadata` with the field `IsRoot` beside it.
fn as_struct(chart: &Effective<'_>, is_root: bool) -> Value {
    let of = &chart.chart.metadata;
    let is_enabled = |dependency: &Dependency| chart.is_settled || dependency.enabled;
    let maintainers = of.maintainers.iter().map(|maintainer| {
        pointer(
            "*chart.Maintainer",
            vec![
                Field::new("Name", "name", text(&maintainer.name)),
                Field::new("Email", "email", text(&maintainer.email)),
                Field::new("URL", "url", text(&maintainer.url)),
            ],
        )
    });
    let dependencies = listed(chart).iter().map(|dependency| {
        let imports = nil_or_list(ListType::Any, imports(dependency));
        pointer(
            "*chart.Dependency",
            vec![
                Field::always("Name", "name", text(chart.name_of(dependency))),
                Field::new("Version", "version", text(&dependency.version)),
                Field::always("Repository", "repository", text(&dependency.repository)),
                Field::new("Condition", "condition", text(&dependency.condition)),
                Field::new("Tags", "tags", texts(&dependency.tags)),
                Field::new("Enabled", "enabled", Value::Bool(is_enabled(dependency))),
                Field::new("ImportValues", "import-values", imports),
                Field::new("Alias", "alias", text(&dependency.alias)),
            ],
        )
    });
    let slice = |type_name, items| Value::object(Slice { type_name, items });
    let maintainers = nil_or_list(ListType::Any, maintainers.collect());
    let maintainers = slice("[]*chart.Maintainer", maintainers);
    let dependencies = nil_or_list(ListType::Any, dependencies.collect());
    let dependencies = slice("[]*chart.Dependency", dependencies);
    let metadata = Struct {
        type_name: "chart.Metadata",
        embedded: None,
        fields: vec![
            Field::new("Name", "name", text(&chart.name)),
            Field::new("Home", "home", text(&of.home)),
            Field::new("Sources", "sources", texts(&of.sources)),
            Field::new("Version", "version", text(&of.version)),
            Field::new("Description", "description", text(&of.description)),
            Field::new("Keywords", "keywords", texts(&of.keywords)),
            Field::new("Maintainers", "maintainers", maintainers),
            Field::new("Icon", "icon", text(&of.icon)),
            Field::new("APIVersion", "apiVersion", text(&of.api_version)),
            Field::new("Condition", "condition", text(&of.condition)),
            Field::new("Tags", "tags", text(&of.tags)),
            Field::new("AppVersion", "appVersion", text(&of.app_version)),
            Field::new("Deprecated", "deprecated", Value::Bool(of.deprecated)),
            Field::new("Annotations", "annotations", annotations(of)),
            Field::new("KubeVersion", "kubeVersion", text(&of.kube_version)),
            Field::new("Dependencies", "dependencies", dependencies),
            Field::new("Type", "type", text(&of.kind)),
        ],
    };
    Value::object(Struct {
        type_name: "struct { chart.Metadata; IsRoot bool }",
        embedded: Some(("Metadata", Rc::new(metadata))),
        fields: vec![Field::always("IsRoot", "IsRoot", Value::Bool(is_root))],
    })
}

fn pointer(type_name: &'static str, fields: Vec<Field>) -> Value {
    Value::object(Struct { type_name, embedded: None, fields })
}

fn listed<'e, 'a>(chart: &'e Effective<'a>) -> &'e [&'a Dependency] {
    chart.listed.as_deref().unwrap_or_default()
}

fn annotations(of: &Metadata) -> Value {
    Value::Map(match &of.annotations {
        None => MapRef::nil(MapType::Strings),
        Some(annotations) => MapRef::of(
            MapType::Strings,
            annotations.iter().map(|(key, value)| (key.as_str().into(), text(value))),
        ),
    })
}

/// What a dependency's parent imports, spelt out.
fn imports(dependency: &Dependency) -> Vec<Value> {
    let import = |import: &ImportValue| {
        let (child, parent) = match import {
            ImportValue::Export(name) => (format!("exports.{name}"), "."),
            ImportValue::Table { child, parent } => (child.clone(), parent.as_str()),
        };
        let entries = [("child".into(), child.into()), ("parent".into(), text(parent))];
        Value::Map(MapRef::of(MapType::Strings, entries))
    };
    dependency.import_values.iter().map(import).collect()
}

fn text(text: &str) -> Value {
    Value::from(text)
}

/// A `[]string`.
fn texts(texts: &[String]) -> Value {
    nil_or_list(ListType::Strings, texts.iter().map(|one| text(one)).collect())
}

/// What Go has not filled is nil.
fn nil_or_list(kind: ListType, items: Vec<Value>) -> Value {
    Value::List(if items.is_empty() { List::nil(kind) } else { List::new(kind, items) })
}
