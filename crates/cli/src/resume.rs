//! What the last run of a stack left undone, as the selection of a run that goes on with it.

use manifest::{Environment, Purpose};
use plan::Operation;
use plan::live::inventory::LastRun;
use stack::{Selection, Stack};

use crate::args::{Contest, Reach};
use crate::place::Place;
use crate::report::Failure;
use crate::shell::Shell;
use crate::workspace::{Wanted, Workspace};

/// The same wishes, about nothing but the releases that the last apply did not bring to their end.
///
/// # Errors
/// Where there is nothing to go on with.
pub fn wanted<'a>(
    workspace: &Workspace,
    environment: &Environment,
    wanted: &Wanted<'a>,
    (reach, contest): (&Reach, &Contest),
    shell: &Shell,
) -> Result<Wanted<'a>, Failure> {
    // Values for the one release that is selected have their meaning when that is known.
    let nothing = Wanted { overrides: Vec::new(), ..wanted.clone() };
    let stack = workspace.read(environment, &nothing, Purpose::Inspect, shell)?.stack;
    let Place::Cluster(opened) = Place::open(workspace, &stack, reach, contest, shell)? else {
        let message = format!("`{}` is a directory, which keeps no runs", environment.name);
        return Err(Failure::usage(message)
            .help("leave `--continue` out: an apply writes whatever is missing"));
    };
    let recorded = opened.recorded_alone(&stack)?;
    let last = recorded.inventory.and_then(|inventory| inventory.run);
    let releases = open(&stack, last, shell)?;
    Ok(Wanted { selection: Selection { releases, ..wanted.selection.clone() }, ..wanted.clone() })
}

/// The ids of the releases. What the manifest no longer has is told.
fn open(stack: &Stack, last: Option<LastRun>, shell: &Shell) -> Result<Vec<String>, Failure> {
    let last = last.filter(|last| !last.open.is_empty()).ok_or_else(|| {
        Failure::usage(format!("the last run of {} left nothing to go on with", stack.id))
            .help("leave `--continue` out to apply whatever differs from the manifest")
    })?;
    let other = match last.operation {
        Operation::Apply => None,
        Operation::Rollback => Some("rollback"),
        Operation::Destroy => Some("destroy"),
    };
    if let Some(other) = other {
        let message =
            format!("the last run of {} was a {other}, which an apply cannot go on with", stack.id);
        return Err(Failure::usage(message)
            .help(format!("run `regatta {other}` again: it goes on where it stopped")));
    }
    let (declared, gone): (Vec<_>, Vec<_>) =
        last.open.iter().partition(|id| stack.releases.contains_key(*id));
    for id in &gone {
        let paint = shell.printer.talk_paint();
        shell.printer.tell(&format!(
            "{} `{id}` was left too, and the manifest no longer has it; `apply --prune` deletes it",
            paint.yellow("warning:")
        ));
    }
    if declared.is_empty() {
        let message = format!("the manifest has no release that the last run of {} left", stack.id);
        return Err(Failure::usage(message)
            .help("leave `--continue` out to apply whatever differs from the manifest"));
    }
    Ok(declared.into_iter().map(ToString::to_string).collect())
}
