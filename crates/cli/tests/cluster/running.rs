//! The program while it runs: what it tells is read line by line, and it is interrupted.

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus};

use serde_json::Value;

pub(crate) struct Running {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: Lines<BufReader<ChildStderr>>,
    /// What was read of stderr, for failing tests to show.
    said: String,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, stdout, stderr, said: String::new() }
    }

    /// Reads stdout until a line is an event as wanted, and gives all events up to it.
    #[track_caller]
    pub(crate) fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut seen = Vec::new();
        for line in self.stdout.by_ref() {
            let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
            let found = wanted(&event);
            seen.push(event);
            if found {
                return seen;
            }
        }
        panic!("the event did not come: {seen:#?}");
    }

    /// Reads stderr until a line holds the text.
    #[track_caller]
    pub(crate) fn says(&mut self, text: &str) {
        for line in self.stderr.by_ref() {
            let line = line.unwrap();
            self.said.push_str(&line);
            self.said.push('\n');
            if line.contains(text) {
                return;
            }
        }
        panic!("{text:?} was not said:\n{}", self.said);
    }

    /// Ctrl-C.
    pub(crate) fn interrupt(&self) {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &process]).status().unwrap().success());
    }

    /// Waits for its end: how that was, what else it told on stdout, and all of stderr.
    pub(crate) fn ends(mut self) -> (ExitStatus, String, String) {
        let rest: Vec<String> = self.stdout.map_while(Result::ok).collect();
        for line in self.stderr.map_while(Result::ok) {
            self.said.push_str(&line);
            self.said.push('\n');
        }
        (self.child.wait().unwrap(), rest.join("\n"), self.said)
    }
}
