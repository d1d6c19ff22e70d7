//! Deferred releases: rendered again when their wave comes, with lookups that see the cluster as it is then, and planned again.

use std::collections::BTreeMap;
use std::slice;
use std::sync::{Arc, Mutex, MutexGuard};

use chart::Capabilities;
use plan::live::{self, Cluster};
use plan::{Desired, DesiredRelease, ObjectId, Options, Plan, ReleasePlan};
use source::{Problems, Tree};
use stack::{Body, Release, ReleaseId, Stack};

use crate::charts::Loaded;
use crate::cluster::{Ask, Opened, nobody};
use crate::desired;
use crate::render::{self, Job, Run, World};
use crate::report::{Failure, Reason};
use crate::shell::Shell;
use crate::views;

/// What is kept of a plan until its deferred releases have their turn.
pub struct Deferred {
    releases: BTreeMap<ReleaseId, Waiting>,
    run: Run,
    options: Options,
    ground: Mutex<Ground>,
    /// The plan brings kinds that the cluster did not serve when it was made.
    brings_kinds: bool,
}

/// A release before it is rendered again: only what it looks up may be another then.
struct Waiting {
    chart: Arc<Loaded>,
    values: Tree,
    capabilities: Arc<Capabilities>,
    shown: ReleasePlan,
}

/// What the plan was made from, with releases as they were rendered last.
struct Ground {
    desired: Desired,
    cluster: Cluster,
}

impl Deferred {
    /// Nothing where no release of the plan is deferred.
    pub fn of(
        plan: &Plan,
        jobs: Vec<Job<'_>>,
        run: &Run,
        (desired, cluster, options): (Desired, Cluster, Options),
    ) -> Option<Self> {
        let shown: BTreeMap<&ReleaseId, &ReleasePlan> = plan
            .releases()
            .filter(|release| release.is_deferred())
            .map(|release| (&release.id, release))
            .collect();
        if shown.is_empty() {
            // Never freed: what hundreds of charts hold takes time to give back, and the process ends soon.
            std::mem::forget(jobs);
            return None;
        }
        let waiting = |job: Job<'_>| {
            let Job { chart, values, capabilities, .. } = job;
            let shown = (*shown.get(&job.release.id)?).clone();
            Some((job.release.id.clone(), Waiting { chart, values, capabilities, shown }))
        };
        let (_, brought) = live::targets::with_brought(&desired, &cluster.apis);
        Some(Self {
            releases: jobs.into_iter().filter_map(waiting).collect(),
            run: run.clone(),
            options,
            ground: Mutex::new(Ground { desired, cluster }),
            brings_kinds: !brought.is_empty(),
        })
    }

    /// What the chart of a release has to say, as it was rendered last.
    pub fn notes(&self, id: &ReleaseId) -> Option<String> {
        self.releases.get(id)?;
        let ground = self.ground();
        let release = ground.desired.releases.iter().find(|release| release.id == *id)?;
        release.content.as_ref().map(|content| content.notes.clone())
    }

    /// The plan of one release from what is in the cluster now, or why it cannot be carried out.
    fn again(
        &self,
        id: &ReleaseId,
        opened: &Opened,
        stack: &Stack,
        shell: &Shell,
    ) -> Result<ReleasePlan, Failure> {
        let nothing = || Failure::said(Reason::Failed, "nothing is known of it any more");
        let waiting = self.releases.get(id).ok_or_else(nothing)?;
        let release = stack.releases.get(id).ok_or_else(nothing)?;
        let body = release.body.as_ref().ok_or_else(nothing)?;
        let opened = match self.brings_kinds {
            true => opened.discovered_again()?,
            false => opened.clone(),
        };
        // A world of its own: what was asked before is asked again.
        let world = opened.world(&self.ground().cluster);
        let rendered = waiting.render((release, body), &world, &self.run);
        shell.printer.learn(world.take_secrets());
        let mut release = rendered?;

        let (mut cluster, targets) = {
            let mut ground = self.ground();
            live::keep_drawn([&mut release], &ground.cluster);
            let key = release.key.clone();
            ground.replace(release.clone())?;
            let mut cluster = live::deferred::about(&key, &ground.cluster);
            cluster.apis = opened.connection.discovery.apis.clone();
            let targets = live::targets_of(&mut ground.desired, &mut cluster, |one| *one == key);
            (cluster, targets)
        };
        opened.look(&mut cluster, targets)?;
        shell.printer.learn(live::secrets(slice::from_ref(&release), &cluster));
        let desired = &self.ground().desired;
        let release = desired.releases.iter().find(|release| release.key == waiting.shown.key);
        let release = release.ok_or_else(nothing)?;
        live::deferred::again(release, desired, &cluster, &waiting.shown, &self.options)
            .map_err(|refusals| Failure::Problems(views::refusals::problems(&refusals)))
    }

    fn ground(&self) -> MutexGuard<'_, Ground> {
        self.ground.lock().expect("no holder panics")
    }
}

impl Waiting {
    fn render(
        &self,
        (release, body): (&Release, &Body),
        world: &World,
        run: &Run,
    ) -> Result<DesiredRelease, Problems> {
        let job = Job {
            release,
            body,
            chart: Arc::clone(&self.chart),
            values: self.values.clone(),
            capabilities: Arc::clone(&self.capabilities),
            lookup: Arc::clone(&world.lookup),
            upgrade: world.revisions.get(&self.shown.key).copied(),
            keeps_records: world.keeps_records,
        };
        desired::release(&job, &render::render(&job, run)?)
    }
}

impl Ground {
    /// Puts a release in its own place; where it cannot stand there beside the others, all is left as it was.
    fn replace(&mut self, release: DesiredRelease) -> Result<(), Problems> {
        let same = |one: &DesiredRelease| one.key == release.key;
        let Some(position) = self.desired.releases.iter().position(same) else { return Ok(()) };
        let before = std::mem::replace(&mut self.desired.releases[position], release);
        // All that settling may change.
        let namespaces: Vec<_> = self.ids().map(|id| id.namespace.clone()).collect();
        let problems = plan::settle(&mut self.desired);
        if problems.is_empty() {
            return Ok(());
        }
        for (id, namespace) in self.ids().zip(namespaces) {
            id.namespace = namespace;
        }
        self.desired.releases[position] = before;
        Err(problems)
    }

    fn ids(&mut self) -> impl Iterator<Item = &mut ObjectId> {
        let objects = self.desired.releases.iter_mut().flat_map(|release| &mut release.objects);
        objects.map(|object| &mut object.key.id)
    }
}

/// Does some work beside which deferred releases are planned again, each on a thread of its own: rendering computes, and lookups
/// wait for the server.
pub fn stand_by<R>(
    deferred: Option<&Deferred>,
    opened: &Opened,
    stack: &Stack,
    shell: &Shell,
    work: impl FnOnce(Ask<'_>) -> R,
) -> R {
    let Some(deferred) = deferred else { return work(&|_| nobody()) };
    std::thread::scope(|scope| {
        work(&|id| {
            let (sender, answer) = tokio::sync::oneshot::channel();
            let id = id.clone();
            scope.spawn(move || {
                let plan = deferred.again(&id, opened, stack, shell);
                // Nobody waits any more where the run was stopped.
                sender.send(plan.map_err(|failure| told(&failure))).ok();
            });
            answer
        })
    })
}

/// In one line, as a release's failure is told.
fn told(failure: &Failure) -> String {
    let one = |message: &str, help: Option<&String>| match help {
        Some(help) => format!("{message} ({help})"),
        None => message.to_owned(),
    };
    let why = match failure {
        Failure::Problems(problems) => {
            let all = problems.iter().map(|problem| one(&problem.message, problem.help.as_ref()));
            all.collect::<Vec<_>>().join("; ")
        }
        Failure::Said { message, help, .. } => one(message, help.as_ref()),
        Failure::CommandLine(_) | Failure::Silent(_) | Failure::ReaderGone => "it ended".to_owned(),
    };
    format!("rendered again, it cannot be applied: {why}")
}
