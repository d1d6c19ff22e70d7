//! Questions to a person at a terminal.

use std::io::{self, IsTerminal as _, Write as _};

/// Whether somebody is there to answer: both the question and the answer need a terminal.
pub fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks on stderr and reads one line; none when the input ends.
pub fn ask(question: &str) -> Option<String> {
    let mut stderr = io::stderr().lock();
    drop(write!(stderr, "{question} "));
    drop(stderr.flush());
    drop(stderr);
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer).ok()?;
    (read > 0).then(|| answer.trim().to_owned())
}

/// Asks on stderr and reads one line that is not shown while it is typed; none when the terminal is gone.
pub fn ask_unseen(question: &str) -> Option<String> {
    let mut stderr = io::stderr().lock();
    drop(write!(stderr, "{question} "));
    drop(stderr.flush());
    drop(stderr);
    rpassword::read_password().ok()
}
