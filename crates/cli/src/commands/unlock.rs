//! `unlock`: takes a stack's lock away from a run that is surely over.

use clap::Args as ClapArgs;
use cluster::lease;

use crate::args::{Contest, Environments, Inputs, Reach, Workspace};
use crate::cluster::failure;
use crate::recorded::{self, Located};
use crate::report::{Failure, Reason};
use crate::shell::Shell;
use crate::terminal;
use crate::workspace::{self, Wanted};

/// Take the lock of a stack away from a run that is surely over
///
/// Rarely needed: a lock ends by itself 30 seconds after its holder's last sign of life. A holder that lives after all stops
/// before its next write.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta unlock -e dev\n  regatta unlock -e e2e --instance pr-41 --yes"
)]
pub struct Args {
    /// Do not ask
    #[arg(short, long, help_heading = "Permission")]
    pub yes: bool,
    #[command(flatten)]
    pub workspace: Workspace,
    #[command(flatten)]
    pub environments: Environments,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub reach: Reach,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let wanted = Wanted::located(&args.environments, &args.inputs);
    for environment in workspace.choose_by_name(&args.environments)? {
        let contest = Contest::default();
        let located =
            recorded::locate(&workspace, &environment, &wanted, &args.reach, &contest, shell)?;
        unlock(&located, args.yes, shell)?;
    }
    Ok(Reason::Done)
}

fn unlock(located: &Located, yes: bool, shell: &Shell) -> Result<(), Failure> {
    let Located { stack, opened } = located;
    let address = cluster::lock_address(&stack.id, &opened.state_namespace);
    let client = opened.connection.client.writer();
    let shown = opened.block_on(lease::show(&client, &address)).map_err(failure)?;
    let Some(shown) = shown else {
        shell.printer.tell(&format!("nobody holds the lock of {}", stack.id));
        return Ok(());
    };
    shell.printer.tell(&format!(
        "{} is locked by {} since {}, whose last sign was at {}",
        stack.id, shown.holder, shown.acquired, shown.renewed
    ));
    agree(yes)?;
    if !opened.block_on(lease::unlock(&client, &address, &shown)).map_err(failure)? {
        let message = format!("{} gave a sign of life just now and keeps the lock", shown.holder);
        return Err(Failure::said(Reason::Locked, message)
            .help("end that run; it gives its lock back by itself"));
    }
    shell.printer.tell("unlocked");
    Ok(())
}

fn agree(yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !terminal::somebody_is_there() {
        let message = "nobody is there to confirm this, so the lock stays";
        return Err(Failure::said(Reason::NotConfirmed, message)
            .help("see that the run above is over, then run again with --yes"));
    }
    let answer = terminal::ask("\nIs that run over? Take its lock away? [y/N]");
    match answer.is_some_and(|answer| matches!(answer.to_lowercase().as_str(), "y" | "yes")) {
        true => Ok(()),
        false => Err(Failure::said(Reason::NotConfirmed, "not confirmed, so the lock stays")),
    }
}
