//! Charts onto the disk: an archive whole or not at all, a folder where none was.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chart::Chart;

use crate::disk;
use crate::report::{Failure, Reason};

/// `NAME-VERSION.tgz`, by which a chart's archive is known everywhere.
pub(super) fn file_name(chart: &Chart) -> Result<String, Failure> {
    Ok(format!("{}-{}.tgz", name(chart)?, chart.metadata.version))
}

/// Writes a file into a folder, which is made if need be, over an older one.
pub(super) fn file(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let path = folder.join(name);
    let written = fs::create_dir_all(folder).and_then(|()| disk::replace(&path, bytes));
    match written {
        Ok(()) => Ok(path),
        Err(error) => Err(unwritten(&path, &error)),
    }
}

/// Lays all files of a chart into a folder of its name, which must not be there yet and appears whole.
pub(super) fn unpacked(folder: &Path, chart: &Chart) -> Result<PathBuf, Failure> {
    let name = name(chart)?;
    let target = folder.join(name);
    if target.symlink_metadata().is_ok() {
        let message =
            format!("`{}` is there already, and nothing is unpacked over it", target.display());
        return Err(Failure::said(Reason::Failed, message)
            .help("remove it, or name another folder by `--untardir`"));
    }
    let aside = folder.join(format!(".{name}.{}", std::process::id()));
    let written = fs::create_dir_all(folder)
        .and_then(|()| fs::create_dir(&aside))
        .and_then(|()| {
            chart
                .raw
                .iter()
                .try_for_each(|file| disk::create(&aside.join(&file.path), file.bytes()))
        })
        .and_then(|()| fs::rename(&aside, &target));
    if let Err(error) = written {
        // What went wrong first is what counts.
        drop(fs::remove_dir_all(&aside));
        return Err(unwritten(&target, &error));
    }
    Ok(target)
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::said(Reason::Failed, format!("cannot write `{}`: {error}", path.display()))
}

/// A chart's name makes files, so it must be no path and nothing hidden.
fn name(chart: &Chart) -> Result<&str, Failure> {
    let name = chart.metadata.name.as_str();
    let fits = |letter: char| letter.is_alphanumeric() || "._-+".contains(letter);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(fits) {
        let message = format!("a chart called `{}` can be no file", name.escape_debug());
        return Err(Failure::said(Reason::Invalid, message)
            .help("whoever serves it should give it a name of letters, digits, `-`, `_` and `.`"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use chart::File;

    use super::*;

    fn chart(name: &str, files: &[&str]) -> Chart {
        let text = format!("apiVersion: v2\nname: '{name}'\nversion: 1.0.0+b\n");
        let mut all = vec![File::new("Chart.yaml", text)];
        all.extend(files.iter().map(|path| File::new(*path, "x")));
        chart::load("test", all).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    #[test]
    fn names_that_are_no_files() {
        assert_eq!(file_name(&chart("api", &[])).unwrap(), "api-1.0.0+b.tgz");
        for name in [".hidden", "a\\b", "c:x", "a b"] {
            assert!(file_name(&chart(name, &[])).is_err(), "{name}");
        }
    }

    #[test]
    fn a_folder_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let good = unpacked(folder.path(), &chart("api", &["templates/a.yaml"])).unwrap();
        assert!(good.join("templates/a.yaml").is_file());
        assert!(unpacked(folder.path(), &chart("api", &[])).is_err(), "never over another");
        assert!(unpacked(folder.path(), &chart("odd", &["files/a", "files/a/b"])).is_err());
        let left = disk::entries(folder.path()).unwrap();
        assert_eq!(left.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["api"]);
    }
}
