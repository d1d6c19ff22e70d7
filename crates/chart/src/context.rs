//! What a template's `.` holds: `.Values`, `.Chart`, `.Release`, `.Files`, `.Capabilities`, `.Subcharts`, `.Template`
//! (pkg/engine/engine.go, `recAllTpls`).

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use gotmpl::{MapRef, MapType, Str, Value};
use sprig::Dialect;

use crate::objects::{Files, Questions, capabilities, metadata, values_type};
use crate::values::{Effective, table};
use crate::{File, Input};

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
        capabilities: capabilities(&input.capabilities, questions, input.dialect),
        dialect: input.dialect,
    };
    let mut templates = Templates::new();
    let values = values.with_kind(values_type(input.dialect));
    collect(chart, values, true, &shared, &mut templates);
    templates
}

/// What is the same in every chart of a release.
struct Shared {
    release: Value,
    capabilities: Value,
    dialect: Dialect,
}

fn collect<'a>(
    chart: &Effective<'a>,
    values: MapRef,
    is_root: bool,
    shared: &Shared,
    templates: &mut Templates<'a>,
) -> MapRef {
    let subcharts = MapRef::new(MapType::Any);
    let kind = values_type(shared.dialect);
    let dot = MapRef::new(kind);
    dot.insert("Chart", metadata(chart, is_root, shared.dialect));
    dot.insert("Files", Value::Object(Rc::new(Files::new(&chart.chart.files))));
    dot.insert("Release", shared.release.clone());
    dot.insert("Capabilities", shared.capabilities.clone());
    dot.insert("Subcharts", Value::Map(subcharts.clone()));
    for subchart in &chart.subcharts {
        // Helm looks the section up by a path, so a name with a dot finds none.
        let section = table(&values, &subchart.name).unwrap_or_else(|| MapRef::new(kind));
        let below = collect(subchart, section.with_kind(kind), false, shared, templates);
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

/// Sets what only one template sees, on the map that all templates of its chart share.
pub(crate) fn set_template(template: &Template<'_>, name: &str) {
    let map = MapRef::new(template.dot.kind());
    map.insert("Name", Value::from(name));
    map.insert("BasePath", Value::Str(Str::from(&*template.base_path)));
    template.dot.insert("Template", Value::Map(map));
}
