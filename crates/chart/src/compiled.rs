//! Compiled templates: each distinct content once per process, each chart's set once for all releases that enable the same
//! subcharts.

mod ahead;
mod cache;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use ahead::ahead;
use cache::parsed;
use gotmpl::{Functions, Later, Parsed, Str, TemplateSet, Value};
use source::Problems;
use sprig::Dialect;

use crate::context::{Template, Templates};
use crate::failure;
use crate::side_by_side::Helper;

/// The sets of one chart, by the names of the templates in them.
#[derive(Debug, Default)]
pub(crate) struct Sets(Mutex<BTreeMap<SetKey, Arc<Compiled>>>);

type SetKey = (Dialect, Vec<Arc<str>>);

impl Sets {
    /// Whether nobody has asked for one yet.
    fn is_untouched(&self) -> bool {
        self.0.try_lock().is_ok_and(|sets| sets.is_empty())
    }

    /// The set of these templates. Renders that want it at the same time wait for the first.
    pub(crate) fn get(
        &self,
        templates: &Templates<'_>,
        order: &[Arc<str>],
        dialect: Dialect,
    ) -> Result<Arc<Compiled>, Problems> {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (dialect, order.to_vec());
        if let Some(compiled) = sets.get(&key) {
            return Ok(Arc::clone(compiled));
        }
        let compiled = Arc::new(Compiled::new(templates, order, dialect)?);
        sets.insert(key, Arc::clone(&compiled));
        Ok(compiled)
    }
}

/// A chart's templates. Those that others can do without are parsed when they run, or on another thread shortly before.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) set: TemplateSet,
    /// In the order in which they run.
    later: Vec<Arc<Later>>,
    /// One of them cannot be parsed.
    is_broken: Arc<AtomicBool>,
}

impl Compiled {
    /// Where one cannot be parsed that others need, all mistakes in templates are told.
    fn new(
        templates: &Templates<'_>,
        order: &[Arc<str>],
        dialect: Dialect,
    ) -> Result<Self, Problems> {
        let files = order.iter().filter_map(|name| Some((name, templates.get(name)?.file)));
        let mut set = TemplateSet::new("gotpl", Arc::clone(sprig::functions(dialect)));
        let mut later = Vec::new();
        let is_broken = Arc::<AtomicBool>::default();
        for (name, file) in files {
            if Later::fits(file.text()) && !set.contains(name) {
                let (own, file, is_broken) =
                    (Arc::clone(name), file.clone(), Arc::clone(&is_broken));
                let parse = move || {
                    let parsed = parsed(&own, &file, dialect);
                    is_broken.fetch_or(parsed.is_err(), Ordering::Relaxed);
                    parsed
                };
                let file = Arc::new(Later::new(Box::new(parse)));
                set.add_later(name, &file);
                later.push(file);
            } else if let Ok(parsed) = parsed(name, file, dialect) {
                set.add_as(name, &parsed);
            } else {
                // Meets this mistake again, and all others.
                let parse =
                    |name: &Arc<str>, template: &Template<'_>| parsed(name, template.file, dialect);
                set = compile(templates, order, dialect, sprig::functions(dialect), parse)?;
                return Ok(Self { set, later: Vec::new(), is_broken });
            }
        }
        Ok(Self { set, later, is_broken })
    }

    /// Lets the helper parse what is not parsed yet, shortly before it runs.
    pub(crate) fn parse_ahead(&self, helper: &Helper<'_>) {
        let unparsed = self.later.iter().filter(|file| !file.is_parsed()).cloned();
        let unparsed: Vec<Arc<Later>> = unparsed.collect();
        helper.hand(move || unparsed.iter().for_each(|file| file.parse()));
    }

    /// Whether a mistake was met: `check` will tell it, and nothing needs to run any more.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }

    /// All mistakes in templates that are parsed when they are needed, also in those that nobody needed.
    pub(crate) fn check(
        &self,
        templates: &Templates<'_>,
        dialect: Dialect,
    ) -> Result<(), Problems> {
        let mistakes = self.later.iter().filter_map(|file| file.parsed().err());
        let problems: Problems =
            mistakes.map(|error| failure::of_template(error, templates, dialect)).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
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

/// All templates, parsed at once; all that cannot be parsed is told.
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
