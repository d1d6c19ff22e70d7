//! Flags that several commands share, grouped by what they say something about.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, ValueEnum};
use plan::live::Policy;
use stack::Compat;

use crate::terminal;

#[derive(Args, Debug)]
pub struct Workspace {
    /// Manifest [default: regatta.yaml here or in the nearest folder above]
    #[arg(short, long, value_name = "FILE", env = "REGATTA_FILE", hide_env = true)]
    pub file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Environments {
    /// Environment by name or glob; repeat for several
    #[arg(
        short,
        long = "environment",
        value_name = "NAME",
        env = "REGATTA_ENVIRONMENT",
        hide_env = true,
        value_delimiter = ','
    )]
    pub environment: Vec<String>,
    /// Instance of an environment that has many
    #[arg(long, value_name = "NAME", env = "REGATTA_INSTANCE", hide_env = true)]
    pub instance: Option<String>,
}

/// What the manifest may ask for from outside.
#[derive(Args, Debug)]
#[command(next_help_heading = "Inputs and variables")]
pub struct Inputs {
    /// Value of an input; wins over REGATTA_INPUT_NAME
    #[arg(long, value_name = "NAME=VALUE")]
    pub input: Vec<String>,
    /// Value of a variable; wins over the manifest
    #[arg(long, value_name = "PATH=VALUE")]
    pub var: Vec<String>,
    /// File of variables; wins over the manifest, not over --var
    #[arg(
        long,
        value_name = "FILE",
        env = "REGATTA_VARS_FILE",
        hide_env = true,
        value_delimiter = ','
    )]
    pub vars_file: Vec<PathBuf>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Selection")]
pub struct Selection {
    /// Labels to have, such as `tier=frontend,app!=x`; repeat for "or"
    #[arg(short = 'l', long, value_name = "LABELS", env = "REGATTA_SELECTOR", hide_env = true)]
    pub selector: Vec<String>,
    /// Release by id or glob; repeat for several
    #[arg(
        long,
        value_name = "ID",
        env = "REGATTA_RELEASE",
        hide_env = true,
        value_delimiter = ','
    )]
    pub release: Vec<String>,
    /// Also take what the selected releases need
    #[arg(long, conflicts_with = "skip_needs", env = "REGATTA_WITH_NEEDS", hide_env = true,
          value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub with_needs: bool,
    /// Do not ask whether what the selected releases need is there
    #[arg(long, env = "REGATTA_SKIP_NEEDS", hide_env = true,
          value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub skip_needs: bool,
}

/// Values from the command line, over everything that files say.
#[derive(Args, Debug)]
#[command(next_help_heading = "Values (not in git)")]
pub struct Overrides {
    /// Values file; `RELEASE:` may be left out where one is selected
    #[arg(long, value_name = "RELEASE:FILE")]
    pub values: Vec<String>,
    /// Value for a release: `api:image.tag=1.2`
    #[arg(long, value_name = "RELEASE:KEY=VALUE")]
    pub set: Vec<String>,
    /// Like --set, always text
    #[arg(long, value_name = "RELEASE:KEY=VALUE")]
    pub set_string: Vec<String>,
    /// Like --set, the value is a file's content
    #[arg(long, value_name = "RELEASE:KEY=FILE")]
    pub set_file: Vec<String>,
    /// Like --set, the value is JSON
    #[arg(long, value_name = "RELEASE:KEY=JSON")]
    pub set_json: Vec<String>,
}

/// What charts are told about a cluster that nobody asks.
#[derive(Args, Debug)]
#[command(next_help_heading = "Rendering")]
pub struct Kube {
    /// Kubernetes version that charts see
    #[arg(long, value_name = "VERSION", env = "REGATTA_KUBE_VERSION", hide_env = true)]
    pub kube_version: Option<String>,
    /// API versions that charts see beside the built-in ones
    #[arg(
        short,
        long,
        value_name = "API",
        env = "REGATTA_API_VERSIONS",
        hide_env = true,
        value_delimiter = ','
    )]
    pub api_versions: Vec<String>,
    /// Number that fixes what charts draw at random
    #[arg(long, value_name = "NUMBER", env = "REGATTA_SEED", hide_env = true)]
    pub seed: Option<u64>,
    /// Charts to render side by side [default: one per processor]
    #[arg(long, value_name = "NUMBER", env = "REGATTA_JOBS", hide_env = true,
          value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
}

/// How charts from afar are fetched.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Charts")]
pub struct Charts {
    /// Fail where regatta.lock would change [default: with CI set, if there is one]
    #[arg(long, env = "REGATTA_LOCKED", hide_env = true,
        value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub locked: bool,
    /// Use what was fetched before, and open no connection for charts
    #[arg(long, env = "REGATTA_OFFLINE", hide_env = true,
        value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub offline: bool,
}

/// How clusters are reached.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Clusters")]
pub struct Reach {
    /// Kubeconfig file [default: KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Context to use for a cluster of the manifest
    #[arg(
        long,
        value_name = "CLUSTER=CONTEXT",
        env = "REGATTA_CONTEXT",
        hide_env = true,
        value_delimiter = ','
    )]
    pub context: Vec<String>,
}

/// What happens where others are at work on the same things.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Conflicts")]
pub struct Contest {
    /// Leave fields that others manage to them
    #[arg(long, conflicts_with = "force_conflicts")]
    pub keep_conflicts: bool,
    /// Take over what somebody else wrote or changed; in a directory the old is kept beside it
    #[arg(long)]
    pub force_conflicts: bool,
    /// How long to wait for another run: `90s`, `10m` [default: 10m, at a terminal 1m]
    #[arg(long, value_name = "TIME", env = "REGATTA_LOCK_TIMEOUT", hide_env = true, value_parser = duration)]
    pub lock_timeout: Option<Duration>,
    /// Take over releases of another stack
    #[arg(long)]
    pub take_release: bool,
}

/// `90s`, `10m`, `1h30m`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let span = text.parse::<jiff::SignedDuration>().map_err(|error| error.to_string())?;
    Duration::try_from(span).map_err(|_| "it is negative".to_owned())
}

impl Contest {
    pub fn patience(&self) -> Duration {
        let usual = if terminal::somebody_is_there() { 60 } else { 600 };
        self.lock_timeout.unwrap_or(Duration::from_secs(usual))
    }

    pub fn policy(&self) -> Policy {
        match (self.force_conflicts, self.keep_conflicts) {
            (true, _) => Policy::Take,
            (false, true) => Policy::Leave,
            (false, false) => Policy::Judge,
        }
    }
}

/// What a run that may write is allowed to do.
#[derive(Args, Debug)]
#[command(next_help_heading = "Permission")]
pub struct Sure {
    /// Do not ask. Protected environments want their name: --yes=prod
    #[arg(
        short,
        long,
        value_name = "ENVIRONMENT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    pub yes: Vec<String>,
    /// Also touch releases that the manifest protects
    #[arg(long)]
    pub allow_protected: bool,
}

/// How results are printed.
#[derive(Args, Clone, Copy, Debug)]
pub struct Output {
    /// `text` for people, or `json`
    #[arg(
        short = 'o',
        long = "output",
        value_name = "FORMAT",
        default_value = "text",
        hide_possible_values = true,
        env = "REGATTA_OUTPUT",
        hide_env = true
    )]
    pub format: TextOrJson,
}

#[derive(Args, Debug)]
pub struct Run {
    #[command(flatten)]
    pub output: Output,
    /// Exit 2 where there are changes
    #[arg(long, env = "REGATTA_DETAILED_EXITCODE", hide_env = true,
          value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub detailed_exitcode: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Helm {
    Helm4,
    Helm3,
}

impl From<Helm> for Compat {
    fn from(helm: Helm) -> Self {
        match helm {
            Helm::Helm4 => Self::Helm4,
            Helm::Helm3 => Self::Helm3,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TextOrJson {
    #[value(alias = "table")]
    Text,
    Json,
}

/// How the program talks; every command has these.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Display")]
pub struct Talk {
    /// Colours: auto, always, never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        env = "REGATTA_COLOR",
        hide_env = true
    )]
    pub color: Color,
    /// No spinners: one plain line per step
    #[arg(long, global = true, env = "REGATTA_NO_PROGRESS", hide_env = true,
          value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub no_progress: bool,
    /// Only results and problems, each problem on one line
    #[arg(short, long, global = true, conflicts_with = "verbose", env = "REGATTA_QUIET", hide_env = true,
          value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub quiet: bool,
    /// Say more about what is read and done
    #[arg(short, long, global = true, env = "REGATTA_VERBOSE", hide_env = true,
          value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub verbose: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}
