//! A `.tgz` into files. Whatever could leave the chart or fill the machine is refused: bounds, absolute paths, `..`, links.

use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::Component;

use flate2::read::MultiGzDecoder;
use source::Problem;
use tar::EntryType;

use crate::File;

/// Helm's own bound of a chart without compression.
const MAX_BYTES: usize = 100 << 20;
const MAX_FILES: usize = 20_000;
/// Archives in `charts/` may hold archives in `charts/`.
const MAX_DEPTH: usize = 10;
/// No text shrinks that far: a file that does is made to fill a disk. Small archives may, they do no harm.
const MAX_RATIO: usize = 200;
const RATIO_COUNTS_FROM: usize = 16 << 20;

/// What a chart with all its subcharts may still use.
#[derive(Debug)]
pub(crate) struct Budget {
    bytes: usize,
    files: usize,
    depth: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: MAX_BYTES, files: MAX_FILES, depth: MAX_DEPTH }
    }
}

impl Budget {
    /// Takes one file's share.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), String> {
        self.files = self
            .files
            .checked_sub(1)
            .ok_or_else(|| format!("it holds more than {MAX_FILES} files"))?;
        self.bytes = self
            .bytes
            .checked_sub(bytes)
            .ok_or_else(|| format!("its files are larger than {} MiB together", MAX_BYTES >> 20))?;
        Ok(())
    }

    /// Reads an archive in `charts/`: one level deeper for as long as `read` takes.
    pub(crate) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Result<T, String> {
        self.depth = self
            .depth
            .checked_sub(1)
            .ok_or_else(|| format!("charts are nested more than {MAX_DEPTH} deep"))?;
        let result = read(self);
        self.depth += 1;
        Ok(result)
    }
}

/// The files of a packed chart, below its one folder, in the order of the archive. A path that comes twice counts as it
/// comes last, but for Chart.yaml, of which `chart_file` sees the first.
pub(crate) fn unpack(
    origin: &str,
    bytes: &[u8],
    budget: &mut Budget,
) -> Result<Vec<File>, Problem> {
    let mut files: Vec<File> = Vec::new();
    let mut seen = std::collections::BTreeMap::new();
    let mut says_twice = false;
    each(origin, bytes, budget, |file| {
        match seen.get(&file.path) {
            Some(position) => {
                says_twice |= file.path == CHART_FILE;
                files[*position] = file;
            }
            None => {
                seen.insert(file.path.clone(), files.len());
                files.push(file);
            }
        }
        ControlFlow::Continue(())
    })?;
    if says_twice {
        return Err(refused(origin, "it holds two Chart.yaml"));
    }
    if files.is_empty() {
        return Err(refused(origin, "it holds no files"));
    }
    Ok(files)
}

const CHART_FILE: &str = "Chart.yaml";

/// The first Chart.yaml of a packed chart; what follows it is not unpacked.
pub(crate) fn chart_file(origin: &str, bytes: &[u8]) -> Result<Option<File>, Problem> {
    let mut found = None;
    each(origin, bytes, &mut Budget::default(), |file| {
        if file.path != CHART_FILE {
            return ControlFlow::Continue(());
        }
        found = Some(file);
        ControlFlow::Break(())
    })?;
    Ok(found)
}

/// Shows each file until there are no more or enough.
fn each(
    origin: &str,
    bytes: &[u8],
    budget: &mut Budget,
    mut show: impl FnMut(File) -> ControlFlow<()>,
) -> Result<(), Problem> {
    let refuse = |why: String| refused(origin, &why);
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Err(refused(origin, "it is not compressed with gzip")
            .help("a packed chart is what `helm package` writes: NAME-VERSION.tgz"));
    }
    let mut unpacked = 0_usize;
    let mut archive = tar::Archive::new(MultiGzDecoder::new(bytes));
    for entry in archive.entries().map_err(|error| refuse(error.to_string()))? {
        let mut entry = entry.map_err(|error| refuse(error.to_string()))?;
        let written = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {}
            EntryType::Directory | EntryType::XGlobalHeader | EntryType::XHeader => continue,
            EntryType::Symlink | EntryType::Link => {
                return Err(refuse(format!("`{written}` is a link")));
            }
            _ => return Err(refuse(format!("`{written}` is no plain file"))),
        }
        let path = path_below_folder(&written).map_err(refuse)?;
        let size = usize::try_from(entry.size()).unwrap_or(usize::MAX);
        budget.take(size).map_err(refuse)?;
        unpacked += size;
        if unpacked > RATIO_COUNTS_FROM && unpacked / MAX_RATIO > bytes.len() {
            return Err(refuse(format!("it grows by more than {MAX_RATIO} times")));
        }
        let mut content = Vec::with_capacity(size.min(1 << 20));
        entry.read_to_end(&mut content).map_err(|error| refuse(error.to_string()))?;
        if show(File::new(path, content)).is_break() {
            break;
        }
    }
    Ok(())
}

fn refused(origin: &str, why: &str) -> Problem {
    Problem::error("bad-archive", format!("`{origin}` is no usable chart archive: {why}"))
}

/// `api/templates/x.yaml` → `templates/x.yaml`; the rules of Helm's loader, and none of its doubts.
fn path_below_folder(written: &str) -> Result<String, String> {
    let shown = written.escape_debug();
    if written.contains('\0') {
        return Err(format!("a file is called `{shown}`"));
    }
    // Archives made on Windows may use its separator throughout.
    let path = if written.contains('\\') { written.replace('\\', "/") } else { written.to_owned() };
    let path = path.strip_prefix("./").unwrap_or(&path);
    let outside = || format!("`{shown}` does not lie in the archive's one folder");
    if path == "Chart.yaml" {
        return Err("Chart.yaml lies outside a folder".to_owned());
    }
    let (folder, below) = path.split_once('/').ok_or_else(outside)?;
    if folder.is_empty() || folder == ".." {
        return Err(outside());
    }
    let mut parts = Vec::new();
    for component in std::path::Path::new(below).components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str().ok_or_else(outside)?),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(format!("`{shown}` leaves the chart"));
            }
        }
    }
    let drive = |part: &&str| part.len() == 2 && part.ends_with(':');
    if below.starts_with('/') || parts.first().is_some_and(drive) {
        return Err(format!("`{shown}` is an absolute path"));
    }
    if parts.is_empty() { Err(outside()) } else { Ok(parts.join("/")) }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::{Budget, path_below_folder, unpack};

    #[test]
    fn paths() {
        for (written, expect) in [
            ("api/Chart.yaml", Ok("Chart.yaml")),
            ("./api/templates/a.yaml", Ok("templates/a.yaml")),
            ("api/./templates//a.yaml", Ok("templates/a.yaml")),
            ("api\\templates\\a.yaml", Ok("templates/a.yaml")),
            ("api/../../etc/passwd", Err("`api/../../etc/passwd` leaves the chart")),
            ("api/templates/../x", Err("`api/templates/../x` leaves the chart")),
            ("../x", Err("`../x` does not lie in the archive's one folder")),
            ("/etc/passwd", Err("`/etc/passwd` does not lie in the archive's one folder")),
            ("api//etc/passwd", Err("`api//etc/passwd` leaves the chart")),
            ("api/c:/x", Err("`api/c:/x` is an absolute path")),
            ("Chart.yaml", Err("Chart.yaml lies outside a folder")),
            ("x", Err("`x` does not lie in the archive's one folder")),
            ("api/a\0b", Err("a file is called `api/a\\0b`")),
        ] {
            let result = path_below_folder(written);
            assert_eq!(result.as_deref().map_err(String::as_str), expect, "{written}");
        }
    }

    fn packed(build: impl FnOnce(&mut tar::Builder<Vec<u8>>)) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        build(&mut builder);
        let tar = builder.into_inner().expect("memory takes it");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&tar).expect("memory takes it");
        gzip.finish().expect("memory takes it")
    }

    fn header(size: usize, kind: tar::EntryType) -> tar::Header {
        let mut header = tar::Header::new_gnu();
        header.set_size(size as u64);
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header
    }

    #[track_caller]
    fn check(bytes: &[u8], expect: &str) {
        let problem = unpack("bad.tgz", bytes, &mut Budget::default()).unwrap_err();
        assert_eq!(problem.message, format!("`bad.tgz` is no usable chart archive: {expect}"));
    }

    #[test]
    fn what_is_refused() {
        check(b"name: api", "it is not compressed with gzip");
        check(&packed(|_| {}), "it holds no files");
        check(
            &packed(|tar| {
                let mut header = header(0, tar::EntryType::Symlink);
                tar.append_link(&mut header, "api/values.yaml", "/etc/passwd").expect("fits");
            }),
            "`api/values.yaml` is a link",
        );
        check(
            &packed(|tar| {
                let mut header = header(0, tar::EntryType::Block);
                tar.append_data(&mut header, "api/disk", &[][..]).expect("fits");
            }),
            "`api/disk` is no plain file",
        );
        check(
            &packed(|tar| {
                let zeros = vec![0; 32 << 20];
                let mut header = header(zeros.len(), tar::EntryType::Regular);
                tar.append_data(&mut header, "api/zeros", &zeros[..]).expect("fits");
            }),
            "it grows by more than 200 times",
        );
        check(
            &packed(|tar| {
                for content in ["name: one", "name: two"] {
                    let mut header = header(content.len(), tar::EntryType::Regular);
                    tar.append_data(&mut header, "api/Chart.yaml", content.as_bytes())
                        .expect("fits");
                }
            }),
            "it holds two Chart.yaml",
        );
    }

    #[test]
    fn a_file_that_comes_twice_counts_as_it_comes_last() {
        let bytes = packed(|tar| {
            for content in ["one", "two"] {
                let mut header = header(3, tar::EntryType::Regular);
                tar.append_data(&mut header, "api/x", content.as_bytes()).expect("fits");
            }
        });
        let files = unpack("ok.tgz", &bytes, &mut Budget::default()).expect("it is fine");
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].bytes(), b"two");
    }
}
