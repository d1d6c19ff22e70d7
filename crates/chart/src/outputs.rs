//! What templates gave, read into documents while the next ones run.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use sprig::Dialect;

use crate::manifest::{self, Contents};
use crate::side_by_side::Helper;

/// From this many bytes on, reading them costs more than waking a thread for it.
const BATCH: usize = 8 << 10;

pub(crate) struct Outputs<'h, 'j> {
    helper: &'h Helper<'j>,
    dialect: Dialect,
    /// Paths and texts that are not handed over yet.
    batch: Vec<(Arc<str>, String)>,
    bytes: usize,
    read: Arc<Mutex<Vec<Contents>>>,
}

impl<'h, 'j> Outputs<'h, 'j> {
    pub(crate) fn new(helper: &'h Helper<'j>, dialect: Dialect) -> Self {
        Self { helper, dialect, batch: Vec::new(), bytes: 0, read: Arc::default() }
    }

    pub(crate) fn add(&mut self, path: Arc<str>, text: String) {
        self.bytes += text.len();
        self.batch.push((path, text));
        if self.bytes >= BATCH {
            self.hand();
        }
    }

    fn hand(&mut self) {
        self.bytes = 0;
        let batch = mem::take(&mut self.batch);
        let (read, dialect) = (Arc::clone(&self.read), self.dialect);
        self.helper.hand(move || {
            let contents = batch.iter().map(|(path, text)| manifest::read(path, text, dialect));
            let contents: Vec<Contents> = contents.collect();
            read.lock().unwrap_or_else(PoisonError::into_inner).extend(contents);
        });
    }

    /// All that was read, in any order.
    pub(crate) fn finish(mut self) -> Vec<Contents> {
        self.hand();
        self.helper.finish();
        mem::take(&mut self.read.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
