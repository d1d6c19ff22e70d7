//! The shell around the pure crates: arguments, the disk, threads, what is shown, exit codes. `pipeline` is where to start reading.

pub mod args;
pub mod back;
pub mod commands;
pub mod confirm;
pub mod deferred;
pub mod desired;
pub mod execute;
pub mod instances;
pub mod pipeline;
pub mod place;
pub mod recorded;
pub mod results;
pub mod resume;

pub mod charts;
pub mod cluster;
pub mod disk;
pub mod git;
pub mod render;
pub mod rounds;
pub mod threads;
pub mod workspace;

pub mod printed;
mod printer;
pub mod progress;
pub mod report;
pub mod shell;
pub mod signals;
pub mod terminal;
pub mod views;

use std::process::ExitCode;

use args::{Parsed, Talk};
use printer::Printer;
use report::{Failure, Reason};
use shell::Shell;

/// Runs the program with the process's own arguments and environment.
pub fn main() -> ExitCode {
    let environment = shell::environment();
    let reason = match args::parse(std::env::args_os()) {
        Ok(arguments) => {
            let shell = Shell::new(&arguments.talk, environment);
            match commands::run(arguments.command, &shell) {
                Ok(reason) => reason,
                Err(failure) => report::failure(&shell.printer, &failure),
            }
        }
        Err(parsed) => {
            let printer = Printer::new(&Talk::default(), shell::no_color(&environment));
            match parsed {
                Parsed::Shown(help) if printer.data_paint().on => {
                    shown(&printer, &help.render().ansi().to_string())
                }
                Parsed::Shown(help) => shown(&printer, &help.render().to_string()),
                Parsed::Wrong(failure) => report::failure(&printer, &failure),
            }
        }
    };
    ExitCode::from(reason.exit_code())
}

fn shown(printer: &Printer, text: &str) -> Reason {
    match printer.show(text) {
        Ok(()) => Reason::Done,
        Err(error) => report::failure(printer, &Failure::from(error)),
    }
}
