//! Charts from the disk: the walk over a chart's folder or one of plain manifests, or an archive's bytes, handed to `chart`
//! in memory.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use chart::{Chart, Draft, File, Ignore};
use rayon::prelude::*;
use source::{FileError, Problem, Problems};

use crate::disk::{self, Disk};
use crate::threads;

/// What one chart may weigh unpacked, as in Helm, and how many files and nested folders it may have.
const BYTES: usize = 100 << 20;
const FILES: usize = 20_000;
const DEPTH: usize = 60;
/// From this size on, it pays to leave a file open instead of reading it.
const LARGE: usize = 32 << 10;
/// Not more files than this stay open.
const PLACES: usize = 16;
/// From this many files, or bytes of values, on, starting threads costs less than it saves.
const SIDE_BY_SIDE: usize = 64;
const MUCH: usize = 64 << 10;

/// When the files of a folder are read.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Reading {
    /// All at once: what a plan is made of does not change until it is executed.
    Whole,
    /// Large ones that no chart needs to be loaded when somebody looks into them; they are opened at once.
    AsNeeded,
}

/// Loads the chart at a path of `Files`: a folder with Chart.yaml or of plain manifests, or a `.tgz`. `origin` is what
/// messages call it.
pub(super) fn load(
    disk: &Disk,
    path: &str,
    origin: &str,
    reading: Reading,
) -> Result<Chart, Problems> {
    let place = disk.resolve(path).map_err(|error| match error {
        FileError::Missing => absent(origin, "there is no such folder or archive"),
        FileError::Outside => absent(origin, "it is outside the repository"),
        FileError::Unreadable(why) => absent(origin, &why),
    })?;
    if place.is_dir() {
        let walk = Walk::new(disk, origin, &place, reading);
        if walk.is_plain {
            let name = place.file_name().map_or("manifests".into(), |name| name.to_string_lossy());
            chart::plain(origin, &name, walk.files(&place)?)
        } else {
            read(Draft::new(origin, walk.files(&place)?)?)
        }
    } else {
        let bytes =
            disk::read_regular(&place).map_err(|error| absent(origin, &error.to_string()))?;
        archive(origin, &bytes)
    }
}

/// Loads a `.tgz`.
pub(super) fn archive(origin: &str, bytes: &[u8]) -> Result<Chart, Problems> {
    read(Draft::packed(origin, bytes)?)
}

/// Reads a chart and its subcharts, side by side where there is much to read.
fn read(draft: Draft) -> Result<Chart, Problems> {
    let charts = draft.charts();
    if charts.iter().map(|chart| chart.size()).sum::<usize>() >= MUCH {
        threads::take_part();
        charts.par_iter().with_max_len(1).for_each(|chart| chart.read());
    }
    draft.finish()
}

fn absent(origin: &str, why: &str) -> Problems {
    vec![
        Problem::error("chart-missing", format!("cannot read the chart `{origin}`: {why}"))
            .help("a chart is a folder with a Chart.yaml, one of plain manifests, or a `.tgz`"),
    ]
}

struct Walk<'a> {
    disk: &'a Disk,
    origin: &'a str,
    ignore: Ignore,
    /// There is no Chart.yaml. What is hidden is then no part of it: the folder may be a whole repository.
    is_plain: bool,
    /// What was found: its path in the chart and its place on the disk.
    found: Vec<(String, PathBuf)>,
    bytes: AtomicUsize,
    /// For files that are left open, to be read when they are needed.
    places: AtomicUsize,
}

impl<'a> Walk<'a> {
    fn new(disk: &'a Disk, origin: &'a str, root: &Path, reading: Reading) -> Self {
        let is_plain = root.join("Chart.yaml").symlink_metadata().is_err();
        let wait = reading == Reading::AsNeeded && !is_plain;
        Self {
            disk,
            origin,
            ignore: Ignore::default(),
            is_plain,
            found: Vec::new(),
            bytes: AtomicUsize::new(0),
            places: AtomicUsize::new(if wait { PLACES } else { 0 }),
        }
    }

    fn files(mut self, root: &Path) -> Result<Vec<File>, Problems> {
        let rules = root.join(".helmignore");
        match disk::read_regular(&rules) {
            Ok(bytes) => {
                let name = format!("{}/.helmignore", self.origin);
                self.ignore = Ignore::parse(&name, &String::from_utf8_lossy(&bytes))?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(self.unreadable(".helmignore", &error.to_string())),
        }
        self.folder(root, "", 0)?;
        let found = std::mem::take(&mut self.found);
        if found.len() < SIDE_BY_SIDE {
            let mut buffer = Vec::new();
            found.into_iter().map(|file| self.file(&mut buffer, file)).collect()
        } else {
            threads::take_part();
            found
                .into_par_iter()
                .map_init(Vec::new, |buffer, file| self.file(buffer, file))
                .collect()
        }
    }

    /// Adds what a folder holds, sorted by name, as Helm walks.
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<(), Problems> {
        if depth > DEPTH {
            return Err(
                self.refused(prefix, "folders are nested too deep, or a link leads in a circle")
            );
        }
        let entries =
            disk::entries(folder).map_err(|error| self.unreadable(prefix, &error.to_string()))?;
        for entry in entries {
            let path = format!("{prefix}{}", entry.name);
            let is_hidden = self.is_plain && entry.name.starts_with('.');
            if is_hidden || self.ignore.matches(&path, entry.is_directory) {
                continue;
            }
            let place = folder.join(&entry.name);
            let place = if entry.is_link { self.target(&place, &path)? } else { place };
            if entry.is_directory {
                self.folder(&place, &format!("{path}/"), depth + 1)?;
            } else if !entry.is_file {
                return Err(self.unreadable(&path, disk::IRREGULAR));
            } else {
                if self.found.len() >= FILES {
                    return Err(self.too_large(&path));
                }
                self.found.push((path, place));
            }
        }
        Ok(())
    }

    /// Reads what was found by way of a buffer that serves many files, so that each takes no more memory than its size.
    fn file(&self, buffer: &mut Vec<u8>, found: (String, PathBuf)) -> Result<File, Problems> {
        let (path, place) = found;
        let unreadable = |error: io::Error| self.unreadable(&path, &error.to_string());
        let (file, size) = disk::open_found(&place).map_err(unreadable)?;
        if size >= LARGE && !is_loaded(&path) && self.waits() {
            self.count(size, &path)?;
            let read = move || disk::read_unchanged(&file, size).map_err(|error| error.to_string());
            return Ok(File::later(path, size, Box::new(read)));
        }
        let most = BYTES.saturating_sub(self.bytes.load(Ordering::Relaxed));
        let bytes = disk::read_opened(&file, size, most, buffer).map_err(unreadable)?;
        self.count(bytes.len(), &path)?;
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        Ok(File::new(path, text))
    }

    fn count(&self, bytes: usize, path: &str) -> Result<(), Problems> {
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > BYTES { Err(self.too_large(path)) } else { Ok(()) }
    }

    /// Takes one of the places for files that are left open.
    fn waits(&self) -> bool {
        let less = |places: usize| places.checked_sub(1);
        self.places.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    fn too_large(&self, path: &str) -> Problems {
        self.refused(path, "the chart is larger than 100 MiB or 20,000 files")
    }

    /// Where a link leads, if it stays in the repository: a chart must not carry files of the machine away.
    fn target(&self, link: &Path, path: &str) -> Result<PathBuf, Problems> {
        let target = link.canonicalize().map_err(|error| {
            self.unreadable(path, &format!("a link that leads nowhere: {error}"))
        })?;
        if target.starts_with(&self.disk.root) {
            return Ok(target);
        }
        Err(self.refused(path, "a link that leads out of the repository"))
    }

    fn refused(&self, path: &str, why: &str) -> Problems {
        let what = if path.is_empty() { String::new() } else { format!("`{path}`: ") };
        vec![Problem::error(
            "chart-refused",
            format!("cannot use the chart `{}`: {what}{why}", self.origin),
        )]
    }

    fn unreadable(&self, path: &str, why: &str) -> Problems {
        vec![Problem::error("chart-unreadable", format!("read `{}/{path}`: {why}", self.origin))]
    }
}

/// What charts are made of when they are loaded, in the chart itself or in one of its subcharts.
fn is_loaded(path: &str) -> bool {
    let names = ["Chart.yaml", "values.yaml", "values.schema.json", "requirements.yaml"];
    let name = path.rsplit('/').next().unwrap_or(path);
    path.split('/').any(|part| part == "templates")
        || names.contains(&name)
        || name.ends_with(".tgz")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let chart_file = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
        disk::create(&folder.path().join("web/Chart.yaml"), chart_file).unwrap();
        folder
    }

    fn loaded(folder: &tempfile::TempDir) -> Result<Chart, String> {
        let disk = Disk::around(folder.path()).unwrap();
        load(&disk, "web", "web", Reading::AsNeeded).map_err(said)
    }

    fn said(problems: Problems) -> String {
        problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join("\n")
    }

    #[test]
    #[cfg(unix)]
    #[expect(clippy::disallowed_methods, reason = "only a program makes a pipe")]
    fn a_pipe_is_refused_instead_of_waited_for() {
        for name in ["pipe", ".helmignore"] {
            let folder = folder();
            let pipe = folder.path().join("web").join(name);
            let made = std::process::Command::new("mkfifo").arg(pipe).status().unwrap();
            assert!(made.success());
            let expect = format!("read `web/{name}`: not a regular file");
            assert_eq!(loaded(&folder).unwrap_err(), expect);
        }
    }

    #[test]
    fn a_file_that_was_left_open_and_changed_is_told() {
        let folder = folder();
        let readme = folder.path().join("web/README.md");
        disk::create(&readme, "x".repeat(LARGE)).unwrap();
        let length = |chart: &Chart| chart.raw.iter().map(|file| file.bytes().len()).max();
        let chart = loaded(&folder).unwrap();
        assert_eq!((length(&chart), chart.readable()), (Some(LARGE), Ok(())));
        let chart = loaded(&folder).unwrap();
        disk::write(&readme, "cut short").unwrap();
        length(&chart);
        let expect = "read `web/README.md`: it changed while it was read";
        assert_eq!(chart.readable().map_err(said), Err(expect.to_owned()));
    }
}
