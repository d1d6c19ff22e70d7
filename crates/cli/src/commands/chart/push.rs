//! `chart push`: an archive into a registry, or by ChartMuseum's upload API.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chart::Chart;
use clap::Args as ClapArgs;
use jiff::Timestamp;
use pull::museum::{self, Museum, Upload};
use pull::{Access, Source, oci};
use source::Problem;

use super::save;
use crate::args::{Charts, Manifest, Offline, Server};
use crate::charts::repository::Place;
use crate::charts::{Remote, access};
use crate::report::{Failure, Reason};
use crate::shell::Shell;

/// Upload a packed chart, with the provenance file beside it
#[derive(ClapArgs, Debug)]
#[command(
    mut_arg("file", |it| it.short('f')),
    after_help = "Examples:\n  regatta chart push api-1.2.3.tgz oci://registry.example.com/charts\n  regatta chart push api-1.2.3.tgz https://charts.example.com     ChartMuseum\n  regatta chart push api-1.2.3.tgz corp                           a repository of regatta.yaml"
)]
pub struct Args {
    /// What `regatta chart package` wrote
    #[arg(value_name = "ARCHIVE")]
    pub archive: PathBuf,
    /// `oci://HOST/PATH`, `https://…` of a ChartMuseum, or a repository of regatta.yaml
    #[arg(value_name = "REMOTE")]
    pub remote: String,
    /// Replace a version that is there (ChartMuseum; registries always do)
    #[arg(long)]
    pub force: bool,
    /// Path below which ChartMuseum lies on its server
    #[arg(long, value_name = "PATH", default_value = "", hide_default_value = true)]
    pub context_path: String,
    #[command(flatten)]
    pub offline: Offline,
    #[command(flatten)]
    pub manifest: Manifest,
    #[command(flatten)]
    pub server: Server,
}

pub fn run(args: &Args, shell: &Shell) -> Result<Reason, Failure> {
    let named = args.archive.to_string_lossy();
    let bytes = access::file("ARCHIVE", &args.archive)
        .map_err(|failure| failure.help("`regatta chart package FOLDER` makes an archive"))?;
    let chart = chart::load_archive(&named, &bytes)?;
    let beside = PathBuf::from(format!("{}.prov", args.archive.display()));
    let provenance = beside.is_file().then(|| access::file("ARCHIVE", &beside)).transpose()?;
    let remote = Remote::new(&Charts::from(&args.offline), shell)?;
    let (url, access) = place(args, &chart, &remote, shell)?;
    let package = Package { chart: &chart, bytes: &bytes, provenance: provenance.as_deref() };
    let done = match url.strip_prefix("oci://") {
        Some(folder) => to_registry(folder, &package, &args.archive, &access, &remote),
        None => to_museum(&url, &package, args, &access, &remote),
    };
    remote.told().iter().for_each(|line| shell.printer.tell(line));
    let (reference, digest) = done?;
    shell.printer.show(&format!("Pushed: {reference}\nDigest: sha256:{digest}\n"))?;
    Ok(Reason::Done)
}

struct Package<'a> {
    chart: &'a Chart,
    bytes: &'a [u8],
    provenance: Option<&'a [u8]>,
}

/// Where a chart goes, and who we are there.
fn place(
    args: &Args,
    chart: &Chart,
    remote: &Remote,
    shell: &Shell,
) -> Result<(String, Access), Failure> {
    let place = Place::find(&args.remote, &args.manifest, shell)?.ok_or_else(|| {
        Failure::usage(format!("`{}` is no address of a repository", args.remote))
            .help("`oci://HOST/PATH`, `https://…`, or a name among `repositories` of regatta.yaml")
    })?;
    let named = Source::in_repository(&place.url, &chart.metadata.name).map_err(|error| {
        let message = format!("nothing can be pushed to `{}`: {error}", place.shown());
        Problem::error("wrong-address", message)
            .help("registries (`oci://HOST/PATH`) and ChartMuseum (`https://…`) take charts")
    })?;
    let access = place.access(&named.source, &args.server, remote, shell)?;
    Ok((place.url, access))
}

type Done = Result<(String, pull::Digest), Failure>;

fn to_registry(
    folder: &str,
    package: &Package<'_>,
    path: &Path,
    access: &Access,
    remote: &Remote,
) -> Done {
    let created = Timestamp::try_from(written(path)?)
        .and_then(|written| Timestamp::from_second(written.as_second()))
        .map_err(|error| Failure::said(Reason::Failed, error.to_string()))?
        .to_string();
    let package =
        oci::Package { archive: package.bytes, provenance: package.provenance, created: &created };
    let pushed = oci::push(remote.session()?, folder, package, access);
    let pushed = remote
        .runtime()?
        .block_on(pushed)
        .map_err(|error| problem(error.id(), &error.to_string(), error.help()))?;
    Ok((format!("oci://{}", pushed.reference), pushed.digest))
}

fn to_museum(
    url: &str,
    package: &Package<'_>,
    args: &Args,
    access: &Access,
    remote: &Remote,
) -> Done {
    let name = save::file_name(package.chart)?;
    let museum = Museum { url, context_path: &args.context_path };
    let upload = Upload {
        name: &name,
        archive: package.bytes,
        provenance: package.provenance,
        force: args.force,
    };
    let pushed = museum::push(remote.session()?, museum, upload, access);
    let digest = remote.runtime()?.block_on(pushed).map_err(|error| {
        let help = match &error {
            pull::http::Error::Status { status: 409, .. } => {
                Some("that version is there already; `--force` replaces it".to_owned())
            }
            pull::http::Error::Status { status: 404 | 405, .. } => {
                Some("charts are uploaded only to servers with ChartMuseum's API, below `--context-path`".to_owned())
            }
            other => other.help(),
        };
        problem(error.id(), &format!("cannot push {name}: {error}"), help)
    })?;
    Ok((format!("{}/{name}", url.trim_end_matches('/')), digest))
}

/// When an archive was last written, which Helm makes an annotation of.
fn written(path: &Path) -> Result<SystemTime, Failure> {
    let written = path.metadata().and_then(|facts| facts.modified());
    written.map_err(|error| {
        Failure::said(Reason::Failed, format!("cannot read `{}`: {error}", path.display()))
    })
}

fn problem(id: &'static str, message: &str, help: Option<String>) -> Failure {
    let problem = Problem::error(id, message);
    help.map_or_else(|| problem.clone().into(), |help| problem.clone().help(help).into())
}
