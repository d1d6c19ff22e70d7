//! Folders that are looked into once, however many releases name something in them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use source::{Entry, FileError, Files};

/// Files whose folders stay for one reading as they were first seen.
pub(crate) struct Listings<'f> {
    files: &'f dyn Files,
    seen: Mutex<BTreeMap<String, Result<Vec<Entry>, FileError>>>,
}

impl<'f> Listings<'f> {
    pub(crate) fn new(files: &'f dyn Files) -> Self {
        Self { files, seen: Mutex::default() }
    }
}

impl Files for Listings<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.files.read(path)
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>, FileError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listing) = seen.get(directory) {
            return listing.clone();
        }
        let listing = self.files.list(directory);
        seen.insert(directory.to_owned(), listing.clone());
        listing
    }
}
