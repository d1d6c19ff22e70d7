//! `template`: rendered manifests on stdout, as Helm prints them.

use std::path::PathBuf;

use chart::PrintOptions;
use clap::Args as ClapArgs;
use manifest::Purpose;
use source::{Problems, arrange};

use crate::args::{Charts, Environments, Inputs, Kube, Overrides, Selection, Workspace};
use crate::printed::Printed;
use crate::render::{Job, World};
use crate::report::{self, Failure, Reason};
use crate::shell::Shell;
use crate::workspace::{self, Wanted};
use crate::{render, threads};

/// Render releases and print their manifests as Helm does
///
/// Manifests come in the order of the graph while rendering goes on. Secrets are in them, as they will be in the cluster.
/// After the first failure no further manifest is printed.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta template -e prod\n  regatta template -e dev --release api -s templates/deployment.yaml\n  regatta template -e prod --output-dir rendered"
)]
pub struct Args {
    /// Write one folder per release instead of printing
    #[arg(long, value_name = "DIR", env = "REGATTA_OUTPUT_DIR", hide_env = true)]
    pub output_dir: Option<PathBuf>,
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
    #[command(flatten)]
    pub workspace: Workspace,
    #[command(flatten)]
    pub environments: Environments,
    #[command(flatten)]
    pub selection: Selection,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub overrides: Overrides,
    #[command(flatten)]
    pub kube: Kube,
    #[command(flatten)]
    pub charts: Charts,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let wanted =
        Wanted::new(&args.environments, &args.selection, &args.inputs, Some(&args.overrides))?;
    let run = render::Run::new(&args.kube, &args.charts, shell)?;
    let options = |job: &Job<'_>| PrintOptions {
        include_crds: args.include_crds,
        skip_tests: args.skip_tests,
        no_hooks: args.no_hooks,
        show_only: args.show_only.clone(),
        dialect: render::dialect(job.body.compat),
    };
    let reads = workspace.stacks(&args.environments, &wanted, Purpose::Render, shell)?;
    let several = reads.len() > 1;
    let mut problems = Problems::new();
    for read in Vec::leak(reads) {
        let jobs = render::prepare(&workspace, &read.stack, &run, &World::nowhere(), shell)?;
        // Never freed: the process ends right after, and freeing what hundreds of charts hold takes time.
        let jobs: &[_] = Vec::leak(jobs);
        let folder = args.output_dir.as_ref().map(|folder| match several {
            true => folder.join(read.stack.id.environment.as_str()),
            false => folder.clone(),
        });
        let work = |job: &Job<'_>| -> Result<_, Problems> {
            let rendered = render::render(job, &run)?;
            let folder = folder.as_ref().map(|folder| folder.join(job.release.id.as_str()));
            Ok((Printed::new(&rendered, &options(job), folder)?, rendered.warnings))
        };
        let pool = threads::for_renders(run.jobs, jobs.len());
        threads::in_order(&pool, jobs, work, |_, printed| {
            match printed {
                Ok((printed, warnings)) if problems.is_empty() => {
                    report::problems(&shell.printer, &warnings);
                    printed.deliver(shell)?;
                }
                Ok(_) => {}
                Err(found) => problems.extend(found),
            }
            Ok::<(), Failure>(())
        })?;
    }
    if problems.is_empty() { Ok(Reason::Done) } else { Err(arrange(problems).into()) }
}
