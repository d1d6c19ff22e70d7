//! Typed parameters: who sets one, whether its text fits, and what stands in for a missing secret.

use source::{Node, Problem, Problems, Source, Span, Tree};

use crate::Ask;
use crate::expression::text;
use crate::types::{Input, InputType, Named};

/// What `--input`, `REGATTA_INPUT_…` or the input's `env` say, in this order; none where all are silent.
pub(crate) fn given(
    ask: &Ask<'_>,
    name: &str,
    input: &Input,
    raw: &Tree,
) -> Option<Result<Tree, Problem>> {
    // A later flag wins.
    for argument in ask.inputs.iter().rev() {
        if let Some((named, text)) = argument.split_once('=')
            && named == name
        {
            let shown = if input.secret { format!("{name}=…") } else { argument.clone() };
            let source = Source::new("--input", shown);
            let place = Span::new(&source, name.len() + 1..source.text.len());
            return Some(typed(name, input, raw, text, Some(&place)).map(|tree| tree.at(place)));
        }
    }
    let variables = std::iter::once(variable(name)).chain(input.env.clone());
    for variable in variables {
        if let Some(text) = ask.env.get(&variable) {
            let read = typed(name, input, raw, text, None).map_err(|problem| {
                problem.help(format!("the environment variable `{variable}` sets it"))
            });
            return Some(read);
        }
    }
    None
}

/// `dbPassword` is set by `REGATTA_INPUT_DB_PASSWORD`.
pub(crate) fn variable(name: &str) -> String {
    let mut variable = "REGATTA_INPUT_".to_owned();
    let mut after_lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && after_lower {
            variable.push('_');
        }
        after_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        variable.push(if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    }
    variable
}

fn typed(
    name: &str,
    input: &Input,
    raw: &Tree,
    text: &str,
    place: Option<&Span>,
) -> Result<Tree, Problem> {
    let node = match input.kind {
        InputType::String => Some(Node::Text(text.into())),
        InputType::Integer => text.parse().ok().map(Node::Int),
        InputType::Number => {
            let float = || text.parse().ok().filter(|float: &f64| float.is_finite());
            text.parse().ok().map(Node::Int).or_else(|| float().map(Node::Float))
        }
        InputType::Boolean => text.parse().ok().map(Node::Bool),
    };
    let node = node.ok_or_else(|| {
        Problem::error("invalid-input", format!("input `{name}` must be {}", input.kind.expected()))
            .at(place, format!("this is not {}", input.kind.expected()))
    })?;
    let mut tree = Tree::new(node);
    tree.secret = input.secret;
    one_of(name, raw, &tree, place)?;
    Ok(tree)
}

/// Whether a default has the input's type and is one of the allowed values.
pub(crate) fn check(name: &str, input: &Input, raw: &Tree, tree: &Tree) -> Result<(), Problem> {
    let fits = matches!(
        (input.kind, &tree.node),
        (InputType::String, Node::Text(_))
            | (InputType::Integer, Node::Int(_))
            | (InputType::Number, Node::Int(_) | Node::Uint(_) | Node::Float(_))
            | (InputType::Boolean, Node::Bool(_))
    );
    if !fits {
        let message = format!("the default of input `{name}` must be {}", input.kind.expected());
        let problem = Problem::error("invalid-input", message)
            .at(tree.span.as_ref(), format!("this is {}", tree.kind()));
        let number = matches!(tree.node, Node::Int(_) | Node::Uint(_) | Node::Float(_));
        return Err(match input.kind {
            InputType::String if number => problem.help("quote it"),
            _ => problem,
        });
    }
    one_of(name, raw, tree, tree.span.as_ref())
}

fn one_of(name: &str, raw: &Tree, tree: &Tree, place: Option<&Span>) -> Result<(), Problem> {
    let Some(allowed) = raw.get("enum").and_then(Tree::as_list) else { return Ok(()) };
    if allowed.contains(tree) {
        return Ok(());
    }
    let words: Vec<String> = allowed.iter().map(|value| format!("`{}`", text(value))).collect();
    Err(Problem::error("invalid-input", format!("input `{name}` has a value that is not allowed"))
        .at(place, "not one of `enum`")
        .help(format!("allowed are {}", words.join(", "))))
}

impl InputType {
    fn expected(self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Boolean => "`true` or `false`",
        }
    }
}

/// Stands for a secret that is not needed to look at a workspace.
pub(crate) fn placeholder(name: &str, input: &Input) -> Tree {
    let node = match input.kind {
        InputType::String => Node::Text(format!("placeholder-for-{name}").into()),
        InputType::Integer | InputType::Number => Node::Int(0),
        InputType::Boolean => Node::Bool(false),
    };
    Tree { secret: true, ..Tree::new(node) }
}

pub(crate) fn missing(
    name: &str,
    input: &Input,
    used: Option<&Span>,
    declared: Option<&Span>,
) -> Problem {
    let variable = input.env.clone().unwrap_or_else(|| variable(name));
    let help = format!("set the environment variable `{variable}`, or give `--input {name}=…`");
    Problem::error("missing-input", format!("input `{name}` has no value"))
        .at(used, "used here")
        .at(declared, "declared here, without a default")
        .help(help)
}

/// `--input` flags that name no input, or have no `=`.
pub(crate) fn unknown(ask: &Ask<'_>, inputs: &Named<(Input, Tree)>) -> Problems {
    let mut problems = Problems::new();
    for argument in ask.inputs {
        let source = Source::new("--input", argument.as_str());
        let Some((name, _)) = argument.split_once('=') else {
            problems.push(
                Problem::error("invalid-input", format!("`{argument}` has no value")).at(
                    Some(&Span::new(&source, 0..argument.len())),
                    "`=` and a value must follow",
                ),
            );
            continue;
        };
        if !inputs.contains_key(name) {
            // Nothing is known of the value, so it is not shown.
            let source = Source::new("--input", format!("{name}=…"));
            let problem = Problem::error("unknown-input", format!("there is no input `{name}`"))
                .at(Some(&Span::new(&source, 0..name.len())), "not among `inputs`");
            problems.push(match source::suggest(name, inputs.keys().map(String::as_str)) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            });
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables() {
        for (name, expect) in [
            ("build", "REGATTA_INPUT_BUILD"),
            ("dbPassword", "REGATTA_INPUT_DB_PASSWORD"),
            ("db-password", "REGATTA_INPUT_DB_PASSWORD"),
            ("apiURL", "REGATTA_INPUT_API_URL"),
            ("v2Tag", "REGATTA_INPUT_V2_TAG"),
        ] {
            assert_eq!(variable(name), expect);
        }
    }
}
