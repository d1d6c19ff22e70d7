//! `values.schema.json`: what values a chart accepts. Drafts 4 to 2020-12; nothing is ever fetched.

mod messages;

use std::fmt;
use std::sync::Arc;

use jsonschema::{Draft, PatternOptions, Retrieve, Uri, Validator};
use serde_json::Value as Json;
use source::{Problem, Problems, Segment, Source, Span};

use crate::Chart;
use crate::values::{Effective, to_json};
use crate::warning::Places;

/// More violations than a person would read.
const MAX_VIOLATIONS: usize = 50;
const MAX_BYTES: usize = 8 << 20;
/// Of compiled patterns, in bytes.
const MAX_PATTERN: usize = 4 << 20;

/// A schema ready to check values, shared by all releases of its chart.
pub(crate) struct Compiled(Validator);

impl fmt::Debug for Compiled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Compiled")
    }
}

/// Checks the values of a chart and of every enabled subchart. All violations are told, each at the place where the value
/// is written.
pub(crate) fn check(
    chart: &Effective<'_>,
    values: &gotmpl::Value,
    path: &[Segment],
    places: &Places<'_>,
) -> Problems {
    let mut problems = Problems::new();
    match compiled(chart.chart) {
        None => {}
        Some(Ok(Compiled(validator))) => {
            let instance = to_json(values);
            let violations = validator.iter_errors(&instance).take(MAX_VIOLATIONS);
            problems.extend(violations.map(|error| messages::problem(&error, path, chart, places)));
        }
        Some(Err(problem)) => problems.push(problem.clone()),
    }
    for subchart in &chart.subcharts {
        let gotmpl::Value::Map(map) = values else { break };
        let Some(section) = map.peek(subchart.name.as_bytes()) else { continue };
        if matches!(section, gotmpl::Value::Nil) {
            continue;
        }
        let mut path = path.to_vec();
        path.push(Segment::from(subchart.name.as_str()));
        problems.extend(check(subchart, &section, &path, places));
    }
    problems
}

/// A chart's own schema, if it has one. Threads that want it at the same time wait for the first.
pub(crate) fn compiled(chart: &Chart) -> Option<&Result<Compiled, Problem>> {
    let text = chart.schema.as_ref()?;
    Some(chart.compiled_schema.get_or_init(|| compile(text)))
}

fn compile(text: &Arc<Source>) -> Result<Compiled, Problem> {
    let refuse = |message: String| Problem::error("bad-schema", message);
    if text.text.len() > MAX_BYTES {
        return Err(refuse(format!("`{}` is larger than {} MiB", text.name, MAX_BYTES >> 20)));
    }
    let schema: Json = serde_json::from_str(&text.text).map_err(|error| {
        let place = place(text, error.line(), error.column());
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default();
        refuse(format!("`{}` is not JSON", text.name)).at(Some(&place), words)
    })?;
    let draft = draft(&schema, text)?;
    refuse_endless(&schema, text)?;
    jsonschema::options()
        .with_draft(draft)
        // Helm asserts formats in the old drafts only.
        .should_validate_formats(matches!(draft, Draft::Draft4 | Draft::Draft6 | Draft::Draft7))
        // Nor does it look into what a text encodes.
        .without_content_encoding_support("base64")
        .without_content_media_type_support("application/json")
        .with_retriever(Refuse)
        .with_pattern_options(PatternOptions::regex().size_limit(MAX_PATTERN))
        .build(&without_dialect(schema))
        .map(Compiled)
        .map_err(|error| {
            if let Some(problem) = external_reference(&error.to_string(), text) {
                return problem;
            }
            let at = error.instance_path().as_str().to_owned();
            let place = if at.is_empty() { String::new() } else { format!(" at `{at}`") };
            refuse(format!("`{}` cannot be used as a schema{place}: {error}", text.name))
        })
}

/// The draft that `$schema` names; the newest where it names none.
fn draft(schema: &Json, text: &Arc<Source>) -> Result<Draft, Problem> {
    let written = match schema.get("$schema") {
        None => return Ok(Draft::Draft202012),
        Some(Json::String(written)) => written,
        Some(_) => {
            let message = format!("`$schema` of `{}` must be text", text.name);
            return Err(Problem::error("bad-schema", message));
        }
    };
    let name = written.trim_end_matches('#');
    let name = name.strip_prefix("http://").or_else(|| name.strip_prefix("https://"));
    let is_urn = written.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn:"));
    match name {
        Some("json-schema.org/schema" | "json-schema.org/draft/2020-12/schema") => {
            Ok(Draft::Draft202012)
        }
        Some("json-schema.org/draft/2019-09/schema") => Ok(Draft::Draft201909),
        Some("json-schema.org/draft-07/schema") => Ok(Draft::Draft7),
        Some("json-schema.org/draft-06/schema") => Ok(Draft::Draft6),
        Some("json-schema.org/draft-04/schema") => Ok(Draft::Draft4),
        // Helm takes what no URN can give it for a schema that allows all.
        _ if is_urn => Ok(Draft::Draft202012),
        _ => {
            let found = text.text.find(written.as_str()).unwrap_or_default();
            let span = Span::new(text, found..found + written.len());
            Err(Problem::error("bad-schema", format!("`{}` names an unknown `$schema`", text.name))
                .at(Some(&span), "it would have to be fetched, and schemas never are")
                .help("drafts 4, 6, 7, 2019-09 and 2020-12 of json-schema.org are known"))
        }
    }
}

/// A reference that leaves the schema, shown where it stands.
fn external_reference(error: &str, text: &Arc<Source>) -> Option<Problem> {
    let (_, rest) = error.split_once(MARK)?;
    let address = rest.split('`').next()?;
    let written = text.text.find(address).map(|at| Span::new(text, at..at + address.len()));
    Some(
        Problem::error("bad-schema", format!("`{}` refers to `{address}`", text.name))
            .at(written.as_ref(), "schemas are never fetched")
            .help("copy what is meant into the schema, or skip the schema's validation"),
    )
}

/// The draft is given apart: other spellings of its address need not be known to the validator.
fn without_dialect(mut schema: Json) -> Json {
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("$schema");
    }
    schema
}

/// A `$ref` that leads only to itself has no meaning and no end.
fn refuse_endless(schema: &Json, text: &Arc<Source>) -> Result<(), Problem> {
    fn follow<'a>(root: &'a Json, mut node: &'a Json, seen: &mut Vec<&'a str>) -> bool {
        while let Some(target) = node.get("$ref").and_then(Json::as_str) {
            if seen.contains(&target) {
                return true;
            }
            seen.push(target);
            let Some(found) = target.strip_prefix('#').and_then(|path| root.pointer(path)) else {
                return false;
            };
            if ["allOf", "anyOf", "oneOf"].iter().any(|keyword| {
                found
                    .get(*keyword)
                    .and_then(Json::as_array)
                    .into_iter()
                    .flatten()
                    .any(|inner| follow(root, inner, &mut seen.clone()))
            }) {
                return true;
            }
            node = found;
        }
        false
    }
    fn any(root: &Json, node: &Json) -> bool {
        if follow(root, node, &mut Vec::new()) {
            return true;
        }
        match node {
            Json::Object(map) => map.values().any(|inner| any(root, inner)),
            Json::Array(list) => list.iter().any(|inner| any(root, inner)),
            _ => false,
        }
    }
    if any(schema, schema) {
        return Err(Problem::error(
            "bad-schema",
            format!("`{}` holds a `$ref` that leads back to itself", text.name),
        ));
    }
    Ok(())
}

fn place(text: &Arc<Source>, line: usize, column: usize) -> Span {
    let start: usize =
        text.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = (start + column.saturating_sub(1)).min(text.text.len());
    Span::new(text, at..(at + 1).min(text.text.len()))
}

/// By which our own refusal is known again in the validator's words.
const MARK: &str = "not fetched: `";

/// Answers every reference that leaves the schema: with "no", or for `urn:` with a schema that accepts all, as Helm does.
struct Refuse;

impl Retrieve for Refuse {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Json, Box<dyn std::error::Error + Send + Sync>> {
        if uri.scheme().as_str() == "urn" {
            return Ok(Json::Bool(true));
        }
        Err(format!("{MARK}{uri}`").into())
    }
}
