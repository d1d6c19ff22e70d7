//! `chart package`: a chart's folder into an archive.

use std::path::PathBuf;

use ::chart::{Chart, File, definition};
use clap::Args as ClapArgs;
use pull::{Secret, dependencies, provenance};
use source::{Problem, Problems};

use super::save;
use crate::args::{Charts, Offline};
use crate::charts::{Remote, access, single};
use crate::report::{self, Failure, Reason};
use crate::shell::Shell;

/// Pack a chart's folder into NAME-VERSION.tgz, and sign it
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta chart package ./charts/api\n  regatta chart package ./charts/api --version 1.2.3 --app-version 9 -d dist\n  regatta chart package ./charts/api --sign --key charts@example.com --keyring secring.gpg"
)]
pub struct Args {
    /// Folder with a Chart.yaml; repeat for several
    #[arg(value_name = "FOLDER", required = true)]
    pub charts: Vec<String>,
    /// Folder to write to
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    pub destination: PathBuf,
    /// Version to write into Chart.yaml
    #[arg(long, value_name = "VERSION")]
    pub version: Option<String>,
    /// Version of the application to write into Chart.yaml
    #[arg(long, value_name = "VERSION")]
    pub app_version: Option<String>,
    /// Also write NAME-VERSION.tgz.prov, which a secret key signs
    #[arg(long, requires = "key")]
    pub sign: bool,
    /// Whose key: a name as gpg lists it, or a part of one
    #[arg(long, value_name = "NAME", requires = "sign")]
    pub key: Option<String>,
    /// Secret keys, as `gpg --export-secret-keys` writes them [default: ~/.gnupg/secring.gpg]
    #[arg(long, value_name = "FILE", requires = "sign")]
    pub keyring: Option<PathBuf>,
    /// File whose first line is the key's passphrase; `-` is stdin
    #[arg(long, value_name = "FILE", requires = "sign")]
    pub passphrase_file: Option<PathBuf>,
    /// Also find and pack dependencies that `charts/` lacks; nothing is written there
    #[arg(short = 'u', long)]
    pub dependency_update: bool,
    #[command(flatten)]
    pub offline: Offline,
}

pub fn run(args: &Args, shell: &Shell) -> Result<Reason, Failure> {
    let signer = args.sign.then(|| Signer::new(args, shell)).transpose()?;
    for path in &args.charts {
        let chart = complete(path, args, shell)?;
        report::problems(&shell.printer, &chart.warnings);
        let archive = ::chart::package(&chart)?;
        let name = save::file_name(&chart)?;
        // Signed first: what nobody can sign is not written either.
        let provenance = match &signer {
            Some(signer) => Some(signer.sign(&chart, &name, &archive)?),
            None => None,
        };
        let saved = save::file(&args.destination, &name, &archive)?;
        if let Some(provenance) = provenance {
            save::file(&args.destination, &format!("{name}.prov"), provenance.as_bytes())?;
        }
        let digest = pull::Digest::of(&archive);
        let saved = saved.strip_prefix(".").unwrap_or(&saved).display();
        let text = format!("Successfully packaged chart and saved it to: {saved}\n");
        shell.printer.show(&text)?;
        shell.printer.tell(&format!("digest: sha256:{digest}"));
    }
    Ok(Reason::Done)
}

/// A secret key, and what unlocks it.
struct Signer {
    key: Vec<u8>,
    passphrase: Option<Secret>,
}

impl Signer {
    fn new(args: &Args, shell: &Shell) -> Result<Self, Failure> {
        let keyring = single::keyring(args.keyring.as_deref(), "secring.gpg", shell)?;
        let keyring = access::file("--keyring", &keyring).map_err(|failure| {
            failure.help("`gpg --export-secret-keys NAME > secring.gpg` writes one")
        })?;
        let name = args.key.as_deref().unwrap_or_default();
        let key = provenance::key_of(&keyring, name).map_err(|error| unsigned(&error))?;
        let passphrase = args.passphrase_file.as_deref();
        let passphrase = passphrase.map(|path| access::passphrase(path, shell)).transpose()?;
        Ok(Self { key, passphrase })
    }

    fn sign(&self, chart: &Chart, name: &str, archive: &[u8]) -> Result<String, Failure> {
        let text = definition(&chart.metadata);
        let signed = provenance::sign(name, &text, archive, &self.key, self.passphrase.as_ref());
        signed.map_err(|error| match (&error, &self.passphrase) {
            (provenance::Error::Unsigned(_), None) => unsigned(&error)
                .help("where the key has a passphrase, `--passphrase-file` names its file"),
            _ => unsigned(&error),
        })
    }
}

fn unsigned(error: &provenance::Error) -> Failure {
    Failure::said(Reason::Failed, error.to_string()).help_if(error.help())
}

/// The chart at a path with everything that it needs, under the versions that flags say.
fn complete(path: &str, args: &Args, shell: &Shell) -> Result<Chart, Failure> {
    let mut chart = versioned(single::with_definition(path)?, args)?;
    if args.dependency_update {
        let remote = Remote::new(&Charts::from(&args.offline), shell)?;
        chart = single::with_dependencies(path, chart, &remote, shell)?;
    }
    let missing = dependencies::missing(&chart, &mut Problems::new())?;
    if missing.is_empty() {
        return Ok(chart);
    }
    let problem = |one: &dependencies::Missing| {
        let message = format!("`{path}` depends on `{}`, which is not in its `charts/`", one.name);
        Problem::error("missing-dependency", message)
            .at(one.place.as_ref(), "listed here")
            .help("`--dependency-update` finds and packs it")
    };
    Err(missing.iter().map(problem).collect::<Problems>().into())
}

/// Versions go into Chart.yaml, which then is written anew, as by Helm.
fn versioned(chart: Chart, args: &Args) -> Result<Chart, Failure> {
    if args.version.is_none() && args.app_version.is_none() {
        return Ok(chart);
    }
    let mut metadata = chart.metadata.clone();
    if let Some(version) = &args.version {
        metadata.version.clone_from(version);
    }
    if let Some(version) = &args.app_version {
        metadata.app_version.clone_from(version);
    }
    let mut files = chart.raw;
    for file in files.iter_mut().filter(|file| file.path == "Chart.yaml") {
        *file = File::new("Chart.yaml", definition(&metadata));
    }
    Ok(::chart::load(&chart.origin, files)?)
}
