//! `regatta.lock`: which version each asked range came to, and by which digest it is known again.
//!
//! One entry per source and version, sorted, without times, so that two branches that lock different charts merge. An
//! entry lists what was asked for when it was chosen: the same words find it again whatever else is locked.

mod file;

use std::collections::BTreeSet;
use std::sync::Arc;

use source::{Problems, Source as Text};

use crate::{Digest, Narrowed, Source, choose, git};

/// Everything that is pinned, sorted by source and version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    entries: Vec<Entry>,
}

/// A chart that is pinned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub source: Source,
    /// As its Chart.yaml has it.
    pub version: String,
    pub pin: Pin,
    /// What was asked for, as [`Narrowed`] shows it.
    pub asked: BTreeSet<String>,
}

/// How a pinned chart is known again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pin {
    /// An archive: where it was found and what it was.
    Archive { url: String, sha256: Digest },
    /// The manifest of a registry.
    Manifest { digest: Digest },
    /// 40 or 64 hex digits.
    Commit { commit: String },
}

impl Lock {
    /// Reads the file. Every mistake in it is a problem at its place; conflict marks of a merge are one.
    pub fn read(text: &Arc<Text>) -> Result<Self, Problems> {
        Ok(Self { entries: file::read(text)? })
    }

    /// The file's text: the same for the same entries, to the byte.
    pub fn write(&self) -> String {
        file::write(&self.entries)
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry that answers. What names a pin itself is found by that, whatever an entry says of who asked for it; a range
    /// by the same words, else by the newest version that fits, so that a second range does not bring a second version
    /// unless it must.
    pub fn find(&self, source: &Source, narrowed: &Narrowed) -> Option<&Entry> {
        let mut of_source = self.entries.iter().filter(|entry| entry.source == *source);
        let words = narrowed.to_string();
        match narrowed {
            Narrowed::Digest(digest) => {
                of_source.find(|entry| entry.pin == Pin::Manifest { digest: *digest })
            }
            Narrowed::Reference(name) if git::is_commit(name) => {
                let commit = name.to_ascii_lowercase();
                of_source.find(|entry| entry.pin == Pin::Commit { commit: commit.clone() })
            }
            Narrowed::Reference(_) => of_source.find(|entry| entry.asked.contains(&words)),
            Narrowed::Newest | Narrowed::Range(_) => {
                let fits = |entry: &Entry| match narrowed {
                    Narrowed::Range(range) => choose::fits(range, &entry.version).unwrap_or(false),
                    _ => true,
                };
                let entries: Vec<&Entry> = of_source.collect();
                let same = entries.iter().find(|it| it.asked.contains(&words) && fits(it));
                same.copied().or_else(|| {
                    let versions = entries.iter().map(|entry| entry.version.as_str());
                    choose::newest(narrowed, versions).ok()?.map(|position| entries[position])
                })
            }
        }
    }

    /// Adds what was chosen. The same words asked of the same source lead to it alone from here on; an entry that nobody
    /// asks for any more is dropped.
    pub fn add(&mut self, chosen: Entry) {
        for entry in self.entries.iter_mut().filter(|entry| entry.source == chosen.source) {
            entry.asked.retain(|words| !chosen.asked.contains(words));
        }
        let same = self.entries.iter_mut().find(|entry| {
            (&entry.source, &entry.version, &entry.pin)
                == (&chosen.source, &chosen.version, &chosen.pin)
        });
        match same {
            Some(entry) => entry.asked.extend(chosen.asked),
            None => self.entries.push(chosen),
        }
        self.entries.retain(|entry| !entry.asked.is_empty());
        self.entries.sort();
    }

    /// Keeps only what is still asked for.
    pub fn retain(&mut self, asked: &BTreeSet<(Source, String)>) {
        for entry in &mut self.entries {
            let source = &entry.source;
            entry.asked.retain(|words| asked.contains(&(source.clone(), words.clone())));
        }
        self.entries.retain(|entry| !entry.asked.is_empty());
    }
}

#[cfg(test)]
mod tests;
