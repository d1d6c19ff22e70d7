//! A chart with what it lists under `dependencies` and does not bring: laid into its `charts/` in memory, never on the disk.

use chart::{Chart, File};
use pull::Wanted;
use pull::dependencies::{self, From, Missing};
use pull::resolve::Found;
use source::{Problem, Problems};
use stack::Stack;

use super::library::Place;
use super::{LockFile, Remote, read, wanted};
use crate::disk;
use crate::workspace::Workspace;

/// A chart may list charts that list charts; deeper than anybody means it, it is a circle.
const DEPTH: usize = 10;

/// What looks for dependencies. Not for several charts at once: a range takes what the lock file has for another one, so
/// their order counts.
pub(super) struct Search<'a> {
    pub workspace: &'a Workspace,
    /// Whose repositories may be named; none for a chart alone.
    pub stack: Option<&'a Stack>,
    pub remote: &'a Remote,
    pub lock: &'a LockFile,
}

/// All files of a chart with its dependencies in its `charts/`, and what is worth saying of them.
pub(super) struct Whole {
    files: Vec<File>,
    warnings: Problems,
}

impl Whole {
    pub(super) fn load(self, origin: &str) -> Result<Chart, Problems> {
        dependencies::load(origin, self.files, self.warnings)
    }
}

impl Search<'_> {
    /// None for a chart that brings all that it lists.
    pub(super) fn complete(&self, chart: &Chart, place: &Place) -> Result<Option<Whole>, Problems> {
        self.at_depth(0, chart, place)
    }

    fn at_depth(
        &self,
        depth: usize,
        chart: &Chart,
        place: &Place,
    ) -> Result<Option<Whole>, Problems> {
        let named = chart.origin.as_str();
        let mut warnings = chart.warnings.clone();
        let missing = dependencies::missing(chart, &mut warnings)?;
        if missing.is_empty() {
            return Ok(None);
        }
        if depth == DEPTH {
            let message = format!("the dependencies of `{named}` lead on more than {DEPTH} deep");
            return Err(vec![Problem::error("dependency-circle", message)]);
        }
        let mut files = Vec::new();
        let mut problems = Problems::new();
        let mut afar: Vec<(&Missing, Wanted)> = Vec::new();
        for one in &missing {
            if let (From::Folder(path), Place::Folder(folder)) = (&one.from, place) {
                match self.beside(folder, path, one, depth) {
                    Ok(found) => files.extend(found),
                    Err(found) => problems.extend(found),
                }
                continue;
            }
            let asked =
                wanted::of_dependency(self.workspace, self.stack, (one, named), self.remote);
            match asked {
                Ok(wanted) => afar.push((one, wanted)),
                Err(problem) => problems.push(problem.at(one.place.as_ref(), "listed here")),
            }
        }
        let (listed, wanted): (Vec<&Missing>, Vec<Wanted>) = afar.into_iter().unzip();
        match self.remote.resolve(&wanted, self.lock) {
            Ok(found) => {
                for ((one, wanted), found) in listed.iter().zip(&wanted).zip(found) {
                    match self.afar(one, wanted, found, depth) {
                        Ok(found) => files.extend(found),
                        Err(found) => problems.extend(found),
                    }
                }
            }
            Err(found) => problems.extend(found),
        }
        if !problems.is_empty() {
            // Why it was looked for at all comes first.
            let mut told = warnings.split_off(chart.warnings.len());
            told.extend(problems);
            return Err(told);
        }
        Ok(Some(Whole { files: dependencies::whole(chart, files), warnings }))
    }

    /// A folder beside the chart, as `charts/NAME-VERSION/…`.
    fn beside(
        &self,
        folder: &str,
        path: &str,
        missing: &Missing,
        depth: usize,
    ) -> Result<Vec<File>, Problems> {
        let place = format!("{folder}/{path}");
        let place = disk::lexical(&place).map_or(place, |clean| disk::slashed(&clean));
        let place = Place::Folder(place);
        let named = place.origin(self.workspace);
        let chart = read(self.workspace, self.remote, &place, &named)?;
        let (name, version) = (&chart.metadata.name, &chart.metadata.version);
        let odd = if *name != missing.name {
            Some(format!("`{named}` is the chart `{name}`, where `{}` is listed", missing.name))
        } else if !pull::fits(&missing.range, version).unwrap_or(false) {
            let range = &missing.range;
            Some(format!("`{named}` is version {version}, which does not fit `{range}`"))
        } else {
            None
        };
        if let Some(message) = odd {
            return Err(vec![
                Problem::error("missing-dependency", message)
                    .at(missing.place.as_ref(), "listed here"),
            ]);
        }
        let whole = self.at_depth(depth + 1, &chart, &place)?;
        let files = whole.as_ref().map_or(&chart.raw, |whole| &whole.files);
        Ok(dependencies::placed_files(&missing.name, version, files))
    }

    /// A chart from afar: its archive, or its files where it lists more than it brings.
    fn afar(
        &self,
        missing: &Missing,
        wanted: &Wanted,
        found: Found,
        depth: usize,
    ) -> Result<Vec<File>, Problems> {
        let Found { version, archive } = found;
        let named = wanted.source.to_string();
        let place =
            Place::Archive { source: wanted.source.clone(), version: version.clone(), archive };
        let chart = read(self.workspace, self.remote, &place, &named)?;
        match self.at_depth(depth + 1, &chart, &place)? {
            Some(whole) => Ok(dependencies::placed_files(&missing.name, &version, &whole.files)),
            None => {
                let archive = self.remote.archive(archive, &named)?;
                Ok(vec![dependencies::placed(&missing.name, &version, archive)])
            }
        }
    }
}
