//! The functions of text/template itself (text/template/funcs.go).

mod compare;
mod escape;
mod index;

use crate::print::{Printer, sprintf_bounded};
use crate::truth::truth;
use crate::value::IntType;
use crate::{CallError, FromValue as _, Kind, ParamType, Str, Value, type_name};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builtin {
    And,
    Or,
    Not,
    Len,
    Index,
    Slice,
    Call,
    Print,
    Printf,
    Println,
    Html,
    Js,
    Urlquery,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// `interface {}`, and also `reflect.Value`, which takes the same arguments.
pub(crate) const ANY: ParamType = Value::TYPE;
const TEXT: ParamType = ParamType { name: "string", kind: Kind::String };

impl Builtin {
    pub(crate) fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|(other, _)| *other == name).map(|(_, builtin)| *builtin)
    }

    pub(crate) fn name(self) -> &'static str {
        ALL.iter().find(|(_, builtin)| *builtin == self).map_or("", |(name, _)| name)
    }

    /// The fixed parameters, and the type of any further ones.
    pub(crate) fn parameters(self) -> (&'static [ParamType], Option<ParamType>) {
        match self {
            Self::Not | Self::Len => (&[ANY], None),
            Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge => (&[ANY, ANY], None),
            Self::And | Self::Or | Self::Index | Self::Slice | Self::Call | Self::Eq => {
                (&[ANY], Some(ANY))
            }
            Self::Printf => (&[TEXT], Some(ANY)),
            Self::Print | Self::Println | Self::Html | Self::Js | Self::Urlquery => {
                (&[], Some(ANY))
            }
        }
    }
}

const ALL: [(&str, Builtin); 19] = [
    ("and", Builtin::And),
    ("or", Builtin::Or),
    ("not", Builtin::Not),
    ("len", Builtin::Len),
    ("index", Builtin::Index),
    ("slice", Builtin::Slice),
    ("call", Builtin::Call),
    ("print", Builtin::Print),
    ("printf", Builtin::Printf),
    ("println", Builtin::Println),
    ("html", Builtin::Html),
    ("js", Builtin::Js),
    ("urlquery", Builtin::Urlquery),
    ("eq", Builtin::Eq),
    ("ne", Builtin::Ne),
    ("lt", Builtin::Lt),
    ("le", Builtin::Le),
    ("gt", Builtin::Gt),
    ("ge", Builtin::Ge),
];

/// What the executor knows of a call besides its arguments.
pub(crate) struct Context<'a> {
    /// A bit for each argument that Go sees as an `interface {}`.
    pub interfaces: u64,
    /// The text of the first operand, which `call` names.
    pub callee: &'a dyn Fn() -> Option<String>,
    /// The most bytes to print.
    pub limit: usize,
}

/// Runs a built-in on checked arguments. `and` and `or` are the executor's, since they choose what is evaluated.
pub(crate) fn run(
    builtin: Builtin,
    arguments: &[Value],
    context: &Context<'_>,
) -> Result<Value, CallError> {
    Ok(match builtin {
        Builtin::And | Builtin::Or => arguments.last().cloned().unwrap_or_default(),
        Builtin::Not => Value::Bool(!truth(&arguments[0])),
        Builtin::Len => Value::int(length(&arguments[0], context.interfaces & 1 != 0)? as i64),
        Builtin::Index => index::index(&arguments[0], &arguments[1..])?,
        Builtin::Slice => index::slice(&arguments[0], &arguments[1..], context.interfaces >> 1)?,
        Builtin::Call => return Err(call(&arguments[0], context)),
        Builtin::Print => Value::Str(printed(arguments, context)?),
        Builtin::Printf => {
            let Value::Str(format) = &arguments[0] else { return Ok(Value::Nil) };
            let mut printer = Printer::new(context.limit);
            sprintf_bounded(&mut printer, format.as_bytes(), &arguments[1..]);
            Value::Str(finished(printer)?)
        }
        Builtin::Println => {
            let mut printer = Printer::new(context.limit);
            for (index, value) in arguments.iter().enumerate() {
                if index > 0 {
                    printer.out.push(b' ');
                }
                printer.argument(value, 'v');
            }
            printer.out.push(b'\n');
            Value::Str(finished(printer)?)
        }
        Builtin::Html => Value::Str(escape::html(shown(arguments, context)?)),
        Builtin::Js => Value::Str(escape::js(shown(arguments, context)?)),
        Builtin::Urlquery => Value::Str(escape::url_query(shown(arguments, context)?)),
        Builtin::Eq => Value::Bool(compare::equal_any(&arguments[0], &arguments[1..])?),
        Builtin::Ne => Value::Bool(!compare::equal(&arguments[0], &arguments[1])?),
        Builtin::Lt => Value::Bool(compare::less(&arguments[0], &arguments[1])?),
        Builtin::Le => Value::Bool(compare::less_or_equal(&arguments[0], &arguments[1])?),
        Builtin::Gt => Value::Bool(!compare::less_or_equal(&arguments[0], &arguments[1])?),
        Builtin::Ge => Value::Bool(!compare::less(&arguments[0], &arguments[1])?),
    })
}

fn printed(arguments: &[Value], context: &Context<'_>) -> Result<Str, CallError> {
    if let [Value::Str(text)] = arguments {
        return Ok(text.clone());
    }
    let mut printer = Printer::new(context.limit);
    printer.print_all(arguments);
    finished(printer)
}

/// As the template itself would print them: nil is `<no value>`.
fn shown(arguments: &[Value], context: &Context<'_>) -> Result<Str, CallError> {
    let visible = |value: &Value| match value {
        Value::Nil => "<no value>".into(),
        value => value.clone(),
    };
    printed(&arguments.iter().map(visible).collect::<Vec<_>>(), context)
}

fn finished(mut printer: Printer) -> Result<Str, CallError> {
    if printer.is_over() {
        return Err(CallError::Limit("value is too large or too deep to print".to_owned()));
    }
    Ok(printer.out.into())
}

fn length(value: &Value, nil_interface: bool) -> Result<usize, CallError> {
    Ok(match value {
        Value::Str(text) => text.len(),
        Value::List(list) => list.items.len(),
        Value::Map(map) => map.len(),
        Value::Nil if nil_interface => return Err(CallError::message("len of nil pointer")),
        Value::Nil => {
            return Err(CallError::message("reflect: call of reflect.Value.Type on zero Value"));
        }
        Value::Object(object) if is_collection(object.kind()) => {
            return length(&object.underlying().unwrap_or_default(), true);
        }
        _ => return Err(CallError::message(format!("len of type {}", type_name(value)))),
    })
}

fn is_collection(kind: Kind) -> bool {
    matches!(kind, Kind::Map | Kind::Slice | Kind::String)
}

/// No value of a template is a function.
fn call(value: &Value, context: &Context<'_>) -> CallError {
    let name = type_name(value);
    let piped = || match value {
        Value::Str(text) => text.to_text().into_owned(),
        _ => format!("<{name} Value>"),
    };
    CallError::Message(match value {
        Value::Nil => "call of nil".to_owned(),
        _ => format!("non-function {} of type {name}", (context.callee)().unwrap_or_else(piped)),
    })
}

/// An integer's bits and whether it is signed, also under a named type.
fn integer(value: &Value) -> Option<(i64, IntType)> {
    match value {
        Value::Int(number, kind) => Some((*number, *kind)),
        Value::Object(object) => integer(&object.underlying()?),
        _ => None,
    }
}
