//! `chart template`: one chart rendered without a workspace, as `helm template` does it.

use std::path::PathBuf;
use std::sync::Arc;

use chart::PrintOptions;
use clap::{Args as ClapArgs, ValueEnum};
use plan::live::Cluster;

use super::name::Named;
use super::rendering::Rendering;
use crate::args::{Charts, Choice, Idle, Offline};
use crate::charts::single;
use crate::cluster::Opened;
use crate::printed::Printed;
use crate::render::World;
use crate::report::{self, Failure, Reason};
use crate::shell::Shell;
use crate::threads::Lent;

/// Render a chart as `helm template` does
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta chart template api ./charts/api -f values.yaml --set image.tag=1.2\n  regatta chart template db oci://registry.example.com/charts/postgresql --version ~16.4"
)]
pub struct Args {
    #[command(flatten)]
    pub named: Named,
    /// Also the files of `crds/`
    #[arg(long)]
    pub include_crds: bool,
    /// Only what these templates made (glob below the chart); repeat for several
    #[arg(short, long, value_name = "TEMPLATE")]
    pub show_only: Vec<String>,
    /// Without test hooks
    #[arg(long)]
    pub skip_tests: bool,
    /// Without any hook
    #[arg(long)]
    pub no_hooks: bool,
    /// Render as an upgrade: `.Release.IsUpgrade`
    #[arg(long)]
    pub is_upgrade: bool,
    /// One file per template, below this folder
    #[arg(long, value_name = "FOLDER")]
    pub output_dir: Option<PathBuf>,
    /// In --output-dir, a folder with the release's name around them
    #[arg(long)]
    pub release_name: bool,
    /// Also find dependencies that `charts/` lacks; nothing is written there
    #[arg(long)]
    pub dependency_update: bool,
    /// `client`: no cluster is asked; `server`: it says its version, its APIs and what is looked up
    #[arg(
        long,
        value_name = "HOW",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "client",
        default_value = "client",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub dry_run: DryRun,
    /// The old name of --dry-run=server
    #[arg(long, hide = true, conflicts_with = "dry_run")]
    pub validate: bool,
    /// Kubeconfig file [default: KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Its context of the cluster for --dry-run=server
    #[arg(long, value_name = "NAME", env = "HELM_KUBECONTEXT", hide_env = true)]
    pub kube_context: Option<String>,
    #[command(flatten)]
    pub offline: Offline,
    #[command(flatten)]
    pub rendering: Rendering,
    #[command(flatten)]
    pub choice: Choice,
    #[command(flatten)]
    pub idle: Idle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DryRun {
    Client,
    Server,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let run = args.rendering.run(&Charts::from(&args.offline), shell)?;
    let (name, reference) = args.named.read(&args.rendering, &run)?;
    let values = args.rendering.values()?;
    let mut input = args.rendering.input(&run, &name, &values)?;
    input.release.is_upgrade = args.is_upgrade;
    let world = match args.validate || args.dry_run == DryRun::Server {
        true => Some(world(&args, shell)?),
        false => None,
    };
    if let Some(world) = &world {
        // As with Helm, what flags say of a cluster does not count where there is one.
        input.capabilities = world.capabilities.clone().unwrap_or(input.capabilities);
        input.lookup = Arc::clone(&world.lookup);
    }
    let options = PrintOptions {
        include_crds: args.include_crds,
        skip_tests: args.skip_tests,
        no_hooks: args.no_hooks,
        show_only: args.show_only.clone(),
        dialect: input.dialect,
    };
    let mut chart = single::load(reference, &args.choice, &run.remote, shell)?;
    if args.dependency_update {
        chart = single::with_dependencies(reference, chart, &run.remote, shell)?;
    }
    let rendered = chart::render_beside(&chart, &input, &Lent::ToMain);
    if let Some(world) = &world {
        shell.printer.learn(world.take_secrets());
    }
    let rendered = rendered?;
    let folder = args.output_dir.map(|folder| match args.release_name {
        true => folder.join(&name),
        false => folder,
    });
    let printed = Printed::new(&rendered, &options, folder)?;
    chart.readable()?;
    report::problems(&shell.printer, &rendered.warnings);
    printed.deliver(shell)?;
    // Never freed: the process ends right after.
    std::mem::forget((chart, rendered));
    Ok(Reason::Done)
}

/// What the chart sees of the cluster.
fn world(args: &Args, shell: &Shell) -> Result<World, Failure> {
    let context = args.kube_context.as_deref().ok_or_else(|| {
        Failure::usage("`--dry-run=server` asks a cluster, and none is named")
            .help("`--kube-context NAME`; the current one of the kubeconfig is never taken unasked")
    })?;
    let opened = Opened::by_context(context, args.kubeconfig.as_deref(), shell)?;
    Ok(opened.world(&Cluster::default()))
}
