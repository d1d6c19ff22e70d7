//! Downloads as they come: a bar each at a terminal, nothing in a pipe. What servers make worth saying is kept until
//! somebody asks for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Watches what `pull` fetches.
pub struct Downloads {
    bars: Option<MultiProgress>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: BTreeMap<String, ProgressBar>,
    notes: Vec<String>,
}

impl Downloads {
    pub fn new(live: bool) -> Self {
        Self { bars: live.then(MultiProgress::new), state: Mutex::default() }
    }

    /// Keeps a line for when bars are gone.
    pub fn note(&self, line: String) {
        let mut state = self.state();
        if !state.notes.contains(&line) {
            state.notes.push(line);
        }
    }

    /// What was noted since the last time.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.state().notes)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl pull::Watch for Downloads {
    fn began(&self, what: &str) {
        let Some(bars) = &self.bars else { return };
        let style = ProgressStyle::with_template("{spinner} {msg} {bytes} {bytes_per_sec}")
            .expect("the template is right");
        let bar =
            bars.add(ProgressBar::no_length().with_style(style).with_message(what.to_owned()));
        self.state().open.insert(what.to_owned(), bar);
    }

    fn came(&self, what: &str, bytes: u64, of: Option<u64>) {
        let state = self.state();
        let Some(bar) = state.open.get(what) else { return };
        if let Some(length) = of.filter(|length| bar.length() != Some(*length)) {
            let style = ProgressStyle::with_template("{bar:20} {msg} {bytes}/{total_bytes}")
                .expect("the template is right");
            bar.set_style(style);
            bar.set_length(length);
        }
        bar.set_position(bytes);
    }

    fn ended(&self, what: &str) {
        if let Some(bar) = self.state().open.remove(what) {
            bar.finish_and_clear();
        }
    }

    fn warn(&self, message: &str) {
        self.note(format!("warning: {message}"));
    }
}
