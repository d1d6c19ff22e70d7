//! Finds out what an expression reads: a variable, an input, the environment, git, a file.

use std::sync::Arc;

use source::{FileError, Problem, Tree};

use super::evaluator::{Evaluator, has};
use super::object::Scope;
use super::state::{Known, Want};
use crate::inputs;

impl Evaluator<'_> {
    /// Afterwards it is known, or known to be unknowable.
    pub(super) fn find_out(&mut self, want: Want) {
        if let Some(first) = self.open.iter().position(|open| *open == want) {
            self.cycle(first, &want);
            self.shared().lock().known.insert(want, None);
            return;
        }
        self.open.push(want.clone());
        let before = std::mem::take(&mut self.from_outside);
        let directory = self.shared().lock().directory.clone();

        let found = match &want {
            Want::Var(name) => {
                let raw = self.material.vars.get(name).cloned().unwrap_or_default();
                let filled = self.fill(&raw, &Scope::default());
                filled.tree.filter(|_| filled.complete)
            }
            Want::Input(name) => self.input(name),
            Want::Environment(field) => self.environment(field),
            Want::Git(fact) => {
                self.from_outside = true;
                let told = (self.ask.git)(*fact);
                told.map_err(|why| self.say("git", "git cannot tell".to_owned(), "read here", why))
                    .ok()
            }
            Want::File(path) => self.file(path),
            Want::Secrets => {
                let message = "`secrets` is not supported yet".to_owned();
                let help = "use an input with `secret: true`".to_owned();
                self.say("not-yet", message, "read here", help);
                None
            }
        };

        self.shared().lock().directory = directory;
        let from_outside = std::mem::replace(&mut self.from_outside, before);
        self.open.pop();
        let known = found.map(|tree| Known { tree: Arc::new(tree), from_outside });
        let shared = self.shared();
        let mut state = shared.lock();
        // What was found to be in a cycle stays unknowable.
        let entry = state.known.entry(want).or_insert(None);
        if entry.is_none() {
            *entry = known;
        }
    }

    fn say(&mut self, id: &'static str, message: String, label: &str, help: String) {
        let problem = Problem::error(id, message).at(self.at.as_ref(), label).help(help);
        self.problems.push(problem);
    }

    fn input(&mut self, name: &str) -> Option<Tree> {
        self.from_outside = true;
        let (input, raw) = self.material.inputs.get(name).cloned()?;
        match inputs::given(self.ask, name, &input, &raw) {
            Some(Ok(mut tree)) => {
                tree.secret = input.secret || tree.secret;
                return Some(tree);
            }
            Some(Err(problem)) => {
                self.problems.push(problem);
                return None;
            }
            None => {}
        }
        if let Some(default) = raw.get("default") {
            let mut tree = self.fill(default, &Scope::default()).tree?;
            tree.secret |= input.secret;
            if let Err(problem) = inputs::check(name, &input, &raw, &tree) {
                self.problems.push(problem);
                return None;
            }
            return Some(tree);
        }
        if input.secret && self.ask.purpose != crate::Purpose::Render {
            return Some(inputs::placeholder(name, &input));
        }
        let problem = inputs::missing(name, &input, self.at.as_ref(), raw.key_span.as_ref());
        self.problems.push(problem);
        None
    }

    fn environment(&mut self, field: &str) -> Option<Tree> {
        match field {
            "name" => Some(Tree::from(self.material.environment_name.as_str())),
            "ephemeral" => Some(Tree::from(has(&self.material.environment, "ephemeral"))),
            "instance" if self.ask.instance.is_some() => {
                self.from_outside = true;
                self.ask.instance.map(Tree::from)
            }
            field => {
                let raw = self.material.environment.get(field).cloned().unwrap_or_default();
                self.fill(&raw, &Scope::default()).tree
            }
        }
    }

    fn file(&mut self, path: &str) -> Option<Tree> {
        let (message, help) = match self.files.read(path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => return Some(Tree::from(text.as_str())),
                Err(_) => (format!("`{path}` is no text"), "`file` reads UTF-8 only".to_owned()),
            },
            Err(FileError::Missing) => (
                format!("`{path}` does not exist"),
                "paths are relative to the file that names them".to_owned(),
            ),
            Err(FileError::Outside) => (
                format!("`{path}` leaves the repository"),
                "move the file into the repository".to_owned(),
            ),
            Err(FileError::Unreadable(why)) => (format!("`{path}` cannot be read"), why),
        };
        self.say("missing-file", message, "named here", help);
        None
    }

    /// Says who reads whom, from the first back to the first.
    fn cycle(&mut self, first: usize, want: &Want) {
        let mut names: Vec<String> = self.open[first..].iter().map(Want::name).collect();
        names.push(want.name());
        let message = format!("`{}` reads itself", names[0]);
        let way = format!("{} read each other without end", names.join(" → "));
        let problem = Problem::error("variable-cycle", message)
            .at(self.at.as_ref(), "the circle closes here")
            .help(way);
        self.problems.push(problem);
    }
}

impl Want {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Var(name) => format!("vars.{name}"),
            Self::Input(name) => format!("inputs.{name}"),
            Self::Environment(field) => format!("environment.{field}"),
            Self::Git(_) => "git".to_owned(),
            Self::File(path) => path.clone(),
            Self::Secrets => "secrets".to_owned(),
        }
    }
}
