//! A cluster, opened for a command: the runtime, the connection, and what is known of the stack there.

mod lookup;
mod run;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chart::{Capabilities, KubeVersion};
use cluster::access::{Proxy, kubeconfig_paths};
use cluster::{Access, Connection, Counts, Limits};
use plan::ReleaseKey;
use plan::live::{self, Cluster, Policy, Recorded, Target};
use stack::{ClusterName, Namespace, Release, Stack, StackId};
use tokio::runtime::Runtime;

pub use run::{Ask, RunPolicy, nobody};

use lookup::Asked;

use crate::args::{Contest, Reach};
use crate::desired;
use crate::instances;
use crate::render::World;
use crate::report::Failure;
use crate::shell::Shell;

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
    /// Of the environment. The inventory may have been there before.
    namespace: String,
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
        let (runtime, connection) = connected(&access, cluster, shell)?;
        Ok(Self {
            runtime,
            connection,
            policy: contest.policy(),
            patience: contest.patience(),
            state_namespace: stack.state_namespace().to_string(),
            namespace: stack.namespace.to_string(),
        })
    }

    /// A cluster that no stack is on, by its context in the kubeconfig: there is nothing to do but to look.
    pub fn by_context(
        context: &str,
        kubeconfig: Option<&Path>,
        shell: &Shell,
    ) -> Result<Self, Failure> {
        let kubeconfig = kubeconfig.map(Path::to_owned);
        let access = access(&Reach { kubeconfig, context: Vec::new() }, shell)?;
        let name = ClusterName::new("kubernetes").expect("a word is a name");
        let cluster = stack::Cluster { name, contexts: vec![context.to_owned()], uid: None };
        let (runtime, connection) = connected(&access, &cluster, shell)?;
        let (state_namespace, namespace) = (String::new(), String::new());
        let (policy, patience) = (Policy::Judge, Duration::ZERO);
        Ok(Self { runtime, connection, policy, patience, state_namespace, namespace })
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
        self.block_on(self.look_up(&stack.id, &keys, false)).map_err(failure)
    }

    /// What is recorded of the stack, whatever the manifest says of its releases.
    pub fn recorded_alone(&self, stack: &Stack) -> Result<Cluster, Failure> {
        self.block_on(self.look_up(&stack.id, &[], true)).map_err(failure)
    }

    /// With `everywhere` a missing inventory is looked for even where no release is known.
    async fn look_up(
        &self,
        stack: &StackId,
        keys: &[ReleaseKey],
        everywhere: bool,
    ) -> Result<Cluster, cluster::Error> {
        let connection = &self.connection;
        let recorded = cluster::recorded(connection, stack, &self.state_namespace, keys).await?;
        let namespace = &self.namespace;
        cluster::is_nowhere_else(connection, stack, namespace, &recorded, everywhere).await?;
        Ok(recorded)
    }

    /// What a destroy needs to know: also what lives under every recorded address.
    pub fn everything_recorded(&self, stack: &Stack) -> Result<Cluster, Failure> {
        let mut recorded = self.recorded_alone(stack)?;
        let targets = live::recorded_targets(&recorded);
        self.look(&mut recorded, targets)?;
        Ok(recorded)
    }

    /// The instances of the stack's environment that are there.
    pub fn instances(&self, stack: &Stack) -> Result<Vec<String>, Failure> {
        let StackId { workspace, environment, .. } = &stack.id;
        let place = instances::place(stack);
        let found = cluster::inventories(&self.connection, workspace, Some(environment), place);
        let found = self.block_on(found).map_err(failure)?.into_iter();
        Ok(found.filter_map(|(_, one)| one.stack.instance).map(|name| name.to_string()).collect())
    }

    /// Looks at objects, and asks what an apply would make of them.
    pub fn look(&self, cluster: &mut Cluster, targets: Vec<Target>) -> Result<(), Failure> {
        let look = cluster::look(&self.connection, cluster, targets, self.policy);
        self.block_on(look).map_err(failure)
    }

    /// The same cluster with the kinds that it serves by now.
    pub fn discovered_again(&self) -> Result<Self, Failure> {
        let discover = cluster::discovery::discover(&self.connection.client);
        let discovery = self.block_on(discover).map_err(failure)?;
        let connection = Connection { discovery, ..(*self.connection).clone() };
        Ok(Self { connection: Arc::new(connection), ..self.clone() })
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
        let secrets = Arc::default();
        World {
            capabilities: Some(Arc::new(capabilities)),
            lookup: Arc::new(Asked::new(self, &secrets)),
            secrets,
            revisions: installed
                .map(|(key, one)| (key.clone(), one.history.next_version()))
                .collect(),
            keeps_records: true,
        }
    }
}

fn connected(
    access: &Access,
    cluster: &stack::Cluster,
    shell: &Shell,
) -> Result<(Arc<Runtime>, Arc<Connection>), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::usage(format!("the system gives no threads: {error}")))?;
    let connection =
        runtime.block_on(cluster::connect(access, cluster, Limits::default())).map_err(failure)?;
    shell.printer.detail(|| format!("{}, Kubernetes {}", connection.place, connection.version.git));
    Ok((Arc::new(runtime), Arc::new(connection)))
}

/// A stack over several clusters cannot be applied yet.
fn one_cluster(stack: &Stack, name: &ClusterName) -> Result<(), Failure> {
    let elsewhere = |release: &Release| {
        let other = release.cluster.as_ref().filter(|other| *other != name)?;
        Some(format!("`{}` is on `{other}`", release.id))
    };
    let elsewhere: Vec<String> = stack.releases.values().filter_map(elsewhere).collect();
    if elsewhere.is_empty() {
        return Ok(());
    }
    let others = elsewhere.join(", ");
    Err(Failure::usage(format!(
        "a stack cannot be on several clusters yet: {} is on `{name}`, but {others}",
        stack.id
    ))
    .help("declare an environment for each cluster, and leave out with `when` what is not there"))
}

/// What a cluster says, with its reason and the next step.
pub fn failure(error: cluster::Error) -> Failure {
    Failure::said(error.reason(), error.to_string()).help_if(error.help())
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
            variable("HOME").map(Path::new),
        ),
        contexts,
        proxy: Proxy {
            https: variable("HTTPS_PROXY").or_else(|| variable("https_proxy")).cloned(),
            none: variable("NO_PROXY").or_else(|| variable("no_proxy")).cloned(),
        },
    })
}
