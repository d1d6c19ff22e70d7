//! `chart pull`: a chart from afar into a file or a folder here.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use pull::Source;
use pull::lock::Pin;
use pull::resolve::{self, Provenance};

use super::save;
use crate::args::{Charts, Choice, Offline};
use crate::charts::Remote;
use crate::charts::single::{self, Fetched};
use crate::disk;
use crate::report::{Failure, Reason};
use crate::shell::Shell;

/// Fetch a chart and keep it as NAME-VERSION.tgz or unpacked
#[derive(ClapArgs, Debug)]
#[command(
    mut_arg("file", |it| it.short('f')),
    after_help = "Examples:\n  regatta chart pull oci://registry.example.com/charts/postgresql --version ~16.4\n  regatta chart pull postgresql --repo https://charts.example.com --untar\n  regatta chart pull bitnami/postgresql -d charts        a repository of regatta.yaml"
)]
pub struct Args {
    /// Address, or name in a repository; repeat for several
    #[arg(value_name = "CHART", required = true)]
    pub charts: Vec<String>,
    /// Folder to write to
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    pub destination: PathBuf,
    /// Unpack it into a folder of its name
    #[arg(long)]
    pub untar: bool,
    /// Folder in which to unpack, below the destination
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub untardir: PathBuf,
    /// Also write the provenance file
    #[arg(long)]
    pub prov: bool,
    #[command(flatten)]
    pub choice: Choice,
    #[command(flatten)]
    pub offline: Offline,
}

pub fn run(args: &Args, shell: &Shell) -> Result<Reason, Failure> {
    let remote = Remote::new(&Charts::from(&args.offline), shell)?;
    for reference in &args.charts {
        let fetched = fetch(reference, args, &remote, shell)?;
        let saved = save(&fetched, args, &remote, shell)?;
        let standing = shell.standing()?;
        let saved =
            disk::shown(&standing.join(saved.strip_prefix(".").unwrap_or(&saved)), &standing);
        let Fetched { wanted, entry, digest, .. } = &fetched;
        let (from, digest) = match (&wanted.source, &entry.pin) {
            (Source::Oci { address }, Pin::Manifest { digest }) => {
                (format!("oci://{address}:{}", entry.version), *digest)
            }
            (Source::Git { .. }, Pin::Commit { commit }) => {
                (format!("{}?ref={commit}", wanted.source), *digest)
            }
            (_, Pin::Archive { url, .. }) => (shown(url), *digest),
            (source, _) => (source.to_string(), *digest),
        };
        let signer = signer(&fetched, &remote)?;
        let text = format!("Pulled: {from}\nDigest: sha256:{digest}\n{signer}Saved: {saved}\n");
        shell.printer.show(&text)?;
    }
    Ok(Reason::Done)
}

fn fetch(reference: &str, args: &Args, remote: &Remote, shell: &Shell) -> Result<Fetched, Failure> {
    if reference.starts_with(['.', '/']) {
        let message = format!("`{reference}` is a path, and charts are pulled from afar");
        return Err(
            Failure::usage(message).help("`regatta chart package` makes an archive of a folder")
        );
    }
    let wanted = single::wanted(reference, &args.choice, remote, shell)?;
    single::fetch(wanted, remote, shell)
}

fn save(
    fetched: &Fetched,
    args: &Args,
    remote: &Remote,
    shell: &Shell,
) -> Result<PathBuf, Failure> {
    let name = save::file_name(&fetched.chart)?;
    if args.prov {
        match provenance(fetched, remote)? {
            Some(Provenance { text, .. }) => {
                save::file(&args.destination, &format!("{name}.prov"), &text)?;
            }
            None => shell.printer.say(&format!("warning: {name} has no provenance file")),
        }
    }
    if args.untar {
        let folder = args.destination.join(&args.untardir);
        return save::unpacked(Path::new(&folder), &fetched.chart);
    }
    save::file(&args.destination, &name, &fetched.archive)
}

/// The provenance file of a fetched chart, if its source has one.
fn provenance(fetched: &Fetched, remote: &Remote) -> Result<Option<Provenance>, Failure> {
    let Fetched { wanted, entry, digest, .. } = fetched;
    let found = resolve::provenance(remote.session()?, wanted, entry, *digest);
    Ok(remote.runtime()?.block_on(found).map_err(|error| {
        let (source, narrowed) = (wanted.source.clone(), wanted.narrowed.clone());
        pull::Failure { source, narrowed, by: Vec::new(), error }.problem()
    })?)
}

/// Who signed, in Helm's words. That it is so was checked when the chart was fetched.
fn signer(fetched: &Fetched, remote: &Remote) -> Result<String, Failure> {
    let Some(keyring) = &fetched.wanted.trust.keyring else { return Ok(String::new()) };
    let Some(Provenance { archive_name, text }) = provenance(fetched, remote)? else {
        return Ok(String::new());
    };
    let signer = pull::provenance::verify(&archive_name, &fetched.archive, &text, keyring)
        .map_err(|error| Failure::said(Reason::Failed, error.to_string()))?;
    Ok(format!(
        "Signed by: {}\nUsing Key With Fingerprint: {}\nChart Hash Verified: sha256:{}\n",
        signer.user, signer.fingerprint, fetched.digest
    ))
}

/// An address without its query, which may hold a token.
fn shown(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or(url).to_owned()
}
