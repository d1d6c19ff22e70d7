//! Compares our rendering of a folder of charts with real Helm's: `tests/parity/run DIR`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

use std::path::PathBuf;
use std::process::ExitCode;

use chart::Dialect;
use tests::parity::{Programs, cases, judge, report};

const USAGE: &str = "usage: parity --regatta PROGRAM [--compat helm3|helm4] [--kube-version VERSION] \
                     [--at-least PERCENT] [--all] DIR";

struct Arguments {
    folder: PathBuf,
    regatta: PathBuf,
    dialect: Dialect,
    kube_version: String,
    at_least: f64,
    all: bool,
}

fn main() -> ExitCode {
    let Some(arguments) = arguments() else {
        eprintln!("{USAGE}");
        return ExitCode::from(64);
    };
    let cases = match cases(&arguments.folder) {
        Ok(cases) if !cases.is_empty() => cases,
        Ok(_) => {
            eprintln!("there is no chart in `{}`", arguments.folder.display());
            return ExitCode::from(64);
        }
        Err(error) => {
            eprintln!("cannot list `{}`: {error}", arguments.folder.display());
            return ExitCode::from(64);
        }
    };
    let programs = Programs::new(arguments.regatta, arguments.dialect, arguments.kube_version);
    let verdicts = judge(&programs, &cases);
    let (text, summary) = report(&cases, &verdicts, arguments.all);
    print!("{text}");
    if summary.percent() >= arguments.at_least { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn arguments() -> Option<Arguments> {
    let (mut folder, mut regatta) = (None, None);
    let (mut kube_version, mut at_least, mut all) = ("1.33.0".to_owned(), 0.0, false);
    let mut dialect = Dialect::Helm4;
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--regatta" => regatta = Some(PathBuf::from(given.next()?)),
            "--compat" => {
                dialect = match given.next()?.as_str() {
                    "helm4" => Dialect::Helm4,
                    "helm3" => Dialect::Helm3,
                    _ => return None,
                }
            }
            "--kube-version" => kube_version = given.next()?,
            "--at-least" => at_least = given.next()?.parse().ok()?,
            "--all" => all = true,
            flag if flag.starts_with('-') => return None,
            path => folder = Some(PathBuf::from(path)),
        }
    }
    Some(Arguments { folder: folder?, regatta: regatta?, dialect, kube_version, at_least, all })
}
