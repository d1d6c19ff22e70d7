//! What an executor does, while it does it: a spinner and counts for a person, one plain line per transition for a pipe.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use plan::{Event, Outcome, Plan, Purpose, ReleaseAction, ReleaseResult};

use crate::printer::Printer;
use crate::views::table::{columns, count};

/// Told by `directory::execute`, shown on stderr.
pub struct Progress<'a> {
    printer: &'a Printer,
    bar: Option<ProgressBar>,
    began: Instant,
    /// The longest id, so that columns line up.
    widest: usize,
    release_began: Instant,
}

impl<'a> Progress<'a> {
    pub fn new(plan: &Plan, printer: &'a Printer) -> Self {
        let releases = || plan.waves.iter().flat_map(|wave| &wave.releases);
        let objects = releases().map(|release| release.objects.len()).sum::<usize>();
        let widest = releases().map(|release| columns(release.id.as_str())).max().unwrap_or(0);
        let bar = printer.is_live().then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(15);
            let bar = ProgressBar::with_draw_target(Some(objects as u64), target);
            let style = ProgressStyle::with_template("{spinner} {pos}/{len} objects  {wide_msg}");
            bar.set_style(style.expect("the template is a constant").tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏✔"));
            bar.enable_steady_tick(Duration::from_millis(80));
            bar
        });
        let began = Instant::now();
        Self { printer, bar, began, widest, release_began: began }
    }

    pub fn tell(&mut self, event: &Event<'_>) {
        match event {
            Event::WaveStarted { number, of, purpose, releases } => {
                let purpose = match purpose {
                    Purpose::Apply => "",
                    Purpose::Uninstall => ", not to be installed",
                    Purpose::Prune => ", no longer in the manifest",
                    Purpose::Destroy => ", destroy",
                };
                let what = count(*releases, "release");
                let line = format!("wave {number} of {of}: {what}{purpose}");
                self.line(&self.printer.talk_paint().dim(&line));
            }
            Event::ReleaseStarted { id, .. } => {
                self.release_began = Instant::now();
                if let Some(bar) = &self.bar {
                    bar.set_message(id.to_string());
                }
            }
            Event::ObjectDone { id, object } => {
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                    bar.set_message(format!("{id}  {}", object.key.id));
                }
            }
            Event::Waiting { id, ready, total, object, why } => {
                let object = object.map(ToString::to_string).unwrap_or_default();
                if let Some(bar) = &self.bar {
                    bar.set_message(format!("{id}  {ready}/{total} ready  {object} {why}"));
                }
            }
            Event::HookStarted { id, object, event } => {
                let line =
                    format!("  {} {id}: {event} hook {object}", self.printer.talk_paint().dim("·"));
                self.line(&line);
            }
            Event::ReleaseDone { id, result } => {
                let line = self.release_line(id.as_str(), result);
                self.line(&line);
            }
        }
    }

    fn release_line(&self, id: &str, result: &ReleaseResult) -> String {
        let paint = self.printer.talk_paint();
        let (mark, verb) = match result.outcome {
            Outcome::Done => (paint.green("✔"), done(result.action)),
            Outcome::Unchanged => (paint.dim("="), "unchanged"),
            Outcome::Failed => (paint.red("✘"), "failed"),
            Outcome::Skipped => (paint.dim("-"), "skipped"),
        };
        let pad = " ".repeat(self.widest.saturating_sub(columns(id)));
        let mut parts = Vec::new();
        if !result.written.is_empty() {
            parts.push(format!("{} written", result.written.len()));
        }
        if !result.deleted.is_empty() {
            parts.push(format!("{} deleted", result.deleted.len()));
        }
        if let Some(error) = &result.error {
            parts.push(error.clone());
        }
        let time = match &self.bar {
            Some(_) if self.release_began.elapsed() >= Duration::from_millis(100) => {
                paint.dim(&format!("  {:.1}s", self.release_began.elapsed().as_secs_f64()))
            }
            _ => String::new(),
        };
        format!("  {mark} {id}{pad}  {verb:<9}  {}{time}", parts.join(", ")).trim_end().to_owned()
    }

    fn line(&self, line: &str) {
        match &self.bar {
            Some(bar) if !self.printer.is_quiet() => bar.println(self.printer.redact(line)),
            _ => self.printer.tell(line),
        }
    }

    /// Takes the spinner away and says how long it took.
    pub fn finish(self) -> Duration {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.began.elapsed()
    }
}

fn done(action: ReleaseAction) -> &'static str {
    match action {
        ReleaseAction::Install => "installed",
        ReleaseAction::Upgrade => "upgraded",
        ReleaseAction::Adopt => "adopted",
        ReleaseAction::Record => "recorded",
        ReleaseAction::Unchanged => "unchanged",
        ReleaseAction::Delete => "deleted",
    }
}
