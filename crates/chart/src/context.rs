//! What a template's `.` holds: `.Values`, `.Chart`, `.Release`, `.Files`, `.Capabilities`, `.Subcharts`, `.Template`
//! (pkg/engine/engine.go, `recAllTpls`).

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use gotmpl::{List, ListType, MapRef, MapType, Str, Value};

use crate::metadata::ImportValue;
use crate::objects::{Files, Questions, capabilities};
use crate::values::{Effective, table};
use crate::{Dependency, File, Input, Metadata};

/// Go's name of the type that `.Values` has.
pub(crate) const VALUES: MapType = MapType::Named("common.Values");

/// A template that takes part, by its full name: `api/charts/db/templates/service.yaml`.
pub(crate) struct Template<'a> {
    pub(crate) file: &'a File,
    /// What messages call the chart that it belongs to.
    pub(crate) origin: &'a str,
    /// `api/charts/db/templates`
    pub(crate) base_path: Arc<str>,
    /// The chart's map, shared by all its templates.
    pub(crate) dot: MapRef,
}

pub(crate) type Templates<'a> = BTreeMap<Arc<str>, Template<'a>>;

/// All templates of a chart and its subcharts with their values.
pub(crate) fn templates<'a>(
    chart: &Effective<'a>,
    values: &MapRef,
    input: &Input<'_>,
    questions: &Questions,
) -> Templates<'a> {
    let shared = Shared {
        release: release(input),
        capabilities: capabilities(&input.capabilities, questions),
    };
    let mut templates = Templates::new();
    let values = values.with_kind(VALUES);
    collect(chart, values, true, &shared, &mut templates);
    templates
}

/// What is the same in every chart of a release.
struct Shared {
    release: Value,
    capabilities: Value,
}

fn collect<'a>(
    chart: &Effective<'a>,
    values: MapRef,
    is_root: bool,
    shared: &Shared,
    templates: &mut Templates<'a>,
) -> MapRef {
    let subcharts = MapRef::new(MapType::Any);
    let dot = MapRef::new(VALUES);
    dot.insert("Chart", Value::Map(metadata(chart, is_root)));
    dot.insert("Files", Value::Object(Rc::new(Files::new(&chart.chart.files))));
    dot.insert("Release", shared.release.clone());
    dot.insert("Capabilities", shared.capabilities.clone());
    dot.insert("Subcharts", Value::Map(subcharts.clone()));
    for subchart in &chart.subcharts {
        // Helm looks the section up by a path, so a name with a dot finds none.
        let section = table(&values, &subchart.name).unwrap_or_else(|| MapRef::new(VALUES));
        let below = collect(subchart, section.with_kind(VALUES), false, shared, templates);
        subcharts.insert(subchart.name.as_str(), Value::Map(below.with_kind(MapType::Any)));
    }
    dot.insert("Values", Value::Map(values));
    let base_path: Arc<str> = format!("{}/templates", chart.path).into();
    for file in &chart.chart.templates {
        if chart.chart.metadata.is_library() && !file.name().starts_with('_') {
            continue;
        }
        let name = format!("{}/{}", chart.path, file.path).into();
        let template = Template {
            file,
            origin: &chart.chart.origin,
            base_path: Arc::clone(&base_path),
            dot: dot.clone(),
        };
        templates.insert(name, template);
    }
    dot
}

fn release(input: &Input<'_>) -> Value {
    let release = &input.release;
    Value::map([
        ("Name", Value::from(release.name.as_str())),
        ("Namespace", Value::from(release.namespace.as_str())),
        ("IsUpgrade", Value::Bool(release.is_upgrade)),
        ("IsInstall", Value::Bool(!release.is_upgrade)),
        ("Revision", Value::int(release.revision)),
        ("Service", Value::from("Helm")),
    ])
}

/// `.Chart` of Helm 4: a map with the names of Go's fields, nothing omitted.
fn metadata(chart: &Effective<'_>, is_root: bool) -> MapRef {
    let Metadata {
        name: _,
        home,
        sources,
        version,
        description,
        keywords,
        maintainers,
        icon,
        api_version,
        condition,
        tags,
        app_version,
        deprecated,
        annotations,
        kube_version,
        dependencies: _,
        kind,
    } = &chart.chart.metadata;
    let text = |text: &str| Value::from(text);
    let maintainers = maintainers.iter().map(|maintainer| {
        Value::map([
            ("Name", text(&maintainer.name)),
            ("Email", text(&maintainer.email)),
            ("URL", text(&maintainer.url)),
        ])
    });
    let annotations = annotations.as_ref().map_or_else(
        || MapRef::nil(MapType::Strings),
        |annotations| {
            let map = MapRef::new(MapType::Strings);
            for (key, value) in annotations {
                map.insert(key.as_str(), text(value));
            }
            map
        },
    );
    let map = MapRef::new(MapType::Any);
    for (key, value) in [
        ("Name", text(&chart.name)),
        ("Home", text(home)),
        ("Sources", texts(sources)),
        ("Version", text(version)),
        ("Description", text(description)),
        ("Keywords", texts(keywords)),
        ("Maintainers", Value::list(maintainers.collect())),
        ("Icon", text(icon)),
        ("APIVersion", text(api_version)),
        ("Condition", text(condition)),
        ("Tags", text(tags)),
        ("AppVersion", text(app_version)),
        ("Deprecated", Value::Bool(*deprecated)),
        ("Annotations", Value::Map(annotations)),
        ("KubeVersion", text(kube_version)),
        ("Dependencies", dependencies(chart.listed.as_deref().unwrap_or_default())),
        ("Type", text(kind)),
        ("IsRoot", Value::Bool(is_root)),
    ] {
        map.insert(key, value);
    }
    map
}

/// A `[]interface {}` of texts.
fn texts(texts: &[String]) -> Value {
    Value::List(List::new(ListType::Any, texts.iter().map(|text| Value::from(&**text)).collect()))
}

/// Those that are enabled, under their aliases.
fn dependencies(listed: &[&Dependency]) -> Value {
    let import = |import: &ImportValue| {
        let (child, parent) = match import {
            ImportValue::Export(name) => (format!("exports.{name}"), "."),
            ImportValue::Table { child, parent } => (child.clone(), parent.as_str()),
        };
        let map = MapRef::new(MapType::Strings);
        map.insert("child", Value::from(child));
        map.insert("parent", Value::from(parent));
        Value::Map(map)
    };
    let dependency = |dependency: &&Dependency| {
        Value::map([
            ("Name", Value::from(dependency.key())),
            ("Version", Value::from(dependency.version.as_str())),
            ("Repository", Value::from(dependency.repository.as_str())),
            ("Condition", Value::from(dependency.condition.as_str())),
            ("Tags", texts(&dependency.tags)),
            ("Enabled", Value::Bool(true)),
            ("ImportValues", Value::list(dependency.import_values.iter().map(import).collect())),
            ("Alias", Value::from(dependency.alias.as_str())),
        ])
    };
    Value::list(listed.iter().map(dependency).collect())
}

/// Sets what only one template sees, on the map that all templates of its chart share.
pub(crate) fn set_template(template: &Template<'_>, name: &str) {
    let map = MapRef::new(VALUES);
    map.insert("Name", Value::from(name));
    map.insert("BasePath", Value::Str(Str::from(&*template.base_path)));
    template.dot.insert("Template", Value::Map(map));
}
