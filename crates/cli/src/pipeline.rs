//! The picture of the whole, as code: arguments → files → stack → charts → rendered → desired → observed → plan.

use std::path::{Path, PathBuf};
use std::time::Instant;

use manifest::{Environment, Purpose};
use plan::{DesiredRelease, Observed, Options, Plan};
use source::{Problems, Redactor, arrange};
use stack::{ReleaseId, Stack, StackId, Target};

use crate::args;
use crate::desired;
use crate::disk;
use crate::render::{self, Job, Run};
use crate::report::{self, Failure, Reason};
use crate::shell::Shell;
use crate::threads;
use crate::views::table::count;
use crate::workspace::{self, Wanted, Workspace};

/// A plan with all that its view and its execution need.
pub struct Planned {
    pub stack: Stack,
    /// The directory that it is about, relative to where the user stands.
    pub root: PathBuf,
    pub plan: Plan,
    /// Chart notes of the releases that were rendered, wave by wave.
    pub notes: Vec<(ReleaseId, String)>,
}

/// What an apply of one environment would do.
pub fn plan_apply(
    workspace: &Workspace,
    environment: &Environment,
    wanted: &Wanted<'_>,
    run: &Run,
    options: impl FnOnce(&Stack) -> Options,
    shell: &Shell,
) -> Result<Planned, Failure> {
    let read = workspace.read(environment, wanted, Purpose::Render, shell)?;
    report::problems(&shell.printer, &read.warnings);
    let stack = read.stack;
    workspace::known_releases(&wanted.selection, std::iter::once(&stack))?;
    let root = directory_of(workspace, &stack)?;
    let jobs = render::prepare(workspace, &stack, run)?;
    let began = Instant::now();
    let (releases, notes): (Vec<_>, Vec<_>) = render_all(&jobs, run, shell)?.into_iter().unzip();
    shell.printer.detail(|| {
        format!("rendered {} in {:.1?}", count(releases.len(), "release"), began.elapsed())
    });
    let desired = desired::desired(&stack, releases)?;
    let observed = directory::observe(&root, Some(&stack.id), Some(&desired)).map_err(world)?;
    let mut secrets = Redactor::default();
    plan::secrets(&desired, &observed, &mut secrets);
    shell.printer.learn(secrets);
    let plan = plan::plan(&desired, &observed, &options(&stack));
    // Never freed: what hundreds of charts hold takes time to give back, and the process ends soon.
    std::mem::forget(desired);
    std::mem::forget(jobs);
    Ok(Planned { stack, root, plan, notes: notes.into_iter().flatten().collect() })
}

/// What a destroy would do: from the inventory alone, without charts.
pub fn plan_destroy(
    workspace: &Workspace,
    stack: Stack,
    options: &Options,
    shell: &Shell,
) -> Result<Planned, Failure> {
    let root = directory_of(workspace, &stack)?;
    let observed = observe(&root, &stack.id)?;
    let mut secrets = Redactor::default();
    plan::secrets_of_observed(&observed, &mut secrets);
    shell.printer.learn(secrets);
    let plan = plan::destroy(&stack.id, &observed, &stack.selection, options);
    Ok(Planned { stack, root, plan, notes: Vec::new() })
}

/// What is recorded and there.
pub fn observe(root: &Path, stack: &StackId) -> Result<Observed, Failure> {
    directory::observe(root, Some(stack), None).map_err(world)
}

/// A chart's notes for a release, where it has any.
type Notes = Option<(ReleaseId, String)>;

/// Renders every job and reads its objects, side by side. All problems of all releases together; warnings are told.
fn render_all(
    jobs: &[Job<'_>],
    run: &Run,
    shell: &Shell,
) -> Result<Vec<(DesiredRelease, Notes)>, Failure> {
    let mut problems = Problems::new();
    let mut warnings = Problems::new();
    let mut releases = Vec::with_capacity(jobs.len());
    let work = |job: &Job<'_>| -> Result<_, Problems> {
        let rendered = render::render(job, run)?;
        let release = desired::release(job, &rendered)?;
        let notes = (!rendered.notes.trim().is_empty())
            .then(|| (job.release.id.clone(), rendered.notes.clone()));
        Ok((release, notes, rendered.warnings))
    };
    threads::in_order(&threads::pool(run.jobs, jobs.len()), jobs, work, |_, result| {
        match result {
            Ok((release, notes, found)) => {
                releases.push((release, notes));
                warnings.extend(found);
            }
            Err(found) => problems.extend(found),
        }
        Ok::<(), Failure>(())
    })?;
    if !problems.is_empty() {
        return Err(arrange(problems).into());
    }
    report::problems(&shell.printer, &arrange(warnings));
    Ok(releases)
}

/// The directory that a stack is written to; a cluster has to wait.
pub fn directory_of(workspace: &Workspace, stack: &Stack) -> Result<PathBuf, Failure> {
    match &stack.target {
        // Relative to where the user stands, so that every message names it as they would.
        Target::Directory { path } => {
            let place = disk::shown(&workspace.disk.root.join(path), &workspace.standing);
            Ok(PathBuf::from(if place.is_empty() { "." } else { &place }))
        }
        Target::Cluster(cluster) => Err(Failure::said(
            Reason::Usage,
            format!(
                "the environment `{}` is on the cluster `{cluster}`, and clusters are not there yet",
                stack.id.environment
            ),
        )
        .help(format!(
            "give it `target: {{ directory: out/{} }}` to write files, or look with `regatta template`",
            stack.id.environment
        ))),
    }
}

/// What the target answered, with the reason that scripts see.
pub fn world(error: directory::Error) -> Failure {
    Failure::said(error.reason(), error.full())
}

/// The options of a plan as the command line has them.
pub fn options(sure: &args::Sure, prune: stack::Prune) -> Options {
    Options {
        prune,
        allow_protected: sure.allow_protected,
        force_conflicts: sure.force_conflicts,
        take_release: false,
    }
}
