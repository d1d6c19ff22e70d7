//! Compiled templates: each distinct content once per process, each chart's set once for all releases that enable the same
//! subcharts.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use gotmpl::{Functions, Parsed, Str, TemplateSet, Value};
use memchr::memmem;
use source::{Problems, Source};
use sprig::Dialect;

use crate::context::{Template, Templates};
use crate::{Chart, File, Input, failure, schema, side_by_side};

/// The sets of one chart, by the names of the templates in them.
#[derive(Debug, Default)]
pub(crate) struct Sets(Mutex<BTreeMap<SetKey, Arc<TemplateSet>>>);

type SetKey = (Dialect, Vec<Arc<str>>);

impl Sets {
    /// Whether nobody has asked for one yet.
    fn is_untouched(&self) -> bool {
        self.0.try_lock().is_ok_and(|sets| sets.is_empty())
    }

    /// The set of these templates; all that cannot be parsed is told. Renders that want it at the same time wait for the
    /// first, which meanwhile has their processors.
    pub(crate) fn get(
        &self,
        templates: &Templates<'_>,
        order: &[Arc<str>],
        dialect: Dialect,
    ) -> Result<Arc<TemplateSet>, Problems> {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (dialect, order.to_vec());
        if let Some(set) = sets.get(&key) {
            return Ok(Arc::clone(set));
        }
        parse_side_by_side(templates, order, dialect);
        let parse = |name: &Arc<str>, template: &Template<'_>| {
            parsed(name, template.file, sprig::functions(dialect), dialect)
        };
        let set = compile(templates, order, dialect, sprig::functions(dialect), parse)?;
        let set = Arc::new(set);
        sets.insert(key, Arc::clone(&set));
        Ok(set)
    }
}

/// A set for linting: what a chart would refuse to be without is empty instead (Helm's LintMode).
pub(crate) fn forgiving(
    templates: &Templates<'_>,
    order: &[Arc<str>],
    dialect: Dialect,
) -> Result<TemplateSet, Problems> {
    let mut functions = Functions::clone(sprig::functions(dialect));
    functions.add("fail", |_: Str| Str::default());
    functions.add("required", |_: Str, value: Value| match value {
        Value::Nil => Value::Str(Str::default()),
        value => value,
    });
    let functions = Arc::new(functions);
    compile(templates, order, dialect, &functions, |name, template| {
        gotmpl::parse(name, Arc::clone(template.file.text()), &functions)
    })
}

fn compile(
    templates: &Templates<'_>,
    order: &[Arc<str>],
    dialect: Dialect,
    functions: &Arc<Functions>,
    parse: impl Fn(&Arc<str>, &Template<'_>) -> Result<Arc<Parsed>, gotmpl::Error>,
) -> Result<TemplateSet, Problems> {
    let mut set = TemplateSet::new("gotpl", Arc::clone(functions));
    let mut problems = Problems::new();
    for name in order {
        let Some(template) = templates.get(name) else { continue };
        match parse(name, template) {
            Ok(parsed) => set.add_as(name, &parsed),
            Err(error) => problems.push(failure::of_template(&error, templates, dialect)),
        }
    }
    if problems.is_empty() { Ok(set) } else { Err(problems) }
}

/// Does some work that needs no templates, and meanwhile compiles the chart's schemas and begins to parse its templates.
/// They are met again in their caches; a subchart's templates only where it takes part under its own name.
pub(crate) fn ahead<R>(chart: &Chart, input: &Input<'_>, work: impl FnOnce() -> R) -> R {
    let dialect = input.dialect;
    let mut items = Vec::new();
    if chart.sets.is_untouched() {
        collect(chart, &chart.metadata.name, &mut items);
    }
    items.retain(|item| !(input.skip_schema_validation && matches!(item, Ahead::Schema(..))));
    // The work ends with the values' validation.
    items.sort_by_key(|item| matches!(item, Ahead::Template(..)));
    let bytes = items.iter().map(Ahead::size).sum();
    let functions = sprig::functions(dialect);
    let prepare = |item: &Ahead<'_>| match item {
        Ahead::Schema(chart, _) => drop(schema::compiled(chart)),
        Ahead::Template(name, file) => drop(parsed(name, file, functions, dialect)),
    };
    side_by_side::meanwhile(&items, bytes, prepare, work)
}

/// What a render will need.
enum Ahead<'a> {
    Schema(&'a Chart, &'a Source),
    Template(Arc<str>, &'a File),
}

impl Ahead<'_> {
    fn size(&self) -> usize {
        match self {
            Self::Schema(_, text) => text.text.len(),
            Self::Template(_, file) => file.size(),
        }
    }
}

/// The schemas of a chart and its subcharts, and all their templates by their full names.
fn collect<'a>(chart: &'a Chart, path: &str, items: &mut Vec<Ahead<'a>>) {
    items.extend(chart.schema.as_deref().map(|text| Ahead::Schema(chart, text)));
    let named = |file: &'a File| Ahead::Template(format!("{path}/{}", file.path).into(), file);
    items.extend(chart.templates.iter().map(named));
    for subchart in &chart.dependencies {
        collect(subchart, &format!("{path}/charts/{}", subchart.metadata.name), items);
    }
}

/// Parses a chart's templates on several threads, so that `compile` finds them in the cache. What cannot be parsed is met
/// again there, and told in order.
fn parse_side_by_side(templates: &Templates<'_>, order: &[Arc<str>], dialect: Dialect) {
    let files: Vec<(&Arc<str>, &File)> =
        order.iter().filter_map(|name| Some((name, templates.get(name)?.file))).collect();
    let bytes = files.iter().map(|(_, file)| file.bytes().len()).sum();
    let functions = sprig::functions(dialect);
    side_by_side::each(&files, bytes, |(name, file)| drop(parsed(name, file, functions, dialect)));
}

/// Parsed files by dialect, name and text.
type Cache = BTreeMap<(Dialect, Arc<str>), BTreeMap<Arc<str>, Arc<Parsed>>>;

/// What every template's name has in it, and few texts.
static IN_NAMES: LazyLock<memmem::Finder<'_>> =
    LazyLock::new(|| memmem::Finder::new("/templates/"));

static CACHE: LazyLock<Mutex<Cache>> = LazyLock::new(Mutex::default);

/// Partials of one text are one tree, wherever copies of them lie: many charts bring the same library chart several times.
/// A text that knows its own name, of which it might define a template, is alone; and a mistake is not remembered, since it
/// says where it stands.
fn parsed(
    name: &Arc<str>,
    file: &File,
    functions: &Functions,
    dialect: Dialect,
) -> Result<Arc<Parsed>, gotmpl::Error> {
    let text = file.text();
    let is_partial = file.name().starts_with('_');
    let knows_name = || memmem::find(text.as_bytes(), name.as_bytes()).is_some();
    let is_shared = is_partial && !(IN_NAMES.find(text.as_bytes()).is_some() && knows_name());
    let key = if is_shared { file.name().into() } else { Arc::clone(name) };
    let cache = || CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(parsed) =
        cache().get(&(dialect, Arc::clone(&key))).and_then(|texts| texts.get(&**text))
    {
        return Ok(Arc::clone(parsed));
    }
    let parsed = gotmpl::parse(name, Arc::clone(text), functions)?;
    let mut cache = cache();
    let texts = cache.entry((dialect, key)).or_default();
    texts.insert(Arc::clone(&parsed.text), Arc::clone(&parsed));
    Ok(parsed)
}
