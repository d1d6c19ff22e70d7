//! An index as the cache keeps it: a table of contents, then each chart's versions, so that one chart is read without the
//! others.
//!
//! ```text
//! regatta index 1 LENGTH SHA256\n    of the head
//! HEAD                               JSON: what the index was, where each part lies and its SHA-256
//! PARTS                              JSON each
//! ```

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Found;
use super::listing::{Entry, Listing};
use crate::Digest;
use crate::http::Validators;

const MAGIC: &str = "regatta index 1";

/// An index in the cache, open: what other processes do to its file does not reach us.
pub(crate) struct Kept {
    head: Head,
    /// Where the parts begin.
    parts: u64,
    file: Mutex<File>,
}

/// Something in the file is not what was written: it counts as absent.
#[derive(Debug)]
pub(super) struct Damaged;

/// The versions of a chart, or the chart that was probably meant.
pub(super) type Versions = Result<Vec<Entry>, Option<String>>;

#[derive(Serialize, Deserialize)]
struct Head {
    etag: Option<String>,
    last_modified: Option<String>,
    /// The SHA-256 of the index as it came.
    came_as: String,
    charts: BTreeMap<String, Part>,
    newest: Part,
}

/// Where a part lies, from the first one on, and its SHA-256.
#[derive(Serialize, Deserialize)]
struct Part(u64, u64, String);

/// An index as bytes for the cache.
pub(super) fn write(listing: &Listing, came_as: Digest, validators: &Validators) -> Vec<u8> {
    let mut parts = Vec::new();
    let mut add = |part: Vec<u8>| {
        let place = Part(parts.len() as u64, part.len() as u64, Digest::of(&part).to_string());
        parts.extend(part);
        place
    };
    let charts = listing.charts.iter().map(|(name, entries)| (name.clone(), add(json(entries))));
    let charts = charts.collect();
    let head = json(&Head {
        etag: validators.etag.clone(),
        last_modified: validators.last_modified.clone(),
        came_as: came_as.to_string(),
        charts,
        newest: add(json(&listing.newest())),
    });
    let first = format!("{MAGIC} {} {}\n", head.len(), Digest::of(&head));
    [first.into_bytes(), head, parts].concat()
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts and numbers become JSON")
}

impl Kept {
    /// Opens what the cache has; None where there is nothing whole of this version.
    pub(super) fn open(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let length = file.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
        let mut reader = BufReader::new(file);
        let mut first = String::new();
        reader.by_ref().take(200).read_line(&mut first).ok()?;
        let (size, digest) = first.strip_prefix(MAGIC)?.trim().split_once(' ')?;
        let size: u64 = size.parse().ok().filter(|size| *size <= length)?;
        let mut head = vec![0; usize::try_from(size).ok()?];
        reader.read_exact(&mut head).ok()?;
        if digest.parse() != Ok(Digest::of(&head)) {
            return None;
        }
        let head = serde_json::from_slice(&head).ok()?;
        let parts = first.len() as u64 + size;
        Some(Self { head, parts, file: Mutex::new(reader.into_inner()) })
    }

    pub(super) fn validators(&self) -> Validators {
        let Head { etag, last_modified, .. } = &self.head;
        Validators { etag: etag.clone(), last_modified: last_modified.clone() }
    }

    /// Whether the index was made of the very bytes that came now.
    pub(super) fn came_as(&self, digest: Digest) -> bool {
        self.head.came_as.parse() == Ok(digest)
    }

    pub(super) fn chart(&self, name: &str) -> Result<Versions, Damaged> {
        let Some(part) = self.head.charts.get(name) else {
            let names = self.head.charts.keys().map(String::as_str);
            return Ok(Err(source::suggest(name, names).map(str::to_owned)));
        };
        self.part(part).map(Ok)
    }

    pub(super) fn newest(&self) -> Result<Vec<Found>, Damaged> {
        self.part(&self.head.newest)
    }

    fn part<T: DeserializeOwned>(&self, Part(start, length, digest): &Part) -> Result<T, Damaged> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let start = self.parts.checked_add(*start).ok_or(Damaged)?;
        file.seek(SeekFrom::Start(start)).map_err(|_| Damaged)?;
        let mut part = Vec::new();
        file.by_ref().take(*length).read_to_end(&mut part).map_err(|_| Damaged)?;
        if digest.parse() != Ok(Digest::of(&part)) {
            return Err(Damaged);
        }
        serde_json::from_slice(&part).map_err(|_| Damaged)
    }
}
