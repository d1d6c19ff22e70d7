//! One chart that the command line names: by path, by address, by name in a repository.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chart::Chart;
use pull::lock::Entry;
use pull::resolve::{Found, Policy, resolve};
use pull::{Digest, Lock, Named, Narrowed, Source, Trust, Wanted, provenance};
use source::Problem;
use stack::Repository;

use super::complete::Search;
use super::folder::Reading;
use super::library::Place;
use super::{LockFile, Remote, access, folder, repository, wanted};
use crate::args::{Choice, Manifest};
use crate::disk::Disk;
use crate::report::Failure;
use crate::shell::Shell;
use crate::workspace::Workspace;

/// A chart from afar that now lies in the cache.
pub struct Fetched {
    pub wanted: Wanted,
    /// What a lock file would say of it.
    pub entry: Entry,
    pub digest: Digest,
    pub archive: Vec<u8>,
    pub chart: Chart,
}

/// The chart of a reference: one of the disk where there is such a path, else one from afar. `--repo` makes it a name in
/// that repository whatever lies here, unlike Helm, which would take a folder of that name.
pub fn load(
    reference: &str,
    choice: &Choice,
    remote: &Remote,
    shell: &Shell,
) -> Result<Chart, Failure> {
    if choice.repo.is_none() && !reference.contains("://") && Path::new(reference).exists() {
        if choice.cosign_key.is_some() {
            let message = format!("`{reference}` is here, and cosign signs charts in registries");
            return Err(Failure::usage(message).help(
                "leave `--cosign-key` out, or name the chart by `oci://HOST/PATH/CHART`; `--verify` checks the provenance file beside an archive",
            ));
        }
        return match choice.verify {
            true => signed_on_disk(reference, choice, shell),
            false => opened(reference, Reading::AsNeeded),
        };
    }
    let wanted = wanted(reference, choice, remote, shell)?;
    Ok(fetch(wanted, remote, shell)?.chart)
}

/// The chart at a path.
pub fn on_disk(path: &str) -> Result<Chart, Failure> {
    opened(path, Reading::Whole)
}

/// The chart at a path, whose links may lead anywhere in its repository, and nowhere else.
fn opened(path: &str, reading: Reading) -> Result<Chart, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("cannot read the chart `{path}`: {error}"))
            .help("a chart is a folder with a Chart.yaml, or a `.tgz`")
    };
    let place = Path::new(path).canonicalize().map_err(unreadable)?;
    let around = if place.is_dir() { place.as_path() } else { place.parent().unwrap_or(&place) };
    let disk = Disk::around(around).map_err(unreadable)?;
    let inside = disk.inside(&place).expect("the root is a folder above the chart");
    Ok(folder::load(&disk, &inside, path, reading)?)
}

/// The same, but never a folder of plain manifests: those have no name or version that anybody gave them.
pub fn with_definition(path: &str) -> Result<Chart, Failure> {
    let folder = Path::new(path);
    if folder.is_dir() && !folder.join("Chart.yaml").exists() {
        return Err(Failure::usage(format!("`{path}` has no Chart.yaml"))
            .help("a chart has one that says its `apiVersion`, `name` and `version`"));
    }
    on_disk(path)
}

/// The chart in a folder with what it lists under `dependencies` and does not bring, pinned nowhere. Folders that it lists may
/// lie anywhere in its repository, and without one anywhere at all, as with Helm.
pub fn with_dependencies(
    path: &str,
    chart: Chart,
    remote: &Remote,
    shell: &Shell,
) -> Result<Chart, Failure> {
    let unreadable =
        |error: std::io::Error| Failure::usage(format!("cannot read the chart `{path}`: {error}"));
    if !Path::new(path).is_dir() {
        return Ok(chart);
    }
    let folder = Path::new(path).canonicalize().map_err(unreadable)?;
    let repository = folder.ancestors().find(|parent| parent.join(".git").exists());
    let root = repository.or(folder.ancestors().last()).unwrap_or(&folder).to_owned();
    let disk = Disk { root };
    let place = Place::Folder(disk.inside(&folder).unwrap_or_default());
    let workspace = Workspace::new(disk, String::new(), shell.standing()?);
    let lock = LockFile::nowhere(&folder);
    let search = Search { workspace: &workspace, stack: None, remote, lock: &lock };
    let whole = search.complete(&chart, &place);
    remote.told().iter().for_each(|line| shell.printer.tell(line));
    match whole? {
        Some(whole) => Ok(whole.load(&chart.origin)?),
        None => Ok(chart),
    }
}

/// The chart in an archive that the provenance file beside it is about.
fn signed_on_disk(path: &str, choice: &Choice, shell: &Shell) -> Result<Chart, Failure> {
    if !Path::new(path).is_file() {
        return Err(Failure::usage(format!("`{path}` is a folder, and only archives are signed"))
            .help("leave `--verify` out"));
    }
    let beside = format!("{path}.prov");
    let archive = access::file("CHART", Path::new(path))?;
    let written = access::file("CHART", Path::new(&beside)).map_err(|failure| {
        failure.help("a signed archive has a provenance file beside it: `….tgz.prov`")
    })?;
    let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy();
    let keyring = public_keys(choice, shell)?;
    provenance::verify(&name, &archive, &written, &keyring).map_err(|error| {
        Problem::error("chart-unsigned", format!("`{path}`: {error}")).help_if(error.help())
    })?;
    Ok(folder::archive(path, &archive)?)
}

/// What a reference to a chart from afar asks for.
pub fn wanted(
    reference: &str,
    choice: &Choice,
    remote: &Remote,
    shell: &Shell,
) -> Result<Wanted, Failure> {
    let (named, known) = match &choice.repo {
        Some(url) if reference.contains("://") => {
            let (reference, url) = (pull::shown_address(reference), pull::shown_address(url));
            let message = format!("`{reference}` is an address, and `--repo {url}` wants a name");
            return Err(Failure::usage(message).help("leave one of them out"));
        }
        Some(url) => {
            let repository = Repository { url: url.clone(), ..Repository::default() };
            (wanted::in_repository(&repository, reference)?, None)
        }
        None if reference.contains("://") => {
            let named = Source::parse(reference);
            (named.map_err(|error| wanted::bad_address(reference, &error))?, None)
        }
        None => of_manifest(reference, &choice.manifest, shell)?,
    };
    let Named { source, narrowed } = named;
    let trust = match &known {
        Some((workspace, repository)) => wanted::trust(workspace, &repository.provenance)?,
        None => Trust::default(),
    };
    let access = repository::access(known.as_ref(), &source, &choice.server, remote, shell)?;
    Ok(Wanted {
        narrowed: narrow(&source, narrowed, choice)?,
        source,
        access: Arc::new(access),
        trust: trusted(choice, trust, shell)?,
        pinned: true,
        by: Vec::new(),
    })
}

/// Fetches a chart, and says what servers made worth saying.
pub fn fetch(wanted: Wanted, remote: &Remote, shell: &Shell) -> Result<Fetched, Failure> {
    let all = std::slice::from_ref(&wanted);
    let (lock, policy) = (Lock::default(), Policy::default());
    let resolved = remote.runtime()?.block_on(resolve(remote.session()?, all, &lock, &policy));
    remote.told().iter().for_each(|line| shell.printer.tell(line));
    let resolved = resolved
        .map_err(|failures| failures.iter().map(pull::Failure::problem).collect::<Vec<_>>())?;
    let Found { archive: digest, .. } = resolved.charts[0];
    let entry = resolved.lock.entries()[0].clone();
    if let (Source::Archive { .. }, Narrowed::Range(range)) = (&wanted.source, &wanted.narrowed)
        && !pull::fits(range, &entry.version).unwrap_or(false)
    {
        let message = format!("`{}` is version {}", wanted.source, entry.version);
        return Err(Failure::usage(format!("{message}, which is not `--version {range}`"))
            .help("an address of an archive names one version"));
    }
    let named = format!("{} {}", wanted.source, entry.version);
    let archive = remote.archive(digest, &named)?;
    let chart = folder::archive(&named, &archive)?;
    Ok(Fetched { wanted, entry, digest, archive, chart })
}

type InRepository = (Named, Option<repository::Known>);

/// `repository/chart` of a manifest.
fn of_manifest(reference: &str, flags: &Manifest, shell: &Shell) -> Result<InRepository, Failure> {
    let absent = |help: String| {
        let message =
            format!("cannot read the chart `{reference}`: there is no such folder or archive");
        Failure::usage(message).help(help)
    };
    let forms = "a chart is a path, `REPOSITORY/CHART` with a repository of regatta.yaml, \
                 `oci://HOST/PATH/CHART`, `git+https://HOST/REPO//PATH?ref=TAG`, `https://….tgz`, or a name with `--repo URL`";
    let parts = reference
        .split_once('/')
        .filter(|(name, chart)| !name.is_empty() && !name.starts_with('.') && !chart.is_empty());
    let Some((name, chart)) = parts else { return Err(absent(forms.to_owned())) };
    match repository::of_manifest(name, flags, shell)? {
        Some((workspace, repository)) => {
            let named = wanted::in_repository(&repository, chart)?;
            Ok((named, Some((workspace, repository))))
        }
        None => Err(absent(format!(
            "{forms}; no regatta.yaml here has `{name}` among its `repositories`"
        ))),
    }
}

/// `--version` narrows what the address leaves open.
fn narrow(source: &Source, said: Option<Narrowed>, choice: &Choice) -> Result<Narrowed, Failure> {
    let asked = choice.version.as_deref().filter(|version| !version.is_empty());
    match (said, asked) {
        (Some(said), Some(asked)) if said.to_string() != asked => {
            let message = format!("the address says `{said}`, and `--version` says `{asked}`");
            Err(Failure::usage(message).help("leave one of them out"))
        }
        (Some(said), _) => Ok(said),
        (None, Some(asked)) => match source {
            Source::Git { .. } => {
                Err(Failure::usage(format!("`--version {asked}` is nothing that git knows"))
                    .help("name a tag, branch or commit behind the address: `?ref=v1.2.3`"))
            }
            _ => Ok(Narrowed::Range(asked.to_owned())),
        },
        (None, None) if choice.devel => Ok(Narrowed::Range(">0.0.0-0".to_owned())),
        (None, None) => Ok(Narrowed::Newest),
    }
}

/// Flags over what the manifest asks of a repository's charts.
fn trusted(choice: &Choice, below: Trust, shell: &Shell) -> Result<Trust, Failure> {
    let keyring = match choice.verify {
        true => Some(Arc::from(public_keys(choice, shell)?)),
        false => below.keyring,
    };
    let cosign_key = match &choice.cosign_key {
        Some(path) => {
            let bytes = access::file("--cosign-key", path)?;
            Some(Arc::from(String::from_utf8_lossy(&bytes).as_ref()))
        }
        None => below.cosign_key,
    };
    Ok(Trust { keyring, cosign_key })
}

fn public_keys(choice: &Choice, shell: &Shell) -> Result<Vec<u8>, Failure> {
    let path = keyring(choice.keyring.as_deref(), "pubring.gpg", shell)?;
    access::file("--keyring", &path)
        .map_err(|failure| failure.help("`gpg --export NAME > pubring.gpg` writes one"))
}

/// Where keys lie: as named, or where GnuPG up to version 2.0 keeps them, as with Helm.
pub fn keyring(named: Option<&Path>, usual: &str, shell: &Shell) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let variable = |name: &str| shell.variable(name).map(PathBuf::from);
    let home = variable("GNUPGHOME").or_else(|| variable("HOME").map(|home| home.join(".gnupg")));
    home.map(|home| home.join(usual)).ok_or_else(|| {
        Failure::usage("there is no usual place of keys: HOME is not set")
            .help("name a keyring: `--keyring FILE`")
    })
}
