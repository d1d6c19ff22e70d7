//! From a logical cluster to an address and credentials: which context of which kubeconfig is meant.

mod certificate;
mod proxy;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use kube::Config;
use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig, KubeconfigError};
use stack::{Cluster, ClusterName};

pub use proxy::Proxy;

use crate::error::{Error, Place};

/// What the command line and the environment say about reaching clusters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// See `kubeconfig_paths`. Files that are not there are passed over.
    pub kubeconfig: Vec<PathBuf>,
    /// `--context CLUSTER=CONTEXT`.
    pub contexts: BTreeMap<ClusterName, String>,
    pub proxy: Proxy,
}

/// How a cluster is reached.
#[derive(Clone, Debug)]
pub struct Found {
    pub place: Place,
    pub config: Config,
}

/// The context that means the service account of the pod in which this runs.
pub const IN_CLUSTER: &str = "in-cluster";

/// The kubeconfig files in the order in which they count: `--kubeconfig` alone, else the list of `KUBECONFIG`, else
/// `~/.kube/config`.
pub fn kubeconfig_paths(
    flag: Option<&Path>,
    variable: Option<&OsStr>,
    home: Option<&Path>,
) -> Vec<PathBuf> {
    if let Some(path) = flag {
        return vec![path.to_owned()];
    }
    let listed: Vec<PathBuf> = variable
        .map(std::env::split_paths)
        .into_iter()
        .flatten()
        .filter(|path| !path.as_os_str().is_empty())
        .collect();
    match (listed.is_empty(), home) {
        (false, _) => listed,
        (true, Some(home)) => vec![home.join(".kube").join("config")],
        (true, None) => Vec::new(),
    }
}

/// Takes the first of the cluster's contexts that the kubeconfig has; the current context is never used unasked. A cluster
/// that names no context means one of its own name.
///
/// # Errors
/// Where no context is there, with those that are; where a file cannot be read, or lacks what the context needs.
pub async fn find(access: &Access, cluster: &Cluster) -> Result<Found, Error> {
    let asked = match access.contexts.get(&cluster.name) {
        Some(context) => vec![context.clone()],
        None if cluster.contexts.is_empty() => vec![cluster.name.as_str().to_owned()],
        None => cluster.contexts.clone(),
    };
    let (kubeconfig, files) = read(&access.kubeconfig)?;
    for context in &asked {
        if kubeconfig.contexts.iter().any(|known| known.name == *context) {
            return in_kubeconfig(access, cluster, context, kubeconfig).await;
        }
        if context == IN_CLUSTER
            && let Ok(config) = Config::incluster()
        {
            let place = place(cluster, context, &config);
            return Ok(Found { place, config });
        }
    }
    Err(Error::NoContext {
        cluster: cluster.name.as_str().to_owned(),
        asked,
        there: kubeconfig.contexts.into_iter().map(|context| context.name).collect(),
        files: files.iter().map(|path| path.display().to_string()).collect(),
    })
}

/// The files that are there, as one: what an earlier one has, counts.
fn read(paths: &[PathBuf]) -> Result<(Kubeconfig, Vec<PathBuf>), Error> {
    let mut whole = Kubeconfig::default();
    let mut files = Vec::new();
    for path in paths {
        let failed = |error: KubeconfigError| Error::Kubeconfig {
            file: path.display().to_string(),
            message: words(&error),
        };
        match Kubeconfig::read_from(path) {
            Ok(one) => {
                whole = whole.merge(one).map_err(failed)?;
                files.push(path.clone());
            }
            Err(KubeconfigError::ReadConfig(error, _))
                if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok((whole, files))
}

async fn in_kubeconfig(
    access: &Access,
    cluster: &Cluster,
    context: &str,
    kubeconfig: Kubeconfig,
) -> Result<Found, Error> {
    let proxy = proxy_of(&kubeconfig, context);
    let options =
        KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
    let failed = |message: String| Error::Kubeconfig {
        file: format!("context `{context}` of the kubeconfig"),
        message,
    };
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .map_err(|error| failed(words(&error)))?;
    // kube reads the environment here and asks whether the proxy itself needs one.
    let proxy = proxy.or_else(|| access.proxy.of_server(&config.cluster_url));
    config.proxy_url = match proxy {
        Some(proxy) => {
            let url = if proxy.contains("://") { proxy } else { format!("http://{proxy}") };
            Some(url.parse().map_err(|_| failed("its proxy is no URL".to_owned()))?)
        }
        None => None,
    };
    Ok(Found { place: place(cluster, context, &config), config })
}

fn proxy_of(kubeconfig: &Kubeconfig, context: &str) -> Option<String> {
    let context = kubeconfig.contexts.iter().find(|known| known.name == context)?;
    let name = &context.context.as_ref()?.cluster;
    let cluster = kubeconfig.clusters.iter().find(|known| known.name == *name)?;
    cluster.cluster.as_ref()?.proxy_url.clone().filter(|url| !url.is_empty())
}

fn place(cluster: &Cluster, context: &str, config: &Config) -> Place {
    Place {
        cluster: cluster.name.as_str().to_owned(),
        context: context.to_owned(),
        server: config.cluster_url.to_string().trim_end_matches('/').to_owned(),
        certificate_until: certificate_until(&config.auth_info),
    }
}

#[expect(clippy::disallowed_methods, reason = "a kubeconfig names its certificate's file")]
fn certificate_until(user: &AuthInfo) -> Option<String> {
    let pem = match (&user.client_certificate_data, &user.client_certificate) {
        (Some(data), _) => source::base64::decode(data)?,
        (None, Some(path)) => std::fs::read(path).ok()?,
        (None, None) => return None,
    };
    certificate::valid_until(&String::from_utf8_lossy(&pem))
}

/// The scanner's own words may repeat the line with a token on it.
fn words(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::Parse(error) => match error.location() {
            Some(place) => {
                format!("line {} is not what a kubeconfig has there", place.line())
            }
            None => "this is no kubeconfig".to_owned(),
        },
        KubeconfigError::ReadConfig(error, _) => error.to_string(),
        KubeconfigError::ParseNoProxy(error) => format!("`NO_PROXY` cannot be read: {error}"),
        KubeconfigError::LoadClusterOfContext(name) => format!("it has no cluster `{name}`"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
