//! The releases that are at work: what each does, how far it is, and what it waits for.

use std::time::Duration;

use plan::{Event, Phase};

use crate::printer::Paint;
use crate::views::table::{columns, cut, plain};

/// Times are counted from the beginning of the run.
#[derive(Debug)]
pub(super) struct Board {
    /// In the order in which they began.
    rows: Vec<Row>,
    /// The longest id of the run, so that columns line up.
    pub(super) widest: usize,
}

#[derive(Debug)]
struct Row {
    id: String,
    phase: Option<Phase>,
    /// Objects sent, or ready, and of how many.
    done: usize,
    of: usize,
    /// What it waits for and why, or the hook that runs.
    detail: String,
    hook: String,
    began: Duration,
    /// When it came to do what it does now.
    since: Duration,
    /// When a pipe was told of that.
    told: Option<Duration>,
}

/// What lasts shorter is not worth a line of a pipe.
const SHORT: Duration = Duration::from_secs(2);
/// A pipe hears at least so often of what goes on: CI servers end jobs that are silent.
const REMINDER: Duration = Duration::from_secs(30);
/// More rows do not help.
const ROWS: usize = 12;
const FRAMES: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

impl Board {
    pub(super) fn new(widest: usize) -> Self {
        Self { rows: Vec::new(), widest }
    }

    /// Takes in what happened. `redact` masks what a server said before it is kept.
    pub(super) fn take(
        &mut self,
        event: &Event<'_>,
        now: Duration,
        redact: impl Fn(&str) -> String,
    ) {
        match event {
            Event::WaveStarted { .. }
            | Event::RenderedAgain { .. }
            | Event::HookOutput { .. }
            | Event::Stopping => {}
            Event::ReleaseStarted { id, objects, .. } => {
                self.rows.push(Row::new(id.as_str(), *objects, now));
            }
            Event::PhaseStarted { id, phase, .. } => {
                // A release that had come to its end goes back with another one.
                if self.row(id.as_str()).is_none() {
                    self.rows.push(Row::new(id.as_str(), 0, now));
                }
                self.change(id.as_str(), now, |row| {
                    row.phase = Some(*phase);
                    row.detail.clear();
                    row.hook.clear();
                    match phase {
                        Phase::Waiting => row.done = 0,
                        Phase::RollingBack => (row.done, row.of) = (0, 0),
                        _ => {}
                    }
                });
            }
            Event::ObjectDone { id, .. } => {
                if let Some(row) = self.row(id.as_str()) {
                    row.done += 1;
                }
            }
            Event::HookStarted { id, object, hook } => {
                self.change(id.as_str(), now, |row| {
                    row.hook = format!("{hook} {object}");
                    row.detail.clear();
                });
                // It has a line of its own already.
                if let Some(row) = self.row(id.as_str()) {
                    row.told = Some(now);
                }
            }
            Event::Waiting { id, ready, total, object, why } => {
                let Some(row) = self.row(id.as_str()) else { return };
                let why = plain(&redact(why));
                let detail = match object.map(ToString::to_string) {
                    // The hook itself is named already.
                    Some(object) if row.hook.ends_with(&object) => why,
                    Some(object) => format!("{object}: {why}"),
                    None => String::new(),
                };
                if let Some(Phase::Waiting | Phase::RollingBack) = row.phase {
                    (row.done, row.of) = (*ready, *total);
                }
                if row.detail != detail {
                    self.change(id.as_str(), now, |row| row.detail = detail);
                }
            }
            Event::ReleaseDone { id, .. } => self.rows.retain(|row| row.id != id.as_str()),
        }
    }

    /// How long a release has been at work.
    pub(super) fn age(&self, id: &str, now: Duration) -> Option<Duration> {
        let row = self.rows.iter().find(|row| row.id == id)?;
        Some(now.saturating_sub(row.began))
    }

    /// The table as it is now.
    pub(super) fn rows(&self, now: Duration, width: usize, paint: Paint) -> Vec<String> {
        let frame = FRAMES[usize::try_from(now.as_millis() / 100).unwrap_or(0) % FRAMES.len()];
        let shown = if self.rows.len() > ROWS { ROWS - 1 } else { ROWS };
        let rows = || self.rows.iter().take(shown);
        let words = rows().map(|row| columns(row.word())).max().unwrap_or(0);
        let counters = rows().map(|row| columns(&row.counter())).max().unwrap_or(0);
        let lines = rows().map(|row| {
            let pad = " ".repeat(self.widest.saturating_sub(columns(&row.id)));
            let seconds = format!("{}s", now.saturating_sub(row.began).as_secs());
            let facts = format!(
                "{pad}  {:<words$}  {:>counters$} {seconds:>4}  ",
                row.word(),
                row.counter()
            );
            let room = width.saturating_sub(4 + columns(&row.id) + columns(&facts));
            let what = cut(&row.what(), room);
            format!("  {} {}{facts}{}", paint.cyan(frame), paint.bold(&row.id), paint.dim(&what))
        });
        let mut lines: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
        if self.rows.len() > shown {
            lines.push(paint.dim(&format!("    … and {} more", self.rows.len() - shown)));
        }
        lines
    }

    /// What a pipe has to be told of: what lasts, once, and again from time to time.
    pub(super) fn overdue(&mut self, now: Duration) -> Vec<String> {
        let overdue = self.rows.iter_mut().filter(|row| match row.told {
            None => now.saturating_sub(row.since) >= SHORT,
            Some(told) => now.saturating_sub(told) >= REMINDER,
        });
        let lines = overdue.map(|row| {
            let again = if row.told.is_some() { "still " } else { "" };
            row.told = Some(now);
            let mut facts = vec![row.counter(), format!("{}s", (now - row.began).as_secs())];
            facts.retain(|fact| !fact.is_empty());
            let what = match row.what() {
                what if what.is_empty() => what,
                what if row.phase == Some(Phase::Waiting) => format!(" for {what}"),
                what => format!(": {what}"),
            };
            let word = match row.phase {
                Some(Phase::Hooks) => "running hooks",
                _ => row.word(),
            };
            format!("{}: {again}{word}{what} ({})", row.id, facts.join(", "))
        });
        lines.collect()
    }

    fn row(&mut self, id: &str) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.id == id)
    }

    fn change(&mut self, id: &str, now: Duration, change: impl FnOnce(&mut Row)) {
        if let Some(row) = self.row(id) {
            change(row);
            row.since = now;
            row.told = None;
        }
    }
}

impl Row {
    fn new(id: &str, objects: usize, now: Duration) -> Self {
        Self {
            id: id.to_owned(),
            phase: None,
            done: 0,
            of: objects,
            detail: String::new(),
            hook: String::new(),
            began: now,
            since: now,
            told: None,
        }
    }

    fn word(&self) -> &'static str {
        self.phase.map_or("starting", Phase::as_str)
    }

    fn counter(&self) -> String {
        match self.phase {
            Some(Phase::Applying | Phase::Deleting) if self.of > 0 => {
                format!("{}/{}", self.done.min(self.of), self.of)
            }
            Some(Phase::Waiting | Phase::RollingBack) if self.of > 0 => {
                format!("{}/{}", self.done, self.of)
            }
            _ => String::new(),
        }
    }

    fn what(&self) -> String {
        match (self.hook.is_empty(), self.detail.is_empty()) {
            (true, _) => self.detail.clone(),
            (false, true) => self.hook.clone(),
            (false, false) => format!("{}: {}", self.hook, self.detail),
        }
    }
}

#[cfg(test)]
mod tests;
