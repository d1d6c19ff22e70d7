//! What an executor does, while it does it: a live table for a person, one plain line per transition for a pipe, and with
//! `-o json` one line of JSON per event.

mod board;
mod downloads;
mod lines;

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use plan::{Event, Plan};
use serde::Serialize;

use self::board::Board;
pub use self::downloads::Downloads;
use crate::printer::Printer;
use crate::views::table::columns;

/// Told of every event, from any thread.
pub struct Progress<'a> {
    printer: &'a Printer,
    /// Each event is a line of JSON on stdout.
    lines: bool,
    stack: String,
    bar: Option<ProgressBar>,
    board: Mutex<Board>,
    began: Instant,
}

/// Runs `work`, which tells what happens, and says how long it took. With `lines` stdout gets each event as a line of JSON.
pub fn during<R>(
    plan: &Plan,
    printer: &Printer,
    lines: bool,
    work: impl FnOnce(&Progress<'_>) -> R,
) -> (R, Duration) {
    let progress = Progress::new(plan, printer, lines);
    let result = std::thread::scope(|scope| {
        // Dropped when the work is done, be it by a panic, which ends the ticking.
        let (_end, ended) = mpsc::channel::<()>();
        let progress = &progress;
        scope.spawn(move || {
            while ended.recv_timeout(progress.pace()) == Err(RecvTimeoutError::Timeout) {
                progress.tick();
            }
        });
        work(progress)
    });
    if let Some(bar) = &progress.bar {
        bar.finish_and_clear();
    }
    (result, progress.began.elapsed())
}

impl<'a> Progress<'a> {
    fn new(plan: &Plan, printer: &'a Printer, lines: bool) -> Self {
        let ids = plan.releases().map(|release| columns(release.id.as_str()));
        let bar = printer.is_live().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(15));
            bar.with_style(ProgressStyle::with_template("{msg}").expect("a constant"))
        });
        Self {
            printer,
            lines,
            stack: plan.stack.to_string(),
            bar,
            board: Mutex::new(Board::new(ids.max().unwrap_or(0))),
            began: Instant::now(),
        }
    }

    pub fn tell(&self, event: &Event<'_>) {
        if self.lines {
            self.write(event);
        }
        let now = self.began.elapsed();
        let line = lines::line(event, &self.board(), now, self.printer);
        self.board().take(event, now, |text| self.printer.redact(text));
        if let Some(line) = line {
            self.line(&line);
        }
    }

    /// That nobody reads the lines any more is no reason to stop in the middle of a run.
    fn write(&self, event: &Event<'_>) {
        #[derive(Serialize)]
        struct Line<'a> {
            stack: &'a str,
            at: String,
            #[serde(flatten)]
            event: &'a Event<'a>,
        }
        let at = format!("{:.3}", Timestamp::now());
        let line = Line { stack: &self.stack, at, event };
        if let Ok(text) = serde_json::to_string(&line) {
            drop(self.printer.show(&format!("{text}\n")));
        }
    }

    fn pace(&self) -> Duration {
        Duration::from_millis(if self.bar.is_some() { 100 } else { 500 })
    }

    fn tick(&self) {
        let now = self.began.elapsed();
        match &self.bar {
            Some(bar) => {
                let paint = self.printer.talk_paint();
                // One column stays free: some terminals wrap a full line.
                let rows = self.board().rows(now, self.printer.width() - 1, paint);
                bar.set_message(rows.join("\n"));
            }
            None => {
                let overdue = self.board().overdue(now);
                for line in overdue {
                    self.line(&format!("  {} {line}", self.printer.talk_paint().dim("·")));
                }
            }
        }
    }

    /// Stays above the table.
    fn line(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(self.printer.redact(line)),
            None => self.printer.tell(line),
        }
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().expect("nobody panics while drawing")
    }
}
