//! A cluster, opened for a command: the runtime, the connection, and what charts may ask of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chart::{Capabilities, KubeVersion, Lookup};
use cluster::access::{Proxy, kubeconfig_paths};
use cluster::{
    Access, Clock, Connection, Counts, Limits, OnFailure, Order, ReleaseTests, Schedule, lease,
};
use jiff::Timestamp;
use plan::live::{self, Cluster, Policy, Recorded, Target};
use plan::{Event, Plan, ReleaseKey, RunResult};
use source::{Map, Tree};
use stack::{ClusterName, Namespace, Release, Stack, StackId};
use tokio::runtime::Runtime;

use crate::args::{Contest, Reach};
use crate::desired;
use crate::render::World;
use crate::report::Failure;
use crate::shell::Shell;
use crate::signals::Interrupted;

/// What the command line says about a run as a whole.
#[derive(Clone, Copy, Debug)]
pub struct RunPolicy {
    pub schedule: Schedule,
    pub on_failure: OnFailure,
    pub rollback_all: bool,
    pub timeout: Option<Duration>,
    /// Releases side by side.
    pub jobs: u16,
}

impl Default for RunPolicy {
    fn default() -> Self {
        Self {
            schedule: Schedule::Waves,
            on_failure: OnFailure::Stop,
            rollback_all: false,
            timeout: None,
            jobs: 16,
        }
    }
}

/// An open connection and the runtime that drives it. Cheap to clone.
#[derive(Clone)]
pub struct Opened {
    runtime: Arc<Runtime>,
    pub connection: Arc<Connection>,
    pub policy: Policy,
    /// How long a run waits for another one of the stack.
    patience: Duration,
    /// Where the stack keeps its inventory.
    pub state_namespace: String,
}

impl Opened {
    /// Finds the cluster that a stack is on, and refuses another one.
    pub fn open(
        stack: &Stack,
        name: &ClusterName,
        reach: &Reach,
        contest: &Contest,
        shell: &Shell,
    ) -> Result<Self, Failure> {
        one_cluster(stack, name)?;
        let access = access(reach, shell)?;
        let unknown = || Failure::usage(format!("the manifest has no cluster `{name}`"));
        let cluster = stack.clusters.get(name).ok_or_else(unknown)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| Failure::usage(format!("the system gives no threads: {error}")))?;
        let connection = runtime
            .block_on(cluster::connect(&access, cluster, Limits::default()))
            .map_err(failure)?;
        shell
            .printer
            .detail(|| format!("{}, Kubernetes {}", connection.place, connection.version.git));
        Ok(Self {
            runtime: Arc::new(runtime),
            connection: Arc::new(connection),
            policy: contest.policy(),
            patience: contest.patience(),
            state_namespace: stack.namespace.to_string(),
        })
    }

    /// The same cluster for a stack that keeps its inventory elsewhere.
    pub fn at(&self, state_namespace: &Namespace) -> Self {
        Self { state_namespace: state_namespace.to_string(), ..self.clone() }
    }

    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// As a view names it: `cluster nonprod (context kind-dev)`.
    pub fn shown(&self) -> String {
        let place = &self.connection.place;
        format!("cluster {} (context {})", place.cluster, place.context)
    }

    /// Tells how much was asked of the server, where somebody wants to know.
    pub fn tell_counts(&self, shell: &Shell) {
        shell.printer.detail(|| {
            let Counts { reads, watches, dry_runs, writes, repeated } =
                self.connection.client.counts();
            let repeated = match repeated {
                0 => String::new(),
                number => format!(", {number} of them repeated"),
            };
            format!(
                "requests: {reads} reads, {watches} watches, {dry_runs} dry runs, {writes} writes{repeated}"
            )
        });
    }

    /// What is recorded of the stack and of its releases.
    pub fn recorded(&self, stack: &Stack) -> Result<Cluster, Failure> {
        let keys: Vec<ReleaseKey> = stack.releases.values().map(desired::key).collect();
        let recorded = cluster::recorded(&self.connection, &stack.id, &self.state_namespace, &keys);
        self.block_on(recorded).map_err(failure)
    }

    /// What is recorded of the stack, whatever the manifest says of its releases.
    pub fn recorded_alone(&self, stack: &Stack) -> Result<Cluster, Failure> {
        let recorded = cluster::recorded(&self.connection, &stack.id, &self.state_namespace, &[]);
        self.block_on(recorded).map_err(failure)
    }

    /// What a destroy needs to know: also what lives under every recorded address.
    pub fn everything_recorded(&self, stack: &Stack) -> Result<Cluster, Failure> {
        let mut recorded = self.recorded_alone(stack)?;
        let targets = live::recorded_targets(&recorded);
        self.look(&mut recorded, targets)?;
        Ok(recorded)
    }

    /// The instances of the stack's environment that are there.
    pub fn instances(&self, stack: &StackId) -> Result<Vec<String>, Failure> {
        let environment = Some(&stack.environment);
        let found = cluster::inventories(&self.connection, &stack.workspace, environment);
        let found = self.block_on(found).map_err(failure)?.into_iter();
        Ok(found.filter_map(|(_, one)| one.stack.instance).map(|name| name.to_string()).collect())
    }

    /// Looks at objects, and asks what an apply would make of them.
    pub fn look(&self, cluster: &mut Cluster, targets: Vec<Target>) -> Result<(), Failure> {
        let look = cluster::look(&self.connection, cluster, targets, self.policy);
        self.block_on(look).map_err(failure)
    }

    /// What charts see of it.
    pub fn world(&self, recorded: &Cluster) -> World {
        let version = &self.connection.version;
        let capabilities = Capabilities {
            kube_version: KubeVersion::of_cluster(&version.git, &version.major, &version.minor),
            api_versions: self.connection.discovery.api_versions.iter().cloned().collect(),
        };
        let good = |one: &Recorded| one.history.last_good().is_some();
        let installed = recorded.recorded.iter().filter(|(_, one)| good(one));
        World {
            capabilities: Some(Arc::new(capabilities)),
            lookup: Arc::new(Asked { opened: self.clone(), answers: Mutex::default() }),
            revisions: installed
                .map(|(key, one)| (key.clone(), one.history.next_version()))
                .collect(),
            keeps_records: true,
        }
    }
}

impl Opened {
    /// Carries a plan out. What happens is told while it happens, from any thread.
    pub fn execute(
        &self,
        stack: &Stack,
        plan: &Plan,
        interrupted: &Interrupted,
        tell: &(dyn Fn(&Event<'_>) + Sync),
        policy: &RunPolicy,
        shell: &Shell,
    ) -> Result<RunResult, Failure> {
        let execute = async |order: &Order<'_>| cluster::execute(order).await;
        self.carry_out((stack, plan), interrupted, tell, policy, shell, execute)
    }

    /// Runs the test hooks of the plan's releases.
    pub fn test(
        &self,
        stack: &Stack,
        plan: &Plan,
        interrupted: &Interrupted,
        tell: &(dyn Fn(&Event<'_>) + Sync),
        shell: &Shell,
    ) -> Result<Vec<ReleaseTests>, Failure> {
        let test = async |order: &Order<'_>| cluster::test(order).await;
        self.carry_out((stack, plan), interrupted, tell, &RunPolicy::default(), shell, test)
    }

    /// Does some work on a plan that ends when the user interrupts it.
    fn carry_out<T>(
        &self,
        (stack, plan): (&Stack, &Plan),
        interrupted: &Interrupted,
        tell: &(dyn Fn(&Event<'_>) + Sync),
        policy: &RunPolicy,
        shell: &Shell,
        work: impl AsyncFnOnce(&Order<'_>) -> Result<T, cluster::Error>,
    ) -> Result<T, Failure> {
        let (sender, stop) = tokio::sync::watch::channel(false);
        let interrupted = interrupted.clone();
        let watcher = self.runtime.spawn(async move {
            while !interrupted.came() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            // Nobody listens any more when the run is over.
            sender.send(true).ok();
        });
        let order = Order {
            connection: &self.connection,
            plan,
            state_namespace: &self.state_namespace,
            expires: stack.ephemeral.map(|ephemeral| later(ephemeral.ttl)),
            ephemeral: stack.ephemeral.is_some(),
            jobs: usize::from(policy.jobs),
            schedule: policy.schedule,
            on_failure: policy.on_failure,
            rollback_all: policy.rollback_all,
            deadline: policy.timeout.map(|timeout| tokio::time::Instant::now() + timeout),
            clock: Clock(now),
            stop,
            tell,
            holder: lease::here(job(shell)),
            is_dead: lease::is_dead,
            patience: self.patience,
            on_wait: &|waiting| {
                if waiting.waited.as_secs() % 10 == 0 {
                    shell
                        .printer
                        .tell(&format!("waiting for {}, which holds the lock", waiting.holder));
                }
            },
        };
        let result = self.block_on(work(&order)).map_err(failure);
        watcher.abort();
        result
    }
}

impl Opened {
    /// An ephemeral stack without changes lives on from now.
    pub fn renew(&self, stack: &Stack, plan: &Plan) -> Result<(), Failure> {
        let (Some(ephemeral), Some(inventory)) = (stack.ephemeral, &plan.inventory) else {
            return Ok(());
        };
        let client = &self.connection.client;
        let renew = cluster::renew(client, inventory, &self.state_namespace, later(ephemeral.ttl));
        self.block_on(renew).map_err(failure)
    }
}

/// As records have it, and in seconds since 1970.
fn now() -> (String, u64) {
    let now = Timestamp::now();
    (now.to_string(), u64::try_from(now.as_second()).unwrap_or(0))
}

fn later(span: Duration) -> String {
    let now = Timestamp::now();
    now.checked_add(span).unwrap_or(Timestamp::MAX).to_string()
}

/// A stack over several clusters cannot be applied yet.
fn one_cluster(stack: &Stack, name: &ClusterName) -> Result<(), Failure> {
    let elsewhere = |release: &&Release| release.cluster.as_ref().is_some_and(|one| one != name);
    match stack.releases.values().find(elsewhere) {
        None => Ok(()),
        Some(release) => Err(Failure::usage(format!(
            "the release `{}` has a cluster of its own, and several clusters in one stack are not there yet",
            release.id
        ))
        .help("give it an environment of that cluster")),
    }
}

/// What a cluster says, with its reason and the next step.
pub fn failure(error: cluster::Error) -> Failure {
    let failure = Failure::said(error.reason(), error.to_string());
    match error.help() {
        Some(help) => failure.help(help),
        None => failure,
    }
}

fn access(reach: &Reach, shell: &Shell) -> Result<Access, Failure> {
    let variable = |name: &str| shell.environment.get(name);
    let mut contexts = BTreeMap::new();
    for text in &reach.context {
        let (name, context) = text.split_once('=').ok_or_else(|| {
            Failure::usage(format!("`--context {text}` names no cluster"))
                .help("write it as --context CLUSTER=CONTEXT")
        })?;
        let name = ClusterName::new(name).map_err(|error| Failure::usage(error.to_string()))?;
        contexts.insert(name, context.to_owned());
    }
    Ok(Access {
        kubeconfig: kubeconfig_paths(
            reach.kubeconfig.as_deref(),
            variable("KUBECONFIG").map(std::ffi::OsStr::new),
            variable("HOME").map(std::path::Path::new),
        ),
        contexts,
        proxy: Proxy {
            https: variable("HTTPS_PROXY").or_else(|| variable("https_proxy")).cloned(),
            none: variable("NO_PROXY").or_else(|| variable("no_proxy")).cloned(),
        },
    })
}

/// The page of the CI job, as the common servers tell it.
fn job(shell: &Shell) -> Option<String> {
    let variable = |name: &str| shell.environment.get(name).filter(|value| !value.is_empty());
    if let Some(page) = variable("CI_JOB_URL").or_else(|| variable("BUILD_URL")) {
        return Some(page.clone());
    }
    let (server, repository, run) = (
        variable("GITHUB_SERVER_URL")?,
        variable("GITHUB_REPOSITORY")?,
        variable("GITHUB_RUN_ID")?,
    );
    Some(format!("{server}/{repository}/actions/runs/{run}"))
}

/// `lookup` of templates: read-only, each question asked once.
struct Asked {
    opened: Opened,
    answers: Mutex<BTreeMap<[String; 4], Result<Tree, String>>>,
}

impl Lookup for Asked {
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Tree, String> {
        let question = [api_version, kind, namespace, name].map(str::to_owned);
        if let Some(answer) = self.answers.lock().expect("no holder panics").get(&question) {
            return answer.clone();
        }
        let answer = self.ask(api_version, kind, namespace, name);
        self.answers.lock().expect("no holder panics").insert(question, answer.clone());
        answer
    }
}

impl Asked {
    fn ask(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Tree, String> {
        let connection = &self.opened.connection;
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let Some(api) = connection.discovery.apis.find(group, version, kind) else {
            return Err(format!("the cluster has no kind `{kind}` in `{api_version}`"));
        };
        let mut address = api.address(namespace, name);
        if namespace.is_empty() {
            address.namespace = None;
        }
        let client = &connection.client;
        let empty = || Tree::from(Map::new());
        if !name.is_empty() {
            let found = self.opened.block_on(client.get(&address.path()));
            return found
                .map(|found| found.unwrap_or_else(empty))
                .map_err(|error| error.to_string());
        }
        let list =
            self.opened.block_on(client.list(&address.collection(), cluster::Pick::default()));
        let items = list.map_err(|error| error.to_string())?.items;
        let entries = [
            ("apiVersion", Tree::from(api_version)),
            ("kind", format!("{kind}List").as_str().into()),
            ("items", items.into()),
        ];
        Ok(entries.into_iter().map(|(key, value)| (key.into(), value)).collect::<Map>().into())
    }
}
