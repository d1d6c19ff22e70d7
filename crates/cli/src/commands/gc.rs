//! `gc`: ephemeral stacks that outlived their time, found by what they recorded of themselves.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args as ClapArgs;
use jiff::Timestamp;
use manifest::Purpose;
use plan::live::Inventory;
use stack::{ClusterName, Namespace, Prune, Stack, Target};

use crate::args::{Contest, Inputs, Output, Reach, Sure, TextOrJson, Workspace};
use crate::cluster::{Opened, RunPolicy, failure};
use crate::execute::{self, Permission};
use crate::instances::{self, ANY};
use crate::pipeline;
use crate::place::Place;
use crate::report::{self, Failure, Reason};
use crate::shell::Shell;
use crate::views::gc::{self, Over};
use crate::workspace::{self, Wanted};

/// List ephemeral stacks whose time is over, and destroy them with --yes
///
/// Looks in the clusters of all environments, in all namespaces or, where `state.namespace` is given, only there. A stack is only destroyed when it is of this workspace,
/// ephemeral, and past its time; it needs neither chart nor the branch that it came from.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:\n  regatta gc\n  regatta gc --yes\n  regatta gc -o json")]
pub struct Args {
    #[command(flatten)]
    pub sure: Sure,
    #[command(flatten)]
    pub output: Output,
    #[command(flatten)]
    pub workspace: Workspace,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub reach: Reach,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let printer = &shell.printer;
    let declared = declared(&args, shell)?;
    let mut found = Vec::new();
    for (name, stacks) in &declared {
        found.extend(over(name, stacks, &args, shell)?);
    }
    let rows = |found: &[Candidate]| found.iter().map(|it| it.over.clone()).collect::<Vec<_>>();
    if args.output.format == TextOrJson::Text {
        printer.show(&gc::text(&rows(&found), printer.data_paint()))?;
    }
    let mut reason = Reason::Done;
    if !args.sure.yes.is_empty() {
        for candidate in &mut found {
            let ended = match destroy(candidate, &args, shell) {
                Ok(ended) => ended,
                Err(failure) => report::failure(printer, &failure),
            };
            candidate.over.result = Some(ended);
            if ended.exit_code() > reason.exit_code() {
                reason = ended;
            }
            if matches!(ended, Reason::Interrupted | Reason::Terminated) {
                break;
            }
        }
    } else if !found.is_empty() {
        printer.tell("--yes destroys them");
    }
    if args.output.format == TextOrJson::Json {
        // Events came before it, each on its line.
        let rows = gc::json(&rows(&found));
        let text = if args.sure.yes.is_empty() { format!("{rows:#}") } else { rows.to_string() };
        printer.show(&format!("{text}\n"))?;
    }
    Ok(reason)
}

/// A stack that may go, and where it is.
struct Candidate {
    over: Over,
    stack: Stack,
    opened: Opened,
}

/// The environments on each cluster; which instance is meant does not matter.
fn declared(args: &Args, shell: &Shell) -> Result<BTreeMap<ClusterName, Vec<Stack>>, Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let mut clusters: BTreeMap<ClusterName, Vec<Stack>> = BTreeMap::new();
    for environment in workspace.environments()?.iter().filter(|one| !one.is_abstract) {
        let instance = environment.has_instances.then_some(ANY);
        let wanted = Wanted { inputs: Some(&args.inputs), instance, ..Wanted::default() };
        let stack = workspace.read(environment, &wanted, Purpose::Locate, shell)?.stack;
        if let Target::Cluster(name) = &stack.target {
            clusters.entry(name.clone()).or_default().push(stack);
        }
    }
    Ok(clusters)
}

/// The stacks on a cluster whose time is over.
fn over(
    name: &ClusterName,
    declared: &[Stack],
    args: &Args,
    shell: &Shell,
) -> Result<Vec<Candidate>, Failure> {
    let Some(any) = declared.first() else { return Ok(Vec::new()) };
    let opened = Opened::open(any, name, &args.reach, &Contest::default(), shell)?;
    let mut found = Vec::new();
    for place in places(declared) {
        let there = cluster::inventories(&opened.connection, &any.id.workspace, None, place);
        found.extend(opened.block_on(there).map_err(failure)?);
    }
    let now = Timestamp::now();
    let over = found.into_iter().filter(|(_, inventory)| is_over(inventory, now));
    let candidates = over.map(|(namespace, inventory)| Candidate {
        over: Over {
            stack: inventory.stack.clone(),
            place: opened.shown(),
            namespace: namespace.to_string(),
            expires: inventory.expires.clone().unwrap_or_default(),
            releases: inventory.releases.len(),
            result: None,
        },
        stack: stack(&inventory, &namespace, declared, any),
        opened: opened.at(&namespace),
    });
    Ok(candidates.collect())
}

/// Where inventories may lie: in all namespaces, unless the manifest names the place of each environment's.
fn places(declared: &[Stack]) -> BTreeSet<Option<&Namespace>> {
    let places: BTreeSet<Option<&Namespace>> = declared.iter().map(instances::place).collect();
    if places.contains(&None) { BTreeSet::from([None]) } else { places }
}

/// As the inventory tells of it. Only whether it is protected is the environment's to say, while the manifest has it.
fn stack(inventory: &Inventory, namespace: &Namespace, declared: &[Stack], any: &Stack) -> Stack {
    let id = inventory.stack.clone();
    let environment = declared.iter().find(|stack| stack.id.environment == id.environment);
    Stack {
        id,
        namespace: namespace.clone(),
        state: None,
        protected: environment.is_some_and(|stack| stack.protected),
        prune: Prune::Auto,
        ..any.clone()
    }
}

fn is_over(inventory: &Inventory, now: Timestamp) -> bool {
    let expires = inventory.expires.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
    inventory.ephemeral && expires.is_some_and(|expires| expires < now)
}

fn destroy(candidate: &Candidate, args: &Args, shell: &Shell) -> Result<Reason, Failure> {
    let Candidate { stack, opened, .. } = candidate;
    let place = Place::Cluster(Box::new(opened.clone()));
    let options = pipeline::options(&args.sure, &Contest::default(), Prune::Auto);
    let planned = pipeline::plan_destroy_at(place, stack.clone(), &options, shell)?;
    let now = Timestamp::now();
    // An apply may have given it more time just now.
    if !planned.plan.inventory.as_ref().is_some_and(|inventory| is_over(inventory, now)) {
        return Ok(Reason::NoChanges);
    }
    let permission = Permission {
        sure: &args.sure,
        prune: true,
        verb: "destroy",
        output: args.output.format,
        events: false,
        policy: RunPolicy::default(),
    };
    Ok(execute::carry_out(planned, &permission, shell)?.reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ephemeral_stacks_past_their_time_are_over() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let check = |ephemeral, expires: Option<&str>, expect| {
            let stack = stack::StackId {
                workspace: "shop".parse().unwrap(),
                environment: "e2e".parse().unwrap(),
                instance: None,
            };
            let expires = expires.map(str::to_owned);
            let inventory = Inventory { ephemeral, expires, ..Inventory::new(stack) };
            assert_eq!(is_over(&inventory, now), expect, "{inventory:?}");
        };
        check(true, Some("2026-11-21T11:59:59Z"), true);
        check(true, Some("2026-11-21T13:30:00+02:00"), true);
        check(true, Some("2026-11-21T12:00:01Z"), false);
        check(true, Some("yesterday"), false);
        check(true, None, false);
        check(false, Some("2026-11-21T11:59:59Z"), false);
    }
}
