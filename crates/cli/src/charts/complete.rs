//! A chart with what it lists under `dependencies` and does not bring: laid into its `charts/` in memory, never on the disk.

use chart::{Chart, File};
use pull::Wanted;
use pull::dependencies::{self, From, Missing};
use source::{Problem, Problems};
use stack::Stack;

use super::{LockFile, Remote, folder, origin, wanted};
use crate::disk;
use crate::workspace::Workspace;

/// A chart may list charts that list charts; deeper than anybody means it, it is a circle.
const DEPTH: usize = 10;

/// Where a chart came from: its dependencies may lie beside it.
#[derive(Clone, Copy)]
pub(super) enum Base<'a> {
    /// A path of the repository.
    Folder(&'a str),
    /// Folders that it lists came with it.
    Afar,
}

pub(super) fn complete(
    workspace: &Workspace,
    stack: &Stack,
    named: &str,
    chart: Chart,
    base: &Base<'_>,
    remote: &Remote,
    lock: &LockFile,
) -> Result<Chart, Problems> {
    let work = Work { workspace, stack, remote, lock };
    work.complete(named, chart, base, 0)
}

struct Work<'a> {
    workspace: &'a Workspace,
    stack: &'a Stack,
    remote: &'a Remote,
    lock: &'a LockFile,
}

impl Work<'_> {
    fn complete(
        &self,
        named: &str,
        mut chart: Chart,
        base: &Base<'_>,
        depth: usize,
    ) -> Result<Chart, Problems> {
        let mut warnings = Problems::new();
        let missing = dependencies::missing(&chart, &mut warnings)?;
        chart.warnings.extend(warnings);
        if missing.is_empty() {
            return Ok(chart);
        }
        if depth == DEPTH {
            let message = format!("the dependencies of `{named}` lead on more than {DEPTH} deep");
            return Err(vec![Problem::error("dependency-circle", message)]);
        }
        let mut files = Vec::new();
        let mut problems = Problems::new();
        let mut afar: Vec<(&Missing, Wanted)> = Vec::new();
        for one in &missing {
            if let (From::Folder(path), Base::Folder(folder)) = (&one.from, base) {
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
                    match self.afar(one, wanted, &found, depth) {
                        Ok(found) => files.extend(found),
                        Err(found) => problems.extend(found),
                    }
                }
            }
            Err(found) => problems.extend(found),
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        dependencies::laid(chart, files)
    }

    /// A folder beside the chart, as `charts/NAME/…`.
    fn beside(
        &self,
        folder: &str,
        path: &str,
        missing: &Missing,
        depth: usize,
    ) -> Result<Vec<File>, Problems> {
        let place = format!("{folder}/{path}");
        let place = disk::lexical(&place).map_or(place, |clean| disk::slashed(&clean));
        let named = origin(self.workspace, &place);
        let chart = folder::load(&self.workspace.disk, &place, &named)?;
        let version = &chart.metadata.version;
        if !pull::fits(&missing.range, version).unwrap_or(false) {
            let message =
                format!("`{named}` is version {version}, which does not fit `{}`", missing.range);
            return Err(vec![
                Problem::error("missing-dependency", message)
                    .at(missing.place.as_ref(), "listed here"),
            ]);
        }
        let chart = self.complete(&named, chart, &Base::Folder(&place), depth + 1)?;
        Ok(below(&missing.name, chart))
    }

    /// A chart from afar: its archive, or its files where it lists more than it brings.
    fn afar(
        &self,
        missing: &Missing,
        wanted: &Wanted,
        found: &pull::resolve::Found,
        depth: usize,
    ) -> Result<Vec<File>, Problems> {
        let named = wanted.source.to_string();
        let chart = self.remote.open(&wanted.source, found.archive, &named)?;
        if dependencies::missing(&chart, &mut Problems::new())?.is_empty() {
            let archive = self.remote.archive(found.archive, &named)?;
            return Ok(vec![dependencies::placed(&missing.name, &found.version, archive)]);
        }
        let chart = self.complete(&named, chart, &Base::Afar, depth + 1)?;
        Ok(below(&missing.name, chart))
    }
}

fn below(name: &str, chart: Chart) -> Vec<File> {
    let place = |file: File| file.at(&format!("charts/{name}/{}", file.path));
    chart.raw.into_iter().map(place).collect()
}
