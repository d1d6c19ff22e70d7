//! A chart as a release record keeps it: the JSON of Helm's `chart.Chart` after its dependencies were processed. Subcharts are
//! not in it.

mod time;

use std::cell::RefCell;

use source::{Map, Problems, Tree, base64, yaml};
use sprig::Dialect;

use crate::decode::{Decoder, field};
use crate::metadata::{self, ImportValue};
use crate::render::user_values;
use crate::values::{Coalesce, Effective, process_dependencies};
use crate::warning::{self, Places};
use crate::{Chart, Dependency, File, Maintainer, Metadata};

/// What Helm stores of a chart that is installed with these user's values: they decide which dependencies are listed, and
/// what was imported from them stands among the chart's own values.
pub fn stored(chart: &Chart, values: &Tree, dialect: Dialect) -> Result<Tree, Problems> {
    let user = user_values(values).map_err(|problem| vec![problem])?;
    let conflicts = RefCell::default();
    let pass = Coalesce { dialect, keep_nulls: false, conflicts: &conflicts };
    let mut effective = Effective::new(chart, dialect);
    process_dependencies(pass, &mut effective, &user, &mut Problems::new()).map_err(
        |no_table| vec![warning::no_table(&no_table, &Places { user: values, chart: &effective })],
    )?;
    let mut map = Map::new();
    let listed = effective.listed.as_deref().unwrap_or_default();
    let listed = listed.iter().map(|one| enabled(one)).collect();
    map.insert("metadata".into(), metadata(&chart.metadata, listed));
    map.insert("lock".into(), lock(chart).unwrap_or_default());
    map.insert("templates".into(), files(&chart.templates));
    map.insert("values".into(), defaults(chart, &effective));
    map.insert(
        "schema".into(),
        chart
            .schema
            .as_ref()
            .map_or(Tree::default(), |schema| text(&base64::encode(schema.text.as_bytes()))),
    );
    // Files in memory have no times; this one Helm 4 writes even so.
    map.insert("schemamodtime".into(), text(NO_TIME));
    map.insert("files".into(), files(&chart.files));
    Ok(map.into())
}

/// Null where the chart has no values and imported none.
fn defaults(chart: &Chart, effective: &Effective<'_>) -> Tree {
    let values = effective.defaults.to_tree();
    let is_empty = values.as_map().is_some_and(Map::is_empty);
    let has_file = || chart.raw.iter().any(|file| file.path == "values.yaml");
    if is_empty && !has_file() { Tree::default() } else { values }
}

/// Go's zero time.
const NO_TIME: &str = "0001-01-01T00:00:00Z";

fn files(files: &[File]) -> Tree {
    let file = |file: &File| {
        let data = base64::encode(file.bytes());
        Tree::from(Map::from_iter([
            ("name".into(), text(&file.path)),
            ("data".into(), text(&data)),
        ]))
    };
    files.iter().map(file).collect::<Vec<_>>().into()
}

/// `chart.Metadata` with its fields in their order, without what is empty.
pub(crate) fn metadata(metadata: &Metadata, dependencies: Vec<Tree>) -> Tree {
    let mut map = Map::new();
    put_text(&mut map, "name", &metadata.name);
    put_text(&mut map, "home", &metadata.home);
    put_list(&mut map, "sources", texts(&metadata.sources));
    put_text(&mut map, "version", &metadata.version);
    put_text(&mut map, "description", &metadata.description);
    put_list(&mut map, "keywords", texts(&metadata.keywords));
    put_list(&mut map, "maintainers", metadata.maintainers.iter().map(maintainer).collect());
    put_text(&mut map, "icon", &metadata.icon);
    put_text(&mut map, "apiVersion", &metadata.api_version);
    put_text(&mut map, "condition", &metadata.condition);
    put_text(&mut map, "tags", &metadata.tags);
    put_text(&mut map, "appVersion", &metadata.app_version);
    if metadata.deprecated {
        map.insert("deprecated".into(), true.into());
    }
    if let Some(annotations) = metadata.annotations.as_ref().filter(|map| !map.is_empty()) {
        let entries = annotations.iter().map(|(key, value)| (key.as_str().into(), text(value)));
        map.insert("annotations".into(), entries.collect::<Map>().into());
    }
    put_text(&mut map, "kubeVersion", &metadata.kube_version);
    put_list(&mut map, "dependencies", dependencies);
    put_text(&mut map, "type", &metadata.kind);
    map.into()
}

fn maintainer(maintainer: &Maintainer) -> Tree {
    let mut map = Map::new();
    put_text(&mut map, "name", &maintainer.name);
    put_text(&mut map, "email", &maintainer.email);
    put_text(&mut map, "url", &maintainer.url);
    map.into()
}

/// A dependency that takes part: under its alias, imports spelt out.
fn enabled(dependency: &Dependency) -> Tree {
    let import = |import: &ImportValue| {
        let (child, parent) = match import {
            ImportValue::Export(name) => (format!("exports.{name}"), "."),
            ImportValue::Table { child, parent } => (child.clone(), parent.as_str()),
        };
        let entries = [("child".into(), text(&child)), ("parent".into(), text(parent))];
        Tree::from(Map::from_iter(entries))
    };
    let imports = dependency.import_values.iter().map(import).collect();
    let mut map = self::dependency(dependency, imports);
    map.insert("name".into(), text(dependency.key()));
    map.insert("enabled".into(), true.into());
    map.into()
}

/// `chart.Dependency` as it was read but for its imports, with its fields in their order; locks list these too.
pub(crate) fn dependency(dependency: &Dependency, import_values: Vec<Tree>) -> Map {
    let mut map = Map::new();
    map.insert("name".into(), text(&dependency.name));
    put_text(&mut map, "version", &dependency.version);
    map.insert("repository".into(), text(&dependency.repository));
    put_text(&mut map, "condition", &dependency.condition);
    put_list(&mut map, "tags", texts(&dependency.tags));
    if dependency.enabled {
        map.insert("enabled".into(), true.into());
    }
    put_list(&mut map, "import-values", import_values);
    put_text(&mut map, "alias", &dependency.alias);
    map
}

/// `Chart.lock`, or the `requirements.lock` of an old chart. One that Helm could not read would make it unable to read the
/// record as well, so it is left out.
fn lock(chart: &Chart) -> Option<Tree> {
    let find = |path: &str| chart.raw.iter().find(|file| file.path == path);
    let file = find("requirements.lock").or_else(|| find("Chart.lock"))?;
    let tree = yaml::read_bare(file.text()).ok()?;
    let read = tree.as_map()?;
    let generated = field(read, "generated").map_or(Some(NO_TIME), Tree::as_str)?;
    let mut decoder = Decoder::new(&file.path);
    let at = source::Path::default();
    let digest = decoder.text(read, &at, "digest");
    let dependencies = metadata::dependencies(&mut decoder, read, &at);
    if !decoder.problems.is_empty() || !time::is_read_by_go(generated) {
        return None;
    }
    let mut map = Map::new();
    map.insert("generated".into(), text(generated));
    map.insert("digest".into(), text(&digest));
    let dependencies = dependencies.map(|list| {
        list.iter().map(|it| Tree::from(dependency(it, Vec::new()))).collect::<Vec<_>>().into()
    });
    map.insert("dependencies".into(), dependencies.unwrap_or_default());
    Some(map.into())
}

fn text(text: &str) -> Tree {
    text.into()
}

fn texts(texts: &[String]) -> Vec<Tree> {
    texts.iter().map(|one| text(one)).collect()
}

fn put_text(map: &mut Map, key: &str, value: &str) {
    if !value.is_empty() {
        map.insert(key.into(), text(value));
    }
}

fn put_list(map: &mut Map, key: &str, list: Vec<Tree>) {
    if !list.is_empty() {
        map.insert(key.into(), list.into());
    }
}
