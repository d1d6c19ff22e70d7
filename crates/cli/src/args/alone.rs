//! The commands, and each of them alone: to build all takes as long as to render a small chart, and a command line runs one.

use std::ffi::OsString;

use clap::Args as _;

use super::{Command, Talk};
use crate::commands::chart;

/// Declares the commands of one level by the names that users type.
macro_rules! commands {
    ($($(#[$attribute:meta])* $name:literal => $variant:ident($arguments:ty),)*) => {
        #[derive(Debug, clap::Subcommand)]
        pub enum Command {
            $($(#[$attribute])* #[command(name = $name)] $variant($arguments),)*
        }

        impl Command {
            /// The command of a name, without its aliases.
            pub(crate) fn alone(name: &str) -> Option<clap::Command> {
                match name {
                    $($name => Some(<$arguments as clap::Args>::augment_args(clap::Command::new($name))),)*
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use commands;

/// A program of the one command that the words name: right for every command line that it accepts. One that it does not know
/// or accept may be right all the same, or ask for help.
pub(super) fn program(words: &[OsString]) -> Option<clap::Command> {
    let is_flag = |word: &&str| word.starts_with('-');
    let mut words =
        words.iter().skip(1).map_while(|word| word.to_str()).filter(|word| !is_flag(word));
    let command = match words.next()? {
        "chart" => {
            let below = chart::Command::alone(words.next()?)?;
            clap::Command::new("chart").subcommand_required(true).subcommand(below)
        }
        name => Command::alone(name)?,
    };
    let program = clap::Command::new("regatta").subcommand_required(true);
    Some(Talk::augment_args(program).subcommand(command))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, FromArgMatches as _};

    use super::*;
    use crate::args::Arguments;

    /// What a command line becomes, as shown for programmers.
    fn parsed(
        program: clap::Command,
        words: &[OsString],
    ) -> Result<String, clap::error::ErrorKind> {
        let matches = program.try_get_matches_from(words).map_err(|error| error.kind())?;
        Arguments::from_arg_matches(&matches)
            .map(|arguments| format!("{arguments:?}"))
            .map_err(|error| error.kind())
    }

    #[test]
    fn a_command_alone_reads_what_the_whole_program_does() {
        for line in [
            "version",
            "-q chart template x ./chart --set a=b --no-hooks",
            "chart show values ./chart -v",
            "template -e dev --release a",
            "diff -e dev --detailed-exitcode",
            "apply -e dev --yes",
            "chart login registry.example.com -u me",
        ] {
            let words: Vec<OsString> =
                std::iter::once("regatta").chain(line.split(' ')).map(Into::into).collect();
            let alone = parsed(program(&words).expect("the command is known"), &words);
            assert!(alone.is_ok(), "{line}: {alone:?}");
            assert_eq!(alone, parsed(Arguments::command(), &words), "{line}");
        }
    }

    #[test]
    fn other_command_lines_are_left_to_the_whole_program() {
        for line in
            ["", "--help", "plan -e dev", "--color always version", "chart", "chart fetch x"]
        {
            let words: Vec<OsString> =
                std::iter::once("regatta").chain(line.split(' ')).map(Into::into).collect();
            assert!(program(&words).is_none(), "{line}");
        }
    }
}
