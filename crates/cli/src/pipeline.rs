//! The picture of the whole, as code: arguments → files → stack → charts → rendered → desired → observed → plan.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use manifest::{Environment, Purpose};
use plan::{Desired, Options, Plan, live};
use source::{Problems, Redactor, arrange};
use stack::{ReleaseId, Stack};

use crate::args;
use crate::back;
use crate::deferred::Deferred;
use crate::desired;
use crate::place::{Place, world};
use crate::recorded::{self, Located};
use crate::render::{self, Job, Run, World};
use crate::report::{self, Failure};
use crate::rounds::{self, Made};
use crate::shell::Shell;
use crate::threads;
use crate::views::table::count;
use crate::workspace::{self, Wanted, Workspace};

/// A plan with all that its view and its execution need.
pub struct Planned {
    pub stack: Stack,
    /// What it is about.
    pub place: Place,
    pub plan: Plan,
    /// Chart notes of the releases that were rendered, wave by wave.
    pub notes: Vec<(ReleaseId, String)>,
    /// What renders and plans some releases again when their wave comes; none where the plan has no such release.
    pub deferred: Option<Deferred>,
}

/// What the command line says about rendering and about clusters.
pub struct Asked<'a> {
    pub run: &'a Run,
    pub reach: &'a args::Reach,
    pub contest: &'a args::Contest,
}

/// What an apply of one environment would do.
pub fn plan_apply(
    workspace: &Workspace,
    environment: &Environment,
    wanted: &Wanted<'_>,
    asked: &Asked<'_>,
    options: impl FnOnce(&Stack) -> Options,
    shell: &Shell,
) -> Result<Planned, Failure> {
    let read = workspace.read(environment, wanted, Purpose::Render, shell)?;
    report::problems(&shell.printer, &read.warnings);
    let stack = read.stack;
    workspace::known_releases(&wanted.selection, std::iter::once(&stack))?;
    let place = Place::open(workspace, &stack, asked.reach, asked.contest, shell)?;
    let options = options(&stack);
    let (plan, notes, deferred) = match &place {
        Place::Directory(root) => {
            let Rendered { desired, notes, jobs } =
                desire(workspace, &stack, asked.run, &World::nowhere(), shell)?;
            let observed =
                directory::observe(root, Some(&stack.id), Some(&desired)).map_err(world)?;
            let mut secrets = Redactor::default();
            plan::secrets(&desired, &observed, &mut secrets);
            shell.printer.learn(secrets);
            let plan = plan::plan(&desired, &observed, &options);
            // Never freed: what hundreds of charts hold takes time to give back, and the process ends soon.
            std::mem::forget((desired, jobs));
            (plan, notes, None)
        }
        Place::Cluster(opened) => {
            let mut cluster = opened.recorded(&stack)?;
            let Rendered { mut desired, notes, jobs } =
                desire(workspace, &stack, asked.run, &opened.world(&cluster), shell)?;
            live::keep_drawn(&mut desired.releases, &cluster);
            let targets = live::targets(&mut desired, &mut cluster);
            opened.look(&mut cluster, targets)?;
            shell.printer.learn(live::secrets(&desired.releases, &cluster));
            let mut plan = live::plan(&desired, &cluster, &options);
            plan.mask_beside(|text| shell.printer.is_secret(text));
            let deferred = Deferred::of(&plan, jobs, asked.run, (desired, cluster, options));
            (plan, notes, deferred)
        }
    };
    Ok(Planned { stack, place, plan, notes, deferred })
}

/// What a destroy would do: from what is recorded alone, without charts.
pub fn plan_destroy(
    workspace: &Workspace,
    stack: Stack,
    reach: &args::Reach,
    contest: &args::Contest,
    options: &Options,
    shell: &Shell,
) -> Result<Planned, Failure> {
    let place = Place::open(workspace, &stack, reach, contest, shell)?;
    plan_destroy_at(place, stack, options, shell)
}

/// The same where the place of the stack is known.
pub fn plan_destroy_at(
    place: Place,
    stack: Stack,
    options: &Options,
    shell: &Shell,
) -> Result<Planned, Failure> {
    let plan = match &place {
        Place::Directory(root) => {
            let observed = directory::observe(root, Some(&stack.id), None).map_err(world)?;
            let mut secrets = Redactor::default();
            plan::secrets_of_observed(&observed, &mut secrets);
            shell.printer.learn(secrets);
            plan::destroy(&stack.id, &observed, &stack.selection, options)
        }
        Place::Cluster(opened) => {
            let cluster = opened.everything_recorded(&stack)?;
            shell.printer.learn(live::secrets_of_observed(&cluster));
            live::destroy(&stack.id, &cluster, &stack.selection, options)
        }
    };
    Ok(Planned { stack, place, plan, notes: Vec::new(), deferred: None })
}

/// What a rollback is about.
#[derive(Clone, Copy, Debug)]
pub enum Back<'a> {
    /// A release, to a revision or to the one before.
    Release(&'a str, Option<u64>),
    /// All that the last run changed.
    Run,
}

/// What going back would do: recorded revisions are what should be, without charts.
pub fn plan_rollback(
    workspace: &Workspace,
    environment: &Environment,
    wanted: &Wanted<'_>,
    back: Back<'_>,
    (reach, contest): (&args::Reach, &args::Contest),
    options: &Options,
    shell: &Shell,
) -> Result<Planned, Failure> {
    let Located { stack, opened } =
        recorded::locate(workspace, environment, wanted, reach, contest, shell)?;
    let mut cluster = opened.recorded_alone(&stack)?;
    let (back, lost) = match back {
        Back::Release(word, revision) => {
            (back::of_release(&opened, &cluster, word, revision)?, Vec::new())
        }
        Back::Run => back::of_last_run(&opened, &cluster)?,
    };
    // What is wrong with the manifest today must not keep anybody from going back.
    let declared = workspace.read(environment, wanted, Purpose::Inspect, shell);
    let declared = declared.map_or_else(|_| stack.clone(), |read| read.stack);
    let settings = back::settings(&declared);
    let mut desired = live::rollback::desired(&stack.id, &cluster, &back, settings);
    let targets = live::targets(&mut desired, &mut cluster);
    opened.look(&mut cluster, targets)?;
    shell.printer.learn(live::secrets(&desired.releases, &cluster));
    let mut plan = live::rollback::plan(&desired, &cluster, options);
    plan.mask_beside(|text| shell.printer.is_secret(text));
    for what in &lost {
        shell.printer.tell(&format!("{} {what}", shell.printer.talk_paint().yellow("warning:")));
    }
    plan.warnings.extend(lost);
    Ok(Planned {
        stack,
        place: Place::Cluster(Box::new(opened)),
        plan,
        notes: Vec::new(),
        deferred: None,
    })
}

/// What charts came to.
pub struct Rendered<'a> {
    pub desired: Desired,
    /// Chart notes, wave by wave.
    pub notes: Vec<(ReleaseId, String)>,
    pub jobs: Vec<Job<'a>>,
}

/// Chart notes by release.
type Notes = BTreeMap<ReleaseId, String>;

/// Renders what the stack should be; on a cluster again where a release asked for APIs that its needs bring.
pub fn desire<'a>(
    workspace: &Workspace,
    stack: &'a Stack,
    run: &Run,
    world: &World,
    shell: &Shell,
) -> Result<Rendered<'a>, Failure> {
    let mut jobs = render::prepare(workspace, stack, run, world, shell)?;
    let began = Instant::now();
    let mut notes = Notes::new();
    let mut made = render_all(&jobs.iter().collect::<Vec<_>>(), run, world, &mut notes, shell)?;
    if world.capabilities.is_some() {
        for wave in 0..stack.waves.len() {
            let again = rounds::again(wave, &jobs, &made);
            for one in &again {
                jobs[one.position].capabilities = Arc::clone(&one.capabilities);
                jobs[one.position].lookup = Arc::clone(&one.lookup);
            }
            let chosen: Vec<&Job<'_>> = again.iter().map(|one| &jobs[one.position]).collect();
            let remade = render_all(&chosen, run, world, &mut notes, shell)?;
            for (again, one) in again.into_iter().zip(remade) {
                made[again.position] = one;
            }
        }
    }
    shell
        .printer
        .detail(|| format!("rendered {} in {:.1?}", count(made.len(), "release"), began.elapsed()));
    let notes = made.iter().filter_map(|one| notes.remove_entry(&one.release.id)).collect();
    let releases = made.into_iter().map(|one| one.release).collect();
    let desired = desired::desired(stack, releases)?;
    Ok(Rendered { desired, notes, jobs })
}

/// Renders every job and reads its objects, side by side. All problems of all releases together; warnings are told.
fn render_all(
    jobs: &[&Job<'_>],
    run: &Run,
    world: &World,
    notes: &mut Notes,
    shell: &Shell,
) -> Result<Vec<Made>, Failure> {
    let mut problems = Problems::new();
    let mut warnings = Problems::new();
    let mut made = Vec::with_capacity(jobs.len());
    let work = |job: &&Job<'_>| -> Result<_, Problems> {
        let rendered = render::render(job, run)?;
        let release = desired::release(job, &rendered)?;
        let questions = rendered.report.capability_questions.into_iter();
        let missed = questions.filter(|one| !one.answer).map(|one| one.api).collect();
        Ok((Made { release, missed }, rendered.notes, rendered.warnings))
    };
    threads::in_order(&threads::for_renders(run.jobs, jobs.len()), jobs, work, |job, result| {
        match result {
            Ok((one, text, found)) => {
                made.push(one);
                warnings.extend(found);
                if !text.trim().is_empty() {
                    notes.insert(job.release.id.clone(), text);
                }
            }
            Err(found) => problems.extend(found),
        }
        Ok::<(), Failure>(())
    })?;
    shell.printer.learn(world.take_secrets());
    if !problems.is_empty() {
        return Err(arrange(problems).into());
    }
    report::problems(&shell.printer, &arrange(warnings));
    Ok(made)
}

/// The options of a plan as the command line has them.
pub fn options(sure: &args::Sure, contest: &args::Contest, prune: stack::Prune) -> Options {
    Options {
        prune,
        allow_protected: sure.allow_protected,
        force_conflicts: contest.force_conflicts,
        take_release: contest.take_release,
    }
}
