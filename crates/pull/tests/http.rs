//! Chart repositories over HTTP as they are in the world: logins, TLS, redirects, faults; and ones that lie.

mod downloads;
mod helm;
mod indexes;
mod logins;
mod proxies;
mod redirects;
mod resolved;
mod tls;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pull::http::Patience;
use pull::index::{self, Offer};
use pull::{Access, Cache, Digest, Login, Secret, Session, Watch, archive};
use registry::hand::Answer;
use registry::repository::Repository;

/// A folder that a repository serves, a cache, and what the user would have been told.
struct Place {
    folder: tempfile::TempDir,
    told: Arc<Told>,
    session: Session,
}

#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl Watch for Told {
    fn began(&self, _what: &str) {}
    fn came(&self, _what: &str, _bytes: u64, _of: Option<u64>) {}
    fn ended(&self, _what: &str) {}
    fn warn(&self, message: &str) {
        self.0.lock().unwrap().push(message.to_owned());
    }
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("served")).unwrap();
        let told = Arc::new(Told::default());
        let mut session = Session::new(Cache::at(&folder.path().join("cache")));
        session.watch = Arc::clone(&told) as Arc<dyn Watch>;
        session.patience = Patience {
            first_pause: Duration::from_millis(4),
            longest_pause: Duration::from_secs(2),
            ..Patience::default()
        };
        Self { folder, told, session }
    }

    fn served(&self) -> PathBuf {
        self.folder.path().join("served")
    }

    /// Puts a file where it is served.
    fn serve(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.served().join(name), bytes).unwrap();
    }

    /// The same cache in a later run.
    fn again(&self) -> Session {
        let mut session = Session::new(self.session.cache.clone());
        session.watch = Arc::clone(&self.session.watch);
        session.patience = self.session.patience;
        session
    }

    /// The file that the cache has of an index.
    fn kept_index(&self) -> PathBuf {
        let folder = self.folder.path().join("cache/v1/indexes");
        let only = |folder: PathBuf| {
            let mut entries = std::fs::read_dir(folder).unwrap();
            let entry = entries.next().unwrap().unwrap().path();
            assert!(entries.next().is_none());
            entry
        };
        only(only(folder))
    }

    fn told(&self) -> Vec<String> {
        self.told.0.lock().unwrap().clone()
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn fetch(session: &Session, url: &str, access: &Access) -> Result<Vec<u8>, archive::Error> {
    run(archive::fetch(session, url, access, None, None))
}

fn offers(session: &Session, url: &str, chart: &str) -> Result<Vec<Offer>, index::Error> {
    run(index::offers(session, url, chart, &Access::default()))
}

/// What is fetched and the message, with the server's address made the same on every run.
#[track_caller]
fn failure(
    repository: &Repository,
    result: Result<impl std::fmt::Debug, impl std::fmt::Display>,
) -> String {
    let message = result.unwrap_err().to_string();
    message.replace(&repository.url(), "URL").replace(&repository.other_url(), "OTHER")
}

/// Bytes that pass as an archive.
fn packed(content: &str) -> Vec<u8> {
    [b"\x1f\x8b", content.as_bytes()].concat()
}

fn basic() -> Access {
    let login = Login::Basic { username: "ci".into(), password: Secret::new("hunter2hunter2") };
    Access { login: Some(login), ..Access::default() }
}

/// What `basic` sends.
const BASIC: &str = "Basic Y2k6aHVudGVyMmh1bnRlcjI=";

fn to(location: &str) -> Answer {
    Answer::new(302, "").header("Location", location)
}

fn digest(bytes: &[u8]) -> Option<Digest> {
    Some(Digest::of(bytes))
}
