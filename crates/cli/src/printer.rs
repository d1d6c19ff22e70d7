//! The only writer: data to stdout, talk to stderr, and every word through the redactor.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, RwLock};

use source::Redactor;
use stack::ChartRef;

use crate::args::{Color, Talk};
use crate::disk;

/// Where everything that is shown goes. Shared by threads; each call writes whole.
pub struct Printer {
    redactors: RwLock<Vec<Redactor>>,
    /// Serialises stdout and stderr with each other, so that lines never mix.
    turn: Mutex<()>,
    talk: Paint,
    data: Paint,
    width: usize,
    quiet: bool,
    verbose: bool,
    /// A person watches stderr, so lines may be drawn over.
    live: bool,
    /// The repository's root and where the user stands, once both are known.
    places: OnceLock<(PathBuf, PathBuf)>,
}

impl Printer {
    /// Looks at the streams and at what the user asked for. `no_color` is whether NO_COLOR is set (or TERM is `dumb`).
    pub fn new(talk: &Talk, no_color: bool) -> Self {
        let wanted = |terminal: bool| match talk.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !no_color,
        };
        let terminal = io::stderr().is_terminal();
        Self {
            redactors: RwLock::default(),
            turn: Mutex::default(),
            talk: Paint { on: wanted(terminal) },
            data: Paint { on: wanted(io::stdout().is_terminal()) },
            width: width(terminal),
            quiet: talk.quiet,
            verbose: talk.verbose,
            live: terminal && !talk.no_progress && !talk.quiet,
            places: OnceLock::new(),
        }
    }

    /// From now on names of files below the root are shown as seen from where the user stands.
    pub fn places(&self, root: &Path, standing: &Path) {
        // Only the first manifest of a run counts, and there is only one.
        drop(self.places.set((root.to_owned(), standing.to_owned())));
    }

    /// A path relative to the root as the user would type it.
    pub fn path(&self, path: &str) -> String {
        match self.places.get() {
            Some((root, standing)) => disk::shown(&root.join(path), standing),
            None => path.to_owned(),
        }
    }

    /// A chart as the user would name it: a local one by the path from where they stand.
    pub fn chart(&self, chart: &ChartRef) -> String {
        match chart {
            ChartRef::Local { path } => self.path(path),
            ChartRef::Repository { .. } | ChartRef::Address { .. } => chart.to_string(),
        }
    }

    /// A source's name for the user: a file of the repository by the path they would type, anything else as it is.
    pub fn place(&self, name: &str) -> String {
        match self.places.get() {
            Some((root, standing)) if root != standing && root.join(name).exists() => {
                disk::shown(&root.join(name), standing)
            }
            _ => name.to_owned(),
        }
    }

    /// From now on what this one knows is masked too.
    pub fn learn(&self, redactor: Redactor) {
        self.redactors.write().expect("nobody panics while teaching").push(redactor);
    }

    pub fn redact(&self, text: &str) -> String {
        let redactors = self.redactors.read().expect("nobody panics while teaching");
        redactors.iter().fold(text.to_owned(), |text, one| match one.redact(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(masked) => masked,
        })
    }

    /// Whether the whole text is one.
    pub fn is_secret(&self, text: &str) -> bool {
        self.redact(text) == source::redact::MASK
    }

    /// Data for stdout, as it is shown.
    pub fn show(&self, text: &str) -> io::Result<()> {
        self.write(self.redact(text).as_bytes())
    }

    /// Manifests for stdout: what a chart rendered, secrets included. Nothing else may use this.
    pub fn manifests(&self, text: &str) -> io::Result<()> {
        self.write(text.as_bytes())
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let _turn = self.turn.lock().expect("nobody panics while printing");
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()
    }

    /// A line of talk on stderr. That nobody can read it is no reason to stop.
    pub fn say(&self, line: &str) {
        let shown = self.redact(line);
        let _turn = self.turn.lock().expect("nobody panics while printing");
        drop(writeln!(io::stderr().lock(), "{shown}"));
    }

    /// Talk that `--quiet` leaves out.
    pub fn tell(&self, line: &str) {
        if !self.quiet {
            self.say(line);
        }
    }

    /// Talk that only `--verbose` asks for.
    pub fn detail(&self, line: impl FnOnce() -> String) {
        if self.verbose {
            self.say(&self.talk.dim(&line()));
        }
    }

    pub fn talk_paint(&self) -> Paint {
        self.talk
    }

    pub fn data_paint(&self) -> Paint {
        self.data
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    pub fn is_live(&self) -> bool {
        self.live
    }
}

/// 100 columns where nobody's terminal says otherwise, so that output to a pipe is stable.
fn width(terminal: bool) -> usize {
    let columns = terminal.then(|| terminal_size::terminal_size_of(io::stderr())).flatten();
    columns.map_or(100, |(width, _)| usize::from(width.0).max(40))
}

/// Colours for one stream, or none. Never the only carrier of a meaning.
#[derive(Clone, Copy, Debug, Default)]
pub struct Paint {
    pub on: bool,
}

impl Paint {
    pub fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    pub fn red(self, text: &str) -> String {
        self.with("31", text)
    }

    pub fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    pub fn yellow(self, text: &str) -> String {
        self.with("33", text)
    }

    pub fn magenta(self, text: &str) -> String {
        self.with("35", text)
    }

    pub fn cyan(self, text: &str) -> String {
        self.with("36", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
