//! Where charts come from, as the manifest says it: an address, who we are there, and whose signature counts.

use std::fmt;

/// A chart repository, registry or git repository under a name of the manifest.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Repository {
    /// `https://…`, `oci://…` or `git+https://…`, without user and password.
    pub url: String,
    pub username: Option<String>,
    pub password: Option<String>,
    /// A bearer token, instead of user and password.
    pub token: Option<String>,
    /// PEM file of whom to trust beside the system's; paths here are relative to the repository's root.
    pub ca_file: Option<String>,
    /// PEM files of who we are.
    pub cert_file: Option<String>,
    pub key_file: Option<String>,
    /// User and password also go to other hosts that an index names.
    pub pass_credentials: bool,
    /// A registry without TLS.
    pub plain_http: bool,
    pub skip_tls_verify: bool,
    pub provenance: Provenance,
}

/// A repository of the manifest that cannot be used, although nobody has needed it so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableRepository {
    /// None where the manifest does not come to an address.
    pub url: Option<String>,
    /// It says by whom its charts must be signed; without an address, any chart may be one of them.
    pub asks_for_signatures: bool,
    /// What is wrong with it.
    pub why: String,
}

/// Without what is secret.
impl fmt::Debug for Repository {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Repository")
            .field("url", &self.url)
            .field("username", &self.username)
            .field("ca_file", &self.ca_file)
            .field("cert_file", &self.cert_file)
            .field("pass_credentials", &self.pass_credentials)
            .field("plain_http", &self.plain_http)
            .field("skip_tls_verify", &self.skip_tls_verify)
            .field("provenance", &self.provenance)
            .finish_non_exhaustive()
    }
}

/// Whose signature a chart must carry; paths are relative to the repository's root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// OpenPGP public keys for Helm's provenance files.
    pub keyring: Option<String>,
    /// The public key by which cosign signed a chart in its registry.
    pub cosign_key: Option<String>,
}

impl Provenance {
    /// What a release says wins over what its repository says, key by key.
    pub fn or(self, below: Self) -> Self {
        Self {
            keyring: self.keyring.or(below.keyring),
            cosign_key: self.cosign_key.or(below.cosign_key),
        }
    }
}
