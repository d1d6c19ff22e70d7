//! The one place that reads the disk, for everybody who may only ask for files.

use std::io;
use std::path::{Component, Path, PathBuf};

use source::{Entry, FileError, Files};

/// The files of one repository: from the nearest folder with a `.git` down, or from the manifest's own folder.
#[derive(Clone, Debug)]
pub struct Disk {
    /// Without symbolic links, so that a link which leaves the repository can be told.
    pub root: PathBuf,
}

impl Disk {
    /// The repository that a folder belongs to.
    pub fn around(folder: &Path) -> io::Result<Self> {
        let folder = folder.canonicalize()?;
        let root = folder.ancestors().find(|parent| parent.join(".git").exists());
        Ok(Self { root: root.unwrap_or(&folder).to_owned() })
    }

    /// A path inside the repository as `Files` takes it.
    pub fn inside(&self, path: &Path) -> Option<String> {
        let path = path.canonicalize().ok()?;
        let inside = path.strip_prefix(&self.root).ok()?;
        Some(slashed(inside))
    }

    /// Where a path of `Files` is on the disk, links followed and refused where they leave the repository.
    pub fn resolve(&self, path: &str) -> Result<PathBuf, FileError> {
        let joined = self.root.join(lexical(path)?);
        let real = joined.canonicalize().map_err(said)?;
        if real.starts_with(&self.root) { Ok(real) } else { Err(FileError::Outside) }
    }
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        read_regular(&self.resolve(path)?).map_err(said)
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>, FileError> {
        let found = entries(&self.resolve(directory)?).map_err(said)?;
        let entry = |found: Found| Entry { name: found.name, is_directory: found.is_directory };
        Ok(found.into_iter().map(entry).collect())
    }
}

/// Reads a file that the user named, wherever it is.
#[expect(clippy::disallowed_methods, reason = "this is the place that reads files")]
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    std::fs::read(path)
}

/// Opens what is a file, and tells its size. Anything else is refused: a pipe would wait for ever, a device never end.
pub fn open_regular(path: &Path) -> io::Result<(std::fs::File, usize)> {
    // Already opening a pipe waits.
    regular(&std::fs::metadata(path)?)?;
    open_found(path)
}

/// The same for what `entries` found to be a file.
pub fn open_found(path: &Path) -> io::Result<(std::fs::File, usize)> {
    let file = std::fs::File::open(path)?;
    let size = regular(&file.metadata()?)?;
    Ok((file, size))
}

fn regular(facts: &std::fs::Metadata) -> io::Result<usize> {
    if !facts.is_file() {
        return Err(io::Error::other(IRREGULAR));
    }
    Ok(usize::try_from(facts.len()).unwrap_or(usize::MAX))
}

pub const IRREGULAR: &str = "not a regular file";

/// Files up to this size have the size that the system says.
const ORDINARY: usize = 16 << 20;

/// Reads an opened file by way of a buffer that serves many. One with more than the most bytes gives one byte too many.
pub fn read_opened<'b>(
    mut file: &std::fs::File,
    size: usize,
    most: usize,
    buffer: &'b mut Vec<u8>,
) -> io::Result<&'b [u8]> {
    use std::io::Read as _;
    if size == 0 || size > ORDINARY {
        buffer.clear();
        file.take((most as u64).saturating_add(1)).read_to_end(buffer)?;
        return Ok(buffer);
    }
    // `read_to_end` would ask for the size once more, for the position, and for more after the last byte.
    if buffer.len() < size {
        buffer.resize(size, 0);
    }
    let mut filled = 0;
    while filled < size {
        match file.read(&mut buffer[filled..size]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(&buffer[..filled])
}

/// Reads a file that was opened before, if it still is as long as it was then.
pub fn read_unchanged(file: &std::fs::File, size: usize) -> io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::with_capacity(size.saturating_add(1));
    file.take((size as u64).saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() == size {
        Ok(bytes)
    } else {
        Err(io::Error::other("it changed while it was read"))
    }
}

/// Reads what is a file.
pub fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    let (file, size) = open_regular(path)?;
    let mut bytes = Vec::new();
    let length = read_opened(&file, size, usize::MAX, &mut bytes)?.len();
    bytes.truncate(length);
    Ok(bytes)
}

/// An entry of a folder; a link to a folder is a directory and a link, one to a file a file and a link.
pub struct Found {
    pub name: String,
    pub is_directory: bool,
    pub is_file: bool,
    pub is_link: bool,
}

/// The entries of a folder, sorted by name. Names that are not UTF-8 are left out.
#[expect(clippy::disallowed_methods, reason = "this is the place that reads files")]
pub fn entries(folder: &Path) -> io::Result<Vec<Found>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = entry.file_type()?;
        let is_link = kind.is_symlink();
        let target = if is_link { std::fs::metadata(entry.path()).ok() } else { None };
        let kind = target.map_or(kind, |target| target.file_type());
        entries.push(Found { name, is_directory: kind.is_dir(), is_file: kind.is_file(), is_link });
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// Writes a file that must not be there yet, with the folders above it.
pub fn create(path: &Path, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    use std::io::Write as _;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::File::create_new(path)?.write_all(bytes.as_ref())
}

/// Writes a rendered file, over an older one.
#[expect(
    clippy::disallowed_methods,
    reason = "`template --output-dir` writes what the user asked for"
)]
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}

/// Writes a file so that it is there whole or as it was: aside, then by rename, which replaces a link and does not follow it.
pub fn replace(path: &Path, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    use std::io::Write as _;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = std::fs::File::create_new(&aside)
        .and_then(|mut file| file.write_all(bytes.as_ref()))
        .and_then(|()| std::fs::rename(&aside, path));
    if written.is_err() {
        // What went wrong first is what counts.
        drop(std::fs::remove_file(&aside));
    }
    written
}

/// A path relative to where the user stands, as they would type it.
pub fn shown(path: &Path, standing: &Path) -> String {
    if let Ok(below) = path.strip_prefix(standing) {
        return slashed(below);
    }
    let shared = path.components().zip(standing.components()).take_while(|(a, b)| a == b).count();
    let up = standing.components().count() - shared;
    if up > 3 {
        return slashed(path);
    }
    let rest: PathBuf = path.components().skip(shared).collect();
    format!("{}{}", "../".repeat(up), slashed(&rest))
}

/// Takes `.` and `..` out of a path by its text alone; one that climbs above the root is outside.
pub(crate) fn lexical(path: &str) -> Result<PathBuf, FileError> {
    let mut clean = PathBuf::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(name) => clean.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !clean.pop() {
                    return Err(FileError::Outside);
                }
            }
            Component::RootDir | Component::Prefix(_) => return Err(FileError::Outside),
        }
    }
    Ok(clean)
}

fn said(error: io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileError::Missing,
        _ => FileError::Unreadable(error.to_string()),
    }
}

pub(crate) fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expect: Result<&str, FileError>) {
        assert_eq!(lexical(path), expect.map(PathBuf::from), "{path}");
    }

    #[test]
    fn paths_stay_below_the_root() {
        check("charts/api/./Chart.yaml", Ok("charts/api/Chart.yaml"));
        check("a/../b", Ok("b"));
        check("../b", Err(FileError::Outside));
        check("a/../../b", Err(FileError::Outside));
        check("/etc/passwd", Err(FileError::Outside));
    }

    #[test]
    fn shown_as_the_user_would_type_it() {
        let shown = |path: &str| shown(Path::new(path), Path::new("/srv/team/shop/deploy"));
        assert_eq!(shown("/srv/team/shop/deploy/regatta.yaml"), "regatta.yaml");
        assert_eq!(shown("/srv/team/shop/values/a.yaml"), "../values/a.yaml");
        assert_eq!(shown("/etc/b.yaml"), "/etc/b.yaml");
    }

    #[test]
    fn a_file_that_changed_after_it_was_opened_is_refused() {
        use std::io::{Seek as _, Write as _};
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"12345").unwrap();
        let mut read = |size| {
            file.rewind().unwrap();
            read_unchanged(&file, size).map_err(|error| error.to_string())
        };
        assert_eq!(read(5), Ok(b"12345".to_vec()));
        assert_eq!(read(6), Err("it changed while it was read".to_owned()));
        assert_eq!(read(4), Err("it changed while it was read".to_owned()));
    }

    #[test]
    #[cfg(unix)]
    fn a_link_that_leaves_the_repository_is_refused() {
        let outside = tempfile::tempdir().unwrap();
        create(&outside.path().join("secret"), "x").unwrap();
        let inside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), inside.path().join("link")).unwrap();
        let disk = Disk::around(inside.path()).unwrap();
        assert_eq!(disk.read("link/secret"), Err(FileError::Outside));
        assert_eq!(disk.read("missing"), Err(FileError::Missing));
    }
}
