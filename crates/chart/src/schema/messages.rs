//! What a violation of a schema says to the person who wrote the values. Values themselves are not repeated: they may be
//! secret.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::paths::LocationSegment;
use serde_json::Value as Json;
use source::{Path, Problem, Segment};

use crate::values::Effective;
use crate::warning::Places;

pub(super) fn problem(
    error: &ValidationError<'_>,
    section: &[Segment],
    chart: &Effective<'_>,
    places: &Places<'_>,
) -> Problem {
    let mut path = section.to_vec();
    path.extend(error.instance_path().segments().map(|segment| match segment {
        LocationSegment::Property(name) => Segment::from(name.as_ref()),
        LocationSegment::Index(index) => Segment::from(index),
    }));
    let (wrong, label) = words(error);
    let subject =
        if path.is_empty() { "the values".to_owned() } else { format!("`{}`", Path(path.clone())) };
    let span = match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            path.extend(unexpected.first().map(|name| Segment::from(name.as_str())));
            places.key(&path)
        }
        _ => places.value(&path),
    };
    let schema = chart.chart.schema.as_ref().map_or("its schema", |schema| schema.name.as_str());
    Problem::error("values-schema", format!("{subject} {wrong}"))
        .at(span.as_ref(), label)
        .help(format!("the chart `{}` asks for it in {schema}", chart.name))
}

/// What is wrong, and what stands there.
fn words(error: &ValidationError<'_>) -> (String, String) {
    let found = match error.instance().as_ref() {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a map",
    };
    let here = format!("this is {found}");
    let with = |wrong: String, label: &str| (wrong, label.to_owned());
    let wrong = match error.kind() {
        Kind::Type { kind } => return (format!("must be {}", types(kind)), here),
        Kind::Required { property } => {
            return (
                format!("must have {}", quoted(property)),
                format!("no {} here", quoted(property)),
            );
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let names: Vec<String> = unexpected.iter().map(|name| format!("`{name}`")).collect();
            return (
                format!("must not have {}", names.join(", ")),
                "no such value in this chart".to_owned(),
            );
        }
        Kind::Enum { options } => {
            return with(format!("must be one of {}", options_list(options)), "none of these");
        }
        Kind::Constant { expected_value } => format!("must be {}", quoted(expected_value)),
        Kind::Minimum { limit } => return with(format!("must be at least {limit}"), "too small"),
        Kind::Maximum { limit } => return with(format!("must be at most {limit}"), "too large"),
        Kind::ExclusiveMinimum { limit } => {
            return with(format!("must be more than {limit}"), "too small");
        }
        Kind::ExclusiveMaximum { limit } => {
            return with(format!("must be less than {limit}"), "too large");
        }
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("must have at most {limit} characters"),
        Kind::MinItems { limit } => format!("must have at least {limit} items"),
        Kind::MaxItems { limit } => format!("must have at most {limit} items"),
        Kind::MinProperties { limit } => format!("must have at least {limit} entries"),
        Kind::MaxProperties { limit } => format!("must have at most {limit} entries"),
        Kind::UniqueItems => "must not have an item twice".to_owned(),
        Kind::Pattern { pattern } => {
            return with(format!("must match the pattern `{pattern}`"), "does not match");
        }
        Kind::Format { format } => return with(format!("must be a valid `{format}`"), "is none"),
        Kind::FalseSchema => "must not be given".to_owned(),
        Kind::Not { .. } => "is of a kind that is excluded".to_owned(),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            let above = error.instance_path().as_str();
            format!("fits none of {} allowed shapes{}", context.len(), shapes(context, above))
        }
        Kind::OneOfMultipleValid { .. } => {
            "fits more than one of the allowed shapes, and must fit only one".to_owned()
        }
        Kind::PropertyNames { error } => format!("has a key that {}", words(error).0),
        _ => error.masked().to_string(),
    };
    (wrong, here)
}

/// What keeps each of the shapes from fitting, as far as a line holds it.
fn shapes(context: &[Vec<ValidationError<'_>>], above: &str) -> String {
    let reasons: Vec<String> = context
        .iter()
        .filter_map(|errors| {
            let error = errors.first()?;
            let at = error.instance_path().as_str();
            let at = at.strip_prefix(above).unwrap_or(at).trim_start_matches('/').replace('/', ".");
            let subject = if at.is_empty() { String::new() } else { format!("`{at}` ") };
            Some(format!("{subject}{}", words(error).0))
        })
        .take(3)
        .collect();
    if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; or ")) }
}

fn types(kind: &TypeKind) -> String {
    let article = |name: &str| match name {
        "integer" => "a whole number".to_owned(),
        "string" => "text".to_owned(),
        "object" => "a map".to_owned(),
        "array" => "a list".to_owned(),
        "null" => "null".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        other => format!("a {other}"),
    };
    match kind {
        TypeKind::Single(one) => article(&one.to_string()),
        TypeKind::Multiple(several) => {
            let names: Vec<String> = several.iter().map(|one| article(&one.to_string())).collect();
            names.join(" or ")
        }
    }
}

fn quoted(value: &Json) -> String {
    match value {
        Json::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

fn options_list(options: &Json) -> String {
    let shown: Vec<String> =
        options.as_array().into_iter().flatten().take(12).map(quoted).collect();
    let count = options.as_array().map_or(0, Vec::len);
    let more = if count > shown.len() { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
