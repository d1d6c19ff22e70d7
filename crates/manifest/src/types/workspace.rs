//! The top level of the file.

use schemars::JsonSchema;
use serde::Deserialize;

use super::union::{Anything, OneOrMany, StringOr, ValueSources, VarSources};
use super::{Compat, Environment, Input, Named, Release, State, Target};

/// The forms of names, as far as a pattern can say them; `stack::names` knows all of them.
const LABEL: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
const SUBDOMAIN: &str = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";

/// Many Helm charts as one workspace.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Workspace {
    /// The workspace's name: a DNS label. Required for clusters.
    #[schemars(regex(pattern = LABEL))]
    pub(crate) name: Option<String>,
    /// Typed parameters: `--input build=42`, then `REGATTA_INPUT_BUILD`, then `env`, then `default`.
    pub(crate) inputs: Named<Input>,
    /// The manifest's own variables: a map, or a list of maps and files. Later ones win.
    pub(crate) vars: Option<VarSources>,
    /// Logical names of clusters.
    #[schemars(extend("propertyNames" = { "pattern": LABEL }))]
    pub(crate) clusters: Named<Cluster>,
    /// Where the workspace goes: dev, staging, prod.
    #[schemars(extend("propertyNames" = { "pattern": LABEL }))]
    pub(crate) environments: Named<Environment>,
    /// The target of the only environment, where there is no `environments`.
    pub(crate) target: Option<Target>,
    /// The namespace of the only environment, where there is no `environments`.
    pub(crate) namespace: Option<String>,
    /// Chart repositories by name.
    pub(crate) repositories: Named<Repository>,
    /// Values for every release; `global` is the only key allowed.
    pub(crate) values: Option<ValueSources>,
    /// What every release has unless it says otherwise.
    pub(crate) defaults: Option<Release>,
    /// Partial releases that others extend.
    pub(crate) templates: Named<Release>,
    /// The releases; the key is the id in `needs`, selectors and messages.
    #[schemars(extend("propertyNames" = { "pattern": SUBDOMAIN }))]
    pub(crate) releases: Named<Release>,
    /// Where a cluster keeps what is known of the stacks.
    pub(crate) state: Option<State>,
    /// Not yet supported.
    pub(crate) include: Option<Anything>,
    /// Not yet supported.
    pub(crate) namespaces: Option<Anything>,
    /// Not yet supported.
    pub(crate) outputs: Option<Anything>,
    /// Not yet supported.
    pub(crate) policies: Option<Anything>,
    /// Not yet supported.
    pub(crate) notify: Option<Anything>,
    /// Which Helm's rules hold for values and templates: `helm4`, unless said otherwise.
    pub(crate) compat: Option<Compat>,
}

/// A cluster under the names by which kubeconfigs know it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Cluster {
    /// A context of the kubeconfig, or several: the first that it has is taken.
    pub(crate) context: Option<OneOrMany>,
    /// The uid of the namespace kube-system; another one is refused before anything else happens.
    pub(crate) uid: Option<String>,
}

/// An address, or an address with a user.
pub(crate) type Repository = StringOr<LongRepository>;

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct LongRepository {
    /// `https://…`, `oci://…` or `git+https://…`
    pub(crate) url: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    /// A bearer token, instead of user and password.
    pub(crate) token: Option<String>,
    /// PEM file of whom to trust beside the system's.
    pub(crate) ca_file: Option<String>,
    /// PEM file of the certificate that we show.
    pub(crate) cert_file: Option<String>,
    /// PEM file of its key.
    pub(crate) key_file: Option<String>,
    /// User and password also go to other hosts that the repository's index names.
    pub(crate) pass_credentials: bool,
    /// A registry without TLS.
    pub(crate) plain_http: bool,
    /// Any certificate will do.
    pub(crate) skip_tls_verify: bool,
    /// Whose signature its charts must carry.
    pub(crate) provenance: Option<Provenance>,
}

/// Whose signature a chart must carry.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Provenance {
    /// File of OpenPGP public keys for Helm's provenance files.
    pub(crate) keyring: Option<String>,
    /// File of the public key by which cosign signed a chart in its registry.
    pub(crate) cosign_key: Option<String>,
}
