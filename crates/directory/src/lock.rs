//! One run at a time: a lock file that the system releases when its holder ends, however it ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use stack::StackId;

use crate::disk::Disk;
use crate::{Error, index};

const LOCK: &str = ".regatta-lock";

/// Holds a directory until it is dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

/// Takes the directory of a stack, creating it where it is missing. Fails at once while another process holds it, with who
/// that is; a dead process holds nothing.
pub fn lock(root: &Path, stack: &StackId) -> Result<Lock, Error> {
    let failed =
        |source| Error::System { doing: "lock", place: root.display().to_string(), source };
    let disk = Disk::new(root);
    if let Some(recorded) = index::load(&disk)? {
        index::check_owner(&disk, &recorded, stack)?;
    }
    let path = root.join(LOCK);
    loop {
        fs::create_dir_all(root).map_err(failed)?;
        if fs::symlink_metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(Error::NoFile { place: path.display().to_string() });
        }
        let opened =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = match opened {
            Ok(file) => file,
            // Its last holder removed the directory just now.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(failed(error)),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let named = file.read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
                let holder =
                    if named { holder.trim().to_owned() } else { "another run".to_owned() };
                return Err(Error::Locked { root: root.display().to_string(), holder });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        // The holder before us may have removed the file between our opening and locking it.
        if !is_same_file(&file, &path) {
            continue;
        }
        file.set_len(0).map_err(failed)?;
        file.rewind().map_err(failed)?;
        writeln!(file, "process {} on {}", std::process::id(), host()).map_err(failed)?;
        return Ok(Lock { path, file });
    }
}

impl Drop for Lock {
    /// The file goes before the lock does, so that whoever waits for it notices. What fails here harms nobody: the next
    /// run takes a lock file that nobody holds.
    fn drop(&mut self) {
        fs::remove_file(&self.path).ok();
        if let Some(root) = self.path.parent() {
            fs::remove_dir(root).ok();
        }
        self.file.unlock().ok();
    }
}

#[cfg(unix)]
fn is_same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// Elsewhere an open file cannot be removed.
#[cfg(not(unix))]
fn is_same_file(_: &File, path: &Path) -> bool {
    path.exists()
}

/// What the system calls this computer, for a message.
fn host() -> String {
    let name = |path: &str| {
        let mut text = String::new();
        File::open(path).and_then(|mut file| file.read_to_string(&mut text)).ok()?;
        Some(text.trim().to_owned()).filter(|name| !name.is_empty())
    };
    name("/proc/sys/kernel/hostname")
        .or_else(|| name("/etc/hostname"))
        .unwrap_or_else(|| "this computer".to_owned())
}
