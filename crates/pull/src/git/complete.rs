//! What a chart of a commit lists by `file://`: folders of the same commit, laid into its `charts/` in memory.

use chart::{Chart, File};
use source::Problems;

use super::repository::Repository;
use super::tree::{self, Found};
use super::{Error, load};
use crate::Source;
use crate::dependencies::{self, From, Missing};

/// Deeper than anybody means it; then it is a circle.
const DEPTH: usize = 10;
/// A chart that lists many charts which list many does no harm either.
const FOLDERS: usize = 100;
/// As for one chart.
const BYTES: usize = 100 << 20;

/// The chart at a path of a commit with the folders that it lists. What it lists from elsewhere stays missing.
pub(super) fn complete(
    repository: &Repository<'_>,
    commit: &str,
    path: &str,
    chart: Chart,
) -> Result<Chart, Error> {
    Work { repository, commit, folders: 0, bytes: 0 }.complete(path, chart, 0)
}

struct Work<'a> {
    repository: &'a Repository<'a>,
    commit: &'a str,
    /// All that were followed.
    folders: usize,
    bytes: usize,
}

impl Work<'_> {
    fn complete(&mut self, path: &str, chart: Chart, depth: usize) -> Result<Chart, Error> {
        let mut found = Vec::new();
        for one in missing(&chart) {
            if let From::Folder(folder) = &one.from {
                let below = self.beside(path, folder, &one, depth).map_err(|why| match why {
                    Refused::Because(why) => {
                        let (name, folder) = (one.name.clone(), folder.escape_debug().to_string());
                        Error::Dependency { name, folder, why }
                    }
                    Refused::By(error) => error,
                })?;
                found.extend(below);
            }
        }
        if found.is_empty() {
            return Ok(chart);
        }
        dependencies::laid(chart, found).map_err(Error::chart)
    }

    /// The files of a listed folder as `charts/` would hold them.
    fn beside(
        &mut self,
        path: &str,
        folder: &str,
        listed: &Missing,
        depth: usize,
    ) -> Result<Vec<File>, Refused> {
        self.folders += 1;
        if depth == DEPTH || self.folders > FOLDERS {
            return refuse("leads on to too many others, or in a circle");
        }
        let Some(place) = joined(path, folder) else { return refuse("leaves the repository") };
        let files = match tree::read(self.repository, self.commit, &place) {
            Ok(Found::Files(files)) => files,
            Ok(Found::Archive(_)) => return refuse("is no folder"),
            Err(Error::NoFolder(_)) => return refuse("is no folder of this commit"),
            Err(error) => return Err(error.into()),
        };
        self.bytes += files.iter().map(|file| file.bytes().len()).sum::<usize>();
        if self.bytes > BYTES {
            return refuse(&format!("makes it larger than {} MiB", BYTES >> 20));
        }
        let repository = self.repository.url().to_owned();
        let chart = load(&Source::Git { repository, path: place.clone() }, files)?;
        let (name, version) = (chart.metadata.name.clone(), chart.metadata.version.clone());
        if name != listed.name || !crate::fits(&listed.range, &version).unwrap_or(false) {
            let (name, version) = (name.escape_debug(), version.escape_debug());
            return refuse(&format!("is `{name}` {version}, which is not what is listed"));
        }
        let chart = self.complete(&place, chart, depth + 1)?;
        // As with Helm, nobody looks for what a chart in `charts/` lists.
        if let Some(other) = missing(&chart).first() {
            return refuse(&format!("lists `{}` itself, which it does not bring", other.name));
        }
        Ok(dependencies::placed_files(&name, &version, &chart.raw))
    }
}

/// What is missing; whoever takes the chart says what cannot be understood in its list.
fn missing(chart: &Chart) -> Vec<Missing> {
    dependencies::missing(chart, &mut Problems::new()).unwrap_or_default()
}

/// Why a listed folder is not taken.
enum Refused {
    Because(String),
    By(Error),
}

impl std::convert::From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::By(error)
    }
}

fn refuse<T>(why: &str) -> Result<T, Refused> {
    Err(Refused::Because(why.to_owned()))
}

/// A path relative to a folder of the repository; None where it leads out of it.
fn joined(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| *part != ".").collect();
    if relative.starts_with('/') {
        return None;
    }
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn paths_stay_in_the_repository() {
        let check = |folder: &str, relative: &str, expect: Option<&str>| {
            assert_eq!(joined(folder, relative).as_deref(), expect, "{folder} {relative}");
        };
        check("charts/api", "../lib", Some("charts/lib"));
        check("charts/api", "../../lib/", Some("lib"));
        check("charts/api", "./sub//x", Some("charts/api/sub/x"));
        check("charts", "..", Some("."));
        check(".", "lib", Some("lib"));
        check(".", "../lib", None);
        check("charts/api", "../../../charts/lib", None);
        check("charts/api", "/etc", None);
    }
}
