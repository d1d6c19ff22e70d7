//! One expression or one text template, evaluated by minijinja: a result, something to find out first, or what is wrong.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};
use source::Tree;

use super::object::{Root, Scope};
use super::state::{Miss, Reads, Shared, State, Want};
use super::{convert, functions};

/// How many instructions one evaluation may take; a loop over a hundred thousand items stays far below.
const FUEL: u64 = 10_000_000;

/// Stands around what an expression that read a secret put into a template's output, until the output is read as YAML.
/// Two private characters that no file has.
pub(crate) const SECRET: [char; 2] = ['\u{10FF53}', '\u{10FF54}'];

/// Stands for `$${{` in a template: as many bytes, so that places stay.
const LITERAL: char = '\u{10FF24}';

pub(crate) struct Engine {
    environment: Environment<'static>,
    pub(crate) shared: Shared,
}

#[derive(Debug)]
pub(crate) enum Outcome<T> {
    Done {
        value: T,
        secret: bool,
        from_outside: bool,
    },
    /// To be found out first.
    Want(Want),
    /// It reads what cannot be known, and why is already a problem.
    Blocked,
    Wrong(Wrong),
}

/// What is wrong with an expression; the range counts bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) id: &'static str,
    pub(crate) message: String,
    pub(crate) label: String,
    pub(crate) help: Option<String>,
    pub(crate) range: Range<usize>,
}

impl Engine {
    pub(crate) fn new(state: State) -> Self {
        let shared = Shared::new(state);
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        // Errors carry places only in debug mode; what it adds to their Display is never shown.
        environment.set_debug(true);
        environment.set_fuel(Some(FUEL));
        environment.set_syntax(
            SyntaxConfig::builder()
                .variable_delimiters("${{", "}}")
                .keep_trailing_newline(true)
                .build()
                .expect("these delimiters differ from each other"),
        );
        let state = shared.clone();
        environment.set_formatter(move |out, _, value| {
            if value.is_undefined() {
                return Err(Error::from(ErrorKind::UndefinedError));
            }
            let tree = convert::tree(value).map_err(|why| {
                Error::new(ErrorKind::InvalidOperation, format!("the result {why}"))
            })?;
            let secret = state.lock().reads.secret || tree.holds_secret();
            let [open, close] = SECRET;
            let text = convert::text(&tree);
            let written = match secret {
                true => write!(out, "{open}{text}{close}"),
                false => out.write_str(&text),
            };
            written.map_err(|_| Error::from(ErrorKind::WriteFailure))
        });
        functions::add(&mut environment, &shared);
        Self { environment, shared }
    }

    /// Evaluates what stands between `${{` and `}}`.
    pub(crate) fn expression(&self, text: &str, scope: &Scope) -> Outcome<Tree> {
        if text.is_empty() {
            return Outcome::Wrong(empty());
        }
        self.evaluate(text, scope, |root| {
            let value = self.environment.compile_expression(text)?.eval(root)?;
            // Not caught by strict mode: a missing last key.
            if value.is_undefined() {
                return Err(Error::from(ErrorKind::UndefinedError));
            }
            convert::tree(&value)
                .map_err(|why| Error::new(ErrorKind::InvalidOperation, format!("the result {why}")))
        })
    }

    /// Renders a text template (`.j2`). What secrets came into stands between `SECRET`'s characters.
    pub(crate) fn template(&self, text: &str, scope: &Scope) -> Outcome<String> {
        let same_length = text.replace("$${{", LITERAL.encode_utf8(&mut [0; 4]));
        self.evaluate(text, scope, |root| {
            let rendered = self.environment.render_str(&same_length, root)?;
            Ok(rendered.replace(LITERAL, "${{"))
        })
    }

    fn evaluate<T>(
        &self,
        text: &str,
        scope: &Scope,
        work: impl FnOnce(Value) -> Result<T, Error>,
    ) -> Outcome<T> {
        self.shared.lock().reads = Reads::default();
        let root = Root { shared: self.shared.clone(), scope: scope.clone() };
        // No input is known to make it panic; one that does becomes a problem like any other.
        let result = catch_unwind(AssertUnwindSafe(|| work(Value::from_object(root))));
        let reads = std::mem::take(&mut self.shared.lock().reads);
        match result {
            _ if reads.wanted.is_some() => match reads.wanted {
                Some(wanted) => Outcome::Want(wanted),
                None => Outcome::Blocked,
            },
            _ if reads.blocked => Outcome::Blocked,
            Ok(Ok(value)) => {
                Outcome::Done { value, secret: reads.secret, from_outside: reads.from_outside }
            }
            Ok(Err(error)) => Outcome::Wrong(explain(text, &error, reads)),
            Err(_) => Outcome::Wrong(Wrong {
                id: "invalid-expression",
                message: "this expression cannot be evaluated".to_owned(),
                label: "the engine gave up here".to_owned(),
                help: None,
                range: 0..text.len(),
            }),
        }
    }
}

/// What is wrong with an expression's form, whatever it reads.
pub(crate) fn syntax(text: &str) -> Option<Wrong> {
    if text.is_empty() {
        return Some(empty());
    }
    let mut environment = Environment::empty();
    environment.set_debug(true);
    let error = environment.compile_expression(text).err()?;
    Some(explain(text, &error, Reads::default()))
}

fn empty() -> Wrong {
    Wrong {
        id: "invalid-expression",
        message: "this expression is empty".to_owned(),
        label: "nothing stands here".to_owned(),
        help: Some("write `$${{` for a literal `${{`".to_owned()),
        range: 0..0,
    }
}

/// Never uses the error's `Display`, which prints values.
fn explain(text: &str, error: &Error, reads: Reads) -> Wrong {
    let boundary = |at: usize| text.is_char_boundary(at.min(text.len()));
    let range = error
        .range()
        .filter(|range| range.end <= text.len() && range.start < range.end)
        .filter(|range| boundary(range.start) && boundary(range.end))
        .unwrap_or(0..text.len());
    if let Some(message) = reads.required {
        let label = "required here".to_owned();
        return Wrong { id: "required", message, label, help: None, range };
    }
    let detail = || {
        let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        if reads.secret { "it read a secret, so no more is said".to_owned() } else { detail }
    };
    match (error.kind(), reads.missed) {
        (ErrorKind::UndefinedError, Some(miss)) => undefined(text, miss, range),
        // `vars.my-name` fails as a subtraction of what is not defined.
        (ErrorKind::InvalidOperation, Some(miss))
            if error.detail().is_some_and(|detail| detail.contains("undefined")) =>
        {
            undefined(text, miss, range)
        }
        (ErrorKind::SyntaxError, _) => Wrong {
            id: "invalid-expression",
            message: "this is no valid expression".to_owned(),
            label: detail(),
            help: None,
            range,
        },
        (ErrorKind::UnknownFunction | ErrorKind::UnknownFilter | ErrorKind::UnknownTest, _) => {
            Wrong {
                id: "invalid-expression",
                message: "this expression calls what does not exist".to_owned(),
                label: detail(),
                help: None,
                range,
            }
        }
        (ErrorKind::OutOfFuel, _) => Wrong {
            id: "invalid-expression",
            message: "this expression takes too long".to_owned(),
            label: format!("stopped after {FUEL} steps"),
            help: None,
            range,
        },
        _ => Wrong {
            id: "invalid-expression",
            message: "this expression cannot be evaluated".to_owned(),
            label: detail(),
            help: None,
            range,
        },
    }
}

fn undefined(text: &str, miss: Miss, range: Range<usize>) -> Wrong {
    let Miss { path, candidates } = miss;
    let found = text.find(&path).map(|start| start..start + path.len());
    let range = found.unwrap_or(range);
    let near = source::suggest(&path, candidates.iter().map(String::as_str));
    let help = match (dashed(text, &path), near) {
        (Some(dashed), _) => Some(dashed),
        (None, Some(near)) => Some(format!("did you mean `{near}`?")),
        (None, None) if (1..=8).contains(&candidates.len()) => {
            Some(format!("there is `{}`", candidates.join("`, `")))
        }
        (None, None) => None,
    };
    Wrong {
        id: "undefined",
        message: format!("`{path}` is not defined"),
        label: "nothing has this name".to_owned(),
        help,
        range,
    }
}

/// `vars.my-name` is a subtraction; who wrote it meant `vars["my-name"]`.
fn dashed(text: &str, path: &str) -> Option<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    text.match_indices('-').find_map(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let left = &before[before
            .rfind(|c| !is_word(c))
            .map_or(0, |cut| cut + before[cut..].chars().next().map_or(0, char::len_utf8))..];
        let right = &after[..after.find(|c| !is_word(c) && c != '-').unwrap_or(after.len())];
        let (parent, key) = left.rsplit_once('.')?;
        let starts = right.starts_with(|c: char| c.is_alphabetic());
        let concerns = path == left || path == right;
        (starts && concerns && !parent.is_empty())
            .then(|| format!("`-` subtracts; write `{parent}[\"{key}-{right}\"]`"))
    })
}
