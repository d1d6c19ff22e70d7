//! All selected releases of a stack, rendered side by side; each distinct chart is read once.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use chart::{
    Capabilities, Dialect, Input, KubeVersion, Limits, Lookup, NoLookup, Now, ReleaseInfo, Rendered,
};
use jiff::Zoned;
use plan::ReleaseKey;
use sha2::{Digest as _, Sha256};
use source::{Problem, Problems, Redactor, Tree, arrange};
use stack::{Body, Compat, Release, ReleaseId, Stack};

use crate::args::{Charts, Kube};
use crate::charts::{self, Gathered, Loaded, LockFile, Remote};
use crate::desired;
use crate::report::Failure;
use crate::shell::Shell;
use crate::threads::Lent;
use crate::workspace::Workspace;

/// What is equal for all renders of a run.
#[derive(Clone)]
pub struct Run {
    seed: [u8; 32],
    pub now: Now,
    pub jobs: Option<u16>,
    kube_version: Option<KubeVersion>,
    api_versions: Vec<String>,
    pub remote: Arc<Remote>,
}

impl Run {
    /// Draws the seed from the system's randomness unless `--seed` fixes it, and looks at the clock at most once.
    pub fn new(kube: &Kube, charts: &Charts, shell: &Shell) -> Result<Self, Failure> {
        let seed = match kube.seed {
            Some(seed) => Sha256::digest(seed.to_be_bytes()).into(),
            None => {
                let mut seed = [0; 32];
                getrandom::fill(&mut seed).map_err(|error| {
                    Failure::usage(format!("the system gives no randomness: {error}"))
                        .help("fix it with `--seed NUMBER`")
                })?;
                seed
            }
        };
        let kube_version = kube.kube_version.as_deref().map(parse_kube_version).transpose()?;
        Ok(Self {
            seed,
            now: Arc::new(LazyLock::new(Zoned::now)),
            jobs: kube.jobs,
            kube_version,
            api_versions: kube.api_versions.clone(),
            remote: Arc::new(Remote::new(charts, shell)?),
        })
    }

    /// A release's own seed, so that the order of threads changes nothing.
    pub fn seed_of(&self, release: &str) -> [u8; 32] {
        Sha256::new().chain_update(self.seed).chain_update(release).finalize().into()
    }

    /// What a chart sees of a cluster that nobody asks: flags win over what the manifest says.
    pub fn capabilities(&self, body: Option<&Body>) -> Result<Capabilities, Failure> {
        let mut capabilities = Capabilities::default();
        let declared = body.and_then(|body| body.kube_version.as_deref());
        match (&self.kube_version, declared) {
            (Some(version), _) => capabilities.kube_version = version.clone(),
            (None, Some(text)) => capabilities.kube_version = parse_kube_version(text)?,
            (None, None) => {}
        }
        capabilities
            .api_versions
            .extend(body.into_iter().flat_map(|body| body.api_versions.clone()));
        capabilities.api_versions.extend(self.api_versions.clone());
        Ok(capabilities)
    }
}

fn parse_kube_version(text: &str) -> Result<KubeVersion, Failure> {
    KubeVersion::parse(text)
        .map_err(|why| Failure::usage(why).help("write it as `1.33` or `v1.33.4`"))
}

/// What charts see of the place that they are rendered for.
pub struct World {
    /// None where no cluster is asked: flags and the manifest say what charts see.
    pub capabilities: Option<Arc<Capabilities>>,
    pub lookup: Arc<dyn Lookup>,
    /// What Secrets that were looked up hold.
    pub secrets: Arc<Mutex<Redactor>>,
    /// Of releases that are there already, the next one.
    pub revisions: BTreeMap<ReleaseKey, u64>,
    /// Records are kept, so what they hold is collected.
    pub keeps_records: bool,
}

impl World {
    /// Files, or nothing at all.
    pub fn nowhere() -> Self {
        Self {
            capabilities: None,
            lookup: Arc::new(NoLookup),
            secrets: Arc::default(),
            revisions: BTreeMap::new(),
            keeps_records: false,
        }
    }

    /// What must not be shown of the answers until now.
    pub fn take_secrets(&self) -> Redactor {
        std::mem::take(&mut self.secrets.lock().expect("no holder panics"))
    }
}

/// A release about to be rendered.
pub struct Job<'a> {
    pub release: &'a Release,
    pub body: &'a Body,
    pub chart: Arc<Loaded>,
    pub values: Tree,
    pub capabilities: Arc<Capabilities>,
    pub lookup: Arc<dyn Lookup>,
    /// The revision that an apply would make; none for a release that is not there yet.
    pub upgrade: Option<u64>,
    pub keeps_records: bool,
}

/// Reads every distinct chart of the selected releases and merges each release's values. All problems of all releases
/// together.
pub fn prepare<'a>(
    workspace: &Workspace,
    stack: &'a Stack,
    run: &Run,
    world: &World,
    shell: &Shell,
) -> Result<Vec<Job<'a>>, Failure> {
    let installed = in_graph_order(stack).map(|(release, _)| release);
    let Gathered { mut charts, mut problems } =
        gather(workspace, stack, installed, (&run.remote, run.jobs), shell)?;
    let usual = match &world.capabilities {
        Some(capabilities) => Arc::clone(capabilities),
        None => Arc::new(run.capabilities(None)?),
    };
    let mut jobs = Vec::new();
    for (release, body) in in_graph_order(stack) {
        let values = match stack::merge(&body.values) {
            Ok(values) => values,
            Err(problem) => {
                problems.push(charts::used_by(problem, release));
                continue;
            }
        };
        // What is wrong with a chart that is not there has been said.
        let Some(chart) = charts.remove(&release.id) else { continue };
        let capabilities = match world.capabilities.is_some() || is_usual(body) {
            true => Arc::clone(&usual),
            false => Arc::new(run.capabilities(Some(body))?),
        };
        jobs.push(Job {
            release,
            body,
            chart,
            values,
            capabilities,
            lookup: Arc::clone(&world.lookup),
            upgrade: world.revisions.get(&desired::key(release)).copied(),
            keeps_records: world.keeps_records,
        });
    }
    if problems.is_empty() { Ok(jobs) } else { Err(problems.into()) }
}

/// Nothing about its cluster is said for this release alone.
fn is_usual(body: &Body) -> bool {
    body.kube_version.is_none() && body.api_versions.is_empty()
}

/// The selected and installed releases, wave by wave.
fn in_graph_order(stack: &Stack) -> impl Iterator<Item = (&Release, &Body)> {
    let ids = stack.waves.iter().flatten();
    ids.filter_map(|id| {
        let release = stack.releases.get(id)?;
        (release.installed).then_some((release, release.body.as_ref()?))
    })
}

/// Renders one release; problems say whose they are.
pub fn render(job: &Job<'_>, run: &Run) -> Result<Rendered, Problems> {
    let rendered = chart::render_beside(&job.chart, &input(job, run), &Lent::ToWorker);
    rendered.map_err(|problems| {
        problems.into_iter().map(|problem| charts::used_by(problem, job.release)).collect()
    })
}

pub fn input<'a>(job: &'a Job<'_>, run: &Run) -> Input<'a> {
    Input {
        values: &job.values,
        release: ReleaseInfo {
            name: job.release.name.to_string(),
            namespace: job.release.namespace.to_string(),
            revision: job.upgrade.and_then(|revision| i64::try_from(revision).ok()).unwrap_or(1),
            is_upgrade: job.upgrade.is_some(),
        },
        capabilities: Arc::clone(&job.capabilities),
        lookup: Arc::clone(&job.lookup),
        seed: run.seed_of(job.release.id.as_str()),
        now: Arc::clone(&run.now),
        dialect: dialect(job.body.compat),
        skip_schema_validation: job.body.skip_schema_validation,
        subchart_notes: false,
        limits: Limits::default(),
    }
}

/// A manifest's word for it in the renderer's.
pub fn dialect(compat: Compat) -> Dialect {
    match compat {
        Compat::Helm4 => Dialect::Helm4,
        Compat::Helm3 => Dialect::Helm3,
    }
}

/// Helm's lint rules over one release; problems say whose they are.
pub fn lint(job: &Job<'_>, run: &Run) -> Problems {
    let problems = chart::lint(&job.chart, &input(job, run));
    let named = |mut problem: Problem| {
        if problem.labels.is_empty() {
            problem.message = format!("chart `{}`: {}", job.chart.origin, problem.message);
        }
        charts::used_by(problem, job.release)
    };
    problems.into_iter().map(named).collect()
}

/// The values that the charts of the selected releases bring by themselves.
pub fn defaults(
    workspace: &Workspace,
    stack: &Stack,
    remote: &Remote,
    shell: &Shell,
) -> Result<BTreeMap<ReleaseId, Tree>, Failure> {
    let releases = stack.selected().map(|(release, _)| release);
    let gathered = gather(workspace, stack, releases, (remote, None), shell)?;
    if !gathered.problems.is_empty() {
        return Err(arrange(gathered.problems).into());
    }
    let values = stack.selected().filter_map(|(release, body)| {
        let chart = gathered.charts.get(&release.id)?;
        Some((release.id.clone(), chart.values(dialect(body.compat)).clone()))
    });
    Ok(values.collect())
}

/// The charts of releases; what had to be chosen for them goes into the lock file.
fn gather<'a>(
    workspace: &Workspace,
    stack: &Stack,
    releases: impl Iterator<Item = &'a Release>,
    (remote, jobs): (&Remote, Option<u16>),
    shell: &Shell,
) -> Result<Gathered, Failure> {
    let lock = LockFile::open(workspace)?;
    let mut gathered = charts::gather(workspace, stack, releases, remote, &lock, jobs);
    remote.told().iter().for_each(|line| shell.printer.tell(line));
    remote.origins().into_iter().for_each(|line| shell.printer.detail(|| line));
    if gathered.problems.is_empty() && lock.is_changed() {
        match lock.save(remote.is_locked(&lock)) {
            Ok(()) => shell.printer.tell(&format!("wrote {}: commit it", lock.shown)),
            Err(problem) => gathered.problems.push(problem),
        }
    }
    Ok(gathered)
}
