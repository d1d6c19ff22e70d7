//! What a command knows beside its arguments: the process's environment, where the user stands, whom to talk to.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::args::Talk;
use crate::printer::Printer;
use crate::report::{Failure, Reason};

pub struct Shell {
    pub printer: Printer,
    /// Variables whose names and values are UTF-8.
    pub environment: BTreeMap<String, String>,
}

impl Shell {
    pub fn new(talk: &Talk, environment: BTreeMap<String, String>) -> Self {
        Self { printer: Printer::new(talk, no_color(&environment)), environment }
    }

    /// A variable that says something: an empty one counts as absent.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The folder in which the user stands.
    pub fn standing(&self) -> Result<PathBuf, Failure> {
        let here = std::env::current_dir().and_then(|here| here.canonicalize());
        here.map_err(|error| Failure::said(Reason::Failed, format!("this folder is gone: {error}")))
    }
}

pub fn environment() -> BTreeMap<String, String> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// <https://no-color.org>: set and not empty means no colours; neither has a dumb terminal any.
pub fn no_color(environment: &BTreeMap<String, String>) -> bool {
    environment.get("NO_COLOR").is_some_and(|value| !value.is_empty())
        || environment.get("TERM").is_some_and(|terminal| terminal == "dumb")
}
