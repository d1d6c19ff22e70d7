//! `rbac`: the permissions that a stack's plan, apply or destroy asks for, as objects to apply.

use clap::{Args as ClapArgs, ValueEnum};
use manifest::Purpose;
use plan::live::rbac;

use crate::args::{Charts, Contest, Environments, Inputs, Kube, Reach, Workspace};
use crate::place::Place;
use crate::report::{self, Failure, Reason};
use crate::shell::Shell;
use crate::workspace::{self, Wanted};
use crate::{pipeline, render, views};

/// Print the Roles that a plan, an apply or a destroy needs
///
/// Renders the charts, looks at what is recorded, and prints one ClusterRole and one Role for each namespace, with nothing that
/// is not needed; bind them to whoever runs Regatta. A plan asks for `create` and `patch` as well: Kubernetes wants them for a
/// dry run. What charts ask for with `lookup` is among the rules as it was asked now.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta rbac -e prod\n  regatta rbac -e prod --for plan\n  regatta rbac -e prod | kubectl apply -f -"
)]
pub struct Args {
    /// `plan`, `apply` or `destroy`; who applies also plans
    #[arg(long = "for", value_name = "TASK", default_value = "apply", hide_possible_values = true)]
    pub task: Task,
    #[command(flatten)]
    pub workspace: Workspace,
    #[command(flatten)]
    pub environments: Environments,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub kube: Kube,
    #[command(flatten)]
    pub charts: Charts,
    #[command(flatten)]
    pub reach: Reach,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Task {
    Plan,
    Apply,
    Destroy,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let wanted = Wanted::located(&args.environments, &args.inputs);
    let run = render::Run::new(&args.kube, &args.charts, shell)?;
    let mut documents = Vec::new();
    for environment in workspace.choose(&args.environments)? {
        let read = workspace.read(&environment, &wanted, Purpose::Render, shell)?;
        report::problems(&shell.printer, &read.warnings);
        let stack = read.stack;
        let place = Place::open(&workspace, &stack, &args.reach, &Contest::default(), shell)?;
        let Place::Cluster(opened) = place else {
            let message = format!("`{}` is a directory, which needs no roles", environment.name);
            return Err(Failure::usage(message));
        };
        let mut cluster = opened.recorded(&stack)?;
        let world = opened.world(&cluster);
        let mut desired = pipeline::desire(&workspace, &stack, &run, &world, shell)?.desired;
        let (task, word) = match args.task {
            Task::Plan => (rbac::Task::Plan, "plan"),
            Task::Apply => (rbac::Task::Apply, "apply"),
            Task::Destroy => (rbac::Task::Destroy, "destroy"),
        };
        let roles = rbac::roles(&mut desired, &mut cluster, stack.ephemeral.is_some(), task);
        documents.push(views::rbac::yaml(&stack.id, word, &roles));
    }
    shell.printer.show(&documents.join("---\n"))?;
    Ok(Reason::Done)
}
