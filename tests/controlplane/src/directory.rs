//! The directory of one control plane: found again after a failure, gone after the next start.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// Where control planes of this build lie, and the right to start one. They start one after another, since a
/// port that was free may be taken by the next before it is used.
pub(crate) struct Turn {
    parent: PathBuf,
    _lock: File,
}

/// A directory and the lock that tells others that it is in use.
pub(crate) struct Claimed {
    pub(crate) path: PathBuf,
    pub(crate) _lock: File,
}

impl Turn {
    pub(crate) fn wait() -> Self {
        let parent = crate::programs::target().join("controlplane");
        fs::create_dir_all(&parent).expect("the target directory can be written");
        let parent = parent.canonicalize().expect("the directory was just made");
        let lock = lock_file(&parent.join("lock"));
        lock.lock().expect("the lock can be waited for");
        Self { parent, _lock: lock }
    }

    /// Removes the directories of the dead and makes a new one.
    pub(crate) fn claim(&self) -> Claimed {
        for entry in fs::read_dir(&self.parent).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && lock_file(&path.join("lock")).try_lock().is_ok() {
                // What cannot be removed now will be next time.
                drop(fs::remove_dir_all(&path));
            }
        }
        let taken = |number: &usize| !self.parent.join(number.to_string()).exists();
        let number = (1..).find(taken).expect("few control planes run at once");
        let path = self.parent.join(number.to_string());
        fs::create_dir(&path).expect("the target directory can be written");
        let lock = lock_file(&path.join("lock"));
        lock.lock().expect("nobody else knows this file");
        Claimed { path, _lock: lock }
    }
}

/// Ports below those that the system gives to outgoing connections, so that none of these takes one meanwhile.
pub(crate) fn free_ports<const N: usize>() -> [u16; N] {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).expect("it is below 10,000");
    let mut listeners = Vec::new();
    let mut ports = (first..32_000).chain(20_000..first);
    let ports = std::array::from_fn(|_| {
        ports
            .find(|port| match TcpListener::bind(("127.0.0.1", *port)) {
                Ok(listener) => {
                    listeners.push(listener);
                    true
                }
                Err(_) => false,
            })
            .expect("some of 12,000 ports is free")
    });
    drop(listeners);
    ports
}

fn lock_file(path: &Path) -> File {
    File::options()
        .create(true)
        .append(true)
        .open(path)
        .unwrap_or_else(|error| panic!("cannot open `{}`: {error}", path.display()))
}
