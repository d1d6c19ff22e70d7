//! The stacks of one environment: the one that the manifest computes, the one that is named, or all that are there.

use manifest::{Environment, Purpose};
use stack::{Namespace, Stack, Target};

use crate::args::{Contest, Reach};
use crate::cluster::Opened;
use crate::disk;
use crate::report::{self, Failure};
use crate::shell::Shell;
use crate::workspace::{Wanted, Workspace};

/// Stands for any instance while the place of an environment is computed.
pub const ANY: &str = "any-instance-of-this";

/// The stacks that a command is about. Where the manifest cannot compute the instance, those that are there are listed.
pub fn stacks(
    workspace: &Workspace,
    environment: &Environment,
    wanted: &Wanted<'_>,
    all: bool,
    reach: &Reach,
    shell: &Shell,
) -> Result<Vec<Stack>, Failure> {
    let read = |instance: Option<&str>| {
        let wanted = Wanted { instance: instance.or(wanted.instance), ..wanted.clone() };
        workspace.read(environment, &wanted, Purpose::Locate, shell).map(|read| read.stack)
    };
    if all && environment.has_instances {
        let live = live(workspace, environment, wanted, reach, shell)?;
        let stacks = live.iter().map(|instance| read(Some(instance)).map_err(Failure::from));
        return stacks.collect();
    }
    match read(None) {
        Ok(stack) => Ok(vec![stack]),
        Err(problems) if environment.has_instances && wanted.instance.is_none() => {
            let help = match live(workspace, environment, wanted, reach, shell) {
                Ok(live) => choices(&live),
                Err(_) => "choose with --instance NAME".to_owned(),
            };
            report::problems(&shell.printer, &problems);
            let message = format!("which instance of `{}` is meant is not known", environment.name);
            Err(Failure::usage(message).help(help))
        }
        Err(problems) => Err(problems.into()),
    }
}

/// The one namespace in which all instances of an environment keep their inventories, where the manifest names one.
pub fn place(stack: &Stack) -> Option<&Namespace> {
    stack.state.as_ref().filter(|place| !place.as_str().contains(ANY))
}

/// Where nothing is there, perhaps another instance was meant.
pub fn hint(
    workspace: &Workspace,
    environment: &Environment,
    wanted: &Wanted<'_>,
    reach: &Reach,
    shell: &Shell,
) -> Result<(), Failure> {
    let live = live(workspace, environment, wanted, reach, shell)?;
    if !live.is_empty() {
        shell.printer.tell(&choices(&live));
    }
    Ok(())
}

fn choices(live: &[String]) -> String {
    if live.is_empty() {
        return "no instance is there".to_owned();
    }
    format!(
        "there are {}; choose with --instance NAME, or take all with --all-instances",
        live.join(", ")
    )
}

/// The instances that something was applied to, by name.
fn live(
    workspace: &Workspace,
    environment: &Environment,
    wanted: &Wanted<'_>,
    reach: &Reach,
    shell: &Shell,
) -> Result<Vec<String>, Failure> {
    let anything = Wanted { instance: Some(ANY), ..wanted.clone() };
    let stack = workspace.read(environment, &anything, Purpose::Locate, shell)?.stack;
    match &stack.target {
        Target::Directory { path } => Ok(in_directories(workspace, &stack, path)),
        Target::Cluster(name) => {
            let opened = Opened::open(&stack, name, reach, &Contest::default(), shell)?;
            opened.instances(&stack)
        }
    }
}

/// Those whose folders lie where the manifest would put them.
fn in_directories(workspace: &Workspace, stack: &Stack, path: &str) -> Vec<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let Some(position) = parts.iter().position(|part| part.contains(ANY)) else {
        return Vec::new();
    };
    let parent = workspace.disk.root.join(parts[..position].join("/"));
    let (before, after) = parts[position].split_once(ANY).expect("the part contains it");
    let mut live = Vec::new();
    for entry in disk::entries(&parent).unwrap_or_default() {
        let name = entry.name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        let Some(name) = name.filter(|name| !name.is_empty() && entry.is_directory) else {
            continue;
        };
        let root = workspace.disk.root.join(path.replace(ANY, name));
        let observed = directory::observe(&root, None, None);
        let is_ours = |id: &stack::StackId| {
            id.workspace == stack.id.workspace && id.environment == stack.id.environment
        };
        if observed.is_ok_and(|observed| observed.stack.is_some_and(|id| is_ours(&id))) {
            live.push(name.to_owned());
        }
    }
    live
}
