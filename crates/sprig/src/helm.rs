//! What Helm adds or replaces: include, tpl, required, fail, lookup (pkg/engine/engine.go).

use gotmpl::{Call, CallError, Functions, Str, Value};

use crate::{Dialect, World};

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add_with_call("include", |call: &Call<'_>, name: Str, dot: Value| {
        call.executor.execute(&name.to_text(), &dot)
    });
    functions.add_with_call("tpl", tpl);
    functions.add("required", required);
    functions.add("fail", |message: Str| Err::<Value, _>(CallError::Fail(message.to_string())));
    functions.add_with_call("lookup", lookup);
}

/// Runs a text as a template. What is missing prints as nothing, even where the text says `<no value>` itself.
fn tpl(call: &Call<'_>, text: Str, dot: Value) -> Result<Str, CallError> {
    let out = call.executor.execute_text(&text, &dot)?;
    let parts = crate::split::split(&out, &"<no value>".into(), -1)?;
    match parts.as_slice() {
        [_] => Ok(out),
        parts => Ok(parts.iter().map(Str::as_bytes).collect::<Vec<_>>().concat().into()),
    }
}

/// Fails for nil and the empty string only.
fn required(message: Str, value: Value) -> Result<Value, CallError> {
    match &value {
        Value::Nil => Err(CallError::Fail(message.to_string())),
        Value::Str(text) if text.is_empty() => Err(CallError::Fail(message.to_string())),
        _ => Ok(value),
    }
}

fn lookup(
    call: &Call<'_>,
    api_version: Str,
    kind: Str,
    namespace: Str,
    name: Str,
) -> Result<Value, CallError> {
    (World::of(call).lookup)(call.executor.place(), [&api_version, &kind, &namespace, &name])
}
