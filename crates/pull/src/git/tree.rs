//! A folder of a commit as files in memory, read by `ls-tree` and `cat-file`.

use chart::{File, Ignore};

use super::Error;
use super::program::NEAR;
use super::repository::{LISTING, Repository};

/// What a path of a commit is.
pub(super) enum Found {
    Files(Vec<File>),
    /// The path names a packed chart.
    Archive(Vec<u8>),
}

/// As for charts on the disk.
const BYTES: usize = 100 << 20;
const FILES: usize = 20_000;
const DEPTH: usize = 60;
const NOWHERE: &str = "is a link that leads nowhere or in a circle";

/// Reads a chart. Links are followed within the repository.
pub(super) fn read(repository: &Repository<'_>, commit: &str, path: &str) -> Result<Found, Error> {
    let is_plain =
        |part: &str| !matches!(part, "" | ".." | ".") && !part.contains(char::is_control);
    if path != "." && !path.split('/').all(is_plain) {
        return Err(Error::NoFolder(path.escape_debug().to_string()));
    }
    let prefix = if path == "." { String::new() } else { format!("{path}/") };
    let place = if path == "." { format!("{commit}^{{tree}}") } else { format!("{commit}:{path}") };
    let tree = match followed(repository, &place)? {
        Followed::Tree(tree) => tree,
        Followed::Blob { id, size } if path.ends_with(".tgz") || path.ends_with(".tar.gz") => {
            let mut archive = contents(repository, &[Listed { path: path.to_owned(), id, size }])?;
            return match archive.pop() {
                Some(file) => Ok(Found::Archive(file.bytes().to_vec())),
                None => Err(Error::Damaged),
            };
        }
        _ => return Err(absent(repository, commit, path)?),
    };
    let ignore = ignore(repository, &format!("{commit}:{prefix}.helmignore"))?;
    let base = format!("{commit}:{prefix}");
    let mut walk = Walk { repository, base, ignore, found: Vec::new(), bytes: 0 };
    walk.folder(&tree, "", 0)?;
    contents(repository, &walk.found).map(Found::Files)
}

/// Where objects are missing, git speaks of paths that do not exist.
fn absent(repository: &Repository<'_>, commit: &str, path: &str) -> Result<Error, Error> {
    let is_whole =
        repository.succeeds("list all files", &["ls-tree", "-r", "--name-only", commit])?;
    Ok(if is_whole { Error::NoFolder(path.to_owned()) } else { Error::Damaged })
}

fn ignore(repository: &Repository<'_>, place: &str) -> Result<Ignore, Error> {
    let Followed::Blob { id, size } = followed(repository, place)? else {
        return Ok(Ignore::default());
    };
    let file = contents(repository, &[Listed { path: ".helmignore".to_owned(), id, size }])?;
    let text = file.first().map_or("", |file| file.text());
    Ignore::parse(".helmignore", text).map_err(Error::chart)
}

/// A file that is going to be read.
struct Listed {
    path: String,
    id: String,
    size: usize,
}

struct Walk<'a> {
    repository: &'a Repository<'a>,
    /// `COMMIT:FOLDER/`
    base: String,
    ignore: Ignore,
    found: Vec<Listed>,
    bytes: usize,
}

impl Walk<'_> {
    /// Adds what a folder holds, however deep.
    fn folder(&mut self, tree: &str, prefix: &str, depth: usize) -> Result<(), Error> {
        if depth > DEPTH {
            return Err(Error::refused(prefix, NOWHERE));
        }
        let arguments = ["ls-tree", "-r", "-z", "--long", "--full-tree", tree];
        let listed = self.repository.git("list a folder", &arguments, Vec::new(), LISTING, NEAR)?;
        for entry in listed.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
            let (mode, id, size, name) = entry_of(entry).ok_or(Error::Damaged)?;
            let path = format!("{prefix}{name}");
            if self.is_ignored(&path) {
                continue;
            }
            if name.contains('\u{fffd}') || !name.split('/').all(is_name) {
                return Err(Error::refused(&path, "is no name that a chart may hold"));
            }
            match mode {
                "120000" => self.link(&path, depth)?,
                "160000" => {
                    let why = "is a submodule, and those are not fetched: name it in .helmignore, or \
                               take the chart from a repository that holds all of it";
                    return Err(Error::refused(&path, why));
                }
                _ => self.file(path, id.to_owned(), size.parse().map_err(|_| Error::Damaged)?)?,
            }
        }
        Ok(())
    }

    fn file(&mut self, path: String, id: String, size: usize) -> Result<(), Error> {
        self.bytes = self.bytes.saturating_add(size);
        if self.bytes > BYTES || self.found.len() >= FILES {
            let why = format!("is larger than {} MiB or {FILES} files", BYTES >> 20);
            return Err(Error::TooLarge(why));
        }
        self.found.push(Listed { path, id, size });
        Ok(())
    }

    fn link(&mut self, path: &str, depth: usize) -> Result<(), Error> {
        match followed(self.repository, &format!("{}{path}", self.base))? {
            Followed::Blob { id, size } => self.file(path.to_owned(), id, size),
            Followed::Tree(tree) => self.folder(&tree, &format!("{path}/"), depth + 1),
            Followed::Outside => {
                Err(Error::refused(path, "is a link that leads out of the repository"))
            }
            Followed::Nothing => Err(Error::refused(path, NOWHERE)),
        }
    }

    /// A folder is left out with all that it holds.
    fn is_ignored(&self, path: &str) -> bool {
        let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
        folders.into_iter().any(|folder| self.ignore.matches(folder, true))
            || self.ignore.matches(path, false)
    }
}

/// One part of a path that means the same on every system.
fn is_name(part: &str) -> bool {
    let is_drive = part.len() == 2 && part.ends_with(':');
    !matches!(part, "" | "." | "..")
        && !is_drive
        && !part.contains(|letter: char| letter.is_control() || letter == '\\')
}

/// `MODE TYPE ID SIZE\tNAME`
fn entry_of(entry: &[u8]) -> Option<(&str, &str, &str, String)> {
    let tab = entry.iter().position(|byte| *byte == b'\t')?;
    let name = String::from_utf8_lossy(&entry[tab + 1..]).into_owned();
    let mut facts = std::str::from_utf8(&entry[..tab]).ok()?.split_ascii_whitespace();
    let (mode, _, id, size) = (facts.next()?, facts.next()?, facts.next()?, facts.next()?);
    Some((mode, id, size, name))
}

/// Where a path of a commit leads when its links are followed.
enum Followed {
    Blob { id: String, size: usize },
    Tree(String),
    Outside,
    Nothing,
}

fn followed(repository: &Repository<'_>, place: &str) -> Result<Followed, Error> {
    let arguments = ["cat-file", "--batch-check", "--follow-symlinks"];
    let input = format!("{place}\n").into_bytes();
    let said = repository.git("find a file", &arguments, input, 1 << 16, NEAR)?;
    let said = String::from_utf8_lossy(&said);
    let mut words = said.lines().next().unwrap_or_default().rsplit(' ');
    let (last, kind, id) = (words.next(), words.next(), words.next());
    Ok(match (kind, id, last) {
        (Some("blob"), Some(id), Some(size)) => {
            Followed::Blob { id: id.to_owned(), size: size.parse().map_err(|_| Error::Damaged)? }
        }
        (Some("tree"), Some(id), Some(_)) => Followed::Tree(id.to_owned()),
        (Some("symlink"), None, _) => Followed::Outside,
        _ => Followed::Nothing,
    })
}

/// The contents of files, in their order.
fn contents(repository: &Repository<'_>, listed: &[Listed]) -> Result<Vec<File>, Error> {
    let mut input = String::new();
    let mut most = 0;
    for file in listed {
        input.push_str(&file.id);
        input.push('\n');
        most += file.size + 128;
    }
    let arguments = ["cat-file", "--batch", "--buffer"];
    let said = repository.git("read files", &arguments, input.into_bytes(), most, NEAR)?;
    let mut rest = &said[..];
    let mut files = Vec::with_capacity(listed.len());
    for file in listed {
        let end = rest.iter().position(|byte| *byte == b'\n').ok_or(Error::Damaged)?;
        let (head, body) = (&rest[..end], &rest[end + 1..]);
        if head != format!("{} blob {}", file.id, file.size).as_bytes() {
            return Err(Error::Damaged);
        }
        let bytes = body.get(..file.size).ok_or(Error::Damaged)?;
        rest = body.get(file.size + 1..).ok_or(Error::Damaged)?;
        if bytes.len() < 1024 && bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
            let why = "is kept in Git LFS, from which nothing is fetched: name it in .helmignore, or \
                       keep it in the repository itself";
            return Err(Error::refused(&file.path, why));
        }
        files.push(File::new(file.path.as_str(), bytes));
    }
    Ok(files)
}
