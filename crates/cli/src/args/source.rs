//! Flags of commands that work on one chart, called as Helm calls them.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args};

/// Which chart a reference means, and who must have signed it.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Where the chart comes from")]
pub struct Choice {
    /// Version or range [default: the newest stable one]
    #[arg(long, value_name = "VERSION")]
    pub version: Option<String>,
    /// Take pre-releases too: --version '>0.0.0-0'
    #[arg(long)]
    pub devel: bool,
    /// Repository in which CHART is a name
    #[arg(long, value_name = "URL")]
    pub repo: Option<String>,
    /// Refuse a chart that no key of the keyring signed
    #[arg(long)]
    pub verify: bool,
    /// OpenPGP public keys [default: ~/.gnupg/pubring.gpg]
    #[arg(long, value_name = "FILE")]
    pub keyring: Option<PathBuf>,
    /// Refuse a chart that cosign did not sign in its registry with this key (public, PEM)
    #[arg(long, value_name = "FILE")]
    pub cosign_key: Option<PathBuf>,
    #[command(flatten)]
    pub manifest: Manifest,
    #[command(flatten)]
    pub server: Server,
}

/// The manifest whose `repositories` may be named.
#[derive(Args, Clone, Debug, Default)]
pub struct Manifest {
    /// Manifest with `repositories` [default: regatta.yaml here or in the nearest folder above]
    #[arg(long, value_name = "FILE", env = "REGATTA_FILE", hide_env = true)]
    pub file: Option<PathBuf>,
    /// Environment whose `repositories` count
    #[arg(
        short,
        long,
        value_name = "NAME",
        env = "REGATTA_ENVIRONMENT",
        hide_env = true,
        value_delimiter = ','
    )]
    pub environment: Vec<String>,
}

/// Who we are to a repository or registry, and whom we trust.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Repository or registry")]
pub struct Server {
    /// Who asks [default: what `regatta chart login`, Helm or Docker keeps]
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
    /// Password, which others may see: prefer --password-stdin
    #[arg(long, value_name = "PASSWORD", conflicts_with = "password_stdin")]
    pub password: Option<String>,
    /// Read the password from stdin
    #[arg(long, requires = "username")]
    pub password_stdin: bool,
    /// Read a bearer token from stdin, instead of user and password
    #[arg(long, conflicts_with_all = ["username", "password", "password_stdin"])]
    pub token_stdin: bool,
    #[command(flatten)]
    pub tls: Tls,
    /// Send the login to other hosts too, if the repository names some
    #[arg(long)]
    pub pass_credentials: bool,
}

/// How a connection is secured.
#[derive(Args, Clone, Debug, Default)]
pub struct Tls {
    /// Certificates (PEM) to trust beside the system's
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Our certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "key_file")]
    pub cert_file: Option<PathBuf>,
    /// The key (PEM) of our certificate
    #[arg(long, value_name = "FILE", requires = "cert_file")]
    pub key_file: Option<PathBuf>,
    /// Take any certificate of the server
    #[arg(long, visible_alias = "insecure")]
    pub insecure_skip_tls_verify: bool,
    /// Speak to a registry without TLS
    #[arg(long)]
    pub plain_http: bool,
}

/// For commands that have no lock file to keep to.
#[derive(Args, Clone, Debug, Default)]
pub struct Offline {
    /// Use what was fetched before, and open no connection
    #[arg(long, env = "REGATTA_OFFLINE", hide_env = true,
        value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub offline: bool,
}

impl From<&Offline> for super::Charts {
    fn from(flags: &Offline) -> Self {
        Self { locked: false, offline: flags.offline }
    }
}
