//! What went wrong, as the user reads it and as a script does: failures, exit codes, problems shown in their files.

mod fancy;
mod short;

pub use plan::Reason;
use source::{Problem, Problems, Severity};

use crate::printer::Printer;

/// Why a command ended early.
#[derive(Debug)]
pub enum Failure {
    /// Mistakes in the user's files, or in what their charts say.
    Problems(Problems),
    Said {
        reason: Reason,
        message: String,
        help: Option<String>,
    },
    /// What the command line parser says.
    CommandLine(Box<clap::Error>),
    /// Everything was said already.
    Silent(Reason),
    /// Nobody reads stdout any more, which is no failure: `regatta list | head -1`.
    ReaderGone,
}

impl Failure {
    pub fn said(reason: Reason, message: impl Into<String>) -> Self {
        Self::Said { reason, message: message.into(), help: None }
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::said(Reason::Usage, message)
    }

    /// What to do about it.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        if let Self::Said { help, .. } = &mut self {
            *help = Some(text.into());
        }
        self
    }

    /// The same where something may be known to do.
    pub fn help_if(self, text: Option<impl Into<String>>) -> Self {
        match text {
            Some(text) => self.help(text),
            None => self,
        }
    }

    pub fn reason(&self) -> Reason {
        match self {
            Self::Problems(_) => Reason::Invalid,
            Self::Said { reason, .. } | Self::Silent(reason) => *reason,
            Self::CommandLine(_) => Reason::Usage,
            Self::ReaderGone => Reason::Done,
        }
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Problems(problems)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problems(vec![problem])
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::ReaderGone,
            _ => Self::said(Reason::Failed, format!("write to stdout: {error}")),
        }
    }
}

/// Tells a failure on stderr and gives its reason, which has the exit code.
pub fn failure(printer: &Printer, failure: &Failure) -> Reason {
    match failure {
        Failure::Problems(all) => problems(printer, all),
        Failure::Said { message, help, .. } => {
            let paint = printer.talk_paint();
            printer.say(&format!("{} {message}", paint.red("error:")));
            if let Some(help) = help {
                printer.say(&format!("{} {help}", paint.cyan("help:")));
            }
        }
        Failure::CommandLine(error) => {
            let text = error.render();
            let text = match printer.talk_paint().on {
                true => text.ansi().to_string(),
                false => text.to_string(),
            };
            printer.say(text.trim_end());
        }
        Failure::Silent(_) | Failure::ReaderGone => {}
    }
    failure.reason()
}

/// Shows problems on stderr, each in its file; with `--quiet` one line each.
pub fn problems(printer: &Printer, problems: &[Problem]) {
    if problems.is_empty() {
        return;
    }
    for (position, problem) in problems.iter().enumerate() {
        if printer.is_quiet() {
            if problem.severity == Severity::Error {
                printer.say(&short::line(problem, |name| printer.place(name)));
            }
        } else {
            let gap = if position > 0 { "\n" } else { "" };
            printer.say(&format!("{gap}{}", fancy::text(problem, printer).trim_end()));
        }
    }
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    if errors > 1 && !printer.is_quiet() {
        printer.say(&format!("\n{errors} problems"));
    }
}
