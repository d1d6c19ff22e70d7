//! What is taken of an index: for each chart its valid versions, newest first, in words that can be shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sprig::semver::Version;

use super::Found;
use crate::Digest;
use crate::shown::plain;

/// An index, whatever it was written in.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) charts: BTreeMap<String, Vec<Entry>>,
    pub(super) skipped: Skipped,
}

/// A version of a chart; its addresses as the index has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) version: String,
    pub(super) urls: Vec<String>,
    pub(super) digest: Option<String>,
    pub(super) deprecated: bool,
    pub(super) app_version: String,
    pub(super) description: String,
    pub(super) keywords: Vec<String>,
}

/// Entries that cannot be used: how many, and the first of them with the reason.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Skipped {
    pub(super) count: usize,
    pub(super) first: Option<String>,
}

impl Skipped {
    fn add(&mut self, chart: &str, reason: &str) {
        self.count += 1;
        self.first.get_or_insert_with(|| format!("`{}` {reason}", plain(chart)));
    }
}

impl Listing {
    /// Takes what is valid of the versions of a chart. None stands for an entry that is null.
    pub(super) fn add(&mut self, chart: String, entries: Vec<Option<Entry>>) {
        if !is_name(&chart) {
            self.skipped.add(&chart, "is no name of a chart");
            return;
        }
        let mut valid: Vec<(Version, Entry)> = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry.map(clean) {
                Some(Ok(pair)) => valid.push(pair),
                Some(Err(reason)) => self.skipped.add(&chart, &reason),
                None => self.skipped.add(&chart, "has an empty entry"),
            }
        }
        valid.sort_by(|(left, _), (right, _)| right.precedence(left));
        let entries = valid.into_iter().map(|(_, entry)| entry).collect();
        self.charts.insert(chart, entries);
    }

    /// Each chart as its newest stable version describes it, or its newest where none is stable.
    pub(super) fn newest(&self) -> Vec<Found> {
        let newest = |(name, entries): (&String, &Vec<Entry>)| {
            let stable = entries.iter().find(|entry| !is_prerelease(&entry.version));
            let Entry { version, app_version, description, keywords, deprecated, .. } =
                stable.or_else(|| entries.first())?.clone();
            let name = name.clone();
            Some(Found { name, version, app_version, description, keywords, deprecated })
        };
        self.charts.iter().filter_map(newest).collect()
    }
}

fn is_prerelease(version: &str) -> bool {
    Version::parse(version).is_ok_and(|version| !version.prerelease.is_empty())
}

/// A name that is one part of a path and can be shown.
fn is_name(name: &str) -> bool {
    let is_odd = |letter: char| letter.is_control() || letter.is_whitespace();
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\']) && !name.contains(is_odd)
}

/// The entry with its version understood and its texts fit to be shown, or why it cannot be used.
fn clean(mut entry: Entry) -> Result<(Version, Entry), String> {
    let Ok(version) = Version::parse(&entry.version) else {
        return Err(format!("has `{}`, which is no version", plain(&entry.version)));
    };
    entry.urls.retain(|url| !url.is_empty() && !url.contains(char::is_control));
    if entry.urls.is_empty() {
        return Err(format!("{} names no address of its archive", entry.version));
    }
    // What is no SHA-256 proves nothing.
    entry.digest = entry.digest.filter(|digest| digest.parse::<Digest>().is_ok());
    entry.app_version = plain(&entry.app_version);
    entry.description = plain(&entry.description);
    for keyword in &mut entry.keywords {
        *keyword = plain(keyword);
    }
    Ok((version, entry))
}
