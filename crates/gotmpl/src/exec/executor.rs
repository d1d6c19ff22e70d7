//! What functions may ask of the execution that calls them: to run templates, and where they are.

use std::sync::Arc;

use super::operand::Operand;
use super::{Exec, no_template_message};
use crate::set::Found;
use crate::stack::deeper;
use crate::{CallError, Executor, Place, Str, TemplateSet, Value};

impl Executor for Exec<'_> {
    fn execute(&self, name: &str, dot: &Value) -> Result<Str, CallError> {
        let most = self.run.options.limits.recursion;
        let running = self.run.recursion.borrow().get(name).copied().unwrap_or(0);
        if running > most {
            return Err(CallError::Limit(format!(
                "rendering template has a nested reference name: {name}: unable to execute template"
            )));
        }
        let Some(found) = self.set.lookup(name).map_err(CallError::Template)? else {
            let message = no_template_message(self.set, name);
            return Err(CallError::Message(format!("template: {message}")));
        };
        self.count(found.name, running + 1);
        let result = self.nested(self.set, found, dot);
        self.count(found.name, running);
        result
    }

    fn execute_text(&self, text: &Str, dot: &Value) -> Result<Str, CallError> {
        let parsed = self.set.parse_text(text).map_err(CallError::Template)?;
        let set = self.set.overlay(&parsed);
        // The text's own template, also where it is empty and the set knows another of its name.
        let name = self.set.name();
        let Some(template) = parsed.templates.iter().find(|template| template.name == *name) else {
            return Ok(Str::default());
        };
        self.nested(&set, Found { name, file: name, tree: &parsed, template }, dot)
    }

    fn place(&self) -> Place {
        self.place_of_node()
    }
}

impl Exec<'_> {
    /// Sets how many executions of a template are running.
    fn count(&self, name: &Arc<str>, running: usize) {
        let mut recursion = self.run.recursion.borrow_mut();
        match recursion.get_mut(name) {
            Some(count) => *count = running,
            None => {
                recursion.insert(Arc::clone(name), running);
            }
        }
    }

    fn nested(&self, set: &TemplateSet, found: Found<'_>, dot: &Value) -> Result<Str, CallError> {
        let depth = self.run.depth.get();
        let most = self.run.options.limits.depth;
        if depth >= most {
            let message = format!("exceeded maximum template depth ({most})");
            return Err(CallError::Limit(message));
        }
        self.run.depth.set(depth + 1);
        let dot = Operand::concrete(dot.clone());
        let result = deeper(|| self.run.template(set, found, dot, |output| Str::from(output)));
        self.run.depth.set(depth);
        result.map_err(CallError::Template)
    }
}
