//! `test`: runs the tests that charts bring, as `helm test` does.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use manifest::{Environment, Purpose};
use plan::{Event, live};

use crate::args::{Contest, Environments, Inputs, Reach, Workspace};
use crate::recorded::{self, Located};
use crate::report::{Failure, Reason};
use crate::shell::Shell;
use crate::signals::Interrupted;
use crate::views::verdicts::{self, StackTests};
use crate::workspace::{self, Wanted};
use crate::{back, disk};

/// Run the tests that charts bring with them
///
/// Runs the test hooks of what is deployed, wave after wave, and shows what their pods wrote. Within a release no test is run
/// after one that failed. Exit code 6 where a test fails.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta test -e dev\n  regatta test -e dev api web\n  regatta test -e e2e --instance pr-41 -o junit=report.xml"
)]
pub struct Args {
    /// Releases by id or by Helm's name [default: all]
    #[arg(value_name = "RELEASE")]
    pub release: Vec<String>,
    /// `text` for people, `json`, or `junit`; `junit=FILE` writes a file beside the text
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        default_value = "text",
        value_parser = format,
        env = "REGATTA_OUTPUT",
        hide_env = true
    )]
    pub output: Format,
    #[command(flatten)]
    pub workspace: Workspace,
    #[command(flatten)]
    pub environments: Environments,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub contest: Contest,
    #[command(flatten)]
    pub reach: Reach,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    Junit,
    /// Text, and JUnit's XML in a file.
    JunitFile(PathBuf),
}

fn format(text: &str) -> Result<Format, String> {
    match text.split_once('=') {
        None if text == "text" => Ok(Format::Text),
        None if text == "json" => Ok(Format::Json),
        None if text == "junit" => Ok(Format::Junit),
        Some(("junit", file)) if !file.is_empty() => Ok(Format::JunitFile(PathBuf::from(file))),
        _ => Err("it is `text`, `json`, `junit` or `junit=FILE`".to_owned()),
    }
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let interrupted = Interrupted::watch()
        .map_err(|error| Failure::said(Reason::Failed, format!("watch for signals: {error}")))?;
    let mut stacks = Vec::new();
    for environment in workspace.choose_by_name(&args.environments)? {
        stacks.push(test(&args, &workspace, &environment, &interrupted, shell)?);
        if interrupted.came() {
            break;
        }
    }
    show(&args.output, &stacks, shell)?;
    Ok(match interrupted.reason() {
        Some(reason) => reason,
        None if stacks.iter().any(StackTests::has_failed) => Reason::VerificationFailed,
        None => Reason::Done,
    })
}

fn test(
    args: &Args,
    workspace: &workspace::Workspace,
    environment: &Environment,
    interrupted: &Interrupted,
    shell: &Shell,
) -> Result<StackTests, Failure> {
    let wanted = Wanted::located(&args.environments, &args.inputs);
    let Located { stack, opened } =
        recorded::locate(workspace, environment, &wanted, &args.reach, &args.contest, shell)?;
    let cluster = opened.recorded_alone(&stack)?;
    shell.printer.learn(live::secrets_of_observed(&cluster));
    let releases = recorded::releases(&cluster, &args.release)?;
    // Only timeouts are of interest; what is wrong with the manifest today is not.
    let declared = workspace.read(environment, &wanted, Purpose::Inspect, shell);
    let declared = declared.map_or_else(|_| stack.clone(), |read| read.stack);
    let plan = live::verify(&stack.id, &cluster, &releases, back::settings(&declared));
    let tell = |event: &Event<'_>| {
        if let Event::HookStarted { id, object, .. } = event {
            shell.printer.tell(&format!("testing {id}: {object}"));
        }
    };
    let has_tests = |release: &plan::ReleasePlan| {
        release.deploy.as_ref().is_some_and(|it| !it.hooks.is_empty())
    };
    let releases = match plan.releases().any(has_tests) {
        true => opened.test(&stack, &plan, interrupted, &tell, shell)?,
        false => Vec::new(),
    };
    Ok(StackTests { stack: stack.id, place: opened.shown(), releases })
}

fn show(format: &Format, stacks: &[StackTests], shell: &Shell) -> Result<(), Failure> {
    let printer = &shell.printer;
    match format {
        Format::Text => printer.show(&verdicts::text(stacks, printer.data_paint()))?,
        Format::Json => printer.show(&format!("{:#}\n", verdicts::json(stacks)))?,
        Format::Junit => printer.show(&verdicts::junit(stacks))?,
        Format::JunitFile(file) => {
            let text = printer.redact(&verdicts::junit(stacks));
            disk::write(&shell.standing()?.join(file), &text).map_err(|error| {
                let message = format!("cannot write `{}`: {error}", file.display());
                Failure::said(Reason::Failed, message)
            })?;
            printer.show(&verdicts::text(stacks, printer.data_paint()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats() {
        let check = |text: &str, expect: Option<Format>| assert_eq!(format(text).ok(), expect);
        check("text", Some(Format::Text));
        check("junit", Some(Format::Junit));
        check("junit=a/b=c.xml", Some(Format::JunitFile("a/b=c.xml".into())));
        check("junit=", None);
        check("json=x", None);
        check("yaml", None);
    }
}
