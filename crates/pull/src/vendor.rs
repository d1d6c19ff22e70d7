//! Writes `vendor/`: what a lock file pins, as files that can be committed and reviewed.

mod pinned;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

pub use pinned::of_entry;

use crate::cache::{self, Shelf, shelf};
use crate::{Digest, Session};

/// A blob of the cache that shall be vendored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vendored {
    /// The chart's.
    pub name: String,
    pub version: String,
    pub kind: Kind,
    pub digest: Digest,
    /// A name of the cache by which it is looked for, if not by its digest.
    pub link: Option<String>,
}

/// What a vendored file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Archive,
    Provenance,
    /// The manifest under whose digest a registry has the chart.
    Manifest,
    /// What cosign keeps beside it: a signature, or the manifest that lists some.
    Signature,
}

impl Kind {
    fn extension(self) -> &'static str {
        match self {
            Self::Archive => "tgz",
            Self::Provenance => "tgz.prov",
            Self::Manifest => "json",
            Self::Signature => "sig",
        }
    }
}

/// What vendoring did to the files of the folder, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub written: Vec<String>,
    pub kept: Vec<String>,
    pub removed: Vec<String>,
}

/// Why a folder could not be vendored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the cache no longer holds `{0}`")]
    Gone(String),
    #[error(transparent)]
    Cache(#[from] cache::Error),
}

impl Error {
    /// What to do.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Gone(_) => Some("another process cleaned it meanwhile: run it again".to_owned()),
            Self::Cache(_) => None,
        }
    }
}

/// Writes these blobs of the cache into a folder, with the list by which they are found, and removes what was vendored
/// before, by the list that is there, and is not wanted any more. Each file appears whole, and old ones go last: what a kill
/// leaves can be used, but may have archives beside it that no list names, and those nobody removes.
pub fn vendor(session: &Session, folder: &Path, wanted: &[Vendored]) -> Result<Changes, Error> {
    let because = |verb, path: &Path, error| cache::Error::new(verb, path, error);
    // The folder is part of the workspace, so whoever reads that may read this.
    fs::create_dir_all(folder).map_err(|error| because("make", folder, error))?;
    let before = Shelf::listed(folder)?;
    let mut changes = Changes::default();
    let wanted: BTreeSet<&Vendored> = wanted.iter().collect();
    let files: BTreeMap<String, Digest> =
        wanted.iter().map(|item| (file_name(item), item.digest)).collect();
    for (file, digest) in &files {
        let path = folder.join(file);
        if cache::read(&path)?.is_some_and(|bytes| Digest::of(&bytes) == *digest) {
            changes.kept.push(file.clone());
            continue;
        }
        let bytes = session.cache.cached(*digest)?.ok_or_else(|| Error::Gone(file.clone()))?;
        cache::write::whole(folder, &path, &bytes)?;
        changes.written.push(file.clone());
    }
    cache::write::whole(folder, &folder.join(shelf::LIST), list(&wanted).as_bytes())?;
    for name in before.into_iter().filter(|name| !files.contains_key(name)) {
        let path = folder.join(&name);
        match fs::remove_file(&path) {
            Ok(()) => changes.removed.push(name),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(because("remove", &path, error).into()),
        }
    }
    Ok(changes)
}

fn list(wanted: &BTreeSet<&Vendored>) -> String {
    let line = |item: &&Vendored| {
        let link = item.link.as_ref().map(|link| format!(" {link}")).unwrap_or_default();
        format!("sha256:{} {}{link}\n", item.digest, file_name(item))
    };
    let mut lines: Vec<String> = wanted.iter().map(line).collect();
    // By file, so that the list of two branches merges where their charts differ.
    lines.sort_by(|a, b| a.split_once(' ').map(|it| it.1).cmp(&b.split_once(' ').map(|it| it.1)));
    lines.dedup();
    format!("# Written by `regatta deps vendor`.\n{}", lines.concat())
}

/// `api-1.2.3-1a2b3c4d.tgz`
fn file_name(item: &Vendored) -> String {
    let digest = item.digest.to_string();
    let stem = format!("{}-{}", item.name, item.version);
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() || "._+-".contains(letter) { letter } else { '-' }
    };
    let stem: String = stem.trim_start_matches('.').chars().take(150).map(plain).collect();
    format!("{stem}-{}.{}", &digest[..8], item.kind.extension())
}

#[cfg(test)]
mod tests;
