//! The templates of a chart are run, in Helm's order: what they give, and what they did beside (pkg/engine/engine.go).

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use gotmpl::{CallError, Str, TemplateSet, Value};
use sha2::{Digest as _, Sha256};
use source::json::{self, Html, Layout};
use source::{Problems, Tree};
use sprig::World;

use crate::context::{self, Templates};
use crate::rendered::{ImpureCall, LookupCall};
use crate::values::from_tree;
use crate::{Input, failure};

/// Failures of different templates that are worth reading at once.
const MAX_FAILURES: usize = 20;

/// What the templates did beside giving texts.
pub(crate) struct Run {
    pub(crate) impure: Vec<ImpureCall>,
    pub(crate) lookups: Vec<LookupCall>,
}

/// Runs every template that is no partial, and gives away what each has rendered.
pub(crate) fn execute<'o>(
    set: &TemplateSet,
    order: impl IntoIterator<Item = &'o Arc<str>>,
    templates: &Templates<'_>,
    input: &Input<'_>,
    mut give: impl FnMut(&Arc<str>, String),
) -> Result<Run, Problems> {
    let lookups = Rc::new(RefCell::new(Vec::new()));
    let world = world(input, &lookups);
    let mut options = gotmpl::Options::default();
    let mut impure = Vec::new();
    let mut failures: Vec<(gotmpl::Place, String)> = Vec::new();
    let mut problems = Problems::new();
    let mut written = 0;
    for name in order {
        let Some(template) = templates.get(name) else { continue };
        if template.file.name().starts_with('_') {
            continue;
        }
        options.limits.output = input.limits.output.saturating_sub(written);
        context::set_template(template, name);
        let dot = Value::Map(template.dot.clone());
        match gotmpl::execute(set, name, &dot, &world, &options) {
            Ok(output) => {
                written += output.len();
                give(name, text(output));
            }
            Err(error) => {
                let cause = (error.place.clone(), error.message.clone());
                // One broken helper fails every template that uses it.
                if !failures.contains(&cause) {
                    problems.push(failure::of_template(&error, templates, input.dialect));
                    failures.push(cause);
                }
                if problems.len() >= MAX_FAILURES {
                    break;
                }
            }
        }
        let calls = world.impure.take().into_iter();
        impure.extend(calls.map(|call| ImpureCall {
            function: call.function,
            template: call.place.template,
            line: call.place.line,
            rendering: Arc::clone(name),
        }));
    }
    if !problems.is_empty() {
        // In the order of the files, not of Helm's execution.
        problems.reverse();
        return Err(problems);
    }
    drop(world);
    let lookups = lookups.take();
    Ok(Run { impure, lookups })
}

fn world(input: &Input<'_>, lookups: &Rc<RefCell<Vec<LookupCall>>>) -> World {
    let asked = Rc::clone(lookups);
    let cluster = Arc::clone(&input.lookup);
    let lookup = move |place: gotmpl::Place, question: [&Str; 4]| {
        let [api_version, kind, namespace, name] = question.map(ToString::to_string);
        let answer =
            cluster.lookup(&api_version, &kind, &namespace, &name).map_err(CallError::Message)?;
        let mut asked = asked.borrow_mut();
        let is_new = !asked.iter().any(|call: &LookupCall| {
            [&call.api_version, &call.kind, &call.namespace, &call.name]
                == [&api_version, &kind, &namespace, &name]
        });
        if is_new {
            let (template, line, digest) = (place.template, place.line, digest(&answer));
            let call = LookupCall { api_version, kind, namespace, name, template, line, digest };
            asked.push(call);
        }
        Ok(from_tree(&answer))
    };
    World::new(input.dialect, input.seed, Arc::clone(&input.now), Rc::new(lookup))
}

/// All that a template can have seen. Its uids and versions keep anybody from guessing a secret by its digest.
fn digest(answer: &Tree) -> [u8; 32] {
    let text = json::write(answer, Html::Plain, Layout::Compact).unwrap_or_else(|why| why);
    Sha256::digest(text).into()
}

/// Go prints a missing value as `<no value>`, which Helm takes out of whatever was rendered.
fn text(output: Vec<u8>) -> String {
    let text = String::from_utf8(output)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    if text.contains("<no value>") { text.replace("<no value>", "") } else { text }
}
