//! Templates against Go's text/template: every snapshot was compared with what Go 1.26 prints for the same input.

mod functions;
mod limits;
mod reports;
mod robust;
mod templates;

use std::sync::Arc;

use gotmpl::{Error, Functions, Options, TemplateSet, Value, execute, parse};

/// Runs a text named `t` in a set named `gotpl`, as Helm names it.
fn render(
    functions: &Arc<Functions>,
    text: &str,
    dot: &Value,
    options: &Options,
) -> Result<String, Error> {
    let parsed = parse("t", text.into(), functions)?;
    let mut set = TemplateSet::new("gotpl", Arc::clone(functions));
    set.add(&parsed);
    let output = execute(&set, "t", dot, &(), options)?;
    Ok(String::from_utf8_lossy(&output).into_owned())
}
