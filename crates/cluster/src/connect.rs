//! The first words with a cluster: whether it is the one that was meant, how old it is, and what it serves.

use std::collections::BTreeSet;
use std::fmt;

use source::Tree;
use stack::Cluster;

use crate::access::{self, Access};
use crate::client::{Client, Limits};
use crate::discovery::{Discovery, discover};
use crate::error::{Error, Place};

/// An open connection to the cluster that was meant.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Changes nothing; `client.writer()` does.
    pub client: Client,
    pub place: Place,
    /// Of the namespace `kube-system`: the cluster's identity. None where this user may not read it.
    pub uid: Option<String>,
    pub version: Version,
    pub discovery: Discovery,
}

/// What `/version` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// `v1.36.3-gke.100`: what charts see.
    pub git: String,
    pub major: String,
    /// `36+` becomes `36`.
    pub minor: String,
}

/// The oldest version that is served: the first whose server-side field validation is there for good, and with it strict
/// server-side apply.
pub const OLDEST: Oldest = Oldest { major: 1, minor: 27 };

#[derive(Clone, Copy, Debug)]
pub struct Oldest {
    major: u32,
    minor: u32,
}

/// Finds the cluster, and refuses one that is not the one the manifest means before anything else is done with it.
pub async fn connect(
    access: &Access,
    cluster: &Cluster,
    limits: Limits,
) -> Result<Connection, Error> {
    let found = access::find(access, cluster).await?;
    let client = Client::reader(found, limits).await?;
    let identity = client.get("/api/v1/namespaces/kube-system");
    let version = client.get("/version");
    // Discovery's failure must not hide that this is another cluster, or one too old to tell.
    let (identity, version, discovery) = tokio::join!(identity, version, discover(&client));
    let place = client.place().clone();
    let uid = match identity {
        Ok(namespace) => namespace.as_ref().and_then(uid),
        Err(error) if error.is_forbidden() && cluster.uid.is_none() => None,
        Err(error) => return Err(error),
    };
    if let Some(expected) = cluster.uid.clone()
        && uid.as_ref() != Some(&expected)
    {
        let found = uid.unwrap_or_default();
        return Err(Error::WrongCluster { place, expected, found });
    }
    let version = read_version(&version?.unwrap_or_default());
    if version.is_too_old() {
        return Err(Error::TooOld { place, version: version.git });
    }
    Ok(Connection { client, place, uid, version, discovery: discovery? })
}

impl Connection {
    pub fn api_versions(&self) -> &BTreeSet<String> {
        &self.discovery.api_versions
    }
}

impl Version {
    /// A version that says nothing readable passes: it is no reason to stop.
    fn is_too_old(&self) -> bool {
        match (self.major.parse::<u32>(), self.minor.parse::<u32>()) {
            (Ok(major), Ok(minor)) => (major, minor) < (OLDEST.major, OLDEST.minor),
            _ => false,
        }
    }
}

fn read_version(tree: &Tree) -> Version {
    let text = |key: &str| tree.get(key).and_then(Tree::as_str).unwrap_or_default();
    let digits = |key: &str| text(key).chars().take_while(char::is_ascii_digit).collect();
    Version { git: text("gitVersion").to_owned(), major: digits("major"), minor: digits("minor") }
}

fn uid(namespace: &Tree) -> Option<String> {
    namespace.get("metadata")?.get("uid")?.as_str().map(str::to_owned)
}

impl fmt::Display for Oldest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use source::json::read_bare;

    use super::*;

    #[test]
    fn versions() {
        let check = |json: &str, expect: &str, too_old: bool| {
            let version = read_version(&read_bare(json).unwrap());
            let found = format!("{} {} {}", version.git, version.major, version.minor);
            assert_eq!((found.as_str(), version.is_too_old()), (expect, too_old));
        };
        check(r#"{"major":"1","minor":"36","gitVersion":"v1.36.3"}"#, "v1.36.3 1 36", false);
        check(
            r#"{"major":"1","minor":"27+","gitVersion":"v1.27.16-eks"}"#,
            "v1.27.16-eks 1 27",
            false,
        );
        check(r#"{"major":"1","minor":"26","gitVersion":"v1.26.0"}"#, "v1.26.0 1 26", true);
        check(r#"{"major":"0","minor":"99"}"#, " 0 99", true);
        check(r#"{"major":"","minor":null}"#, "  ", false);
        check("[]", "  ", false);
    }
}
