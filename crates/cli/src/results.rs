//! The results of a command's stacks: which reason wins, and the JSON report at the end.

use plan::{Report, StackReport};

use crate::args::TextOrJson;
use crate::execute::Ended;
use crate::report::{self, Failure, Reason};
use crate::shell::Shell;

pub struct Results {
    command: &'static str,
    output: TextOrJson,
    stacks: Vec<StackReport>,
    reason: Reason,
}

impl Results {
    pub fn new(command: &'static str, output: TextOrJson) -> Self {
        Self { command, output, stacks: Vec::new(), reason: Reason::NoChanges }
    }

    /// Takes in how one stack ended; false where no other may follow.
    pub fn add(&mut self, ended: Ended) -> bool {
        self.stacks.push(ended.report);
        self.reason = worse(self.reason, ended.reason);
        ended.reason.exit_code() == 0
    }

    pub fn found(&mut self, reason: Reason, report: StackReport) {
        self.stacks.push(report);
        self.reason = worse(self.reason, reason);
    }

    /// Tells a failure that came between, and prints the JSON document where one was asked for.
    pub fn finish(
        mut self,
        outcome: Result<(), Failure>,
        shell: &Shell,
    ) -> Result<Reason, Failure> {
        if let Err(failure) = outcome {
            if matches!(failure, Failure::ReaderGone) {
                return Err(failure);
            }
            self.reason = worse(self.reason, report::failure(&shell.printer, &failure));
        }
        if self.output == TextOrJson::Json {
            let report = Report {
                version: 1,
                command: self.command.to_owned(),
                exit_code: self.reason.exit_code(),
                reason: self.reason,
                stacks: self.stacks,
            };
            // A run's lines end with it; what only reads is one document.
            let write = match self.command {
                "diff" => serde_json::to_string_pretty,
                _ => serde_json::to_string,
            };
            let text = write(&report).map_err(|error| {
                Failure::said(Reason::Failed, format!("write the report as JSON: {error}"))
            })?;
            shell.printer.show(&format!("{text}\n"))?;
        }
        Ok(self.reason)
    }
}

/// The one with the higher exit code; of two good ones the one that did something.
fn worse(a: Reason, b: Reason) -> Reason {
    let rank = |reason: Reason| (reason.exit_code(), reason != Reason::NoChanges);
    if rank(b) > rank(a) { b } else { a }
}
